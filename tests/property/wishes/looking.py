"""Somebody who looks at a table or a case and thinks of what to ask; chance is an argument."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, TypeVar

from domain.case import Case
from domain.days import start_of
from domain.team import Team
from tests.property.world import World

T = TypeVar("T")
WORDS = ("Er is rust nodig", "De huur loopt achter", "Buren slapen slecht", "Het gaat beter", "Niemand doet open")
NAMES = ("Ada Verzonnen", "Bo Bedacht", "Cas Fictie", "Dee Gespeeld")
NUMBERS = ("111222333", "123456782", "999990019")
Wish = tuple[int, str, dict[str, Any]]
"""How often it is wished beside the others, the command's name, its fields."""


class Looker:
    """Looks at a table. `some`, `one` and the rest choose by chance, the same for the same seed."""

    def __init__(self, world: World, chance: Random, team: str) -> None:
        self.world, self.chance = world, chance
        self.team: Team = world.teams[team]
        self.profile = world.profile(team)
        self.dear: list[str] = []

    def one(self, of: Iterable[T]) -> T:
        return self.chance.choice(sorted(of, key=str))

    def some(self, of: Iterable[T], most: int = 3) -> frozenset[T]:
        pool = sorted(of, key=str)
        return frozenset(self.chance.sample(pool, min(len(pool), self.chance.randint(1, most))))

    def often(self, share: float) -> bool:
        return self.chance.random() < share

    def maybe(self, value: T, share: float = 0.5) -> T | None:
        return value if self.often(share) else None

    def words(self) -> str:
        return self.one(WORDS)

    def name(self) -> str:
        return self.one(NAMES)

    def birth_date(self) -> str:
        """One of a few, so that the same person turns up now and then."""
        return f"1980-05-{self.chance.randint(1, 12):02}"

    def day(self, first: int = 1, last: int = 60) -> date:
        return self.world.today + timedelta(days=self.chance.randint(first, last))

    def moment(self, since: date | None) -> datetime:
        """A moment that has passed, after the first whole day since something began where there is one."""
        now = self.world.clock.at
        first = start_of(since + timedelta(days=1)) if since else now
        return now if first >= now else first + (now - first) * self.chance.random()

    def person(self) -> str:
        active = [p.id for p in self.team.active()]
        dear = [p for p in self.dear if p in active]
        return self.one(dear if dear and self.often(0.4) else active)

    def another(self, than: str) -> str:
        """Somebody else than this one, mostly."""
        others = [p.id for p in self.team.active() if p.id != than]
        return self.one(others) if others and self.often(0.95) else than

    def partner(self) -> str:
        return self.one(self.partners())

    def partners(self) -> list[str]:
        return [p for p in self.team.members if self.team.seated(p)]

    def of_partner(self, partner: str | None, share: float = 0.6) -> str | None:
        found = [p.id for p in self.team.active() if p.partner == partner]
        return self.one(found) if found and self.often(share) else None


class CaseLooker(Looker):
    """Looks at one case of a table."""

    def __init__(self, world: World, chance: Random, case: Case) -> None:
        super().__init__(world, chance, case.team)
        self.case = case
        self.dear = sorted(case.holdings())

    def recipient(self) -> str:
        assert self.profile.escalation is not None
        return self.one(r.id for r in self.profile.escalation.recipients)
