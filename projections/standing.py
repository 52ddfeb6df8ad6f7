"""How a reader stood to a case when they looked into it: from the case as it was recorded by then."""

from __future__ import annotations

from collections.abc import Sequence

from domain.case import Case
from domain.days import day_of
from domain.event import Recorded, in_order, replay
from domain.ids import Code
from domain.membership import Grain, ever_involved, named_in, relation
from projections.disclosures import DisclosureRow
from projections.reviewing import Standing


class Story:
    """One case's history, asked again and again for what was recorded by a moment: what came later for an earlier day was
    not known when it was read.
    """

    def __init__(self, records: Sequence[Recorded]) -> None:
        self._records = records
        self._now = replay(Case(), records)
        self._known: dict[int, tuple[Case, frozenset[Grain]]] = {}

    def standing(self, row: DisclosureRow, functions: frozenset[Code]) -> Standing:
        """In: a disclosure of this case, and what the policy knows the reader's role as."""
        case, once = self._by(row)
        on, team = day_of(row.at), row.team or ""
        stood = relation(case, team, row.actor, row.organisation or "", functions, on=on, once=once)
        return Standing(
            works=stood == "own" and "professional" in functions and "coordinator" not in functions,
            named=named_in(case, team, row.actor, on), former=stood == "former", awaits=self._awaits(row),
        )  # fmt: skip

    def _by(self, row: DisclosureRow) -> tuple[Case, frozenset[Grain]]:
        known = [r for r in self._records if r.recorded_at is None or r.recorded_at <= row.at]
        if len(known) not in self._known:
            states = [Case()]
            for record in in_order(known):
                states.append(record.event.apply(states[-1].but(stamp=record.stamp)))
            self._known[len(known)] = states[-1], ever_involved(states)
        return self._known[len(known)]

    def _awaits(self, row: DisclosureRow) -> bool:
        """Whether it was read under glass that is not reviewed yet: as it is now."""
        glass = self._now.glass.get(row.entry) if row.code == "break-glass" and row.entry else None
        return glass is not None and glass.justified is None
