"""SQLite: the library's datastore on one connection with durable settings, and SQL on it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from eventsourcing.sqlite import SQLiteConnection, SQLiteConnectionPool, SQLiteCursor, SQLiteDatastore

from domain.refusal import Refused
from infra.store.database import Row

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # NORMAL loses acknowledged rows in a power cut
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",  # what is sorted does not land in a file of the system's
)
FOR_KEYS = ("PRAGMA secure_delete = ON",)  # a destroyed key leaves no bytes in a free page


class _Connection(SQLiteConnection):
    """A connection whose transactions take the write lock at once, and of which an inner one is part of the outer."""

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        cursor = self.cursor()
        if self._sqlite_conn.in_transaction:
            with cursor:
                yield cursor
            return
        # Two deferred transactions that both turn into writers refuse each other; one that says so waits.
        with cursor:
            cursor.execute("BEGIN IMMEDIATE" if commit else "BEGIN")
            try:
                yield cursor
            except BaseException:
                self.rollback()
                raise
            if commit:
                self.commit()
            else:
                self.rollback()


class _Pool(SQLiteConnectionPool):
    """The library's pool, of one connection, with our pragmas."""

    more: Sequence[str] = ()

    def _create_connection(self) -> _Connection:
        made: sqlite3.Connection | None = None
        try:
            made = sqlite3.connect(
                self.db_name, timeout=self.lock_timeout or 5, isolation_level=None, uri=False, check_same_thread=False
            )
            for pragma in (*PRAGMAS, *self.more):
                made.execute(pragma)
        except sqlite3.Error as error:
            if made is not None:
                made.close()
            raise refusal(error, self.db_name) or error from None
        made.row_factory = sqlite3.Row
        return _Connection(made, None)


class EmbeddedDatastore(SQLiteDatastore):
    """The library's datastore over one file that must exist. One thread, one connection: it nests, never waits for
    itself.
    """

    def __init__(self, path: Path, patience: float, pragmas: Sequence[str] = ()) -> None:
        super().__init__(str(path), originator_id_type="text")
        self.pool = _Pool(db_name=str(path), lock_timeout=max(1, round(patience)), pool_size=1, max_overflow=0)
        self.pool.more = pragmas
        self._only: SQLiteConnection | None = None

    @contextmanager
    def get_connection(self, *, commit: bool = False) -> Iterator[SQLiteConnection]:
        if self._only is None:
            self._only = self.pool._create_connection()  # noqa: SLF001 - the pool would lend it for one use
        yield self._only

    @property
    def raw(self) -> sqlite3.Connection:
        """The connection itself."""
        with self.get_connection() as connection:
            return connection._sqlite_conn  # noqa: SLF001 - the library has no other way to it

    def close(self) -> None:
        if self._only is not None:
            self._only.close()
            self._only = None
        super().close()


class SQLiteDatabase:
    """`Database` on SQLite."""

    kind: Literal["sqlite", "postgresql"] = "sqlite"

    def __init__(self, datastore: EmbeddedDatastore) -> None:
        self.datastore = datastore

    def _cursor(self) -> sqlite3.Cursor:
        cursor = self.datastore.raw.cursor()
        cursor.row_factory = None
        return cursor

    def execute(self, sql: str, params: Sequence[Any] = ()) -> int:
        with _refusing(self.datastore):
            return self._cursor().execute(sql, params).rowcount

    def script(self, sql: str) -> None:
        for statement in _statements(sql):
            self.execute(statement)

    def query(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        with _refusing(self.datastore):
            return self._cursor().execute(sql, params).fetchall()

    def stream(self, sql: str, params: Sequence[Any] = (), size: int = 2000) -> Iterator[Row]:
        cursor = self._cursor().execute(sql, params)
        while rows := cursor.fetchmany(size):
            yield from rows

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with _refusing(self.datastore), self.transaction():
            self._cursor().executemany(sql, rows)

    def copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        marks = ", ".join("?" * len(columns))
        with _refusing(self.datastore), self.transaction():
            cursor = self._cursor().executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
            return cursor.rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with _refusing(self.datastore), self.datastore.transaction(commit=True):
            yield

    def has_table(self, name: str) -> bool:
        return bool(self.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)))

    def close(self) -> None:
        self.datastore.close()


def _statements(text: str) -> Iterator[str]:
    """The statements of a script, triggers whole: the driver's own way of running one commits what came before."""
    so_far = ""
    for line in text.splitlines(keepends=True):
        so_far += line
        if sqlite3.complete_statement(so_far):
            yield so_far
            so_far = ""


@contextmanager
def _refusing(datastore: EmbeddedDatastore) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if told := refusal(error, datastore.pool.db_name):
            raise told from error
        raise


REFUSALS = {
    sqlite3.SQLITE_BUSY: "store-busy",
    sqlite3.SQLITE_CANTOPEN: "store-unreadable",
    sqlite3.SQLITE_FULL: "store-full",
    sqlite3.SQLITE_IOERR: "store-failing",
    sqlite3.SQLITE_NOTADB: "store-damaged",
    sqlite3.SQLITE_CORRUPT: "store-damaged",
    sqlite3.SQLITE_READONLY: "store-unwritable",
    sqlite3.SQLITE_PERM: "store-unwritable",
}


def refusal(error: sqlite3.Error, path: str) -> Refused | None:
    """What the disk or another process stands in the way of, said as a refusal; None for a fault of ours."""
    code = REFUSALS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    return Refused(code, path=path) if code else None


def make_file(path: Path) -> None:
    """Make an empty file that only its owner may read. SQLite gives its companions the same mode."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError:
        raise Refused("store-unwritable", path=str(path)) from None
