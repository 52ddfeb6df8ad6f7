"""SQLite: one connection to a file with durable settings, and SQL on it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from domain.refusal import Refused
from infra.store.database import Row

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # NORMAL loses acknowledged rows in a power cut
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",  # what is sorted does not land in a file of the system's
)
FOR_KEYS = ("PRAGMA secure_delete = ON",)  # a destroyed key leaves no bytes in a free page


class SQLiteFile:
    """One connection to a file that must exist, made when first asked for. One thread: its transactions nest, and it
    never waits for itself.
    """

    def __init__(self, path: Path, patience: float, pragmas: Sequence[str] = ()) -> None:
        self.path = str(path)
        self._patience = max(1, round(patience))
        self._pragmas = pragmas
        self._only: sqlite3.Connection | None = None

    @property
    def raw(self) -> sqlite3.Connection:
        """The connection itself."""
        if self._only is None:
            self._only = self._connect()
        return self._only

    def _connect(self) -> sqlite3.Connection:
        made: sqlite3.Connection | None = None
        try:
            made = sqlite3.connect(self.path, timeout=self._patience, isolation_level=None, uri=False, check_same_thread=False)
            for pragma in (*PRAGMAS, *self._pragmas):
                made.execute(pragma)
        except sqlite3.Error as error:
            if made is not None:
                made.close()
            raise refusal(error, self.path) or error from None
        return made

    @contextmanager
    def transaction(self, *, commit: bool = True) -> Iterator[None]:
        """All of the block or none; the write lock is taken at once. One inside another is part of it."""
        connection = self.raw
        if connection.in_transaction:
            yield
            return
        # Two deferred transactions that both turn into writers refuse each other; one that says so waits.
        connection.execute("BEGIN IMMEDIATE" if commit else "BEGIN")
        try:
            yield
        except BaseException:
            connection.rollback()
            raise
        if commit:
            connection.commit()
        else:
            connection.rollback()

    def close(self) -> None:
        """Let go of the file."""
        if self._only is not None:
            self._only.close()
            self._only = None


class SQLiteDatabase:
    """`Database` on SQLite."""

    kind: Literal["sqlite", "postgresql"] = "sqlite"

    def __init__(self, file: SQLiteFile) -> None:
        self.file = file

    def _cursor(self) -> sqlite3.Cursor:
        return self.file.raw.cursor()

    def execute(self, sql: str, params: Sequence[Any] = ()) -> int:
        with _refusing(self.file):
            return self._cursor().execute(sql, params).rowcount

    def script(self, sql: str) -> None:
        for statement in _statements(sql):
            self.execute(statement)

    def query(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        with _refusing(self.file):
            return self._cursor().execute(sql, params).fetchall()

    def stream(self, sql: str, params: Sequence[Any] = (), size: int = 2000) -> Iterator[Row]:
        cursor = self._cursor().execute(sql, params)
        while rows := cursor.fetchmany(size):
            yield from rows

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with _refusing(self.file), self.transaction():
            self._cursor().executemany(sql, rows)

    def copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        marks = ", ".join("?" * len(columns))
        with _refusing(self.file), self.transaction():
            cursor = self._cursor().executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
            return cursor.rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with _refusing(self.file), self.file.transaction():
            yield

    def has_table(self, name: str) -> bool:
        return bool(self.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)))

    def close(self) -> None:
        self.file.close()


def _statements(text: str) -> Iterator[str]:
    """The statements of a script, triggers whole: the driver's own way of running one commits what came before."""
    so_far = ""
    for line in text.splitlines(keepends=True):
        so_far += line
        if sqlite3.complete_statement(so_far):
            yield so_far
            so_far = ""


@contextmanager
def _refusing(file: SQLiteFile) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if told := refusal(error, file.path):
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
