"""Loading a case and folding it, beside the same rows as a hand-written reader gets them: raw, and made into pydantic."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

import psycopg
from pydantic import BaseModel

from domain.case import Case
from domain.event import replay
from domain.events import resolve
from tests.bench.at_work import Table, at_work, copies
from tests.bench.rounds import Comparison, Target, Way, again, in_turns
from tests.support.postgres import Server

ROUNDS = 9
LENGTHS = (50, 500)
RAW, FACTS, BASE = "raw rows", "bare facts + pydantic", "raw rows + pydantic"
LOAD, FOLD = "store.load", "store.load + fold"

MAKE = "CREATE TABLE bare (id {text}, version {number}, topic {text}, facts {bytes}, PRIMARY KEY (id, version))"
FILL = "INSERT INTO bare VALUES ({0}, {0}, {0}, {0})"
BARE = "SELECT topic, facts FROM bare WHERE id = {} ORDER BY version"
ROWS = "SELECT originator_version, state, recorded_at, recorded_by FROM {}stored_events WHERE originator_id = {} ORDER BY 1"

Select = Callable[[str], list[tuple[Any, ...]]]


class By(BaseModel):
    """Who and why."""

    actor: str
    team: str
    organisation: str
    role: str
    purpose: str
    assurance: str
    profile: str
    profile_digest: str


class Envelope(BaseModel):
    """What stands in a row, as somebody would read it with pydantic."""

    stream: str
    version: int
    topic: str
    v: int
    occurred_at: datetime
    command: str
    by: By
    sealed: dict[str, dict[str, str]] = {}
    facts: dict[str, Any]


def on_postgresql(server: Server) -> Iterator[Comparison]:
    """From a server."""
    with at_work(server.fresh_database()) as table, psycopg.connect(table.config.dsn or "", autocommit=True) as connection:
        connection.execute(MAKE.format(text="text", number="bigint", bytes="bytea"))
        cursor = connection.cursor(binary=True)
        cursor.executemany(FILL.format("%s"), list(_bare(table)))
        bare, rows = BARE.format("%s"), ROWS.format("casus.", "%s")
        yield from _compared(
            "postgresql", table,
            lambda number: cursor.execute(bare, (number,)).fetchall(),
            lambda number: cursor.execute(rows, (number,)).fetchall(),
        )  # fmt: skip


def on_sqlite() -> Iterator[Comparison]:
    """From a file."""
    with (
        at_work() as table,
        closing(sqlite3.connect(table.config.home / "bare.db", isolation_level=None)) as connection,
        closing(sqlite3.connect(table.config.events_file, isolation_level=None)) as log,
    ):
        connection.execute(MAKE.format(text="TEXT", number="INTEGER", bytes="BLOB"))
        connection.executemany(FILL.format("?"), list(_bare(table)))
        bare, rows = BARE.format("?"), ROWS.format("", "?")
        yield from _compared(
            "sqlite", table,
            lambda number: connection.execute(bare, (number,)).fetchall(),
            lambda number: log.execute(rows, (number,)).fetchall(),
        )  # fmt: skip


def _bare(table: Table) -> Iterator[tuple[str, int, str, bytes]]:
    """The events of both lengths as somebody would keep them who wants nothing but the facts: no envelope, no seal."""
    for length in LENGTHS:
        number = copies(table, 1, length)[0]
        for record in table.store.load(number):
            yield number, record.version, record.topic, record.event.model_dump_json().encode()


def _compared(kind: str, table: Table, bare: Select, rows: Select) -> Iterator[Comparison]:
    for length in LENGTHS:
        number = f"LEL-2020-{1000 + length:05d}"
        ways = [Way(name, again(call), 2000 // length) for name, call in _calls(table, number, bare, rows)]
        yield Comparison(
            f"load-{kind}-{length}", f"a case of {length} events", BASE, in_turns(ways, ROUNDS),
            [Target(FOLD, BASE, at_most=1.6)], items=length, unit="events",
        )  # fmt: skip


def _calls(table: Table, number: str, bare: Select, rows: Select) -> Iterator[tuple[str, Callable[[], object]]]:
    def facts() -> list[Any]:
        return [resolve(topic).model_validate_json(state) for topic, state in bare(number)]

    def enveloped() -> list[Any]:
        found = []
        for _, state, recorded_at, recorded_by in rows(number):
            envelope = Envelope.model_validate_json(state)
            found.append((envelope, resolve(envelope.topic).model_validate(envelope.facts), recorded_at, recorded_by))
        return found

    def folded() -> Case:
        return replay(Case(), table.store.load(number))

    assert len(facts()) == len(enveloped()) == len(table.store.load(number))
    assert folded().goals
    yield RAW, lambda: rows(number)
    yield FACTS, facts
    yield BASE, enveloped
    yield LOAD, lambda: table.store.load(number)
    yield FOLD, folded
