"""Parties: invite and answer, who holds and directs, the contact point, the support circle, absence, replacing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from commands.base import CaseCommand, Line, Text, Yield, require
from commands.desk import Desk
from domain.case import Case
from domain.events.parties import (
    AbsenceCovered,
    CircleMemberAdded,
    CircleMemberLeft,
    ContactPointAssigned,
    DirectorAssigned,
    HolderAssigned,
    PartnerDeclined,
    PartnerInvited,
    PartnerJoined,
    PartnerWithdrew,
    ProfessionalAssigned,
    ProfessionalReplaced,
)  # fmt: skip
from domain.ids import EntryId, PartnerId, ProfessionalId
from domain.personal import Personal
from domain.refusal import NotFound, Refused


class Invite(CaseCommand):
    """Ask a partner to take part in this case.

    casus parties invite LEL-2026-0007 --partner kwintes
    """

    VERB: ClassVar[str] = "invite"
    partner: PartnerId

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        desk.partner(self.partner)
        known = state.partners.get(self.partner)
        if known is None or known.state in ("declined", "left"):
            yield PartnerInvited(partner=self.partner)


class Join(CaseCommand):
    """Record that a partner takes part in this case.

    casus parties join LEL-2026-0007 --partner kwintes
    """

    VERB: ClassVar[str] = "join"
    partner: PartnerId

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        desk.partner(self.partner)
        known = state.partners.get(self.partner)
        if known is None or known.state != "joined":
            yield PartnerJoined(partner=self.partner)


class Decline(CaseCommand):
    """Record that a partner does not take part in this case, and why.

    casus parties decline LEL-2026-0007 --partner kwintes --reason "No capacity"
    """

    VERB: ClassVar[str] = "decline"
    partner: PartnerId
    reason: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        known = state.partners.get(self.partner)
        if known is not None and known.state == "declined":
            return
        if known is None or known.state != "invited":
            raise Refused("not-invited", partner=self.partner)
        yield PartnerDeclined(partner=self.partner, reason=self.personal(self.reason))


class Leave(CaseCommand):
    """Record that a partner leaves this case; what it held goes to a successor in the same act.

    casus parties leave LEL-2026-0007 --partner kwintes --successor welzijn-lelystad --professional welzijn-lelystad-1
    """

    VERB: ClassVar[str] = "leave"
    partner: PartnerId
    successor: PartnerId | None = None
    professional: ProfessionalId | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        known = state.partners.get(self.partner)
        leavers = {p for p in state.holdings() if p in desk.team.roster and desk.team.roster[p].partner == self.partner}
        holds = any(self.partner in (a.partner, *a.contributors) for a in state.open_agreements())
        if known is not None and known.state == "left" and not leavers and not holds:
            return
        if known is None and not leavers and not holds:
            raise NotFound("partner", self.partner)
        yield leaving(state, desk, self.partner, self.successor, self.professional)


class AssignContactPoint(CaseCommand):
    """Name the one person the resident and relatives turn to.

    casus parties assign-contact-point LEL-2026-0007 --professional kwintes-1
    """

    VERB: ClassVar[str] = "assign-contact-point"
    professional: ProfessionalId

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        desk.professional(self.professional)
        if state.contact_point != self.professional:
            yield ContactPointAssigned(professional=self.professional)


class AssignDirector(CaseCommand):
    """Name the local case director.

    casus parties assign-director GRN-2026-0002 --professional gemeente-1
    """

    VERB: ClassVar[str] = "assign-director"
    professional: ProfessionalId

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        desk.professional(self.professional)
        if state.direction.local != self.professional:
            yield DirectorAssigned(professional=self.professional)


class AssignHolder(CaseCommand):
    """Let somebody else of the table hold the case.

    casus parties assign-holder LEL-2026-0007 --professional welzijn-lelystad-1
    """

    VERB: ClassVar[str] = "assign-holder"
    professional: ProfessionalId

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        desk.professional(self.professional)
        if state.holder != self.professional:
            yield HolderAssigned(professional=self.professional)


class AssignProfessional(CaseCommand):
    """Let a professional take part in this case.

    casus parties assign-professional LEL-2026-0007 --professional kwintes-2
    """

    VERB: ClassVar[str] = "assign-professional"
    professional: ProfessionalId

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        desk.professional(self.professional)
        if self.professional not in state.professionals:
            yield ProfessionalAssigned(professional=self.professional)


class Replace(CaseCommand):
    """Hand all that one professional holds in this case to another.

    casus parties replace LEL-2026-0007 --professional kwintes-1 --successor kwintes-2
    """

    VERB: ClassVar[str] = "replace"
    professional: ProfessionalId
    successor: ProfessionalId

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if self.professional == self.successor:
            raise Refused("to-yourself", field="successor")
        desk.professional(self.successor)
        if state.mentions(self.professional):
            not_covered_by(state, self.successor, self.professional, desk)
            of_one_partner(state, self.professional, self.successor, desk)
            yield ProfessionalReplaced(professional=self.professional, successor=self.successor)


class AddToCircle(CaseCommand):
    """Add somebody to the support circle, with or without an account.

    casus parties add-to-circle DRO-2026-0001 --kind relative --name "..."
    """

    VERB: ClassVar[str] = "add-to-circle"
    kind: Literal["relative", "expert-by-experience", "other", "professional"]
    name: Line | None = None
    professional: ProfessionalId | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        resident = desk.profile.resident
        if resident is not None and resident.support_circle is not None and not resident.support_circle.value:
            raise Refused("no-support-circle", team=desk.team.id)
        if (self.professional is None) == (self.name is None):
            raise Refused("name-or-professional", field="name")
        if self.professional is not None:
            desk.professional(self.professional)
            if any(m.professional == self.professional and not m.left for m in state.circle.values()):
                return
        elif state.anonymous:
            raise Refused("identifier-in-anonymous-case", field="name", kind="name")
        subject = state.next_subject() if self.name else None
        yield CircleMemberAdded(
            member=state.next_entry("M", state.circle), kind=self.kind, subject=subject, professional=self.professional,
            name=Personal(subject=subject, text=self.name) if subject else None,
        )  # fmt: skip


class LeaveCircle(CaseCommand):
    """Record that somebody left the support circle.

    casus parties leave-circle DRO-2026-0001 M2
    """

    VERB: ClassVar[str] = "leave-circle"
    member: EntryId = Field(json_schema_extra={"position": 1})

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if not require(state.circle, "circle-member", self.member).left:
            yield CircleMemberLeft(member=self.member)


class CoverAbsence(CaseCommand):
    """Let another hold what a professional holds while they are away.

    casus parties cover-absence LEL-2026-0007 --professional kwintes-1 --cover kwintes-2 --start 2026-12-21 --until 2027-01-04
    """

    VERB: ClassVar[str] = "cover-absence"
    professional: ProfessionalId
    cover: ProfessionalId
    start: date
    until: date

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        check_absence(desk, self.professional, self.cover, self.start, self.until)
        if not state.mentions(self.professional):
            raise Refused("holds-nothing-here", case=state.number, professional=self.professional)
        known = any(
            (a.professional, a.cover, a.start, a.until) == (self.professional, self.cover, self.start, self.until)
            for a in state.absences
        )
        if not known:
            yield AbsenceCovered(professional=self.professional, cover=self.cover, start=self.start, until=self.until)


def check_absence(desk: Desk, professional: ProfessionalId, cover: ProfessionalId, start: date, until: date) -> None:
    """Refuse an absence that is nobody's, covered by oneself, or of which the end lies before the start or today."""
    desk.professional(professional)
    desk.professional(cover)
    if professional == cover:
        raise Refused("to-yourself", field="cover")
    if until < start:
        raise Refused("ends-before-start", field="until", start=start, until=until)
    if until < desk.today:
        raise Refused("date-passed", field="until", on=until)


