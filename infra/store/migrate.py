"""Brings a database's schema up to date by numbered files, and says how far it is. Never done at start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from domain.frozen import frozen
from domain.refusal import Refused
from infra.store.database import Database, iso

LOCK = 4072
"""The advisory lock under which one upgrade at a time runs on a server."""


@frozen
class Migration:
    """One numbered file."""

    version: int
    name: str
    path: Path


@frozen
class SchemaStatus:
    """How far a schema is, and how far this program would bring it."""

    found: int
    known: int

    def check(self) -> None:
        """Refuse a schema that is older or newer than this program."""
        if self.found == 0:
            raise Refused("no-store")
        if self.found < self.known:
            raise Refused("store-needs-upgrade", found=self.found, needs=self.known)
        if self.found > self.known:
            raise Refused("store-too-new", found=self.found, knows=self.known)


class Schema:
    """The migrations of one folder for one database: `infra/store` for events, `infra/keys` for keys.

    On PostgreSQL they live in a schema of that name; its version stands in its table `casus_schema`.
    """

    def __init__(self, database: Database, folder: Path, name: str) -> None:
        self.database = database
        self.name = name
        self.table = f"{name}.casus_schema" if database.kind == "postgresql" else "casus_schema"
        self.migrations = tuple(_files(folder / "migrations" / database.kind))

    @property
    def known(self) -> int:
        return self.migrations[-1].version

    def status(self) -> SchemaStatus:
        """How far the schema is: 0 where there is none."""
        if not self.database.has_table(self.table):
            return SchemaStatus(0, self.known)
        return SchemaStatus(self.database.query(f"SELECT max(version) FROM {self.table}")[0][0] or 0, self.known)

    def check(self, found: int) -> None:
        """Refuse a schema of this version when it is older or newer than this program."""
        SchemaStatus(found, self.known).check()

    def upgrade(self) -> list[str]:
        """Run what is missing, each file in a transaction of its own. Out: the names of those that ran."""
        if self.status().found > self.known:
            self.status().check()
        done = []
        for migration in self.migrations:
            with self._alone(), self.database.transaction():
                self._make_schema()
                self.database.execute(
                    f"CREATE TABLE IF NOT EXISTS {self.table} "
                    "(version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)"
                )
                # Somebody else may have run it since: the lock is ours now, so this answer holds.
                if self.database.query(f"SELECT 1 FROM {self.table} WHERE version = ?", (migration.version,)):
                    continue
                self._run(migration)
                done.append(migration.name)
        return done

    def _make_schema(self) -> None:
        """On a server, where it is not there. `IF NOT EXISTS` asks for the right to make one all the same, which the owner of
        a store has lost in a database that a dump was put back in.
        """
        if self.database.kind == "postgresql" and not self.database.query("SELECT to_regnamespace(?)", (self.name,))[0][0]:
            self.database.execute(f"CREATE SCHEMA {self.name}")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One upgrade at a time. On a server the lock comes before the transaction, which then sees all that was made;
        SQLite's own write lock does for a file.
        """
        if self.database.kind == "sqlite":
            yield
            return
        self.database.query("SELECT pg_advisory_lock(?)", (LOCK,))
        try:
            yield
        finally:
            self.database.query("SELECT pg_advisory_unlock(?)", (LOCK,))

    def _run(self, migration: Migration) -> None:
        self.database.script(migration.path.read_text(encoding="utf-8"))
        self.database.execute(
            f"INSERT INTO {self.table} VALUES (?, ?, ?)", (migration.version, migration.name, iso(datetime.now(UTC)))
        )


def _files(folder: Path) -> Iterator[Migration]:
    for path in sorted(folder.glob("[0-9]*.sql")):
        yield Migration(int(path.name.split("_")[0]), path.stem, path)
