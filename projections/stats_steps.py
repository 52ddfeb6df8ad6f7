"""The step rows that figures are made from, grouped into the histories of their cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

DAY = timedelta(days=1)
Key = TypeVar("Key", str, tuple[str, str])
Amount = TypeVar("Amount", int, timedelta)


class StepRow(NamedTuple):
    """One step of an imported case, as a read model holds it. `resource`: an id, or a name if its reader may see it."""

    source: str
    case: str
    position: int
    activity: str
    occurred_at: datetime
    resource: str | None
    group: str | None
    lifecycle: str | None


class History(NamedTuple):
    """One case, its steps by time, then position. `case` has its source before it when the rows are of several."""

    case: str
    steps: list[StepRow]

    @property
    def first(self) -> datetime:
        return self.steps[0].occurred_at

    @property
    def last(self) -> datetime:
        return self.steps[-1].occurred_at

    def until(self, at: datetime) -> list[StepRow]:
        """The steps that had happened by then."""
        return [step for step in self.steps if step.occurred_at <= at]


def histories(rows: Iterable[StepRow]) -> list[History]:
    """The cases of rows in any order, sorted by their ids, so that ties in a ranking always fall the same way."""
    cases: dict[tuple[str, str], list[StepRow]] = {}
    for row in rows:
        cases.setdefault((row.source, row.case), []).append(row)
    single = len({source for source, _ in cases}) == 1
    named = (
        History(case if single else f"{source}:{case}", sorted(steps, key=attrgetter("occurred_at", "position")))
        for (source, case), steps in cases.items()
    )
    return sorted(named, key=attrgetter("case"))


def ranked(counts: Mapping[Key, Amount], limit: int) -> list[tuple[Key, Amount]]:
    """The largest counts first; equal ones by their key."""
    return sorted(counts.items(), key=_largest_first)[:limit]


def _largest_first(item: tuple[Key, Amount]) -> tuple[Any, Key]:
    key, amount = item
    return -amount, key
