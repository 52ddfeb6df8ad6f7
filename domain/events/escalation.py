"""Escalation and hand-over: raised and answered, direction taken over for a time, the whole case handed to another."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from domain.case import Case, Status
from domain.case_parts import Agreement, Direction, DirectionOffer, EscalationCall, NextMoment, Subject, Transfer
from domain.days import day_of
from domain.event import Event, put
from domain.ids import CaseNumber, Code, EntryId, FieldName, PartnerId, ProfessionalId, SubjectId, TeamId
from domain.personal import Personal, Ref


class EscalationRaised(Event):
    """The table calls on another: to whom, why, how urgent, answer expected by a day."""

    TOPIC: ClassVar[str] = "case.escalation.raised"
    escalation: EntryId
    to: Code
    kind: Code
    urgency: Code
    why: Personal
    answer_by: date

    def apply(self, case: Case) -> Case:
        stamp = case.stamp
        assert stamp is not None
        new = EscalationCall(
            self.escalation,
            self.to,
            self.kind,
            self.urgency,
            stamp.ref("why"),
            day_of(stamp.occurred_at),
            self.answer_by,
            "raised",
        )
        return case.but(escalations=put(case.escalations, self.escalation, new), forced_by=_forced(case))


class EscalationAccepted(Event):
    """The recipient took the escalation on."""

    TOPIC: ClassVar[str] = "case.escalation.accepted"
    escalation: EntryId

    def apply(self, case: Case) -> Case:
        return _call(case, self.escalation, "accepted")


class EscalationDeclined(Event):
    """The recipient did not take the escalation on, and why."""

    TOPIC: ClassVar[str] = "case.escalation.declined"
    escalation: EntryId
    why: Personal

    def apply(self, case: Case) -> Case:
        return _call(case, self.escalation, "declined")


class EscalationWithdrawn(Event):
    """The table took the escalation back, and why."""

    TOPIC: ClassVar[str] = "case.escalation.withdrawn"
    escalation: EntryId
    why: Personal

    def apply(self, case: Case) -> Case:
        return _call(case, self.escalation, "withdrawn")


class EscalationResolved(Event):
    """What was escalated has been dealt with, and how."""

    TOPIC: ClassVar[str] = "case.escalation.resolved"
    escalation: EntryId
    how: Personal

    def apply(self, case: Case) -> Case:
        return _call(case, self.escalation, "resolved")


class DirectionOffered(Event):
    """Direction was offered to another team until a day, and why. It stays here until they accept."""

    TOPIC: ClassVar[str] = "case.escalation.direction-offered"
    to: TeamId
    until: date
    why: Personal

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        offer = DirectionOffer(self.to, self.until, day_of(case.stamp.occurred_at))
        return case.but(direction_offer=offer, forced_by=_forced(case))


class DirectionAccepted(Event):
    """The team accepted direction of the case until the day that was offered; then it returns."""

    TOPIC: ClassVar[str] = "case.escalation.direction-accepted"
    by: TeamId
    director: ProfessionalId
    until: date

    def apply(self, case: Case) -> Case:
        direction = Direction(case.direction.local, self.director, self.by, self.until)
        return case.but(direction=direction, direction_offer=None)


class DirectionDeclined(Event):
    """The team did not accept direction, and why."""

    TOPIC: ClassVar[str] = "case.escalation.direction-declined"
    by: TeamId
    why: Personal

    def apply(self, case: Case) -> Case:
        return case.but(direction_offer=None)


class DirectionWithdrawn(Event):
    """The offer of direction was taken back."""

    TOPIC: ClassVar[str] = "case.escalation.direction-withdrawn"

    def apply(self, case: Case) -> Case:
        return case.but(direction_offer=None)


class DirectionReturned(Event):
    """Direction came back to the local case director: given back early, or its end recorded."""

    TOPIC: ClassVar[str] = "case.escalation.direction-returned"

    def apply(self, case: Case) -> Case:
        local = case.direction.local
        return case.but(direction=Direction(local, local))


class TransferOffered(Event):
    """The whole case was offered to another team or party (`reason`: transfer, or redirect from triage)."""

    TOPIC: ClassVar[str] = "case.escalation.transfer-offered"
    to: Code
    kind: Code
    reason: Code
    why: Personal
    answer_by: date

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        offer = Transfer(self.to, self.kind, self.reason, day_of(case.stamp.occurred_at), self.answer_by)
        return case.but(transfer=offer, forced_by=_forced(case))


class TransferDeclined(Event):
    """The recipient did not take the case, and why. It stays here."""

    TOPIC: ClassVar[str] = "case.escalation.transfer-declined"
    why: Personal

    def apply(self, case: Case) -> Case:
        return case.but(transfer=None)


class TransferWithdrawn(Event):
    """The offer of the case was taken back."""

    TOPIC: ClassVar[str] = "case.escalation.transfer-withdrawn"

    def apply(self, case: Case) -> Case:
        return case.but(transfer=None)


class CaseTransferred(Event):
    """The recipient has the case; here it is final. `successor` is its number there, if that table works with the engine."""

    TOPIC: ClassVar[str] = "case.escalation.transferred"
    to: Code
    reason: Code
    successor: CaseNumber | None = None

    def apply(self, case: Case) -> Case:
        status = Status.REDIRECTED if self.reason == "redirect" else Status.TRANSFERRED
        return case.but(
            status=status, ended=case.day(), successor=self.successor, transfer=None, next=None, asked=None,
            direction_offer=None, stagnating_since=None, decide_by=None, agenda=frozenset(),
        )  # fmt: skip


class CarriedAgreement(BaseModel):
    """An open agreement that moves along with a case; its text stays where it was recorded (`stream`, `version`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agreement: EntryId
    partner: PartnerId
    responsible: ProfessionalId | None = None
    stream: CaseNumber
    version: int
    field: Code
    due: date | None = None
    no_date: Code | None = None
    domain: Code
    recovery: Code
    state: Code
    agreed: date

    def agreement_of(self, origin: CaseNumber) -> Agreement:
        return Agreement(
            self.agreement, self.partner, self.responsible, Ref(self.stream, self.version, self.field), self.due,
            self.no_date, self.domain, self.recovery, frozenset(), self.state, self.agreed, carried_from=origin,
        )  # fmt: skip


class CarriedText(BaseModel):
    """A text about a person that moves along with a case; it stays where it was recorded (`stream`, `version`, `field`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: Literal["name", "birth_date", "number", "contact", "question", "tried"]
    subject: SubjectId | None = None
    stream: CaseNumber
    version: int
    field: FieldName

    def ref(self) -> Ref:
        """Where the text stands."""
        return Ref(self.stream, self.version, self.field)


IDENTITY: tuple[Literal["name", "birth_date", "number", "contact"], ...] = ("name", "birth_date", "number", "contact")


def carried_texts(case: Case) -> Iterator[CarriedText]:
    """Who the people in a case are, what was asked and what was tried, as references for the case it goes on as."""
    for subject in case.subjects.values():
        for what in IDENTITY:
            ref = getattr(subject, what)
            if ref is not None:
                yield CarriedText(what=what, subject=subject.id, stream=ref.stream, version=ref.version, field=ref.field)
    for ref in case.questions:
        yield CarriedText(what="question", stream=ref.stream, version=ref.version, field=ref.field)
    for ref in case.tried:
        yield CarriedText(what="tried", stream=ref.stream, version=ref.version, field=ref.field)


class CaseReceived(Event):
    """A case came from another team, with what was known there and for whom it was; texts stay in the case it came from."""

    TOPIC: ClassVar[str] = "case.escalation.received"
    team: TeamId
    holder: ProfessionalId
    next_kind: Code
    next_on: date
    predecessor: CaseNumber
    anonymous: bool
    reasons: frozenset[Code]
    flags: frozenset[Code]
    domains: frozenset[Code]
    subjects: tuple[tuple[SubjectId, Code], ...]
    agreements: tuple[CarriedAgreement, ...] = ()
    texts: tuple[CarriedText, ...] = ()
    clearance: Code = "normal"

    def apply(self, case: Case) -> Case:
        stamp = case.stamp
        assert stamp is not None
        today = day_of(stamp.occurred_at)
        known = {s: {t.what: t.ref() for t in self.texts if t.subject == s} for s, _ in self.subjects}
        active = self.next_kind == "check"
        direction = Direction(self.holder, self.holder) if active else Direction()
        return case.but(
            number=stamp.stream, team=self.team, status=Status.ACTIVE if active else Status.SUBMITTED, opened=today,
            holder=self.holder, next=NextMoment(self.next_kind, self.next_on), predecessor=self.predecessor,
            anonymous=self.anonymous, reasons=self.reasons, flags=self.flags, domains=self.domains,
            subjects={s: Subject(s, kind, **known[s]) for s, kind in self.subjects}, direction=direction,
            questions=tuple(t.ref() for t in self.texts if t.what == "question"),
            tried=tuple(t.ref() for t in self.texts if t.what == "tried"),
            accepted_on=today if active else None, last_progress=today if active else None,
            agreements={c.agreement: c.agreement_of(self.predecessor) for c in self.agreements}, clearance=self.clearance,
        )  # fmt: skip


def carried(agreement: Agreement, entry: EntryId, *, state: Code, responsible: ProfessionalId | None) -> CarriedAgreement:
    """An agreement as it travels to another case, under the number it gets there."""
    ref = agreement.what
    return CarriedAgreement(
        agreement=entry, partner=agreement.partner, responsible=responsible, stream=ref.stream, version=ref.version,
        field=ref.field, due=agreement.due, no_date=agreement.no_date, domain=agreement.domain,
        recovery=agreement.recovery, state=state, agreed=agreement.agreed,
    )  # fmt: skip


def _forced(case: Case) -> frozenset[Code]:
    """What answers a flagged stagnation: calling on another counts from the flag on."""
    return case.forced_by | {"escalation"} if case.stagnating_since else case.forced_by


def _call(case: Case, entry: EntryId, state: Code) -> Case:
    old = case.escalations.get(entry)
    return case if old is None else case.but(escalations=put(case.escalations, entry, replace(old, state=state)))
