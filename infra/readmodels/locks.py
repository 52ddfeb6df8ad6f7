"""One rebuild at a time, and reading several tables as of one moment: the few things that each database does its own way."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from domain.refusal import Conflict
from infra.store.database import Database

LOCK = 4073
"""The advisory lock under which one rebuild at a time runs on a server."""


@contextmanager
def one_at_a_time(db: Database) -> Iterator[None]:
    """Keep other rebuilds out, whatever becomes of this process. Refused as a conflict when one is at work."""
    if db.kind == "postgresql":
        if not db.query("SELECT pg_try_advisory_lock(?)", (LOCK,))[0][0]:
            raise Conflict("rebuild-running")
        try:
            yield
        finally:
            db.query("SELECT pg_advisory_unlock(?)", (LOCK,))
        return
    path = Path(f"{_file(db)}-rebuild")
    file = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.stat().st_ino != os.fstat(file).st_ino:
                raise Conflict("rebuild-running")  # whoever had it was done just now, and another has begun
        except OSError:
            raise Conflict("rebuild-running") from None
        try:
            yield
        finally:
            path.unlink()
    finally:
        os.close(file)


def _file(db: Database) -> str:
    return str(next(path for _, name, path in db.query("PRAGMA database_list") if name == "main"))


@contextmanager
def one_moment(db: Database, tables: Sequence[str]) -> Iterator[None]:
    """Read these tables as they are at one moment, though others write them or swap in new ones meanwhile."""
    if db.kind == "postgresql":
        db.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    else:
        db.execute("BEGIN")
    try:
        if db.kind == "postgresql" and tables:
            # Locked before the first look: a table swapped in later would seem empty to a look taken before.
            db.execute(f"LOCK TABLE {', '.join(sorted(tables))} IN ACCESS SHARE MODE")
        yield
    finally:
        db.execute("ROLLBACK")  # nothing was written
