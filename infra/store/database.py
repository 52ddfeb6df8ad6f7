"""One way to speak SQL to either database: what the store, the keys and the read models build on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Literal, Protocol

Row = tuple[Any, ...]
Kind = Literal["text", "integer", "boolean", "date", "moment", "bytes"]
"""What a column holds. Read and write values through `encoder` and `decoder`: SQLite knows no dates."""


class Database(Protocol):
    """A connection to one database. SQL is written once, with `?` for every parameter, for both.

    One `Database` is for one thread. Names are unqualified: on PostgreSQL new tables land in schema `casus_read`,
    and `casus` is searched after it. Outside `transaction()` every statement commits by itself.
    """

    @property
    def kind(self) -> Literal["sqlite", "postgresql"]: ...

    def execute(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Run one statement. Out: how many rows it touched (-1 where the database does not say)."""
        ...

    def script(self, sql: str) -> None:
        """Run several statements, without parameters."""
        ...

    def query(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """All rows of one query."""
        ...

    def stream(self, sql: str, params: Sequence[Any] = (), size: int = 2000) -> Iterator[Row]:
        """The rows of one query without holding all of them; `size` rows are fetched at a time."""
        ...

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each of the rows."""
        ...

    def copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Insert many rows the fastest way there is (COPY on PostgreSQL). Out: how many."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """All of the block or none. A transaction inside one is part of it."""
        ...

    def has_table(self, name: str) -> bool: ...

    def close(self) -> None: ...


def rows_one(rows: Sequence[Row]) -> Row | None:
    """The first row of a result, or None."""
    return rows[0] if rows else None


_TOKENS = re.compile(r"'(?:[^']|'')*'|\?|%")


@lru_cache(maxsize=1024)
def to_psycopg(sql: str) -> str:
    """SQL written with `?` as psycopg wants it: `%s`, every other `%` doubled. Quoted text keeps its question marks."""

    def swap(found: re.Match[str]) -> str:
        piece = found.group()
        return "%s" if piece == "?" else piece.replace("%", "%%")

    return _TOKENS.sub(swap, sql)


SQL_TYPES: dict[str, dict[Kind, str]] = {
    "sqlite": {"text": "TEXT", "integer": "INTEGER", "boolean": "INTEGER", "date": "TEXT", "moment": "TEXT",
               "bytes": "BLOB"},
    "postgresql": {"text": 'text COLLATE "C"', "integer": "bigint", "boolean": "boolean", "date": "date",
                   "moment": "timestamptz", "bytes": "bytea"},
}  # fmt: skip
"""The column type of each kind. Text sorts by its bytes on both, so that pages and reports come out the same."""


def iso(moment: datetime) -> str:
    """A moment as SQLite keeps it: UTC, microseconds, always equally long, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def encoder(db: Database, kind: Kind) -> Callable[[Any], Any] | None:
    """What to do with a Python value before it is stored in a column of this kind; None: nothing."""
    if db.kind == "postgresql":
        return None
    if kind == "moment":
        return lambda v: None if v is None else iso(v)
    if kind == "date":
        return lambda v: None if v is None else v.isoformat()
    return None


def decoder(db: Database, kind: Kind) -> Callable[[Any], Any] | None:
    """What to do with a stored value of this kind to get the Python value; None: nothing."""
    if db.kind == "postgresql":
        return None if kind != "moment" else (lambda v: None if v is None else v.astimezone(UTC))
    if kind == "moment":
        return lambda v: None if v is None else datetime.fromisoformat(v)
    if kind == "date":
        return lambda v: None if v is None else date.fromisoformat(v)
    if kind == "boolean":
        return lambda v: None if v is None else bool(v)
    return None
