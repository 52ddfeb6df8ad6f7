"""The play finds what is taken out of the engine: each of these breaks one thing, and must be caught."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import commands.guard
import infra.engine.guarding
from commands.base import Yield
from commands.desk import Desk
from commands.monitoring import Wake
from commands.team.roster import ProfessionalLeaves
from domain.case import Case
from domain.team import Team
from tests.property.playing import Failure, Tally, play
from tests.property.preparing import prepared
from tests.property.world import World, first_world

WITHIN = 250
"""Sequences in which a broken engine must be caught; several times what it takes now."""
Break = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture(scope="module")
def world() -> World:
    return prepared(first_world())


def caught(world: World, home: str) -> Failure | None:
    """The first failure at this table."""
    return next((f for n in range(WITHIN) if (f := play(world, f"{home}-{n}", Tally(), [home]))), None)


def nothing(*_: Any, **__: Any) -> None:
    """A check that finds nothing."""


def without_hand_over(patch: pytest.MonkeyPatch) -> None:
    """Somebody leaves, what they held stays theirs, and nobody looks."""
    whole = ProfessionalLeaves.decide

    def alone(self: ProfessionalLeaves, state: Team, desk: Desk) -> Iterator[Yield]:
        yield from list(whole(self, state, desk))[:1]

    patch.setattr(ProfessionalLeaves, "decide", alone)
    patch.setattr(infra.engine.guarding, "check_outcome", nothing)


def without_guard(patch: pytest.MonkeyPatch) -> None:
    """The rules alone, without the guard that looks at what comes of them."""
    patch.setattr(infra.engine.guarding, "check_outcome", nothing)
    patch.setattr("commands.consistency.check_outcome", nothing)


def without_counting(patch: pytest.MonkeyPatch) -> None:
    """More of the small budget may be set apart than there is, and nobody adds it up."""
    left = Case.budget_left
    patch.setattr(Case, "budget_left", lambda case, total: left(case, total) + 100_000)
    patch.setattr(commands.guard, "_check_money", nothing)


def half_a_hand_over(patch: pytest.MonkeyPatch) -> None:
    """A case may go on at two tables."""
    patch.setattr(commands.guard, "_check_once", nothing)


def crashing(patch: pytest.MonkeyPatch) -> None:
    """A rule that raises something else than a refusal."""

    def broken(self: Wake, state: Any, desk: Desk) -> Iterator[Yield]:
        yield dict[str, Yield]()["nothing"]

    patch.setattr(Wake, "decide", broken)


@pytest.mark.parametrize(
    ("broken", "home"),
    [
        (without_hand_over, "lelystad-sit"),
        (without_guard, "zorg-voor-zeist"),
        (without_counting, "groningen-zvt"),
        (half_a_hand_over, "zorg-voor-zeist"),
        (crashing, "samen-sterker-dronten"),
    ],
)
def test_what_is_taken_out_is_missed(world: World, monkeypatch: pytest.MonkeyPatch, broken: Break, home: str):
    broken(monkeypatch)
    failure = caught(world, home)
    assert failure is not None, f"{broken.__name__} was not caught in {WITHIN} sequences"
    assert len(failure.asked) <= 12, f"not made short: {failure}"


def test_with_nothing_taken_out_these_sequences_pass(world: World):
    tally = Tally()
    assert all(play(world, f"lelystad-sit-{n}", tally, ["lelystad-sit"]) is None for n in range(10))
    assert tally.accepted
