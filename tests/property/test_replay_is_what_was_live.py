"""A replay to any place is the case as it stood right then: whatever was asked, entered late, corrected or withdrawn since."""

import os
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import projections.history
from domain.event import Recorded, in_order
from projections.history import Reach, history_of
from tests.property.preparing import prepared
from tests.property.replaying import Remembered, faults, played
from tests.property.test_never_forgotten import TABLES
from tests.property.world import World, first_world

SEQUENCES = int(os.environ.get("CASUS_TEST_SEQUENCES", "300")) // 4
WITHIN = 40
"""Sequences in which a broken fold must be caught; several times what it takes now."""
Break = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture(scope="module")
def world() -> World:
    return prepared(first_world(TABLES), 1)


@pytest.fixture(scope="module")
def sequences(world: World) -> list[tuple[World, Remembered]]:
    """Some that were played, with what is remembered of each."""
    return [played(world, n, [TABLES[n % len(TABLES)]]) for n in range(WITHIN)]


@settings(max_examples=SEQUENCES, deadline=None, derandomize=True)
@given(seed=st.integers(min_value=0), home=st.sampled_from(TABLES))
def test_a_replay_to_any_place_is_what_was_live_there(world: World, seed: int, home: str):
    assert faults(*played(world, seed, [home])) == []


def test_these_sequences_hold_what_makes_it_hard(sequences: list[tuple[World, Remembered]]):
    """Entries that were late, corrections and withdrawals, of cases that were looked at in between."""
    late = corrected = withdrawn = looked = 0
    for after, remembered in sequences:
        assert faults(after, remembered) == []
        looked += sum(map(len, remembered.live.values()))
        for number in remembered.live:
            records = after.records(number)
            late += [r.version for r in records] != [r.version for r in sorted(records, key=lambda r: r.occurred_at)]
            topics = [r.topic for r in records]
            corrected += "case.correcting.entry-corrected" in topics
            withdrawn += "case.correcting.entry-withdrawn" in topics
    assert min(late, corrected, withdrawn) > 5
    assert looked > 500


def leaving_one_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(projections.history, "in_order", lambda records: [r for n, r in enumerate(in_order(records)) if n != 2])


def by_place_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(projections.history, "in_order", lambda records: sorted(in_order(records), key=lambda r: r.version))


def uncorrected(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(projections.history, "in_order", lambda records: sorted(records, key=lambda r: (r.occurred_at, r.version)))


def with_what_came_later(patch: pytest.MonkeyPatch) -> None:
    """Corrections made since tell what was known before them."""

    def reached(records: Sequence[Recorded], reach: Reach) -> projections.history.History[Any] | None:
        assert reach.place is not None
        known = [r for r in records if r.place is not None and r.place <= reach.place]
        counts = {r.version for r in known}
        effective = [r for r in in_order(records) if r.version in counts]
        return projections.history.folded("case", known, effective) if known else None

    patch.setattr("tests.property.replaying.reached", reached)


def one_place_too_far(patch: pytest.MonkeyPatch) -> None:
    def reached(records: Sequence[Recorded], reach: Reach) -> projections.history.History[Any] | None:
        assert reach.place is not None
        return history_of([r for r in records if r.place is not None and r.place <= reach.place + 1])

    patch.setattr("tests.property.replaying.reached", reached)


def telling_too_little(patch: pytest.MonkeyPatch) -> None:
    """What changed is told without one field."""
    patch.setattr("tests.property.replaying.compared", _without("agreements"))


def _without(name: str) -> Callable[..., tuple[dict[str, object], dict[str, object]]]:
    from projections.changes import compared

    def less(*states: object) -> tuple[dict[str, object], dict[str, object]]:
        before, after = compared(*states)  # type: ignore[arg-type]
        return {k: v for k, v in before.items() if k != name}, {k: v for k, v in after.items() if k != name}

    return less


@pytest.mark.parametrize(
    "broken", [leaving_one_out, by_place_alone, uncorrected, with_what_came_later, one_place_too_far, telling_too_little]
)
def test_a_broken_fold_is_caught(
    sequences: list[tuple[World, Remembered]], monkeypatch: pytest.MonkeyPatch, broken: Break
):  # fmt: skip
    broken(monkeypatch)
    assert any(faults(*each) for each in sequences), f"{broken.__name__} was not caught in {WITHIN} sequences"
