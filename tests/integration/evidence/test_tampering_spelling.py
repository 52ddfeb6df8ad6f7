"""On a laptop a column takes what it is given: other types, the same moment spelled otherwise, and bytes that are no text."""

import pytest

from infra.evidence.checks.report import Check
from tests.support.flipping import COLUMNS, ROWS, columns
from tests.support.tampering import Attacker
from tests.support.tamperings import by_those_alone

STAMPS = frozenset({Check.STAMPS})
ONLY_NUMBERS = {"places.place", "leaves.place", "evidence_keys.number", "casus_store.one"}
"""Columns that take nothing but a number."""
OTHER_TYPES = {name: caught for name, caught in COLUMNS.items() if name not in ONLY_NUMBERS} | {
    "stored_events.topic": STAMPS | {Check.ENVELOPES},
    "stored_events.state": STAMPS,
    "stored_events.recorded_at": STAMPS,
    "stored_events.recorded_by": STAMPS,
    "places.placed_at": STAMPS,
    "checkpoints.made_at": STAMPS,
    "checkpoints.made_by": STAMPS,
    "evidence_keys.since": STAMPS,
    "casus_store.created_at": STAMPS,
}
"""Bytes for a text, a text for bytes, half a number: caught by what catches a flipped bit, or by the form of the stamps."""
AS = {"text": "CAST({} AS BLOB)", "blob": "CAST({} AS TEXT)", "integer": "CAST({} AS REAL) + 0.5"}
MOMENTS = (
    "stored_events.recorded_at",
    "places.placed_at",
    "checkpoints.made_at",
    "evidence_keys.since",
    "casus_store.created_at",
)
SPELLINGS = ("replace({}, 'T', ' ')", "replace({}, 'Z', '+00:00')", "lower({})", "'0' || {}", "{} || ' '")
"""Each of the first three is the same moment to whoever reads it leniently."""
TEXTS = sorted(
    name for name in OTHER_TYPES
    if not name.endswith(("_version", "state", "data", "digest", "hash", "root", "size", "level", "number", ".store_id"))
)  # fmt: skip
"""The columns of texts. Of a store without an id that can be read nothing is opened at all."""
NOT_UTF8 = "CAST(X'FF' || CAST({} AS BLOB) AS TEXT)"


def test_every_column_is_classified(laptop: Attacker):
    assert {f"{t}.{c}" for t, c, _ in columns(laptop)} == OTHER_TYPES.keys() | ONLY_NUMBERS


@pytest.mark.parametrize("name", OTHER_TYPES)
def test_another_type_is_caught(laptop: Attacker, name: str):
    kinds = {f"{t}.{c}": kind for t, c, kind in columns(laptop)}
    _write(laptop, name, AS[kinds[name]])
    by_those_alone(laptop, frozenset(OTHER_TYPES[name]))


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("name", MOMENTS)
def test_another_spelling_of_a_moment_is_caught(laptop: Attacker, name: str, spelling: str):
    _write(laptop, name, spelling)
    # Read as a text, it may also come before the one before.
    caught = STAMPS | ({Check.TIMES} if laptop.verified(frozenset({Check.TIMES})).faults else frozenset())
    by_those_alone(laptop, caught)


@pytest.mark.parametrize("name", TEXTS)
def test_bytes_that_are_no_text_are_caught_and_stop_nothing(laptop: Attacker, name: str):
    _write(laptop, name, NOT_UTF8)
    found = {fault.check for fault in laptop.verified().faults}
    assert found
    assert found <= OTHER_TYPES[name] | {Check.TIMES}


def _write(attacker: Attacker, name: str, sql: str) -> None:
    table, column = name.split(".")
    attacker.do(f"UPDATE {table} SET {column} = {sql.format(column)} WHERE {ROWS[table]}")
