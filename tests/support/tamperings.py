"""What is done to a history, each way by itself, with the checks that catch it: each of them alone does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from infra.evidence.checks.report import ALL, Check
from tests.support.sown import CASE, PLAIN, SEALED, SIZES, sow
from tests.support.stores import config_of
from tests.support.tampering import Attacker

ROOTS = frozenset({Check.ROOTS, Check.OUTSIDE, Check.HELD})
"""A root is not the one that was signed."""
LEAF = ROOTS | {Check.LEAVES, Check.TILES}
"""An event is not the one that its leaf was made of."""


class Tampering(NamedTuple):
    """What is done; the checks each of which catches it alone; the kinds of fault that name it."""

    do: Callable[[Attacker], None]
    caught: frozenset[Check]
    kinds: frozenset[str]


FOUND: dict[str, Tampering] = {}


def tampering(*kinds: str, by: frozenset[Check]) -> Callable[[Callable[[Attacker], None]], Callable[[Attacker], None]]:
    """Puts one in the table."""

    def put(do: Callable[[Attacker], None]) -> Callable[[Attacker], None]:
        FOUND[do.__name__.replace("_", " ")] = Tampering(do, by, frozenset(kinds))
        return do

    return put


def by_those_alone(attacker: Attacker, caught: frozenset[Check]) -> None:
    """Hold a tampering against what is said to catch it: each of these checks by itself does, and all others together do not."""
    missed = {check for check in caught if attacker.verified(frozenset({check})).intact}
    assert not missed, f"it is not caught by {sorted(missed)} alone"
    noticed = {(fault.check, fault.kind) for fault in attacker.verified(ALL - caught).faults}
    assert not noticed, f"it is also caught by {sorted(noticed)}"


@contextmanager
def another() -> Iterator[Attacker]:
    """Another store, with the same cases in it."""
    with TemporaryDirectory(prefix="casus-test-") as folder:
        home = Path(folder) / "other"
        home.mkdir()
        other = Attacker(sow(config_of("sqlite", home)))
        try:
            yield other
        finally:
            other.close()


# --- events taken out


@tampering("place-missing", "version-gap", by=frozenset({Check.PLACES, Check.VERSIONS, Check.LEAVES, Check.SEALED}))
def one_from_the_middle(a: Attacker) -> None:
    a.do("DELETE FROM places WHERE originator_id = ? AND originator_version = 2", SEALED)
    a.do("DELETE FROM stored_events WHERE originator_id = ? AND originator_version = 2", SEALED)


@tampering("leaf-differs", by=LEAF | {Check.PLACES})
def one_from_the_middle_and_ranks_closed(a: Attacker) -> None:
    a.drop_event(PLAIN, 5)
    a.close_ranks()


@tampering("root-differs", by=ROOTS)
def one_from_the_middle_and_the_tree_rebuilt(a: Attacker) -> None:
    a.drop_event(PLAIN, 5)
    a.close_ranks()
    a.rebuild()


@tampering("place-missing", by=frozenset({Check.PLACES, Check.LEAVES}))
def one_from_the_tail(a: Attacker) -> None:
    last = a.one("SELECT max(place) FROM places")
    ((stream, version),) = a.ask("SELECT originator_id, originator_version FROM places WHERE place = ?", last)
    a.drop_event(stream, version)


@tampering("cut-off", by=ROOTS)
def one_from_the_tail_with_all_that_is_derived(a: Attacker) -> None:
    last = a.one("SELECT max(place) FROM places")
    ((stream, version),) = a.ask("SELECT originator_id, originator_version FROM places WHERE place = ?", last)
    a.drop_event(stream, version)
    a.do("DELETE FROM leaves WHERE place = ?", last)
    if a.server:
        a.do("UPDATE place_head SET place = ?", last - 1)


@tampering("place-missing", by=frozenset({Check.PLACES, Check.LEAVES}))
def a_whole_case(a: Attacker) -> None:
    for version in range(1, 6):
        a.drop_event(CASE, version)


@tampering("leaf-differs", by=LEAF | {Check.PLACES})
def a_whole_case_and_ranks_closed(a: Attacker) -> None:
    a_whole_case(a)
    a.close_ranks()


@tampering("root-differs", by=ROOTS)
def a_whole_case_and_the_tree_rebuilt(a: Attacker) -> None:
    a_whole_case_and_ranks_closed(a)
    a.rebuild()


@tampering("event-missing", by=frozenset({Check.EVENTS}))
def an_event_whose_place_is_left(a: Attacker) -> None:
    a.drop_event(PLAIN, 5, place=False)


@tampering("place-missing", "event-unplaced", by=frozenset({Check.PLACES, Check.EVENTS, Check.LEAVES}))
def a_place_whose_event_is_left(a: Attacker) -> None:
    a.do("DELETE FROM places WHERE originator_id = ? AND originator_version = 5", PLAIN)


@tampering("cut-off", by=frozenset({Check.OUTSIDE, Check.HELD}))
def an_older_backup_put_back(a: Attacker) -> None:
    a.cut_back(SIZES[0])
