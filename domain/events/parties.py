"""Parties: who takes part in this case, who holds it, who directs it, who is the resident's contact point."""

from dataclasses import replace
from datetime import date
from typing import ClassVar

from domain.case import Case
from domain.case_parts import Absence, Agreement, Circle, Direction, Invitation, Subgroup
from domain.days import day_of
from domain.event import Event, put
from domain.ids import Code, EntryId, PartnerId, ProfessionalId, SubjectId, TeamId
from domain.personal import Personal


class PartnerInvited(Event):
    """A partner was asked to take part in this case."""

    TOPIC: ClassVar[str] = "case.parties.partner-invited"
    partner: PartnerId

    def apply(self, case: Case) -> Case:
        return _partner(case, self.partner, "invited")


class PartnerJoined(Event):
    """A partner takes part in this case."""

    TOPIC: ClassVar[str] = "case.parties.partner-joined"
    partner: PartnerId

    def apply(self, case: Case) -> Case:
        return _partner(case, self.partner, "joined")


class PartnerDeclined(Event):
    """A partner does not take part in this case, and why."""

    TOPIC: ClassVar[str] = "case.parties.partner-declined"
    partner: PartnerId
    reason: Personal

    def apply(self, case: Case) -> Case:
        return _partner(case, self.partner, "declined")


class PartnerWithdrew(Event):
    """A partner left this case; `successor` (and its `professional`) take over what it held, its agreements as proposed."""

    TOPIC: ClassVar[str] = "case.parties.partner-left"
    partner: PartnerId
    successor: PartnerId | None = None
    professional: ProfessionalId | None = None
    leavers: frozenset[ProfessionalId] = frozenset()

    def apply(self, case: Case) -> Case:
        case = _partner(case, self.partner, "left")
        if self.successor is not None:
            joined = case.partners.get(self.successor)
            if joined is None or joined.state != "joined":
                case = _partner(case, self.successor, "joined")
        agreements = dict(case.agreements)
        for a in case.open_agreements():
            others = a.contributors - {self.partner}
            if a.partner == self.partner and self.successor is not None:
                agreements[a.id] = replace(
                    a, partner=self.successor, responsible=self.professional, state="proposed",
                    contributors=others - {self.successor},
                )  # fmt: skip
            elif others != a.contributors:
                agreements[a.id] = replace(a, contributors=others)
        case = case.but(agreements=agreements)
        if self.professional is not None:
            for leaver in sorted(self.leavers):
                case = replaced(case, leaver, self.professional)
        return case


class ContactPointAssigned(Event):
    """The one person the resident and relatives turn to."""

    TOPIC: ClassVar[str] = "case.parties.contact-point-assigned"
    professional: ProfessionalId

    def apply(self, case: Case) -> Case:
        return case.but(contact_point=self.professional, professionals=case.professionals | {self.professional})


class DirectorAssigned(Event):
    """The local case director. While another table has temporary direction this is who it returns to."""

    TOPIC: ClassVar[str] = "case.parties.director-assigned"
    professional: ProfessionalId

    def apply(self, case: Case) -> Case:
        old = case.direction
        elsewhere = old.team is not None
        direction = Direction(self.professional, old.director if elsewhere else self.professional, old.team, old.until)
        return case.but(direction=direction, professionals=case.professionals | {self.professional})


class HolderAssigned(Event):
    """Somebody else of the table holds the case from now on."""

    TOPIC: ClassVar[str] = "case.parties.holder-assigned"
    professional: ProfessionalId

    def apply(self, case: Case) -> Case:
        return case.but(holder=self.professional)


class ProfessionalAssigned(Event):
    """A professional takes part in this case."""

    TOPIC: ClassVar[str] = "case.parties.professional-assigned"
    professional: ProfessionalId

    def apply(self, case: Case) -> Case:
        return case.but(professionals=case.professionals | {self.professional})


class ProfessionalReplaced(Event):
    """A professional hands over all they hold in this case to another, in one act. `of` is their table when it directs
    this case from elsewhere; left out, it is the case's own.
    """

    TOPIC: ClassVar[str] = "case.parties.professional-replaced"
    professional: ProfessionalId
    successor: ProfessionalId
    of: TeamId | None = None

    def apply(self, case: Case) -> Case:
        if self.of in (None, case.team):
            return replaced(case, self.professional, self.successor)
        if case.direction.team != self.of or case.direction.director != self.professional:
            return case
        return case.but(direction=replace(case.direction, director=self.successor))


class CircleMemberAdded(Event):
    """Somebody joined the support circle: a relative, an expert by experience, another, or a professional."""

    TOPIC: ClassVar[str] = "case.parties.circle-member-added"
    member: EntryId
    kind: Code
    subject: SubjectId | None = None
    name: Personal | None = None
    professional: ProfessionalId | None = None

    def apply(self, case: Case) -> Case:
        from domain.case_parts import Subject

        assert case.stamp is not None
        if self.subject is not None and self.subject not in case.subjects:
            name = case.stamp.ref("name") if self.name else None
            case = case.but(subjects=put(case.subjects, self.subject, Subject(self.subject, self.kind, name)))
        return case.but(circle=put(case.circle, self.member, Circle(self.member, self.kind, self.subject, self.professional)))


class CircleMemberLeft(Event):
    """Somebody left the support circle."""

    TOPIC: ClassVar[str] = "case.parties.circle-member-left"
    member: EntryId

    def apply(self, case: Case) -> Case:
        old = case.circle.get(self.member)
        return case if old is None else case.but(circle=put(case.circle, self.member, replace(old, left=True)))


class AbsenceCovered(Event):
    """A professional is away for a time; another holds what they hold, and support goes on."""

    TOPIC: ClassVar[str] = "case.parties.absence-covered"
    professional: ProfessionalId
    cover: ProfessionalId
    start: date
    until: date

    def apply(self, case: Case) -> Case:
        return case.but(absences=(*case.absences, Absence(self.professional, self.cover, self.start, self.until)))


def _partner(case: Case, partner: PartnerId, state: Code) -> Case:
    assert case.stamp is not None
    return case.but(partners=put(case.partners, partner, Invitation(partner, state, day_of(case.stamp.occurred_at))))


def replaced(case: Case, old: ProfessionalId, new: ProfessionalId) -> Case:
    """The case after one professional took over all that another held in it."""

    def swap(who: ProfessionalId | None) -> ProfessionalId | None:
        return new if who == old else who

    was = case.direction
    director = was.director if case.directed_elsewhere() else swap(was.director)
    direction = Direction(swap(was.local), director, was.team, was.until)
    agreements: dict[EntryId, Agreement] = dict(case.agreements)
    for a in case.open_agreements():
        if a.responsible == old:
            agreements[a.id] = replace(a, responsible=new)
    subgroups: dict[EntryId, Subgroup] = {
        k: replace(s, members=(s.members - {old}) | {new}) if old in s.members and not s.dissolved else s
        for k, s in case.subgroups.items()
    }
    absences = tuple(replace(a, cover=new if a.cover == old else a.cover) for a in case.absences if a.professional != old)
    absences = tuple(a for a in absences if a.cover != a.professional)
    members = (case.professionals - {old}) | {new} if old in case.professionals else case.professionals
    return case.but(
        holder=swap(case.holder), contact_point=swap(case.contact_point), direction=direction, agreements=agreements,
        subgroups=subgroups, absences=absences, professionals=members,
    )  # fmt: skip
