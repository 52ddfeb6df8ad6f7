"""Monitoring: plan and record checks, report progress, flag stagnation and force the decision, let a case rest and wake."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from commands.base import CaseCommand, Text, Yield, require
from commands.desk import Desk
from domain.case import Case, Status
from domain.events.monitoring import (
    CaseRested,
    CaseWoken,
    CheckMissed,
    CheckPlanned,
    CheckRecorded,
    ProgressForced,
    ProgressReported,
    StagnationFlagged,
)  # fmt: skip
from domain.ids import EntryId
from domain.refusal import Refused

ACTIVE = frozenset({Status.ACTIVE})


class PlanCheck(CaseCommand):
    """Set the next monitoring moment.

    casus monitoring plan-check LEL-2026-0007 --on 2026-12-10
    """

    VERB: ClassVar[str] = "plan-check"
    STATES: ClassVar[frozenset[Status]] = ACTIVE
    on: date

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if self.on < desk.today:
            raise Refused("date-passed", field="on", on=self.on)
        if state.stagnating_since is not None:
            raise Refused("decision-due", case=state.number, by=state.decide_by or "")
        if state.next is None or (state.next.kind, state.next.on) != ("check", self.on):
            yield CheckPlanned(on=self.on)


class Check(CaseCommand):
    """Record a monitoring moment: what was observed, whether there was progress, and the next one.

    casus monitoring check LEL-2026-0007 --observed "Rent is paid" --progress --next-check 2026-12-24
    """

    VERB: ClassVar[str] = "check"
    STATES: ClassVar[frozenset[Status]] = frozenset({Status.ACTIVE, Status.RESTING})
    observed: Text
    progress: bool
    next_check: date | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        next_check = next_check_day(desk, self.next_check)
        if state.status is Status.RESTING and state.rested_until is not None and self.next_check is None:
            next_check = max(state.rested_until, desk.today)
        yield CheckRecorded(observed=self.personal(self.observed), progress=self.progress, next_check=next_check)


class Miss(CaseCommand):
    """Record that a monitoring moment did not happen: why, and when it will.

    casus monitoring miss LEL-2026-0007 --why "Nobody home" --next-check 2026-11-27
    """

    VERB: ClassVar[str] = "miss"
    STATES: ClassVar[frozenset[Status]] = ACTIVE
    why: Text
    next_check: date | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        yield CheckMissed(why=self.personal(self.why), next_check=next_check_day(desk, self.next_check))


class Report(CaseCommand):
    """Report how one agreement stands.

    casus monitoring report LEL-2026-0007 A1 --progress some
    """

    VERB: ClassVar[str] = "report"
    STATES: ClassVar[frozenset[Status]] = frozenset({Status.ACTIVE, Status.RESTING, Status.AFTERCARE})
    agreement: EntryId = Field(json_schema_extra={"position": 1})
    progress: Literal["none", "some", "good"]
    note: Text | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        old = require(state.agreements, "agreement", self.agreement)
        if old.state not in ("proposed", "accepted"):
            raise Refused("agreement-not-open", agreement=self.agreement, state=old.state)
        if old.progress == self.progress and old.progress_on == desk.today and self.note is None:
            return
        yield ProgressReported(agreement=self.agreement, progress=self.progress, note=self.maybe(self.note))


class FlagStagnation(CaseCommand):
    """Flag that there is no progress within this table's measure. A decision is due from then on.

    casus monitoring flag-stagnation GRN-2026-0002
    """

    VERB: ClassVar[str] = "flag-stagnation"
    STATES: ClassVar[frozenset[Status]] = ACTIVE

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.stagnating_since is not None:
            return
        monitoring = desk.profile.monitoring
        assert monitoring is not None
        since = state.last_progress or state.accepted_on or desk.today
        silent = (desk.today - since).days
        if silent < monitoring.stagnation_days.value:
            raise Refused("not-stagnating", case=state.number, days=silent, measure=monitoring.stagnation_days.value)
        yield StagnationFlagged(decide_by=desk.days(monitoring.decide_days.value))


class ForceProgress(CaseCommand):
    """Record the decision that stagnation obliged: a new agreement or an escalation made since the flag. (Or close the case.)

    casus monitoring force-progress GRN-2026-0002 --decision escalation --why "The team takes direction"
    """

    VERB: ClassVar[str] = "force-progress"
    STATES: ClassVar[frozenset[Status]] = ACTIVE
    decision: Literal["agreement", "escalation"]
    why: Text
    next_check: date | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.stagnating_since is None:
            raise Refused("not-flagged", case=state.number)
        if self.decision not in state.forced_by or not self._stands(state, state.stagnating_since):
            raise Refused("no-decision-yet", case=state.number, decision=self.decision)
        yield ProgressForced(
            decision=self.decision, why=self.personal(self.why), next_check=next_check_day(desk, self.next_check)
        )

    def _stands(self, state: Case, since: date) -> bool:
        """Whether what was decided since the flag has not been taken back, refused or declined meanwhile."""
        if self.decision == "agreement":
            return any(a.agreed >= since and a.state in ("proposed", "accepted", "fulfilled") for a in state.agreements.values())
        calls = (e for e in state.escalations.values() if e.raised >= since)
        if any(e.state in ("raised", "accepted", "resolved") for e in calls):
            return True
        return state.direction_offer is not None or state.transfer is not None or state.direction.team is not None


class Rest(CaseCommand):
    """Let a case rest until a day; somebody still holds it, and it wakes by itself.

    casus monitoring rest DRO-2026-0001 --until 2027-02-01 --why "Stable for now"
    """

    VERB: ClassVar[str] = "rest"
    STATES: ClassVar[frozenset[Status]] = frozenset({Status.ACTIVE, Status.RESTING})
    until: date
    why: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.status is Status.RESTING and state.rested_until == self.until:
            return
        if state.stagnating_since is not None:
            raise Refused("decision-due", case=state.number, by=state.decide_by or "")
        if self.until <= desk.today:
            raise Refused("date-passed", field="until", on=self.until)
        waiting = [e.id for e in state.open_escalations()]
        if waiting:
            raise Refused("escalation-open", case=state.number, escalations=tuple(waiting))
        yield CaseRested(until=self.until, why=self.personal(self.why))


class Wake(CaseCommand):
    """Wake a resting case: it needs attention again.

    casus monitoring wake DRO-2026-0001
    """

    VERB: ClassVar[str] = "wake"
    STATES: ClassVar[frozenset[Status]] = frozenset({Status.RESTING, Status.ACTIVE})
    next_check: date | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.status is Status.RESTING:
            yield CaseWoken(next_check=next_check_day(desk, self.next_check))


def next_check_day(desk: Desk, given: date | None) -> date:
    """The day of the next check: as given, else by the profile's rhythm. Refused when it has passed."""
    monitoring = desk.profile.monitoring
    assert monitoring is not None
    day = given or desk.days(monitoring.check_days.value)
    if day < desk.today:
        raise Refused("date-passed", field="next_check", on=day)
    return day
