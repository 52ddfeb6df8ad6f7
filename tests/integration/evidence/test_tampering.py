"""Every way of tampering is caught and named, by each check that is said to catch it alone, and by none other."""

import pytest

from infra.evidence.checks.report import ALL, Check
from tests.support import tamperings, tamperings_beside, tamperings_moved, tamperings_signed
from tests.support.tampering import Attacker
from tests.support.tamperings import FOUND, another, by_those_alone


def test_the_whole_table_is_here():
    """Each part of it is put there by a module of its own."""
    assert {done.do.__module__ for done in FOUND.values()} == {
        t.__name__ for t in (tamperings, tamperings_beside, tamperings_moved, tamperings_signed)
    }


def test_what_was_not_tampered_with_is_found_intact(attacker: Attacker):
    report = attacker.verified()
    assert report.intact
    assert (report.events, report.signed, report.size) == (287, 287, 287)


@pytest.mark.parametrize("name", FOUND)
def test_it_is_caught_and_a_weakened_verifier_does_not_notice(attacker: Attacker, name: str):
    done = FOUND[name]
    done.do(attacker)
    found = attacker.verified().faults
    assert done.kinds <= {fault.kind for fault in found}
    assert {fault.check for fault in found} <= done.caught
    by_those_alone(attacker, done.caught)


def test_the_event_at_fault_is_named(attacker: Attacker):
    FOUND["the bytes of two events swapped"].do(attacker)
    named = {(f.stream, f.version, f.place) for f in attacker.verified().faults}
    assert named == {(s, 5, attacker.place_of(s, 5)) for s in ("LEL-2026-0004", "LEL-2026-0005")}


def test_where_the_tree_was_rebuilt_the_checkpoints_tell_between_which_places(attacker: Attacker):
    FOUND["two events swapped and the tree rebuilt"].do(attacker)
    report = attacker.verified()
    assert report.signed == 40
    assert {(f.facts["after"], f.facts["size"]) for f in report.faults} == {(40, 270), (40, 287)}


def test_a_checkpoint_of_another_store_vouches_for_nothing(attacker: Attacker):
    with another() as other:
        held = (*attacker.sown.held, other.sown.held[0])
    assert [(f.check, f.kind) for f in attacker.verified(held=held).faults] == [(Check.HELD, "note-other-store")]
    assert attacker.verified(ALL - {Check.HELD}, held=held).intact


def test_without_a_held_checkpoint_a_log_rebuilt_with_the_key_passes(attacker: Attacker):
    """Why they are handed out."""
    FOUND["the log rebuilt and signed with the key outside too"].do(attacker)
    assert attacker.verified(held=()).intact


def test_it_goes_on_after_a_fault_and_stops_after_many(attacker: Attacker):
    attacker.do("UPDATE stored_events SET recorded_by = 'somebody'")
    report = attacker.verified()
    assert report.stopped
    assert len(report.faults) == 100
    assert [f.place for f in report.faults] == list(range(1, 101))
