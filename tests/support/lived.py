"""A log as it comes about: thousands of random commands at all shipped tables, as acts to be stored anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from domain.refusal import Refused
from infra.engine import Request
from infra.engine.log import Log
from infra.engine.rehearsal import Rehearsal
from infra.profiles import shipped
from infra.store import Appended, Draft, Receipt
from infra.store.store import Store
from tests.property.choosing import Mood, choose
from tests.property.preparing import prepared
from tests.property.world import LOGIN, Asked, Clock, World, setting_up


@dataclass(frozen=True)
class Act:
    """What one command stored, and when: drafts with the moment each happened."""

    drafts: tuple[Draft, ...]
    expected: Mapping[str, int]
    at: datetime


class Heard(Rehearsal):
    """A log in memory that remembers how it came about."""

    def __init__(self, base: Log | None = None, clock: Clock | None = None) -> None:
        super().__init__(base, clock)
        self.acts: list[Act] = []

    def append(self, drafts: Sequence[Draft], *, expected: Mapping[str, int], receipt: Receipt, **how: Any) -> Appended:
        made = super().append(drafts, expected=expected, receipt=receipt, **how)
        if made and not made.again:
            dated = tuple(replace(d, occurred_at=r.occurred_at) for d, r in zip(drafts, made, strict=True))
            self.acts.append(Act(dated, dict(expected), self.now()))
        return made


@cache
def acts(commands: int, seed: str = "lived") -> tuple[Act, ...]:
    """What so many random commands stored, those alone that led to something, in their order."""
    clock, chance = Clock(), Random(seed)
    log = Heard(None, clock)
    world = World(log, clock)
    for team, each in setting_up(shipped()):
        active = [p.id for p in world.teams[team].active()] if team in world.teams else []
        world.ask(Asked(each, Request(LOGIN, acting_as=active[0] if active else None, team=team), clock.at))
        clock.at += timedelta(minutes=1)
    prepared(world, cases=3)
    homes = [t.id for t in world.teams.values() if t.kind == "team"]
    mood = Mood.of(chance)
    for number in range(1, commands + 1):
        if number % 50 == 0:
            mood = Mood.of(chance)
        clock.at += timedelta(hours=chance.choice((0.1, 0.1, 1, 5, 30)) * chance.random())
        asked = choose(world, chance, homes, mood)
        if asked is not None:
            with suppress(Refused):
                world.ask(asked)
    return tuple(log.acts)


def store(into: Store, lived: Sequence[Act]) -> None:
    """Store acts in a log, one by one."""
    for n, act in enumerate(lived):
        command = act.drafts[0].header.command
        if into.receipt(command) is not None:  # the imports among them all have one
            command = f"lived-{act.at.isoformat()}-{n}"
        drafts = [replace(draft, header=replace(draft.header, command=command)) for draft in act.drafts]
        into.append(drafts, expected=act.expected, receipt=Receipt.of(command, {}))
