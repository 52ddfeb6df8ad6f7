"""A flipped bit is caught in every column that carries history; of the others it is said that they do not."""

import pytest

from tests.support.flipping import COLUMNS, columns, flip
from tests.support.tampering import Attacker
from tests.support.tamperings import by_those_alone

OUTSIDE_HISTORY = {
    "casus_store.one": "there can be one row",
    "casus_store.created_at": "not in any leaf",
    "checkpoints.made_at": "not signed, so that the note of one size is always the same",
    "checkpoints.made_by": "not signed",
    "evidence_keys.since": "not signed",
    "stored_events.xid": "how the sequencer orders what has no place yet",
    "stored_events.id": "how the sequencer orders what has no place yet",
}
"""What a flipped bit is not noticed in, and why: docs/reference/evidence-checks.md says so too."""


def test_every_column_is_classified(attacker: Attacker):
    found = {f"{table}.{column}" for table, column, _ in columns(attacker)}
    known = COLUMNS.keys() | (OUTSIDE_HISTORY.keys() if attacker.server else OUTSIDE_HISTORY.keys() - SERVER)
    assert found == known


SERVER = {"stored_events.xid", "stored_events.id"}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_flipped_bit_is_caught_and_a_weakened_verifier_does_not_notice(attacker: Attacker, name: str):
    _flip(attacker, name)
    assert attacker.verified().faults
    by_those_alone(attacker, frozenset(COLUMNS[name]))


@pytest.mark.parametrize("name", OUTSIDE_HISTORY)
def test_of_what_is_no_history_it_is_not_noticed(attacker: Attacker, name: str):
    """Were it, the page that says so would be wrong."""
    if name != "casus_store.one" and (attacker.server or name not in SERVER):
        _flip(attacker, name)
    assert attacker.verified().intact


def _flip(attacker: Attacker, name: str) -> None:
    table, column = name.split(".")
    kinds = {f"{t}.{c}": kind for t, c, kind in columns(attacker)}
    flip(attacker, table, column, kinds[name])
