"""Reads the tables for a check, also where a column holds what its database would not hand over."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from infra.store.database import Database

if TYPE_CHECKING:
    from infra.store.sqlite import SQLiteDatabase

SIGHT = """
    SELECT NOT row_security_active('casus.stored_events') OR EXISTS (
        SELECT FROM pg_policies p, unnest(p.roles) r(role) WHERE p.schemaname = 'casus' AND p.tablename = 'stored_events'
            AND p.qual = 'true' AND pg_has_role(current_user, r.role, 'USAGE')),
    has_table_privilege('casus.sealed_fields', 'SELECT')
"""
"""Whether this login may read every event, and the sealed fields."""


class Tables:
    """The tables of one store as this login may read them. In: the database, and whether to read past what it would refuse to
    hand over: bytes that are no text, and a time that no calendar has. They come out as something that the store never writes.
    """

    def __init__(self, database: Database, *, damaged: bool = False) -> None:
        self.database = database
        self.damaged = damaged
        self.server = database.kind == "postgresql"
        self.all, self.sealed = database.query(SIGHT)[0] if self.server else (True, True)

    def moment(self, column: str) -> str:
        """A column with a time, as it is to be asked for."""
        if not (self.damaged and self.server):
            return column
        return f"CASE WHEN {column} >= '0001-01-02' AND {column} < '9999-12-30' THEN {column} END"

    @contextmanager
    def read(self) -> Iterator[None]:
        """While this is open, texts that are none are handed over too."""
        if not self.damaged or self.server:
            yield
            return
        database: SQLiteDatabase = self.database  # type: ignore[assignment]
        raw = database.file.raw
        before = raw.text_factory
        raw.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        try:
            yield
        finally:
            raw.text_factory = before


def unreadable(database: Database) -> type[Exception]:
    """What a driver raises where a column holds what it would not hand over."""
    if database.kind == "sqlite":
        return sqlite3.OperationalError
    from psycopg import DataError

    return DataError


def digest(value: Any) -> bytes | None:
    """A hash as it stands in a table; None where it is none."""
    return value if isinstance(value, bytes) and len(value) == 32 else None


def text(value: Any) -> str:
    """A text as it stands in a table; empty where it is none, or none that can be written out."""
    return value if isinstance(value, str) and not any("\ud800" <= c <= "\udfff" for c in value) else ""
