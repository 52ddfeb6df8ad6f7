"""What a privacy officer looks at first among disclosures: rules with settings as data, each a pure count over rows."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from domain.days import AMSTERDAM
from domain.frozen import frozen
from domain.ids import Code
from projections.disclosures import DisclosureRow


@frozen
class Standing:
    """How a reader stood to the case at the moment of reading. `works`: in it, in a role that works on cases without
    coordinating the table; `named`: with a task of their own in it; `former`: their part in it was over. `awaits`: the
    glass it was read under has not been reviewed yet.
    """

    works: bool = False
    named: bool = False
    former: bool = False
    awaits: bool = False


class Weigher:
    """One rule at work: takes disclosures in the order of time and gives those that it finds."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings

    def take(self, row: DisclosureRow, standing: Standing) -> Iterable[DisclosureRow]:
        """What is found with this one: itself, or earlier ones that it makes a row with; each is given once."""
        raise NotImplementedError


class NoTask(Weigher):
    """Read as one of the table or of a partner, without a task of one's own in the case."""

    def take(self, row: DisclosureRow, standing: Standing) -> Iterable[DisclosureRow]:
        return (row,) if standing.works and not standing.named else ()


class Former(Weigher):
    """Read, or tried to, when one's part in the case was over."""

    def take(self, row: DisclosureRow, standing: Standing) -> Iterable[DisclosureRow]:
        return (row,) if standing.former else ()


class BrokenGlass(Weigher):
    """Read under broken glass that nobody has reviewed yet."""

    def take(self, row: DisclosureRow, standing: Standing) -> Iterable[DisclosureRow]:
        return (row,) if standing.awaits else ()


class OutsideHours(Weigher):
    """Read outside working hours. Settings: `days` (1 is Monday), `from` and `until`, times in Amsterdam."""

    def take(self, row: DisclosureRow, standing: Standing) -> Iterable[DisclosureRow]:
        begins, ends = (time.fromisoformat(self.settings[name]) for name in ("from", "until"))
        return () if within_hours(row.at, begins, ends, self.settings["days"]) else (row,)


def within_hours(moment: datetime, begins: time, ends: time, days: Sequence[int]) -> bool:
    """Whether a moment falls in working hours in Amsterdam: from `begins`, before `ends`, on these days (1 is Monday)."""
    there = moment.astimezone(AMSTERDAM)
    return there.isoweekday() in days and begins <= there.time() < ends


class InARow(Weigher):
    """So many different things by one reader within a stretch of time, both its ends included."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self._open: dict[Any, _Stretch] = {}

    def thing(self, row: DisclosureRow) -> str | None:
        """What is counted of a disclosure; None for one that does not count."""
        raise NotImplementedError

    def within(self) -> timedelta:
        raise NotImplementedError

    def least(self) -> int:
        raise NotImplementedError

    def take(self, row: DisclosureRow, standing: Standing) -> Iterable[DisclosureRow]:
        thing = self.thing(row)
        if thing is None:
            return ()
        stretch = self._open.setdefault((row.team, row.actor, row.recorded_by), _Stretch())
        return stretch.take(row, thing, self.within(), self.least())


class ManyCases(InARow):
    """Many cases opened one by one in a short time: a list shows many at once, and says so itself. Settings: `cases`,
    `minutes`.
    """

    def thing(self, row: DisclosureRow) -> str | None:
        return row.of

    def within(self) -> timedelta:
        return timedelta(minutes=self.settings["minutes"])

    def least(self) -> int:
        return int(self.settings["cases"])


class Denied(InARow):
    """Attempts that were denied. Settings: `attempts`, `hours`."""

    def thing(self, row: DisclosureRow) -> str | None:
        return row.disclosure

    def within(self) -> timedelta:
        return timedelta(hours=self.settings["hours"])

    def least(self) -> int:
        return int(self.settings["attempts"])


class _Stretch:
    """The last disclosures of one reader, and how many of them were given already."""

    def __init__(self) -> None:
        self._rows: deque[tuple[DisclosureRow, str]] = deque()
        self._count: Counter[str] = Counter()
        self._given = 0

    def take(self, row: DisclosureRow, thing: str, within: timedelta, least: int) -> Iterator[DisclosureRow]:
        self._rows.append((row, thing))
        self._count[thing] += 1
        while row.at - self._rows[0][0].at > within:
            _, gone = self._rows.popleft()
            self._count[gone] -= 1
            if not self._count[gone]:
                del self._count[gone]
            self._given = max(self._given - 1, 0)
        if len(self._count) >= least:
            found = [row for row, _ in self._rows][self._given :]
            self._given = len(self._rows)
            yield from found


NOWHERE = Standing()
"""Of a disclosure that is of no case."""
RULES: Mapping[Code, type[Weigher]] = {
    "no-task": NoTask, "former": Former, "outside-hours": OutsideHours, "many-cases": ManyCases, "broken-glass": BrokenGlass,
    "denied": Denied,
}  # fmt: skip
"""What each rule of the data counts."""


@frozen
class Rule:
    """One rule as the data has it: which outcomes it weighs, its settings by name, and what it counts in both languages."""

    id: Code
    outcomes: frozenset[Code]
    settings: Mapping[str, Any]
    told: Mapping[str, str]


class Finding:
    """What a rule found among so many that it weighed: the disclosures, and of each reader how many."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.weighed = 0
        self.disclosures: list[str] = []
        self.readers: Counter[tuple[str | None, str | None]] = Counter()
        self._weigher = RULES[rule.id](rule.settings)

    def take(self, row: DisclosureRow, standing: Standing) -> None:
        """Weigh one more. They come in the order of time."""
        if row.outcome not in self.rule.outcomes:
            return
        self.weighed += 1
        for found in self._weigher.take(row, standing):
            self.disclosures.append(found.disclosure)
            self.readers[found.actor, found.organisation] += 1
