"""A bit of one column of one row, turned over, as the full-access attacker of `tests.support.tampering` does it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from infra.evidence.checks.report import Check
from tests.support.sown import PLAIN, SEALED
from tests.support.tampering import TABLES, Attacker
from tests.support.tamperings import LEAF

EVENT = "originator_id = '{}' AND originator_version = 5"
ROWS = {
    "stored_events": EVENT.format(PLAIN),
    "places": EVENT.format(PLAIN),
    "sealed_fields": f"originator_id = '{SEALED}' AND originator_version = 4 AND field = 'text'",
    "leaves": "place = 20",
    "tiles": "level = 1 AND number = 0",
    "checkpoints": "size = 270",
    "evidence_keys": "number = 1",
    "casus_store": "store_id IS NOT NULL",
}
"""Of each table one row: that of an event without sealed fields, the last of its stream, in the middle of a batch; of a sealed
field; and of what vouches for them.
"""

BY_TEXTS, BY_EVENTS = frozenset({Check.SEALED}), frozenset({Check.EVENTS})
COLUMNS = {
    "stored_events.originator_id": BY_EVENTS,
    "stored_events.originator_version": BY_EVENTS,
    "stored_events.topic": LEAF | {Check.ENVELOPES},
    "stored_events.state": LEAF,
    "stored_events.recorded_at": LEAF,
    "stored_events.recorded_by": LEAF,
    "sealed_fields.originator_id": BY_TEXTS,
    "sealed_fields.originator_version": BY_TEXTS,
    "sealed_fields.field": BY_TEXTS,
    "sealed_fields.key_id": BY_TEXTS,
    "sealed_fields.data": BY_TEXTS,
    "places.place": {Check.PLACES, Check.LEAVES, Check.TIMES},
    "places.originator_id": BY_EVENTS,
    "places.originator_version": BY_EVENTS,
    "places.placed_at": LEAF | {Check.TIMES},
    "leaves.place": {Check.PLACES, Check.LEAVES, Check.TILES},
    "leaves.digest": {Check.LEAVES},
    "leaves.hash": {Check.LEAVES},
    "tiles.level": {Check.TILES},
    "tiles.number": {Check.TILES},
    "tiles.hash": {Check.TILES},
    "checkpoints.origin": {Check.SIGNATURES},
    "checkpoints.size": {Check.SIGNATURES, Check.ROOTS},
    "checkpoints.root": {Check.SIGNATURES, Check.ROOTS},
    "checkpoints.note": {Check.SIGNATURES},
    "evidence_keys.number": {Check.KEYS},
    "evidence_keys.vkey": {Check.KEYS, Check.SIGNATURES, Check.OUTSIDE, Check.HELD},
    "casus_store.store_id": {Check.STORE, Check.KEYS, Check.SIGNATURES, Check.LEAVES, Check.TILES, Check.ROOTS, Check.HELD},
}
"""The columns that carry history, and what catches a change in each, each alone."""

BITS = {"originator_id": 8, "store_id": 64}
"""Which bit of a letter, where the lowest makes a name that is taken, or now and then another one that might be."""


def columns(attacker: Attacker) -> list[tuple[str, str, str]]:
    """Every column of the tables where history stands, from the catalogue: table, column, type."""
    if attacker.server:
        marks = ", ".join(f"'{t}'" for t in TABLES)
        return attacker.ask(
            "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns "
            f"WHERE table_schema = 'casus' AND table_name IN ({marks}) ORDER BY 1, ordinal_position"
        )
    return [(t, row[1], row[2].lower()) for t in TABLES for row in attacker.ask(f"PRAGMA table_info({t})")]


def flip(attacker: Attacker, table: str, column: str, kind: str) -> None:
    """Turn a bit over: the last one of a text or of bytes, the lowest of a stamp, a free one of a number."""
    where = ROWS[table]
    value = attacker.one(f"SELECT {column} FROM {table} WHERE {where}")
    if attacker.server and column == "id":
        attacker.do("ALTER TABLE stored_events ALTER id DROP IDENTITY")
    put(attacker, table, column, turned(value, kind, BITS.get(column, 1)))


def put(attacker: Attacker, table: str, column: str, value: Any) -> None:
    """Write a value into the column of that row."""
    if attacker.server and column == "xid":
        attacker.do(f"UPDATE {table} SET xid = ?::text::xid8 WHERE {ROWS[table]}", value)
        return
    attacker.do(f"UPDATE {table} SET {column} = ? WHERE {ROWS[table]}", value)


def turned(value: Any, kind: str, bit: int = 1) -> Any:
    """The value with one bit turned over; a time that is a text stays one, a microsecond on or back."""
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value ^ 1 << 12
    if kind == "xid8":
        return str(int(value) ^ 1)
    if isinstance(value, str):
        at = -2 if value.endswith(("Z", "\n")) else -1
        return value[:at] + chr(ord(value[at]) ^ bit) + value[at:][1:]
    data = bytes(value)
    return data[:-2] + bytes([data[-2] ^ 1]) + data[-1:]
