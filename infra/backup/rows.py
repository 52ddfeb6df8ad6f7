"""The rows of a store as a backup has them: read from one moment, in an order that is the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from infra.backup.parts import AT, EVENTS, PLACES, Part
from infra.store.database import Database, Row
from infra.store.sqlite import SQLiteDatabase


@contextmanager
def snapshot(db: Database) -> Iterator[None]:
    """All that is read in the block is of one moment. Nobody who writes waits for it."""
    if isinstance(db, SQLiteDatabase):
        with db.file.transaction(commit=False):
            yield
        return
    with db.transaction():
        db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        db.execute("SET LOCAL row_security = off")  # rows that this login may not see are an error, not left out
        yield


def rows_of(db: Database, part: Part) -> Iterator[Row]:
    """The rows of one part. Events come in the one order, then those that have no place yet."""
    if not part.is_in(db):
        return
    columns = ", ".join(f"t.{name}" for name in part.columns)
    if part is not EVENTS:
        yield from db.stream(f"SELECT {columns} FROM {part.table(db)} t ORDER BY {part.order}")
        return
    events, places = EVENTS.table(db), PLACES.table(db)
    yield from db.stream(f"SELECT {columns} FROM {places} p JOIN {events} t ON {AT} ORDER BY p.place")
    late = "t.rowid" if db.kind == "sqlite" else "t.xid, t.id"
    yield from db.stream(f"SELECT {columns} FROM {events} t LEFT JOIN {places} p ON {AT} WHERE p.place IS NULL ORDER BY {late}")


def count_of(db: Database, part: Part) -> int:
    """How many rows a part has."""
    if not part.is_in(db):
        return 0
    found: Any = db.query(f"SELECT count(*) FROM {part.table(db)}")[0][0]
    return int(found)
