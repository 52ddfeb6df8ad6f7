"""PostgreSQL: the library's datastore on one connection, and SQL on it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import psycopg
from eventsourcing.postgres import PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row, tuple_row

from domain.refusal import Refused
from infra.store.database import Row, to_psycopg

SETTINGS = "-c search_path=casus_read,casus -c TimeZone=UTC -c idle_in_transaction_session_timeout=60s -c lock_timeout=30s"
PAUSE = 0.2
LIVELINESS = {"keepalives_idle": 30, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30000}


class ServerDatastore(PostgresDatastore):
    """The library's datastore with one connection in place of its pool: a command is one conversation with the
    server, and the pool would start three threads for it. So the pool's own constructor is not called.
    """

    def __init__(self, dsn: str, connect_timeout: int, patience: float) -> None:
        self.patience = patience
        self.schema = "casus"
        self.originator_id_type = "text"
        self.enable_db_functions = False
        self.single_row_tracking = True
        self.lock_timeout = 0
        self.db_type_names = set()
        self.psycopg_type_adapters = {}
        self.psycopg_python_types = {}
        try:
            self._given: dict[str, Any] = dict(conninfo_to_dict(dsn))
        except psycopg.ProgrammingError:
            raise Refused("store-address") from None  # the message would repeat the DSN
        self._connect_timeout = connect_timeout
        self._only: psycopg.Connection[DictRow] | None = None
        self.warned = False
        self.held = 0
        """How many session locks stand on this connection: while there are any it must not be replaced."""

    def register_type_adapters(self) -> None:
        """Nothing to register: we hand over arrays of plain types."""

    @property
    def address(self) -> dict[str, object]:
        """Where the server is, without user and password: fit to be shown."""
        return {"host": self._given.get("host") or "", "database": self._given.get("dbname") or ""}

    @property
    def raw(self) -> psycopg.Connection[DictRow]:
        """The connection, made or made again where there is none."""
        if self._only is None or self._only.closed:
            if self.held:
                raise Refused("store-lost", **self.address)
            self._only = self._connect()
        return self._only

    @property
    def can_begin_anew(self) -> bool:
        """Whether a new connection may take this one's place: there was one, and nothing of it would be missed."""
        if self._only is None or self.held:
            return False
        return self._only.closed or self._only.info.transaction_status == psycopg.pq.TransactionStatus.IDLE

    def _connect(self) -> psycopg.Connection[DictRow]:
        options = f"{self._given.get('options') or ''} {SETTINGS}".strip()
        defaults = {"connect_timeout": self._connect_timeout, "application_name": "casus", **LIVELINESS}
        given = {**defaults, **self._given, "options": options}
        try:
            made = psycopg.connect(autocommit=True, row_factory=dict_row, **given)
        except psycopg.OperationalError as error:
            if (told := _at_the_door(error, self.address)) is not None:
                raise told from None
            raise
        made.add_notice_handler(self._noticed)
        return made

    def _noticed(self, notice: psycopg.errors.Diagnostic) -> None:
        if notice.sqlstate == "01000":
            self.warned = True

    @contextmanager
    def get_connection(self) -> Iterator[psycopg.Connection[DictRow]]:
        yield self.raw

    def close(self) -> None:
        if getattr(self, "_only", None) is not None:
            self._only.close()  # type: ignore[union-attr]
            self._only = None


