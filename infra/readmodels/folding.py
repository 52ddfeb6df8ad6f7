"""From the log to rows: the histories of streams, and the rows that each projection makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from infra.readmodels.faults import ProjectionStopped, naming
from infra.readmodels.tables import Table
from infra.store.reading import uncollected
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


def touched(store: Store, start: int, end: int) -> list[str]:
    """The streams that have events with a place after `start`, up to `end`."""
    rows = store.connection().query(
        "SELECT DISTINCT originator_id FROM places WHERE place > ? AND place <= ? ORDER BY originator_id", (start, end)
    )
    return [row[0] for row in rows]


def histories(store: Store, streams: Sequence[str], upto_place: int, until: datetime | None = None) -> list[History[Any]]:
    """The histories of these streams as far as a place in the log, and as far as a moment; without those that had none."""
    found = []
    for stream, records in store.load_many(streams, upto_place).items():
        with naming("all", upto_place, stream):
            history = history_of(records, until)
        if history is not None:
            found.append(history)
    return found


def rows_of(projection: Projection[Any], of: Sequence[History[Any]], at: int = 0) -> list[Row]:
    """The rows that histories come to. `ProjectionStopped` names the one that the projection fails on."""
    found: list[Row] = []
    for history in of:
        with naming(projection.name, at, history.stream):
            found.extend(projection.rows(history))
    return found


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
                    made[t.name] = portion, list(t.encoded(rows_of(t.projection, of, at.get(t.name, 0))))
                except ProjectionStopped as stop:
                    stopped[t.name] = stop
        yield made
