"""Closing: the result and after-care, reopening, and merging a duplicate or undoing that."""

from datetime import date
from typing import ClassVar

from domain.case import Case, Status
from domain.case_parts import Check, Direction, NextMoment, Outcome
from domain.days import day_of
from domain.event import Event
from domain.events.escalation import CarriedAgreement
from domain.ids import CaseNumber, Code, ProfessionalId
from domain.personal import Personal


class CaseClosed(Event):
    """The case was closed with a result; with an after-care day it is still held until that was done."""

    TOPIC: ClassVar[str] = "case.closing.closed"
    result: Code
    note: Personal
    aftercare_on: date | None = None

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        after = self.aftercare_on
        return case.but(
            status=Status.CLOSED if after is None else Status.AFTERCARE,
            outcome=Outcome(self.result, day_of(case.stamp.occurred_at), after), ended=case.day(),
            next=None if after is None else NextMoment("aftercare", after),
            stagnating_since=None, decide_by=None, forced_by=frozenset(), rested_until=None, direction_offer=None,
            agenda=frozenset(),
        )  # fmt: skip


class AftercareChecked(Event):
    """How it goes after closing; with another day it goes on, without one the case is final."""

    TOPIC: ClassVar[str] = "case.closing.aftercare-checked"
    observed: Personal
    next_on: date | None = None

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        check = Check(day_of(case.stamp.occurred_at), "aftercare", case.stamp.ref("observed"))
        return case.but(
            status=Status.CLOSED if self.next_on is None else Status.AFTERCARE, ended=case.day(),
            aftercare_checks=case.aftercare_checks + 1, checks=(*case.checks, check),
            next=None if self.next_on is None else NextMoment("aftercare", self.next_on),
        )  # fmt: skip


class CaseReopened(Event):
    """A closed case is needed again, and why. One that was declined goes back to triage: it was never accepted."""

    TOPIC: ClassVar[str] = "case.closing.reopened"
    why: Personal
    holder: ProfessionalId
    next_check: date

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        if case.accepted_on is None:
            return case.but(status=Status.SUBMITTED, outcome=None, holder=self.holder, next=NextMoment("triage", self.next_check))
        direction = case.direction if case.direction.local else Direction(self.holder, self.holder)
        return case.but(
            status=Status.ACTIVE, outcome=None, holder=self.holder, next=NextMoment("check", self.next_check),
            last_progress=day_of(case.stamp.occurred_at), direction=direction,
        )  # fmt: skip


class CaseMerged(Event):
    """This case is the same as another and goes on there; here it is final unless the merge is undone."""

    TOPIC: ClassVar[str] = "case.closing.merged"
    into: CaseNumber
    why: Personal

    def apply(self, case: Case) -> Case:
        return case.but(status=Status.MERGED, ended=case.day(), merged_into=self.into, before_merge=case.status)


class DuplicateTakenIn(Event):
    """Another case turned out to be this one; its open agreements go on here. Of the two clearances the strictest holds from
    then on, also when the merge is undone: whoever may lower it looks at what was learned meanwhile.
    """

    TOPIC: ClassVar[str] = "case.closing.duplicate-taken-in"
    duplicate: CaseNumber
    agreements: tuple[CarriedAgreement, ...] = ()
    clearance: Code = "normal"

    def apply(self, case: Case) -> Case:
        taken = {c.agreement: c.agreement_of(self.duplicate) for c in self.agreements}
        strictest = self.clearance if case.clearance == "normal" else case.clearance
        return case.but(
            duplicates=case.duplicates | {self.duplicate}, agreements={**case.agreements, **taken}, clearance=strictest
        )  # fmt: skip


class MergeUndone(Event):
    """The merge was a mistake: the case is its own again, as it stood."""

    TOPIC: ClassVar[str] = "case.closing.merge-undone"
    into: CaseNumber
    why: Personal
    holder: ProfessionalId
    next_kind: Code
    next_on: date

    def apply(self, case: Case) -> Case:
        return case.but(
            status=case.before_merge or Status.ACTIVE, merged_into=None, before_merge=None, holder=self.holder,
            next=NextMoment(self.next_kind, self.next_on),
        )  # fmt: skip


class DuplicateReleased(Event):
    """A case that had been merged into this one is its own again; what came from it leaves the plan here."""

    TOPIC: ClassVar[str] = "case.closing.duplicate-released"
    duplicate: CaseNumber

    def apply(self, case: Case) -> Case:
        kept = {k: a for k, a in case.agreements.items() if a.carried_from != self.duplicate}
        gone = case.agreements.keys() - kept.keys()
        return case.but(duplicates=case.duplicates - {self.duplicate}, agreements=kept).having_given(gone)
