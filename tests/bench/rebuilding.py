"""Rebuilding all read models from an imported log, beside the library's runner writing the same rows, and a bare COPY of them."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import singledispatchmethod
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar
from uuid import UUID, uuid4

import psycopg
from eventsourcing.application import Application
from eventsourcing.persistence import Mapper, Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL, Composed
from pydantic import BaseModel, ConfigDict

from domain.event import Header
from domain.events.imported import ActivityImported
from infra.readmodels import ReadModels
from infra.readmodels.moments import MOMENTS
from infra.readmodels.tables import Table
from infra.store import Draft, Receipt, StoreConfig, create_store
from infra.store.store import Store
from projections.registry import projection
from tests.bench.library import PydanticMapper, postgres_env
from tests.bench.rounds import Comparison, Target, Timing, timed
from tests.support.postgres import Server

EVENTS, CASES = 50_000, 1_434
FEWER = 2_500
"""Over how many events the library's runner is timed: it goes by the event, so its time is told as if over all."""
ROUNDS = 5
REBUILD, RUNNER, COPY = "rebuild", "ProjectionRunner", "bare COPY"
READ_MODELS = ("trail", "steps", "cases")
"""Where the rows of an imported log are."""
HEADER = Header("import", "", "", "", "import", "c1", "os-user")


def on_postgresql(server: Server) -> Iterator[Comparison]:
    """On a server."""
    with TemporaryDirectory(prefix="casus-bench-") as folder:
        config = StoreConfig(Path(folder) / "home", dsn=server.fresh_database())
        with create_store(config) as store:
            imported(store)
            models = ReadModels(store)
            models.rebuild()
            rows = {name: Table(projection(name), store.connection()).read({}) for name in READ_MODELS}
            copying = _Copying(server.fresh_database(), rows)
            running = _Running(server, rows)
            found: dict[str, list[float]] = {REBUILD: [], RUNNER: [], COPY: []}
            for number in range(ROUNDS + 1):
                taken = {REBUILD: timed(models.rebuild), COPY: timed(copying.all), RUNNER: running.once() * EVENTS / FEWER}
                for name, seconds in taken.items() if number else ():
                    found[name].append(seconds)
            copying.close()
    yield Comparison(
        "rebuild-postgresql", f"all read models from {EVENTS:,} imported events ({sum(map(len, rows.values())):,} rows)", REBUILD,
        {name: Timing(tuple(times)) for name, times in found.items()},
        [Target(REBUILD, RUNNER, times_faster=20)], items=EVENTS, unit="events",
        notes=[f"{RUNNER} was timed over {FEWER:,} events, and is told as if over {EVENTS:,}"],
    )  # fmt: skip


def imported(store: Store) -> None:
    """A log of cases of about 35 steps each, in portions as an import stores them."""
    chance, start = random.Random(1), datetime(2011, 1, 1, tzinfo=UTC)
    last: dict[str, int] = {}
    drafts = []
    for n in range(EVENTS):
        stream = f"receipt:case-{n * CASES // EVENTS}"
        last[stream] = last.get(stream, 0) + 1
        step = ActivityImported(
            source="receipt", position=last[stream], activity=f"T{chance.randrange(40):02d} Determine report Y",
            lifecycle="complete", resource=f"r{chance.randrange(50)}", group=f"Group {chance.randrange(9)}",
        )  # fmt: skip
        drafts.append(Draft(stream, step, HEADER, start + timedelta(minutes=7 * n)))
    for at in range(0, EVENTS, 1000):
        portion = drafts[at : at + 1000]
        expected = {d.stream: store.version(d.stream) for d in portion}
        store.append_bulk(portion, Receipt.of(f"import-{at}", at), expected=expected)
    store.head()


