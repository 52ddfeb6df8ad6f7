"""Merging: two cases turn out to be one; and undoing that. Both streams change, or neither."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from commands.base import CaseCommand, On, Text, Yield
from commands.closing.ending import handed_over
from commands.desk import Desk
from commands.settling import glass_reviewed, overlaps_answered
from domain.case import OPEN, Case, Status
from domain.events.closing import CaseMerged, DuplicateReleased, DuplicateTakenIn, MergeUndone
from domain.events.escalation import carried
from domain.ids import CaseNumber
from domain.refusal import Refused

GOING_ON = frozenset({Status.ACTIVE, Status.RESTING})


class Merge(CaseCommand):
    """Merge a duplicate into the case that stays; its open agreements go along.

    A case that has open agreements merges into one that is worked on; one that is anonymous only into another, until it is
    named. Of the two clearances the strictest holds from then on.

    casus closing merge LEL-2026-0009 --into LEL-2026-0007 --why "Submitted twice"
    """

    VERB: ClassVar[str] = "merge"
    STATES: ClassVar[frozenset[Status]] = frozenset({*OPEN, Status.MERGED})
    into: CaseNumber
    why: Text

    def other_cases(self) -> tuple[CaseNumber, ...]:
        return (self.into,)

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.status is Status.MERGED:
            if state.merged_into == self.into:
                return
            raise Refused("already-merged", case=state.number, into=state.merged_into or "")
        if self.into == state.number:
            raise Refused("to-yourself", field="into")
        kept = desk.other_case(self.into)
        if kept.team != state.team:
            raise Refused("not-your-case", case=kept.number, team=kept.team)
        if kept.status not in OPEN:
            raise Refused("wrong-state", case=kept.number, status=kept.status.value, states=tuple(sorted(OPEN)))
        if kept.anonymous != state.anonymous:  # who is anonymous would be named by it, without the steps that naming asks
            raise Refused("still-anonymous", case=kept.number if kept.anonymous else state.number)
        calls = sorted(e.id for e in state.open_escalations())
        if calls:
            raise Refused("escalation-open", case=state.number, escalations=tuple(calls))
        overlaps_answered(state)
        glass_reviewed(state)
        if state.transfer is not None or state.direction_offer is not None:
            raise Refused("offer-open", case=state.number, to=(state.transfer or state.direction_offer).to)  # type: ignore[union-attr]
        first = int(kept.next_entry("A", kept.agreements)[1:])
        moving = sorted(state.open_agreements(), key=lambda a: int(a.id[1:]))
        if moving and kept.status not in GOING_ON:
            raise Refused("wrong-state", case=kept.number, status=kept.status.value, states=tuple(sorted(GOING_ON)))
        agreements = tuple(
            carried(a, f"A{n}", state=a.state, responsible=a.responsible) for n, a in enumerate(moving, start=first)
        )
        yield CaseMerged(into=self.into, why=self.personal(self.why))
        yield On(self.into, DuplicateTakenIn(duplicate=state.number, agreements=agreements, clearance=state.clearance))


class UndoMerge(CaseCommand):
    """Undo a merge: the case is its own again, as it stood before.

    casus closing undo-merge LEL-2026-0009 --why "Two sisters, not one person"
    """

    VERB: ClassVar[str] = "undo-merge"
    STATES: ClassVar[frozenset[Status]] = frozenset({Status.MERGED})
    why: Text

    def other_cases_of(self, state: Case) -> tuple[CaseNumber, ...]:
        return (state.merged_into,) if state.merged_into else ()

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.merged_into is None:
            raise Refused("not-merged", case=state.number)
        other = desk.other_case(state.merged_into)
        if other.status is Status.MERGED:
            raise Refused("already-merged", case=other.number, into=other.merged_into or "")
        kept = state.holder if state.holder in {p.id for p in desk.team.active()} else None
        holder = kept or desk.coordinator()
        before = state.next
        kind, on = (before.kind, max(before.on, desk.today)) if before else ("check", desk.days(1))
        yield MergeUndone(
            into=state.merged_into,
            why=self.personal(self.why),
            holder=holder,
            next_kind=kind,
            next_on=on,
        )
        yield from handed_over(state, desk, holder)
        yield On(state.merged_into, DuplicateReleased(duplicate=state.number))