class PostgreSQLDatabase:
    """`Database` on PostgreSQL."""

    kind: Literal["sqlite", "postgresql"] = "postgresql"

    def __init__(self, datastore: ServerDatastore) -> None:
        self.datastore = datastore

    def _cursor(self) -> psycopg.Cursor[Row]:
        return self.datastore.raw.cursor(row_factory=tuple_row, binary=True)

    def execute(self, sql: str, params: Sequence[Any] = ()) -> int:
        with refusing(self.datastore), self._cursor() as cursor:
            return cursor.execute(to_psycopg(sql), params).rowcount

    def script(self, sql: str) -> None:
        with refusing(self.datastore):
            self.datastore.raw.execute(sql.encode())

    def query(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """Reading is tried again when the connection breaks: a server that fails over is back in a moment."""
        until = time.monotonic() + self.datastore.patience
        while True:
            again = sql.startswith("SELECT") and self.datastore.can_begin_anew
            try:
                with self._cursor() as cursor:
                    return cursor.execute(to_psycopg(sql), params).fetchall()
            except psycopg.Error as error:
                if not (again and lost(error)) or time.monotonic() > until:
                    raise refusal(error, self.datastore) or error from None
                time.sleep(PAUSE)

    def stream(self, sql: str, params: Sequence[Any] = (), size: int = 2000) -> Iterator[Row]:
        with (
            refusing(self.datastore),
            self.transaction(),
            self.datastore.raw.cursor("casus_stream", row_factory=tuple_row, binary=True) as cursor,
        ):
            cursor.itersize = size
            cursor.execute(to_psycopg(sql), params)
            yield from cursor

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with refusing(self.datastore), self.transaction(), self._cursor() as cursor:
            cursor.executemany(to_psycopg(sql), rows)

    def copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        done = 0
        statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        with refusing(self.datastore), self._cursor() as cursor, cursor.copy(statement) as copying:
            for done, row in enumerate(rows, 1):  # noqa: B007 - counted, for the answer
                copying.write_row(row)
        return done

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with refusing(self.datastore):
            if self.datastore.raw.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                yield
                return
            with self.datastore.raw.transaction():
                yield

    def has_table(self, name: str) -> bool:
        return self.query("SELECT to_regclass(?)", (name,))[0][0] is not None

    def close(self) -> None:
        self.datastore.close()


@contextmanager
def refusing(datastore: ServerDatastore) -> Iterator[None]:
    """Say as a refusal what stands in the way. A driver's message may hold a password or values: it is not passed on."""
    try:
        yield
    except psycopg.Error as error:
        if told := refusal(error, datastore):
            raise told from None
        raise


def refusal(error: psycopg.Error, datastore: ServerDatastore) -> Refused | None:
    """What the server or the way to it stands in the way of; None for a fault of ours."""
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        if (why := _second_lock(error)) is not None:
            return Refused("no-disclosure") if why == "no-disclosure" else Refused("second-lock", why=why)
        return Refused("store-forbidden", **datastore.address)
    if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
        return Refused("store-read-only", **datastore.address)
    if isinstance(error, psycopg.errors.DiskFull):
        return Refused("store-full", **datastore.address)
    if isinstance(error, (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)):
        return Refused("store-busy", **datastore.address)
    if lost(error):
        return Refused("store-unreachable", **datastore.address)
    return None


NOT_LET_IN = re.compile(
    r"authentication failed|no password supplied|role \".*\" does not exist|not permitted to log in|no pg_hba\.conf entry"
    r"|connection requires a valid client certificate"
)
NO_DATABASE = re.compile(r"database \".*\" does not exist")
"""What a server says to whom it does not let in. The driver gives no code for it, only the words, which are English unless
the server was told otherwise: then it is taken for unreachable.
"""


def _at_the_door(error: psycopg.OperationalError, address: dict[str, object]) -> Refused | None:
    """What kept a connection from being made, where a server said no. Its words may name a role: they stay here."""
    if NOT_LET_IN.search(str(error)):
        return Refused("store-login", **address)
    if NO_DATABASE.search(str(error)):
        return Refused("store-no-database", **address)
    return None


def _second_lock(error: psycopg.Error) -> str | None:
    """Why a function of ours refused, as a code; None for another's refusal."""
    found = re.fullmatch(r"casus: ([a-z-]+)", error.diag.message_primary or "")
    return found.group(1) if found else None


def lost(error: BaseException) -> bool:
    """Whether the way to the server was lost, so that what it was asked to do may or may not have been done."""
    if not isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)):
        return False
    return error.sqlstate is None or error.sqlstate[:3] in ("080", "57P") or error.sqlstate == "25P03"
