"""Changes the key-encryption key: every key and secret wrapped anew, no event touched; interrupted anywhere, it goes on."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.frozen import frozen
from infra.keys.keyfile import SIZE, KeyFile, read_key_file
from infra.keys.keyfile_changing import Document, change, document, must_be_alone
from infra.keys.wrapping import unwrap, wrap
from infra.store.database import iso

if TYPE_CHECKING:
    from infra.store.database import Database
    from infra.store.store import Store

STEPS = ("added", "wrapped", "swept", "dropped")
"""A version is added to the file; all is wrapped with it; the old wrappings leave no bytes; the old versions leave the file."""

SECRETS = {"tokens": "token root"}
"""What each secret of a store is bound to, by its name."""


@frozen
class Rotated:
    """The version in use since, and how many keys and secrets it wraps that another wrapped before."""

    version: int
    wrapped: int


def rotate(store: Store, path: Path, act: str, tell: Callable[[str], object] = str) -> Rotated:
    """Change the key-encryption key. In: the store; the key file; the act for which it is done, so that the same act given
    again goes on with what it began, and changes the key once. `tell` hears each step that was done.

    Refused: `key-file-shared` where another store uses the file too, `key-file-unwritable`, what reading the file refuses, and
    what the database does; nothing is lost then.
    """
    _may(store)
    keks = _added(path, act, store.store_id)
    tell("added")
    wrapped = _wrapped_anew(store, keks)
    tell("wrapped")
    _sweep(store)
    tell("swept")
    _drop_old(path, keks.current, store.store_id)
    tell("dropped")
    store.keys.forget()
    return Rotated(keks.current, wrapped)


def _may(store: Store) -> None:
    """Refuse a login that may not touch the keys, before its key file has a version that nobody else has."""
    db = store.keys_connection()
    if db.kind == "postgresql":
        for table in ("data_keys", "secrets"):
            db.execute(f"UPDATE casus_keys.{table} SET wrapped = wrapped WHERE false")
        db.execute("INSERT INTO casus_keys.keks SELECT 0, clock_timestamp() WHERE false")


def _added(path: Path, act: str, store: str) -> KeyFile:
    """The keys in the file, with a new one for this act among them: in use, and the old ones beside it."""

    def added(given: Document) -> Document:
        must_be_alone(path, tuple(given.get("stores", ())), store)
        if given.get("changed_for") == act:
            return given
        version = max(map(int, given["keys"])) + 1
        keys = given["keys"] | {str(version): base64.b64encode(os.urandom(SIZE)).decode()}
        return given | {"keys": keys, "current": version, "changed_for": act, "stores": sorted({*given.get("stores", ()), store})}

    return change(path, added)


def _wrapped_anew(store: Store, keks: KeyFile) -> int:
    """Wrap what an older version wraps with the current one, all or nothing. From here on no database takes a key that an
    older one wraps: a program that read the file before finds that out, and reads it anew.
    """
    db = store.keys_connection()
    schema = "casus_keys." if db.kind == "postgresql" else ""
    with db.transaction():
        if schema:
            db.execute("LOCK TABLE casus_keys.data_keys, casus_keys.secrets IN SHARE ROW EXCLUSIVE MODE")
            db.execute("INSERT INTO casus_keys.keks VALUES (?, clock_timestamp()) ON CONFLICT DO NOTHING", (keks.current,))
        else:
            db.execute("INSERT INTO keks VALUES (?, ?) ON CONFLICT DO NOTHING", (keks.current, iso(store.now())))
        old = db.query(
            f"SELECT originator_id, subject, generation, key_id, kek_version, wrapped FROM {schema}data_keys "
            "WHERE wrapped IS NOT NULL AND kek_version <> ?",
            (keks.current,),
        )
        rows = [_row(store.store_id, keks, *row) for row in old]
        db.executemany(
            f"UPDATE {schema}data_keys SET kek_version = ?, wrapped = ? "
            "WHERE originator_id = ? AND subject = ? AND generation = ?",
            rows,
        )
        return len(rows) + _secrets_anew(db, schema, store.store_id, keks)


def _row(store_id: str, keks: KeyFile, stream: str, subject: str, generation: int, key_id: str, *kept: Any) -> tuple[Any, ...]:
    about = ("data key", store_id, stream, subject, key_id)
    version, wrapped = kept
    return (*wrap(keks, unwrap(keks, version, bytes(wrapped), about), about), stream, subject, generation)


def _secrets_anew(db: Database, schema: str, store_id: str, keks: KeyFile) -> int:
    old = db.query(f"SELECT name, kek_version, wrapped FROM {schema}secrets WHERE kek_version <> ?", (keks.current,))
    for name, version, wrapped in old:
        about = (SECRETS[name], store_id)
        anew = wrap(keks, unwrap(keks, version, bytes(wrapped), about), about)
        db.execute(f"UPDATE {schema}secrets SET kek_version = ?, wrapped = ? WHERE name = ?", (*anew, name))
    return len(old)


def _sweep(store: Store) -> None:
    """On a laptop, have the old wrappings leave the file and its write-ahead log."""
    db = store.keys_connection()
    if db.kind == "sqlite":
        from infra.erasing.sweeping import fold_in

        fold_in(db)


def _drop_old(path: Path, current: int, store: str) -> None:
    def dropped(given: Document) -> Document:
        must_be_alone(path, tuple(given.get("stores", ())), store)  # one that came in between needs them still
        return given | {"keys": {v: k for v, k in given["keys"].items() if int(v) == current}}

    change(path, dropped)


def versions(store: Store, path: Path) -> list[tuple[int, int, datetime | None, bool, bool]]:
    """The versions of the key-encryption key: each with how many keys and secrets it wraps, since when it came into use by a
    change, whether it wraps what is new, and whether the file has it.
    """
    db = store.keys_connection()
    schema = "casus_keys." if db.kind == "postgresql" else ""
    counts: dict[int, int] = dict(
        db.query(
            f"SELECT kek_version, count(*) FROM (SELECT kek_version FROM {schema}data_keys WHERE wrapped IS NOT NULL "
            f"UNION ALL SELECT kek_version FROM {schema}secrets) AS kept GROUP BY kek_version"
        )
    )
    since = {v: datetime.fromisoformat(at) if isinstance(at, str) else at for v, at in db.query(f"SELECT * FROM {schema}keks")}
    current, there = read_key_file(path).current, {int(v) for v in document(path)["keys"]}
    known = sorted(counts.keys() | there)
    return [(v, int(counts.get(v, 0)), since.get(v), v == current, v in there) for v in known]
