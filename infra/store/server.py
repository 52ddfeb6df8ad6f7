"""A store on a PostgreSQL server: schema `casus` with the log, `casus_keys` with the keys."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from domain.refusal import Refused
from infra.store.backend import Backend, Stamped
from infra.store.clock import Clock, StoreClock
from infra.store.config import StoreConfig
from infra.store.database import Database
from infra.store.disclosing import Bare
from infra.store.lag import Lag
from infra.store.log import CaseLog
from infra.store.mapper import EnvelopeMapper
from infra.store.migrate import Schema
from infra.store.postgresql import PostgreSQLDatabase, ServerDatastore
from infra.store.postgresql_recorder import PostgreSQLRecorder

if TYPE_CHECKING:
    from infra.keys.keystore import DataKey, KeyStore

STORE = Path(__file__).parent
KEYS = STORE.parent / "keys"
IN_OWNERS_HANDS = """
    SELECT EXISTS (SELECT FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
            WHERE n.nspname = 'casus' AND t.relname = 'stored_events' AND pg_has_role(session_user, t.relowner, 'MEMBER'))
        AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ANY (?) AND rolcanlogin)
"""
"""Whether the login that came in may do as the owner of the tables does, and none of these is a login on this server."""
OPENING = (
    "SELECT (SELECT max(version) FROM casus.casus_schema), (SELECT max(version) FROM casus_keys.casus_schema), "
    "store_id, clock_timestamp() FROM casus.casus_store"
)
LOCK = "hashtextextended(?, 4071)"


class Server:
    """`Backend` on PostgreSQL."""

    def __init__(self, config: StoreConfig, clock: Clock | None) -> None:
        assert config.dsn is not None
        self.config = config
        self.datastore = ServerDatastore(config.dsn, config.connect_timeout, config.patience)
        self.database: Database = PostgreSQLDatabase(self.datastore)
        self._store_clock = StoreClock(self._read_clock)
        self.clock = clock or self._store_clock
        self._keys: KeyStore | None = None

    def open(self) -> Backend:
        """Check both schemas (an upgrade may have been broken off between the two), take over the server's clock, and put the
        log together: one round trip.
        """
        log, keys = self.schemas()
        try:
            row = self.database.query(OPENING)
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            raise Refused("no-store", **self.datastore.address) from None
        if not row:
            raise Refused("no-store", **self.datastore.address)
        found, of_keys, self.store_id, now = row[0]
        log.check(found)
        keys.check(of_keys)
        self._store_clock.heard(now)
        recorder = PostgreSQLRecorder(self.datastore, self.config.patience)
        self._recorder = recorder
        self.log = CaseLog(recorder, lambda: EnvelopeMapper(self.store_id, self))
        return self

    def _read_clock(self) -> datetime:
        now: datetime = self.database.query("SELECT clock_timestamp()")[0][0]
        return now

    def to_write(self, wanted: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], DataKey]:
        """The mapper's keys, opened when first needed."""
        return self.keys().to_write(wanted)

    def keys(self) -> KeyStore:
        if self._keys is None:
            from infra.keys.keyfile_changing import used_by
            from infra.keys.keystore import KeyStore
            from infra.keys.server_vault import ServerVault

            self._keys = KeyStore(ServerVault(self.database), self.store_id, lambda: used_by(self.config.keys_in, self.store_id))
        return self._keys

    def disclose(self, bare: Bare) -> Stamped:
        """One call of `casus.disclose`, which takes the disclosure apart and holds its bytes against the rest. Its commit is
        this statement's own, so it refuses to be asked inside a transaction.
        """
        if self.datastore.raw.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            raise RuntimeError("a disclosure inside a transaction could be taken back with it")
        self.datastore.warned = False
        rows = self.database.query(
            "SELECT recorded_at, recorded_by FROM casus.disclose(?, ?, ?, ?::text[], ?::text[], ?)",
            (bare.id, bare.state, bare.of, list(bare.subjects), list(bare.fields), bare.outcome),
        )
        if self.datastore.warned:  # stored here, but perhaps on no standby: a trace that a failover loses is none
            raise Refused("outcome-unknown", command=bare.id)
        return Stamped(*rows[0])

    def keys_database(self) -> Database:
        return self.database

    def schemas(self) -> list[Schema]:
        return [Schema(self.database, STORE, "casus"), Schema(self.database, KEYS, "casus_keys")]

    def upgrade(self) -> list[str]:
        """What is made becomes the owner role's, where there is one, and is given its rights: also what an upgrade made that was
        broken off before it came to them.
        """
        from infra.store.roles.catalogue import installed
        from infra.store.roles.installing import as_owner, install

        with as_owner(self.database):
            done = [name for schema in self.schemas() for name in schema.upgrade()]
            self.database.query("SELECT casus.place_restored()")  # does nothing in the cluster where it was written
        return [*done, *(install(self.database) if installed(self.database) else ())]

    def hidden(self, stream: str) -> bool:
        """A login without rights on the function is told nothing."""
        sql = "SELECT casus.is_there(?) AND NOT EXISTS (SELECT FROM stored_events WHERE originator_id = ?)"
        try:
            return bool(self.database.query(sql, (stream, stream))[0][0])
        except Refused as refused:
            if refused.code != "store-forbidden":
                raise
            return False

    def in_owners_hands(self, logins: Collection[str]) -> bool:
        return bool(self.database.query(IN_OWNERS_HANDS, (list(logins),))[0][0])

    def knock(self, number: str) -> None:
        self.database.query("SELECT casus.knock(?)", (number,))

    def seen(self, stamp: datetime) -> None:
        self._store_clock.seen(stamp)

    def head(self, *, wait: bool) -> int:
        return self._recorder.place_new(wait=wait)

    def lag(self) -> Lag:
        head = self.head(wait=False)
        waiting, since = self.database.query(
            "SELECT count(*), min(e.recorded_at) FROM stored_events e, place_head h "
            "WHERE (e.xid, e.id) > (h.xid, h.id) AND e.id > h.base"
        )[0]
        if not waiting:
            return Lag(head)
        oldest = self.database.query(
            "SELECT pid, xact_start FROM pg_stat_activity WHERE backend_xid IS NOT NULL ORDER BY age(backend_xid) DESC LIMIT 1"
        )
        return Lag(head, waiting, since, *(oldest[0] if oldest else (None, None)))

    def hold(self, streams: Sequence[str]) -> int | None:
        for stream in streams:
            self.database.execute(f"SELECT pg_advisory_lock({LOCK})", (stream,))
            self.datastore.held += 1
        return None

    def let_go(self, streams: Sequence[str]) -> None:
        """What was done while they were held is done, whatever becomes of the connection: a session that is gone has let go."""
        self.datastore.held = 0
        try:
            for stream in streams:
                self.database.execute(f"SELECT pg_advisory_unlock({LOCK})", (stream,))
        except Refused as refused:
            if refused.code != "store-unreachable":
                raise

    def close(self) -> None:
        self.database.close()


def create(config: StoreConfig) -> None:
    """Make the schemas, and the key file where there is none yet. What is half made is finished."""
    from infra.keys.keyfile import make_key_file
    from infra.keys.keyfile_changing import must_be_free, used_by

    backend = Server(config, None)
    try:
        backend.database.query("SELECT 1")  # no key file for a server that is not there
        must_be_free(config.keys_in)
        try:
            config.keys_in.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            raise Refused("key-file-unwritable", path=str(config.keys_in)) from None
        make_key_file(config.keys_in)
        for schema in backend.schemas():
            schema.upgrade()
        backend.database.execute(
            "INSERT INTO casus.casus_store VALUES (true, ?, clock_timestamp()) ON CONFLICT DO NOTHING",
            (secrets.token_hex(16),),
        )
        ((store_id,),) = backend.database.query("SELECT store_id FROM casus.casus_store")
        used_by(config.keys_in, store_id)
    finally:
        backend.close()