class _Copying:
    """The same rows, straight into tables without an index."""

    def __init__(self, dsn: str, rows: dict[str, list[Any]]) -> None:
        self._rows = {name: [_told(row) for row in of] for name, of in rows.items()}
        self._connection = psycopg.connect(dsn, autocommit=True)
        for name in READ_MODELS:
            self._connection.execute(_made(name))

    def all(self) -> None:
        with self._connection.transaction():
            for name, rows in self._rows.items():
                self._connection.execute(SQL("TRUNCATE {}").format(SQL(name)))
                with self._connection.cursor() as cursor, cursor.copy(SQL("COPY {} FROM STDIN").format(SQL(name))) as copying:
                    for row in rows:
                        copying.write_row(row)

    def close(self) -> None:
        self._connection.close()


class Activity(BaseModel):
    """What the library stores of one step."""

    model_config = ConfigDict(frozen=True)

    originator_id: UUID
    originator_version: int
    timestamp: datetime
    n: int
    activity: str
    lifecycle: str
    resource: str
    group: str


class Imported(Application[UUID]):
    """The library's application over such steps."""

    def construct_mapper(self) -> Mapper[UUID]:
        return PydanticMapper(self.construct_transcoder())


class Rows(PostgresTrackingRecorder):
    """Writes the rows of one event and its position in one transaction, as the library's documentation does it."""

    given: ClassVar[Sequence[tuple[Any, Any, Any]]] = ()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.sql_create_statements += [_made(name, key) for name, key in KEYS.items()]

    def take_in(self, n: int, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            for name, row in zip(READ_MODELS, self.given[n], strict=True):
                cursor.execute(INSERTS[name], row, prepare=True)


KEYS = {"trail": "number, version", "steps": "number, version", "cases": "number"}


class Taken(Projection[Rows]):
    """Hands each event to the view."""

    name = "taken"

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.take_in(domain_event.n, tracking)


class _Running:
    """The library's runner over its own log of the same steps, into the same tables."""

    def __init__(self, server: Server, rows: dict[str, list[Any]]) -> None:
        self._server = server
        by_number = {row.number: row for row in rows["cases"]}
        steps = sorted(zip(rows["trail"], rows["steps"], strict=True), key=lambda pair: pair[0].place)[:FEWER]
        self._steps = [s for _, s in steps]
        self._given = [(_told(t), _told(s), _told(by_number[t.number])) for t, s in steps]

    def once(self) -> float:
        """The seconds that it takes over its log, which is made anew and not timed."""
        dsn = self._server.fresh_database()
        env = postgres_env(dsn)
        Rows.given = self._given
        app = Imported(env)
        ids: dict[str, UUID] = {}
        events = []
        for n, s in enumerate(self._steps):
            fields = {"activity": s.activity, "lifecycle": s.lifecycle, "resource": s.resource, "group": s.group}
            of = ids.setdefault(s.number, uuid4())
            events.append(Activity(originator_id=of, originator_version=s.version, timestamp=s.occurred_at, n=n, **fields))
        made = app.mapper.to_stored_event
        app.recorder.insert_events([made(e) for e in events])
        last = app.recorder.max_notification_id()
        app.close()
        with ProjectionRunner(application_class=Imported, projection_class=Taken, view_class=Rows, env=env) as runner:
            seconds = timed(lambda: runner.wait(last, timeout=600))
        self._server.drop(dsn)
        return seconds


def _made(name: str, key: str = "") -> Composed:
    kinds = {"integer": "bigint", "boolean": "boolean", "date": "date", "moment": "timestamptz"}
    columns = [f'"{c.name}" {kinds.get(c.kind, "text")}' for c in projection(name).columns]
    if key:
        columns.append(f"PRIMARY KEY ({key})")
    return SQL("CREATE TABLE IF NOT EXISTS {} ({})").format(SQL(name), SQL(", ".join(columns)))


def _insert(name: str) -> str:
    columns = [f'"{c.name}"' for c in projection(name).columns]
    marks = ", ".join(["%s"] * len(columns))
    taken = ", ".join(f"{c} = excluded.{c}" for c in columns)
    return f"INSERT INTO {name} VALUES ({marks}) ON CONFLICT ({KEYS[name]}) DO UPDATE SET {taken}"


INSERTS = {name: _insert(name) for name in READ_MODELS}


def _told(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(" ".join(v) if isinstance(v, tuple) else MOMENTS[v] if isinstance(v, datetime) else v for v in row)
