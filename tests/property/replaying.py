"""What replay must come to: the state that was live right then, remembered while a sequence was played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from domain.case import Case
from domain.event import Recorded
from domain.refusal import Refused
from projections.changes import LEFT_OUT, compared, plain
from projections.history import History, Reach, reached
from tests.property.choosing import Mood, choose
from tests.property.playing import OFTEN, PAUSES
from tests.property.world import World


@dataclass
class Remembered:
    """The places that entries were given, in the order of recording, and how each case stood at the end of each command."""

    places: dict[tuple[str, int], int] = field(default_factory=dict)
    live: dict[str, list[tuple[int, Case]]] = field(default_factory=dict)

    @property
    def head(self) -> int:
        return len(self.places)

    def take(self, world: World, streams: Sequence[str]) -> None:
        """What was recorded in these streams since gets its places; and how the cases among them stand now."""
        for stream in streams:
            for record in world.records(stream):
                self.places.setdefault((stream, record.version), self.head + 1)
        for number in (s for s in streams if s in world.cases):
            self.live.setdefault(number, []).append((self.head, world.cases[number]))

    def records(self, world: World, number: str) -> list[Recorded]:
        """The entries of a case, with their places."""
        return [replace(r, place=self.places[number, r.version]) for r in world.records(number)]


def played(world: World, seed: int, home: Sequence[str], most: int = 30) -> tuple[World, Remembered]:
    """One sequence in a fork of the world. Out: how it ended, and what was remembered of every command on the way."""
    chance, world, remembered = Random(seed), world.fork(), Remembered()
    mood = replace(Mood.of(chance), backdated=0.4, focused=0.9)
    remembered.take(world, sorted(world.cases))
    for _ in range(most):
        world.clock.at += chance.choices(PAUSES, OFTEN)[0] * chance.random()
        asked = choose(world, chance, home, mood)
        if asked is None:
            continue
        try:
            outcome = world.ask(asked)
        except Refused:
            continue
        remembered.take(world, sorted(outcome.streams))
    return world, remembered


def faults(world: World, remembered: Remembered) -> list[str]:
    """Where a replay to a place is another than what was live there, or its steps do not add up to it."""
    found = list[str]()
    for number, live in remembered.live.items():
        records = remembered.records(world, number)
        for place, state in live:
            history = reached(records, Reach(place=place))
            if history is None or bare(history.state) != bare(state):
                found.append(f"{number} at place {place}: not what was live")
            elif added_up(history) != shown(state):
                found.append(f"{number} at place {place}: its steps do not add up")
    return found


def bare(state: Case) -> dict[str, Any]:
    """A state without where in the history it is."""
    return {name: value for name, value in state.__dict__.items() if name != "stamp"}


def shown(state: Case) -> dict[str, Any]:
    """The fields of a state as a replay shows them: what is empty there is left out, as nothing tells it from not there."""
    told = {name: plain(value) for name, value in state.__dict__.items() if name not in LEFT_OUT}
    return {name: _full(value) for name, value in told.items() if _full(value) is not None}


def added_up(history: History[Case]) -> dict[str, Any]:
    """What the changes of all steps, one upon another, come to: by what is shown alone."""
    whole: dict[str, Any] = {name: plain(value) for name, value in Case().__dict__.items() if name not in LEFT_OUT}
    for step in history.steps:
        before, after = compared(step.before, step.after)
        for name in after:
            whole[name] = _changed(whole[name], before[name], after[name])
    return {name: _full(value) for name, value in whole.items() if _full(value) is not None}


def _changed(value: Any, before: Any, after: Any) -> Any:
    """A value to which a change is made: of a mapping the keys that differ, of a row of entries what stands at its end."""
    if isinstance(value, Mapping) and isinstance(before, Mapping) and isinstance(after, Mapping):
        kept = {k: v for k, v in value.items() if k not in before or k in after}
        return kept | {k: _changed(value.get(k), before.get(k), v) for k, v in after.items()}
    if isinstance(value, list) and isinstance(before, list) and value[len(value) - len(before) :] == before:
        return [*value[: len(value) - len(before)], *after]
    return after


def _full(value: Any) -> Any:
    """A value without what is None in it; None for None."""
    if isinstance(value, Mapping):
        return {k: _full(v) for k, v in value.items() if v is not None}
    return [_full(v) for v in value] if isinstance(value, list) else value
