"""Room to do what is needed: letting go of a rule, on a mandate, and the small budget."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from commands.base import CaseCommand, Text, Yield, require
from commands.desk import Desk
from commands.plan.words import ACTIVE
from domain.case import Case, Status
from domain.events.plan import BudgetReleased, BudgetReserved, BudgetSpent, DeviationEnded, DeviationRecorded
from domain.ids import Code, EntryId, ProfessionalId
from domain.refusal import Refused

Cents = Annotated[int, Field(ge=1, le=100_000_000)]
"""An amount in euro cents."""


class Deviate(CaseCommand):
    """Let go of a rule or indication: which, why, on whose mandate or which subgroup's, until when.

    casus plan deviate ZEI-2026-0003 --rule own-contribution --why "It blocks the start" --subgroup S1 --until 2027-03-01
    """

    VERB: ClassVar[str] = "deviate"
    STATES: ClassVar[frozenset[Status]] = ACTIVE
    rule: Code
    why: Text
    until: date | None = None
    mandate: ProfessionalId | None = None
    subgroup: EntryId | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        plan = desk.profile.plan
        if plan is None or plan.deviation is None or not plan.deviation.value:
            raise Refused("no-deviation-here", team=desk.team.id)
        until = self.until or (desk.days(plan.deviation_days.value) if plan.deviation_days else None)
        if until is None:
            raise Refused("end-needed", field="until")
        if until < desk.today:
            raise Refused("date-passed", field="until", on=until)
        mandate = self._mandate(state, desk, until)
        for d in state.deviations.values():
            if d.rule == self.rule and d.ended is None and d.until == until:
                return
        yield DeviationRecorded(
            deviation=state.next_entry("D", state.deviations), rule=self.rule, why=self.personal(self.why),
            mandate=mandate, subgroup=self.subgroup, until=until,
        )  # fmt: skip

    def _mandate(self, state: Case, desk: Desk, until: date) -> ProfessionalId:
        """On whose mandate: a mandated professional's, or that of a standing subgroup that may deviate."""
        me = desk.me().id
        if self.subgroup is not None:
            group = require(state.subgroups, "subgroup", self.subgroup)
            ended = group.dissolved or (group.until is not None and desk.today > group.until)
            if ended or group.mandate != "deviate":
                raise Refused("subgroup-may-not", subgroup=self.subgroup, mandate=group.mandate)
            if group.until is not None and until > group.until:
                raise Refused("date-out-of-range", field="until", first=desk.today, last=group.until)
            who = self.mandate or me
            if who not in group.members:
                raise Refused("not-in-subgroup", professional=who, subgroup=self.subgroup)
            return desk.professional(who).id
        who = self.mandate or me
        if not desk.mandated(who):
            raise Refused("mandate-needed", case=state.number, roles=tuple(sorted(desk.profile.mandated_roles())))
        return who


class EndDeviation(CaseCommand):
    """End a deviation before its day.

    casus plan end-deviation ZEI-2026-0003 D1
    """

    VERB: ClassVar[str] = "end-deviation"
    deviation: EntryId = Field(json_schema_extra={"position": 1})

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if require(state.deviations, "deviation", self.deviation).ended is None:
            yield DeviationEnded(deviation=self.deviation)


class Reserve(CaseCommand):
    """Reserve part of the small budget, in euro cents.

    casus plan reserve GRN-2026-0002 --cents 25000 --purpose-of "A lock and a phone" --agreement A1
    """

    VERB: ClassVar[str] = "reserve"
    STATES: ClassVar[frozenset[Status]] = ACTIVE
    cents: Cents
    purpose_of: Text
    agreement: EntryId | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        plan = desk.profile.plan
        if plan is None or plan.budget_cents is None:
            raise Refused("no-budget-here", team=desk.team.id)
        if self.agreement is not None:
            require(state.agreements, "agreement", self.agreement)
        if not desk.mandated(desk.me().id):
            raise Refused("mandate-needed", case=state.number, roles=tuple(sorted(desk.profile.mandated_roles())))
        left = state.budget_left(plan.budget_cents.value)
        if self.cents > left:
            raise Refused("budget-too-small", field="cents", left=left)
        yield BudgetReserved(
            reservation=state.next_entry("B", state.budget), cents=self.cents, purpose=self.personal(self.purpose_of),
            agreement=self.agreement, mandate=desk.me().id,
        )  # fmt: skip


class Spend(CaseCommand):
    """Spend from a reservation, in euro cents.

    casus plan spend GRN-2026-0002 B1 --cents 18950
    """

    VERB: ClassVar[str] = "spend"
    reservation: EntryId = Field(json_schema_extra={"position": 1})
    cents: Cents

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        left = _left(state, self.reservation)
        if self.cents > left:
            raise Refused("budget-too-small", field="cents", left=left)
        yield BudgetSpent(reservation=self.reservation, cents=self.cents)


class Release(CaseCommand):
    """Give back what was reserved and not spent: all of it unless you name an amount in euro cents.

    casus plan release GRN-2026-0002 B1
    """

    VERB: ClassVar[str] = "release"
    reservation: EntryId = Field(json_schema_extra={"position": 1})
    cents: Cents | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        left = _left(state, self.reservation)
        cents = left if self.cents is None else self.cents
        if cents > left:
            raise Refused("budget-too-small", field="cents", left=left)
        if cents > 0:
            yield BudgetReleased(reservation=self.reservation, cents=cents)


def _left(state: Case, reservation: EntryId) -> int:
    found = require(state.budget, "reservation", reservation)
    return int(found.reserved - found.spent - found.released)
