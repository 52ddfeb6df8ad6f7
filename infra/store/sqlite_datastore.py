"""The library's datastore over our one connection: apart, for who only reads has no need of the library."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from eventsourcing.sqlite import SQLiteConnection, SQLiteCursor, SQLiteDatastore

from infra.store.sqlite import SQLiteFile


class _Connection(SQLiteConnection):
    """Our connection under the library's name, with our transactions."""

    def __init__(self, file: SQLiteFile) -> None:
        super().__init__(file.raw, None)
        self.file = file

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        with self.file.transaction(commit=commit):
            cursor = self.file.raw.cursor()
            cursor.row_factory = sqlite3.Row
            yield SQLiteCursor(cursor)


class EmbeddedDatastore(SQLiteDatastore):
    """The library's datastore over one file, without its pool."""

    def __init__(self, file: SQLiteFile) -> None:
        super().__init__(file.path, originator_id_type="text")
        self.file = file

    @contextmanager
    def get_connection(self, *, commit: bool = False) -> Iterator[SQLiteConnection]:
        yield _Connection(self.file)
