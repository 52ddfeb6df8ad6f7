"""Looks whether anything of a destroyed key is left: in the tables, and on a laptop in the bytes of the file itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from domain.refusal import Refused

if TYPE_CHECKING:
    from infra.erasing.keeper import Keeper
    from infra.store.store import Store

ALIVE = (b"active", b"reopened")
"""What follows a key's id in a row that still holds the key: the state stands next to it."""


def sweep(store: Store, keeper: Keeper, stream: str, subject: str, keys: Sequence[str]) -> None:
    """Refused as `erasure-incomplete` while there is a key or a token of the subject, or a trace of them in the file."""
    if keeper.left(stream, subject):
        raise Refused("erasure-incomplete", case=stream, step="sweep")
    db = store.keys_connection()
    if db.kind != "sqlite":
        return
    # Where a row was overwritten, a part of the old one may be left beside it; a file that is written anew has no such part.
    db.execute("VACUUM")
    fold_in(db)
    if traces(_file_of(db), keys):
        raise Refused("erasure-incomplete", case=stream, step="sweep")


def fold_in(db: object) -> None:
    """Take the write-ahead log into the file and cut it off: old pages stand in it until then. Refused as `store-busy`
    while somebody else reads from it.
    """
    file = getattr(db, "file")  # noqa: B009 - of a SQLite database alone
    connection: sqlite3.Connection = file.raw
    ((busy, *_),) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    if busy:
        raise Refused("store-busy", path=str(file.path))


def traces(path: Path, keys: Iterable[str]) -> int:
    """How many rows with one of these keys, not destroyed, stand in the bytes of the file and of its companions."""
    wanted = [key.encode() + state for key in keys for state in ALIVE]
    found = 0
    for part in (path, path.with_name(f"{path.name}-wal")):
        content = part.read_bytes() if part.exists() else b""
        found += sum(content.count(row) for row in wanted)
    return found


def _file_of(db: object) -> Path:
    return Path(getattr(db, "file").path)  # noqa: B009 - of a SQLite database alone
