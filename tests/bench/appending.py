"""One event through the whole command path, beside raw inserts of the same bytes and the library's bare `save`."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import count, cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from commands.monitoring import Check, PlanCheck
from infra.engine import Engine
from infra.engine.finding import Scan
from infra.store import open_store
from infra.store.sqlite import PRAGMAS
from infra.store.store import Store
from tests.bench.at_work import LENGTH, REQUEST, SOON, TEXT, Table, at_work, copies
from tests.bench.library import Library, Noting, postgres_env, sqlite_env
from tests.bench.rounds import Call, Comparison, Target, Way, in_turns
from tests.support.postgres import Server

ROUNDS = 9
REPEATS = 20
CASES = 50
RAW, SAVE = "raw insert", "eventsourcing save"
PLAIN, SEALED, COLD = "command, no text", "command, sealed text", "command, nothing read before"


def on_postgresql(server: Server) -> Iterator[Comparison]:
    """On a server that keeps its promises about a power cut."""
    with ExitStack() as stack:
        table = stack.enter_context(at_work(server.fresh_database()))
        apart = stack.enter_context(open_store(table.config))
        plain = server.fresh_database()
        connection = stack.enter_context(psycopg.connect(plain, autocommit=True))
        connection.execute("CREATE TABLE raw (id text, version bigint, topic text, state bytea, PRIMARY KEY (id, version))")
        insert = "INSERT INTO raw VALUES (%s, %s, %s, %s)"
        raw = _raw(table, lambda row: connection.execute(insert, row, prepare=True))
        with Library(postgres_env(plain)) as library:
            timings = in_turns([raw, _library(library), *_commands(table, apart)], ROUNDS)
    yield Comparison(
        "append-postgresql", f"one event, {CASES} cases of {LENGTH} events, flushed to disk", SAVE, timings,
        [Target(name, SAVE, at_most=1.0) for name in (PLAIN, SEALED)],
    )  # fmt: skip


def on_sqlite() -> Iterator[Comparison]:
    """In a file, with the settings that lose nothing in a power cut; the library's save keeps its own settings."""
    with ExitStack() as stack:
        table = stack.enter_context(at_work())
        apart = stack.enter_context(open_store(table.config))
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="casus-bench-")))
        connection = sqlite3.connect(folder / "raw.db", isolation_level=None)
        stack.callback(connection.close)
        for pragma in PRAGMAS:
            connection.execute(pragma)
        connection.execute("CREATE TABLE raw (id TEXT, version INTEGER, topic TEXT, state BLOB, PRIMARY KEY (id, version))")
        raw = _raw(table, lambda row: connection.execute("INSERT INTO raw VALUES (?, ?, ?, ?)", row))
        library = stack.enter_context(Library(sqlite_env(str(folder / "library.db"))))
        timings = in_turns([raw, _library(library), *_commands(table, apart)], ROUNDS)
    yield Comparison("append-sqlite", f"one event, {CASES} cases of {LENGTH} events", SAVE, timings)


def _raw(table: Table, insert: Callable[[tuple[str, int, str, bytes]], object]) -> Way:
    """The bytes of a recorded check, under a new version each time."""
    topic, state = table.store.database.query(
        "SELECT topic, state FROM stored_events WHERE originator_id = ? ORDER BY originator_version DESC LIMIT 1", (table.number,)
    )[0]

    def calls() -> Iterator[Call]:
        for version in count(1):
            row = (table.number, version, topic, bytes(state))
            yield lambda row=row: insert(row)  # type: ignore[misc]

    return Way(RAW, calls(), REPEATS)


def _library(library: Library) -> Way:
    aggregate = Noting()

    def calls() -> Iterator[Call]:
        while True:
            aggregate.note(TEXT)
            yield lambda: library.save(aggregate)

    return Way(SAVE, calls(), REPEATS)


def _commands(table: Table, apart: Store) -> list[Way]:
    """Commands of a program that goes on, and, on a connection apart, of one that has read nothing yet, as each call
    of `casus` is.
    """
    numbers, others = copies(table, CASES), copies(table, CASES, first=CASES)
    engine = table.engine()

    def plain() -> Iterator[Call]:
        for turn in count():
            for number in numbers:  # never the day that is planned already
                command = PlanCheck(case=number, on=SOON + timedelta(days=turn % 30))
                yield lambda command=command: engine.run(command, REQUEST)  # type: ignore[misc]

    def sealed() -> Iterator[Call]:
        for number in cycle(numbers):
            command = Check(case=number, observed=TEXT, progress=True)
            yield lambda command=command: engine.run(command, REQUEST)  # type: ignore[misc]

    def cold() -> Iterator[Call]:
        for number in cycle(others):
            command, new = Check(case=number, observed=TEXT, progress=True), Engine(apart, Scan(apart))
            apart.keys.forget()
            yield lambda command=command, new=new: new.run(command, REQUEST)  # type: ignore[misc]

    for number in numbers:  # each case and its key once, as a program that goes on has seen them
        engine.run(Check(case=number, observed=TEXT, progress=True), REQUEST)
    return [Way(PLAIN, plain(), REPEATS), Way(SEALED, sealed(), REPEATS), Way(COLD, cold(), REPEATS)]