def not_covered_by(state: Case, successor: ProfessionalId, leaver: ProfessionalId, desk: Desk) -> None:
    """Refuse as successor somebody who is away and covered by the one who leaves: nobody would be there."""
    for absence in state.absences:
        if (absence.professional, absence.cover) == (successor, leaver) and absence.until >= desk.today:
            raise Refused("successor-away", case=state.number, professional=successor, until=absence.until)


def of_one_partner(state: Case, leaver: ProfessionalId, successor: ProfessionalId, desk: Desk) -> None:
    """Refuse a successor of another partner where the leaver carries out an agreement and its partner has somebody else:
    that partner answers for it (rule 2).
    """
    partner = desk.professional(successor).partner
    carried = [a for a in state.open_agreements() if a.responsible == leaver and a.partner != partner]
    others = {p.partner for p in desk.team.active() if p.id != leaver}
    carries = tuple(sorted(a.id for a in carried if a.partner in others))
    if carries:
        raise Refused("agreements-of-partner", case=state.number, professional=successor, agreements=carries)


def leaving(
    state: Case, desk: Desk, partner: PartnerId, successor: PartnerId | None, professional: ProfessionalId | None
) -> PartnerWithdrew:
    """A partner's leaving of one case, with who takes over what it holds there. Refused, naming what is missing, when
    something is held and nobody is named to take it over.
    """
    leavers = {p for p in state.holdings() if p in desk.team.roster and desk.team.roster[p].partner == partner}
    agreements = [a.id for a in state.open_agreements() if a.partner == partner]
    if successor is not None:
        desk.partner(successor)
        if successor == partner:
            raise Refused("to-yourself", field="successor")
    if professional is not None:
        found = desk.professional(professional)
        if found.partner == partner:
            raise Refused("to-yourself", field="professional")
        if successor is not None and found.partner != successor:
            raise Refused("not-of-partner", field="professional", professional=professional, partner=successor)
    if agreements and successor is None:
        raise Refused("would-be-forgotten", case=state.number, missing="successor", agreements=tuple(agreements))
    if leavers and professional is None:
        raise Refused("would-be-forgotten", case=state.number, missing="professional", professionals=tuple(sorted(leavers)))
    return PartnerWithdrew(
        partner=partner, successor=successor if agreements else None,
        professional=professional if leavers or agreements else None, leavers=frozenset(leavers),
    )  # fmt: skip
