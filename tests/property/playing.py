"""Plays sequences of commands: asks the next one, looks for what may not be, makes a failing sequence short."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from domain.refusal import Refused
from tests.property.choosing import Mood, choose
from tests.property.forgotten import chairs, faults
from tests.property.world import Asked, World

PAUSES = (timedelta(minutes=7), timedelta(hours=5), timedelta(days=2), timedelta(days=16), timedelta(days=50))
OFTEN = (30, 10, 5, 2, 1)


@dataclass
class Tally:
    """What came of all that was asked."""

    asked: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    news: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    def share(self) -> float:
        return self.accepted.total() / max(1, self.asked)

    def __str__(self) -> str:
        common = ", ".join(f"{code} {n}" for code, n in self.refused.most_common(8))
        return (
            f"{self.asked} commands, {self.share():.0%} accepted ({self.news / max(1, self.asked):.0%} with something new), "
            f"{len(self.accepted)} kinds; refused: {common}"
        )


@dataclass(frozen=True)
class Failure:
    """A sequence after which something is as it may never be."""

    seed: str
    asked: tuple[Asked, ...]
    found: tuple[str, ...]

    def __str__(self) -> str:
        return "\n  ".join([f"seed {self.seed!r}, {len(self.asked)} commands:", *map(str, self.asked), "then:", *self.found])


def play(world: World, seed: str, tally: Tally, home: Sequence[str]) -> Failure | None:
    """One sequence at these tables, with visits to the others, in a fork of the world. Out: the shortest failing one found,
    if it fails.
    """
    chance, played = Random(seed), list[Asked]()
    mood, start, world = Mood.of(chance), world, world.fork()
    for _ in range(chance.randint(5, 28) if chance.random() < 0.9 else chance.randint(40, 120)):
        world.clock.at += chance.choices(PAUSES, OFTEN)[0] * chance.random()
        asked = choose(world, chance, home, mood)
        if asked is None:
            continue
        played.append(asked)
        found = step(world, asked, tally)
        if found:
            return shorter(start, Failure(seed, tuple(played), tuple(found)))
    return None


def step(world: World, asked: Asked, tally: Tally | None = None) -> list[str]:
    """Ask one command. Out: what is now as it may not be; an exception that is no refusal is among it."""
    tally = tally or Tally()
    name = asked.command.command_name()
    tally.asked += 1
    try:
        outcome = world.ask(asked)
    except Refused as refused:
        tally.refused[refused.code] += 1
        return []
    except Exception as error:  # noqa: BLE001 - it is what is looked for
        return [f"{type(error).__name__}: {error}"]
    tally.accepted[name] += 1
    tally.news += bool(outcome.events)
    teams = {s for s in outcome.streams if s in world.teams}
    near = {n for n, c in world.cases.items() if n in outcome.streams or teams & {c.team, c.direction.team}}
    lost = chairs({t: world.teams[t] for t in sorted(teams)})
    return lost + faults(sorted(near), world.cases, world.teams, world.budgets())


def shorter(start: World, failure: Failure, tries: int = 400) -> Failure:
    """The same failure with as few commands as can be had by leaving some out."""
    kept, found = list(failure.asked), failure.found
    size = max(1, len(kept) // 2)
    while size and tries > 0:
        at = 0
        while at < len(kept) and tries > 0:
            tries -= 1
            fewer = kept[:at] + kept[at + size :]
            again = _first_fault(start.fork(), fewer)
            if again is not None:
                kept, found = again
            else:
                at += size
        size //= 2
    return Failure(failure.seed, tuple(kept), tuple(found))


def _first_fault(world: World, sequence: Sequence[Asked]) -> tuple[list[Asked], tuple[str, ...]] | None:
    for n, asked in enumerate(sequence, start=1):
        found = step(world, asked)
        if found:
            return list(sequence[:n]), tuple(found)
    return None
