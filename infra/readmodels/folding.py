"""From the log to rows: the histories of streams, and the rows that each projection makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from domain.disclosure import PREFIX
from domain.event import Recorded
from infra.readmodels.faults import ProjectionStopped, naming
from infra.readmodels.tables import Table
from infra.store.envelope import decode
from infra.store.reading import LAST, uncollected, whole
from projections.base import Projection, Row
from projections.history import History, history_of

if TYPE_CHECKING:
    from infra.store.store import Store

CHUNK = 200
"""How many streams are folded at a time."""

Portion = tuple[Sequence[str], list[Row]]
"""Streams, and all their rows as they are kept."""


def chunks(streams: Sequence[str], size: int = CHUNK) -> Iterator[Sequence[str]]:
    """The streams in portions."""
    for start in range(0, len(streams), size):
        yield streams[start : start + size]


BEYOND = PREFIX[:-1] + chr(ord(PREFIX[-1]) + 1)
"""The first name behind those of all streams of disclosures."""
PAGE = 10_000
"""How many events are read at a time when everything is folded."""

EVERYTHING = (
    "SELECT e.originator_id, e.originator_version, e.state, e.recorded_at, e.recorded_by, p.place FROM stored_events e "
    "JOIN places p ON p.originator_id = e.originator_id AND p.originator_version = e.originator_version "
    "WHERE p.place <= ? AND e.originator_id > ? AND p.originator_id > ? AND e.originator_id < ? AND p.originator_id < ? "
    "ORDER BY e.originator_id, e.originator_version LIMIT ?"
)


def everything(
    store: Store, upto_place: int, until: datetime | None = None, *, access: bool = True
) -> Iterator[list[History[Any]]]:
    """The histories of all streams, page by page; without those of disclosures where nobody asks for them. What is up to
    a place never changes, so no transaction has to stay open from one page to the next.
    """
    for first, beyond in (("", LAST),) if access else (("", PREFIX), (BEYOND, LAST)):
        yield from _between(store, first, beyond, upto_place, until)


def _between(store: Store, first: str, beyond: str, upto_place: int, until: datetime | None) -> Iterator[list[History[Any]]]:
    """The histories of the streams after one name and before another."""
    last = first
    while True:
        rows = list(store.connection().stream(EVERYTHING, (upto_place, last, last, beyond, beyond, PAGE), PAGE))
        if not rows:
            return
        found: dict[str, list[Recorded]] = {}
        stamp = rows[0][3]
        for stream, version, state, recorded_at, recorded_by, place in rows:
            stamp = stamp if stamp == recorded_at else recorded_at  # one object for one act: its text is made once
            found.setdefault(stream, []).append(decode(stream, version, state, stamp, recorded_by, place))
        last = rows[-1][0]
        if len(rows) == PAGE:  # the last stream may go on on the next page
            cut = found.pop(last)
            if found:
                last = next(reversed(found))
            else:
                found = store.load_many([cut[0].stream], upto_place)
        for stream, records in found.items():
            whole(stream, records)
        yield _folded(found, upto_place, until)


def touched(store: Store, start: int, end: int, *, access: bool = True) -> list[str]:
    """The streams that have events with a place after `start`, up to `end`; without those of disclosures where nobody asks
    for them.
    """
    params: list[Any] = [start, end]
    sql = "SELECT DISTINCT originator_id FROM places WHERE place > ? AND place <= ?"
    if not access:
        sql += " AND NOT (originator_id >= ? AND originator_id < ?)"
        params += [PREFIX, BEYOND]
    return [row[0] for row in store.connection().query(f"{sql} ORDER BY originator_id", params)]


def only_access(store: Store, start: int, end: int) -> bool:
    """Whether nothing but disclosures has a place after `start`, up to `end`."""
    return not store.connection().query(
        "SELECT 1 FROM places WHERE place > ? AND place <= ? AND NOT (originator_id >= ? AND originator_id < ?) LIMIT 1",
        (start, end, PREFIX, BEYOND),
    )


def histories(store: Store, streams: Sequence[str], upto_place: int, until: datetime | None = None) -> list[History[Any]]:
    """The histories of these streams as far as a place in the log, and as far as a moment; without those that had none."""
    return _folded(store.load_many(streams, upto_place), upto_place, until)


def _folded(found: Mapping[str, Sequence[Recorded]], upto_place: int, until: datetime | None) -> list[History[Any]]:
    made = []
    for stream, records in found.items():
        with naming("all", upto_place, stream):
            history = history_of(records, until)
        if history is not None:
            made.append(history)
    return made


def rows_of(projection: Projection[Any], of: Sequence[History[Any]], at: int = 0) -> list[Row]:
    """The rows that histories come to. `ProjectionStopped` names the one that the projection fails on."""
    found: list[Row] = []
    for history in of:
        with naming(projection.name, at, history.stream):
            found.extend(projection.rows(history))
    return found


def kept(table: Table[Any], of: Sequence[History[Any]], at: int = 0) -> list[Row]:
    """The rows that histories come to, as the table keeps them."""
    return list(table.encoded(rows_of(table.projection, of, at)))


def portions(
    store: Store, tables: Sequence[Table[Any]], streams: Sequence[str], end: int, at: Mapping[str, int],
    stopped: dict[str, ProjectionStopped],
) -> Iterator[dict[str, Portion]]:  # fmt: skip
    """The rows of these streams up to a place, portion by portion, for each table by its name.

    `at` says how far each table is. One whose projection fails is noted in `stopped`, and left out from there on.
    """
    for portion in chunks(streams):
        with uncollected():
            of = histories(store, portion, end)
            made: dict[str, Portion] = {}
            for t in tables:
                if t.name in stopped:
                    continue
                try:
                    read = [history for history in of if history.kind in t.projection.of]
                    made[t.name] = [history.stream for history in read], kept(t, read, at.get(t.name, 0))
                except ProjectionStopped as stop:
                    stopped[t.name] = stop
        yield made
