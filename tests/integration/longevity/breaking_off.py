"""Breaks an upgrade off in the middle of a migration: by an error, by the death of the process, or while the server works on.

Run as `python -m tests.integration.longevity.breaking_off HOME DSN SCHEMA VERSION AFTER` it upgrades that store, and kills itself
after so many statements of that migration; with `--sleeping` it has the server sleep there, and waits to be killed.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.store import StoreConfig, upgrade_store
from infra.store.database import Database
from infra.store.migrate import Migration, Schema

SLEEP = 1.0
"""Seconds."""
QUOTE = "$$"
"""Between two of these stands the body of a function, whose semicolons end no statement."""


class BrokenOff(KeyboardInterrupt):
    """As Ctrl-C is, which nothing of ours catches."""


def statements(migration: Migration, kind: str) -> list[str]:
    """What a migration consists of, statement by statement."""
    found, so_far = [], ""
    for line in migration.path.read_text(encoding="utf-8").splitlines(keepends=True):
        so_far += line
        if sqlite3.complete_statement(so_far) if kind == "sqlite" else _ends(so_far, line):
            found.append(so_far)
            so_far = ""
    assert not so_far.strip() or so_far.lstrip().startswith("--"), so_far
    return found


def _ends(so_far: str, line: str) -> bool:
    said = line.partition("--")[0].rstrip()
    return said.endswith(";") and so_far.count(QUOTE) % 2 == 0


@contextmanager
def broken_off(schema: str, version: int, after: int, how: Callable[[Database], None]) -> Iterator[None]:
    """Have one migration run no further than so many statements: then `how` is done in the middle of it."""
    whole = Schema._run

    def run(self: Schema, migration: Migration) -> None:
        if (self.name, migration.version) != (schema, version):
            whole(self, migration)
            return
        for statement in statements(migration, self.database.kind)[:after]:
            self.database.script(statement)
        how(self.database)

    Schema._run = run  # type: ignore[method-assign]
    try:
        yield
    finally:
        Schema._run = whole  # type: ignore[method-assign]


def raising(_: Database) -> None:
    """Break off by an error."""
    raise BrokenOff


def dying(_: Database) -> None:
    """Break off as the process is killed: nothing of ours runs any more."""
    os.kill(os.getpid(), signal.SIGKILL)


def sleeping(database: Database) -> None:
    """Have the server work on for a while, so that the process can be killed meanwhile."""
    database.script(f"SELECT pg_sleep({SLEEP})")


if __name__ == "__main__":
    home, dsn, of, number, so_many, *more = sys.argv[1:]
    with broken_off(of, int(number), int(so_many), sleeping if more else dying):
        upgrade_store(StoreConfig(Path(home), dsn=dsn or None))
