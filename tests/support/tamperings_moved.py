"""Events put elsewhere in the order, exchanged, or put in: more of the table of tamperings."""

from __future__ import annotations

from infra.evidence.checks.report import Check
from tests.support.sown import CASE, PLAIN
from tests.support.tampering import Attacker
from tests.support.tamperings import LEAF, ROOTS, tampering

# --- events put elsewhere, or put in


@tampering("leaf-differs", by=LEAF)
def two_events_swapped_in_the_order(a: Attacker) -> None:
    """Two of different streams, of one append: their places change hands."""
    one, other = a.place_of("LEL-2026-0150", 1), a.place_of("LEL-2026-0200", 1)
    _swap_places(a, one, other)


@tampering("root-differs", by=ROOTS)
def two_events_swapped_and_the_tree_rebuilt(a: Attacker) -> None:
    two_events_swapped_in_the_order(a)
    a.rebuild()


@tampering("version-gap", "leaf-differs", by=LEAF | {Check.VERSIONS})
def two_events_of_one_case_swapped_in_the_order(a: Attacker) -> None:
    _swap_places(a, a.place_of(PLAIN, 4), a.place_of(PLAIN, 5))


@tampering("leaf-differs", "envelope-differs", by=LEAF | {Check.ENVELOPES})
def the_bytes_of_two_events_swapped(a: Attacker) -> None:
    at = "WHERE originator_id = ? AND originator_version = 5"
    one, other = (a.one(f"SELECT state FROM stored_events {at}", s) for s in (PLAIN, CASE))
    a.do(f"UPDATE stored_events SET state = ? {at}", other, PLAIN)
    a.do(f"UPDATE stored_events SET state = ? {at}", one, CASE)


def _swap_places(a: Attacker, one: int, other: int) -> None:
    for before, after in ((one, -1), (other, one), (-1, other)):
        a.do("UPDATE places SET place = ? WHERE place = ?", after, before)


def forged(a: Attacker, place: int) -> None:
    """One event more, copied of another: in a stream of its own, at a place that is free."""
    state = bytes(a.one("SELECT state FROM stored_events WHERE originator_id = ? AND originator_version = 1", PLAIN))
    new = "LEL-2026-9999"
    a.do(
        "INSERT INTO stored_events (originator_id, originator_version, topic, state, recorded_at, recorded_by) "
        "SELECT ?, 1, topic, ?, recorded_at, recorded_by FROM stored_events WHERE originator_id = ? AND originator_version = 1",
        new, state.replace(PLAIN.encode(), new.encode()), PLAIN,
    )  # fmt: skip
    a.do(
        "INSERT INTO places SELECT ?, ?, 1, placed_at FROM places WHERE place = (SELECT max(place) FROM places WHERE place < ?)",
        place, new, place,
    )  # fmt: skip


@tampering("event-unplaced", by=frozenset({Check.EVENTS}))
def one_put_in_without_a_place(a: Attacker) -> None:
    forged(a, 999)
    a.do("DELETE FROM places WHERE place = 999")
    if a.server:  # one that seems to wait behind the last is told apart: it is not of this cluster's time
        a.do("UPDATE stored_events SET xid = '3' WHERE originator_id = 'LEL-2026-9999'")


@tampering("place-missing", by=frozenset({Check.PLACES}))
def one_put_in_at_a_forged_place(a: Attacker) -> None:
    forged(a, 400)


@tampering("leaf-differs", by=LEAF)
def one_put_in_and_all_after_it_moved(a: Attacker) -> None:
    _put_in(a)


@tampering("root-differs", by=ROOTS)
def one_put_in_and_the_tree_rebuilt(a: Attacker) -> None:
    _put_in(a)
    a.rebuild()


def _put_in(a: Attacker) -> None:
    for (place,) in a.ask("SELECT place FROM places WHERE place >= 30 ORDER BY place DESC"):
        a.do("UPDATE places SET place = ? WHERE place = ?", place + 1, place)
    forged(a, 30)
    if a.server:
        a.do("UPDATE place_head SET place = place + 1")


@tampering("leaf-differs", by=LEAF | {Check.VERSIONS, Check.TIMES})
def all_places_numbered_anew(a: Attacker) -> None:
    found = [p for (p,) in a.ask("SELECT place FROM places ORDER BY place")]
    for place in found:
        a.do("UPDATE places SET place = ? WHERE place = ?", -place, place)
    for place in found:
        a.do("UPDATE places SET place = ? WHERE place = ?", len(found) + 1 - place, -place)
