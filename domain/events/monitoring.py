"""Monitoring: checks planned, recorded and missed; progress; stagnation and the decision it obliges; resting and waking."""

from datetime import date
from typing import ClassVar

from domain.case import Case, Status
from domain.case_parts import Check, NextMoment
from domain.days import day_of
from domain.event import Event, put
from domain.ids import Code, EntryId
from domain.personal import Personal


class CheckPlanned(Event):
    """The next monitoring moment was set."""

    TOPIC: ClassVar[str] = "case.monitoring.check-planned"
    on: date

    def apply(self, case: Case) -> Case:
        return case.but(next=_next(case, self.on))


class CheckRecorded(Event):
    """A monitoring moment: what was observed, whether there was progress, and when the next one is."""

    TOPIC: ClassVar[str] = "case.monitoring.check-recorded"
    observed: Personal
    progress: bool
    next_check: date

    def apply(self, case: Case) -> Case:
        stamp = case.stamp
        assert stamp is not None
        today = day_of(stamp.occurred_at)
        check = Check(today, "progress" if self.progress else "none", stamp.ref("observed"))
        last = today if self.progress else case.last_progress
        return case.but(checks=(*case.checks, check), last_progress=last, next=_next(case, self.next_check))


class CheckMissed(Event):
    """A monitoring moment did not happen: why, and when it will."""

    TOPIC: ClassVar[str] = "case.monitoring.check-missed"
    why: Personal
    next_check: date

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        check = Check(day_of(case.stamp.occurred_at), "missed", case.stamp.ref("why"))
        return case.but(checks=(*case.checks, check), next=_next(case, self.next_check))


class ProgressReported(Event):
    """How one agreement stands: none, some or good."""

    TOPIC: ClassVar[str] = "case.monitoring.progress-reported"
    agreement: EntryId
    progress: Code
    note: Personal | None = None

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        today = day_of(case.stamp.occurred_at)
        old = case.agreements.get(self.agreement)
        if old is None:
            return case
        new = old.but(progress=self.progress, progress_on=today)
        last = case.last_progress if self.progress == "none" else today
        return case.but(agreements=put(case.agreements, self.agreement, new), last_progress=last)


class StagnationFlagged(Event):
    """No progress within the profile's measure: a decision is due by a day, and the case is on every agenda till then."""

    TOPIC: ClassVar[str] = "case.monitoring.stagnation-flagged"
    decide_by: date

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        if case.status is not Status.ACTIVE:
            return case
        return case.but(
            stagnating_since=day_of(case.stamp.occurred_at), decide_by=self.decide_by, forced_by=frozenset(),
            next=NextMoment("decision", self.decide_by),
        )  # fmt: skip


class ProgressForced(Event):
    """The decision that stagnation obliged: a new agreement or an escalation, with its reason."""

    TOPIC: ClassVar[str] = "case.monitoring.progress-forced"
    decision: Code
    why: Personal
    next_check: date

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        case = case.but(
            stagnating_since=None, decide_by=None, forced_by=frozenset(), last_progress=day_of(case.stamp.occurred_at)
        )
        return case.but(next=_next(case, self.next_check))


class CaseRested(Event):
    """Nothing is needed for a while: the case rests until a day, and somebody still holds it."""

    TOPIC: ClassVar[str] = "case.monitoring.rested"
    until: date
    why: Personal

    def apply(self, case: Case) -> Case:
        if case.status not in _GOING_ON:
            return case
        case = case.but(status=Status.RESTING, rested_until=self.until)
        return case.but(next=_next(case, self.until))


class CaseWoken(Event):
    """A resting case needs attention again."""

    TOPIC: ClassVar[str] = "case.monitoring.woken"
    next_check: date

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        if case.status not in _GOING_ON:
            return case
        case = case.but(status=Status.ACTIVE, rested_until=None, last_progress=day_of(case.stamp.occurred_at))
        return case.but(next=_next(case, self.next_check))


_GOING_ON = frozenset({Status.ACTIVE, Status.RESTING})


def _next(case: Case, on: date) -> NextMoment | None:
    """The next moment, given the next check: a decision that stagnation obliges and the end of a rest are not postponed
    by a check, and a case that turns out to be closed by then (an earlier day was recorded later) has no check.
    """
    if case.status not in _GOING_ON:
        return case.next
    moments = [NextMoment("check", on)]
    if case.stagnating_since is not None and case.decide_by is not None:
        moments.append(NextMoment("decision", case.decide_by))
    if case.rested_until is not None:
        moments.append(NextMoment("wake", case.rested_until))
    return min(reversed(moments), key=lambda m: m.on)
