"""What is put in order when a case ends at a table: money that was set apart goes back, rules that were let go hold again."""

from __future__ import annotations

from collections.abc import Iterator

from domain.case import Case
from domain.event import Event
from domain.events.plan import BudgetReleased, DeviationEnded
from domain.refusal import Refused


def settled(state: Case) -> Iterator[Event]:
    """The events that leave no reservation unspent and no deviation running behind a case that ends here."""
    for reservation in state.budget.values():
        left = reservation.reserved - reservation.spent - reservation.released
        if left > 0:
            yield BudgetReleased(reservation=reservation.id, cents=left)
    for deviation in state.deviations.values():
        if deviation.ended is None:
            yield DeviationEnded(deviation=deviation.id)


def glass_reviewed(state: Case) -> None:
    """Refuse an end while somebody's look into the case has not been reviewed."""
    waiting = tuple(sorted(g.id for g in state.glass.values() if g.justified is None))
    if waiting:
        raise Refused("glass-unreviewed", case=state.number, glass=waiting)


def overlaps_answered(state: Case) -> None:
    """Refuse an end while another table still waits to hear whether this one knows the resident (rule 8)."""
    waiting = tuple(sorted(p.id for p in state.probes.values() if p.told is None))
    if waiting:
        raise Refused("overlap-open", case=state.number, overlaps=waiting)
