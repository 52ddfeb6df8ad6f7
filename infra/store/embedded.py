"""A store on a laptop: `casus.db` with the log, `keys.db` with the keys, in one folder of its owner."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from domain.disclosure import stream_of
from domain.refusal import Refused
from infra.store.backend import Backend, Stamped
from infra.store.clock import Clock, SystemClock
from infra.store.config import StoreConfig
from infra.store.database import Database, Row, iso
from infra.store.disclosing import TOPIC, Bare
from infra.store.lag import Lag
from infra.store.migrate import Schema
from infra.store.sqlite import FOR_KEYS, SQLiteDatabase, SQLiteFile, make_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from infra.keys.keystore import DataKey, KeyStore
    from infra.store.log import CaseLog

STORE = Path(__file__).parent
KEYS = STORE.parent / "keys"


class Embedded:
    """`Backend` on SQLite."""

    def __init__(self, config: StoreConfig, clock: Clock | None) -> None:
        if not there(config.events_file):
            raise Refused("no-store", path=str(config.events_file))
        self.config = config
        self.clock = clock or SystemClock()
        self.file = SQLiteFile(config.events_file, config.patience)
        self.database: Database = SQLiteDatabase(self.file)
        self._keys: KeyStore | None = None
        self._keys_database: SQLiteDatabase | None = None

    def open(self) -> Backend:
        """Check both schemas: an upgrade may have been broken off between the two. Where there are no keys none is opened."""
        status = Schema(self.database, STORE, "casus").status()
        rows = self._named() if status.found else []
        if status.found and not rows:  # somebody is making it, or was interrupted
            raise Refused("no-store", path=str(self.config.events_file))
        status.check()
        if self.config.keys_db.exists():
            Schema(self.keys_database(), KEYS, "casus_keys").status().check()
        self.store_id: str = rows[0][0]
        return self

    def _named(self) -> list[Row]:
        try:
            return self.database.query("SELECT store_id FROM casus_store")
        except sqlite3.OperationalError:  # what is there is no text
            raise Refused("store-damaged", path=str(self.config.events_file)) from None

    @cached_property
    def log(self) -> CaseLog:
        """The log, put together when first appended to: who only reads has no need of the library."""
        from infra.store.log import CaseLog
        from infra.store.mapper import EnvelopeMapper
        from infra.store.sqlite_recorder import SQLiteRecorder

        return CaseLog(SQLiteRecorder(self.file, self.clock.now), lambda: EnvelopeMapper(self.store_id, self))

    def to_write(self, wanted: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], DataKey]:
        """The mapper's keys, opened when first needed."""
        return self.keys().to_write(wanted)

    def keys(self) -> KeyStore:
        if self._keys is None:
            from infra.keys.embedded_vault import EmbeddedVault
            from infra.keys.keyfile_changing import used_by
            from infra.keys.keystore import KeyStore

            Schema(self.keys_database(), KEYS, "casus_keys").status().check()
            vault = EmbeddedVault(self.database, self.keys_database, self.clock.now)
            self._keys = KeyStore(vault, self.store_id, lambda: used_by(self.config.keys_in, self.store_id))
        return self._keys

    def disclose(self, bare: Bare) -> Stamped:
        if self.file.raw.in_transaction:
            raise RuntimeError("a disclosure inside a transaction could be taken back with it")
        stream, by = stream_of(bare.id), login()
        with self.database.transaction():
            rows = self.database.query("SELECT place, placed_at FROM places ORDER BY place DESC LIMIT 1")
            head, placed_at = rows[0] if rows else (0, "")
            stamp = iso(self.clock.now())
            self.database.execute("INSERT INTO stored_events VALUES (?, 1, ?, ?, ?, ?)", (stream, TOPIC, bare.state, stamp, by))
            self.database.execute("INSERT INTO places VALUES (?, ?, 1, ?)", (head + 1, stream, max(stamp, placed_at)))
        return Stamped(datetime.fromisoformat(stamp), by, head + 1)

    def keys_database(self) -> Database:
        if self._keys_database is None:
            if not there(self.config.keys_db):
                raise Refused("no-key-store", path=str(self.config.keys_db))
            self._keys_database = SQLiteDatabase(SQLiteFile(self.config.keys_db, self.config.patience, FOR_KEYS))
        return self._keys_database

    def schemas(self) -> list[Schema]:
        return [Schema(self.database, STORE, "casus"), Schema(self.keys_database(), KEYS, "casus_keys")]

    def upgrade(self) -> list[str]:
        return [name for schema in self.schemas() for name in schema.upgrade()]

    def hidden(self, stream: str) -> bool:
        return False

    def in_owners_hands(self, logins: Collection[str]) -> bool:
        """On a laptop it is entered for somebody of the roster: nobody is shut out."""
        return False

    def knock(self, number: str) -> None:
        """A laptop's file is read as a whole."""

    def seen(self, stamp: datetime) -> None:
        """A laptop's clock is the store's clock."""

    def head(self, *, wait: bool) -> int:
        if not wait:
            return self._last_place()
        with self.database.transaction():  # behind whoever is writing
            return self._last_place()

    def _last_place(self) -> int:
        rows = self.database.query("SELECT place FROM places ORDER BY place DESC LIMIT 1")
        return int(rows[0][0]) if rows else 0

    def lag(self) -> Lag:
        return Lag(self.head(wait=False))  # a place is given in the transaction that writes

    def hold(self, streams: Sequence[str]) -> int | None:
        return self.head(wait=True)

    def let_go(self, streams: Sequence[str]) -> None:
        """Nothing is locked: the end of the log was looked at."""

    def close(self) -> None:
        self.database.close()
        if self._keys_database is not None:
            self._keys_database.close()


def login() -> str:
    """Who the operating system says is at work."""
    return f"os-{os.getuid()}"


def there(path: Path) -> bool:
    """Whether there is such a file. Refused where that can't even be asked."""
    try:
        return path.exists()
    except OSError:
        raise Refused("store-unreadable", path=str(path)) from None


def create(config: StoreConfig) -> None:
    """Make the folder, both files and the key file, for their owner alone. What is half made is finished."""
    from infra.keys.keyfile import make_key_file
    from infra.keys.keyfile_changing import must_be_free, used_by

    must_be_free(config.keys_in)
    try:
        config.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        raise Refused("store-unwritable", path=str(config.home)) from None
    if not os.access(config.home, os.W_OK | os.X_OK):
        raise Refused("store-unwritable", path=str(config.home))
    make_key_file(config.keys_in)
    for path in (config.events_file, config.keys_db):
        make_file(path)
    backend = Embedded(config, None)
    try:
        for schema in backend.schemas():
            schema.upgrade()
        made = (1, secrets.token_hex(16), iso(backend.clock.now()))
        backend.database.execute("INSERT INTO casus_store VALUES (?, ?, ?) ON CONFLICT DO NOTHING", made)
        ((store_id,),) = backend.database.query("SELECT store_id FROM casus_store")
        used_by(config.keys_in, store_id)
    finally:
        backend.close()
