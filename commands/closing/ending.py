"""Ending a case: close it with a result and an after-care day, look again, reopen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from commands.base import CaseCommand, Text, Yield
from commands.desk import Desk
from commands.monitoring import next_check_day
from commands.settling import glass_reviewed, overlaps_answered, settled
from domain.case import Case, Status
from domain.event import Event
from domain.events.closing import AftercareChecked, CaseClosed, CaseReopened
from domain.events.parties import PartnerWithdrew, ProfessionalReplaced
from domain.ids import Code, ProfessionalId
from domain.refusal import Refused


class Close(CaseCommand):
    """Close a case with its result; it is looked at again on the after-care day.

    casus closing close LEL-2026-0007 --result stable --note "Rent paid, day activities" --aftercare-on 2027-03-01
    """

    VERB: ClassVar[str] = "close"
    STATES: ClassVar[frozenset[Status]] = frozenset({Status.ACTIVE, Status.RESTING, Status.AFTERCARE, Status.CLOSED})
    result: Code
    note: Text
    aftercare_on: date | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.outcome is not None and state.status in (Status.AFTERCARE, Status.CLOSED):
            if state.outcome.result != self.result:
                raise Refused("wrong-state", case=state.number, status=state.status.value, states=("active", "resting"))
            return
        closing = desk.profile.closing
        assert closing is not None
        desk.known("result", self.result, closing.results)
        waiting = sorted(a.id for a in state.open_agreements())
        if waiting:
            raise Refused("agreements-open", case=state.number, agreements=tuple(waiting))
        calls = sorted(e.id for e in state.open_escalations())
        if calls:
            raise Refused("escalation-open", case=state.number, escalations=tuple(calls))
        if state.transfer is not None or state.direction_offer is not None:
            raise Refused("offer-open", case=state.number, to=(state.transfer or state.direction_offer).to)  # type: ignore[union-attr]
        overlaps_answered(state)
        glass_reviewed(state)
        resident = desk.profile.resident
        required = resident is not None and resident.endorsement_required is not None and resident.endorsement_required.value
        if required and state.drafted is not None and state.endorsed is None:
            raise Refused("endorsement-open", case=state.number)
        after = self.aftercare_on
        if after is None and closing.aftercare_required.value:
            if closing.aftercare_days is None:
                raise Refused("aftercare-needed", field="aftercare_on")
            after = desk.days(closing.aftercare_days.value)
        if after is not None and after <= desk.today:
            raise Refused("date-passed", field="aftercare_on", on=after)
        yield from settled(state)
        yield CaseClosed(result=self.result, note=self.personal(self.note), aftercare_on=after)


class CheckAftercare(CaseCommand):
    """Record how it goes after closing; name another day to go on, or none to end it.

    casus closing check-aftercare LEL-2026-0007 --observed "Still going well"
    """

    VERB: ClassVar[str] = "check-aftercare"
    STATES: ClassVar[frozenset[Status]] = frozenset({Status.AFTERCARE})
    observed: Text
    next_on: date | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if self.next_on is not None and self.next_on <= desk.today:
            raise Refused("date-passed", field="next_on", on=self.next_on)
        if self.next_on is None:
            glass_reviewed(state)
        yield AftercareChecked(observed=self.personal(self.observed), next_on=self.next_on)


class Reopen(CaseCommand):
    """Reopen a case that was closed, and why; one that was declined goes back to triage.

    casus closing reopen LEL-2026-0007 --why "New nuisance"
    """

    VERB: ClassVar[str] = "reopen"
    STATES: ClassVar[frozenset[Status]] = frozenset({Status.CLOSED, Status.AFTERCARE, Status.DECLINED})
    why: Text
    holder: ProfessionalId | None = None
    next_check: date | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        kept = state.holder if state.holder in {p.id for p in desk.team.active()} else None
        holder = desk.professional(self.holder).id if self.holder else kept or desk.coordinator()
        yield CaseReopened(why=self.personal(self.why), holder=holder, next_check=self._next(state, desk))
        yield from handed_over(state, desk, holder)

    def _next(self, state: Case, desk: Desk) -> date:
        """The next check; of a case that was never accepted the day of triage."""
        triage = desk.profile.triage
        if self.next_check is None and state.accepted_on is None and triage is not None:
            return desk.days(triage.within_days.value)
        return next_check_day(desk, self.next_check)


def handed_over(state: Case, desk: Desk, holder: ProfessionalId) -> Iterator[Event]:
    """What people and partners held who left the table while a case was final goes to who holds it now, in the same act
    in which it is taken up again: nobody who left is left holding.
    """
    here = {p.id for p in desk.team.active()}
    gone = state.holdings() - here - {holder}
    partners = sorted({a.partner for a in state.open_agreements() if not desk.team.seated(a.partner)})
    for partner in partners:
        leavers = frozenset(p for p in gone if p.rpartition("-")[0] == partner)
        gone -= leavers
        successor = desk.professional(holder).partner
        yield PartnerWithdrew(partner=partner, successor=successor, professional=holder, leavers=leavers)
    for who in sorted(gone):
        yield ProfessionalReplaced(professional=who, successor=holder)
