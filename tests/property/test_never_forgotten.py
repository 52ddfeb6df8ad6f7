"""Nobody is forgotten: thousands of random command sequences at every shipped table, with time, leaving and mistakes."""

import os

import pytest

from infra import profiles
from tests.property.playing import Tally, play
from tests.property.preparing import prepared
from tests.property.world import World, first_world

SEQUENCES = int(os.environ.get("CASUS_TEST_SEQUENCES", "300"))
"""For each table, and for all together. A longer run: `CASUS_TEST_SEQUENCES=5000 pytest tests/property`."""
SEED = os.environ.get("CASUS_TEST_SEED", "")
ACCEPTED = 0.6
TABLES = tuple(name for name in profiles.shipped() if profiles.load(profiles.find(name)).kind == "team")


@pytest.fixture(scope="module")
def world() -> World:
    """Every table and the region, in one log."""
    return prepared(first_world())


@pytest.mark.parametrize("home", [*((t,) for t in TABLES), TABLES], ids=lambda home: home[0] if len(home) == 1 else "together")
def test_whatever_is_asked_in_whatever_order_no_resident_is_forgotten(world: World, home: tuple[str, ...]):
    tally = Tally()
    for n in range(SEQUENCES):
        failure = play(world, f"{SEED}{'+'.join(home)}-{n}", tally, home)
        assert failure is None, str(failure)
    print(f"\n{SEQUENCES} sequences: {tally}")
    assert tally.share() >= ACCEPTED, f"too few were accepted to prove anything: {tally}"
    assert len(tally.accepted) > 60, f"too few kinds of command were accepted: {sorted(tally.accepted)}"
    for leaving in (
        "team.professional-leaves",
        "team.partner-leaves",
        "closing.undo-merge",
        "closing.reopen",
        "correcting.correct",
    ):
        assert tally.accepted[leaving], f"{leaving} was never accepted: {tally}"
