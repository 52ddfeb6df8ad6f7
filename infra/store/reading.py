"""How the log is read: a stream, many streams, and everything in the one order. The same SQL on both databases."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import starmap

from domain.event import Recorded
from infra.store.database import Database
from infra.store.envelope import Missing, Row, decode

BARE = "e.originator_version, e.state, e.recorded_at, e.recorded_by"
EVENT = f"e.originator_id, {BARE}"
ON = "ON p.originator_id = e.originator_id AND p.originator_version = e.originator_version"
LAST = "\U0010ffff"
CHUNK = 200


@contextmanager
def uncollected() -> Iterator[None]:
    """Many new objects that all stay make the garbage collector run often and find nothing: half of a load's time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def whole(stream: str, records: Sequence[Recorded]) -> None:
    """In: a stream, and its records from the first one on. Refused as `Missing` where one between them is gone. That the last
    ones are gone no record tells; a verification does.
    """
    if records and records[-1].version != len(records):
        raise Missing(stream, next(n for n, record in enumerate(records, start=1) if record.version != n))


class Reader:
    """Reads the log of one database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def load(self, stream: str, upto_version: int | None = None, *, places: bool = False) -> list[Recorded]:
        """The records of a stream by version; empty when there is none. `places` gives each its place, if it has one.

        Refused as `Damaged` and `Missing` are, where what is there is not what was stored.
        """
        place, join = (", p.place", f"LEFT JOIN places p {ON} ") if places else ("", "")
        upto = "" if upto_version is None else "AND e.originator_version <= ? "
        rows = self.database.query(
            f"SELECT {BARE}{place} FROM stored_events e {join}WHERE e.originator_id = ? {upto}ORDER BY e.originator_version",
            (stream,) if upto_version is None else (stream, upto_version),
        )
        with uncollected():
            found = [decode(stream, *row) for row in rows]
        whole(stream, found)
        return found

    def load_many(self, streams: Iterable[str], upto_place: int | None = None) -> dict[str, list[Recorded]]:
        """The records of each of these streams, with their places. `upto_place` leaves out what came after it, and
        what has no place yet. Refused as by `load`.
        """
        wanted = sorted(set(streams))
        found: dict[str, list[Recorded]] = {stream: [] for stream in wanted}
        for start in range(0, len(wanted), CHUNK):
            chunk = wanted[start : start + CHUNK]
            where = f"e.originator_id IN ({', '.join('?' * len(chunk))})"
            join, params = "LEFT JOIN", chunk
            if upto_place is not None:
                join, where, params = "JOIN", where + " AND p.place <= ?", [*chunk, upto_place]  # type: ignore[list-item]
            rows = self.database.query(
                f"SELECT {EVENT}, p.place FROM stored_events e {join} places p {ON} WHERE {where} "
                "ORDER BY e.originator_id, e.originator_version",
                params,
            )
            with uncollected():
                for row in rows:
                    found[row[0]].append(decode(*row))
        for stream, records in found.items():
            whole(stream, records)
        return found

    def version(self, stream: str) -> int:
        """The last version of a stream; 0 when there is none."""
        rows = self.database.query(
            "SELECT originator_version FROM stored_events WHERE originator_id = ? ORDER BY originator_version DESC LIMIT 1",
            (stream,),
        )
        return int(rows[0][0]) if rows else 0

    def streams(self, prefix: str = "") -> list[str]:
        """The streams whose id begins so, sorted."""
        rows = self.database.query(
            "SELECT originator_id FROM stored_events WHERE originator_version = 1 "
            "AND originator_id >= ? AND originator_id < ? ORDER BY originator_id",
            (prefix, prefix + LAST),
        )
        return [row[0] for row in rows]

    def last_number(self, prefix: str) -> str | None:
        """The highest case number with this prefix (`LEL-2026-`), or None. Numbers are given out one after another."""
        width = 4
        while self.version(f"{prefix}1{'0' * width}"):  # ten thousand is there: numbers have a digit more
            width += 1
        rows = self.database.query(
            "SELECT originator_id FROM stored_events WHERE originator_id >= ? AND originator_id < ? "
            "AND length(originator_id) = ? ORDER BY originator_id DESC LIMIT 1",
            (prefix, prefix + LAST, len(prefix) + width),
        )
        return rows[0][0] if rows else None

    def after(self, place: int, limit: int) -> list[Recorded]:
        """At most `limit` records after a place, in the one order."""
        rows = self.database.query(*self._in_order(place, limit))
        with uncollected():
            return list(starmap(decode, rows))

    def raw_after(self, place: int, limit: int | None = None) -> Iterator[Row]:
        """Rows after a place, in the one order, not decoded and not all held at once: give them to `decode`."""
        yield from map(Row._make, self.database.stream(*self._in_order(place, limit)))

    def raw_by_stream(self, upto_place: int) -> Iterator[Row]:
        """All rows up to a place, stream by stream, by version: for read models that fold a stream at a time."""
        rows = self.database.stream(
            f"SELECT {EVENT}, p.place FROM stored_events e JOIN places p {ON} WHERE p.place <= ? "
            "ORDER BY e.originator_id, e.originator_version",
            (upto_place,),
        )
        yield from map(Row._make, rows)

    def place_of(self, stream: str, version: int) -> int | None:
        """The place of an event, if it has one yet."""
        rows = self.database.query(
            "SELECT place FROM places WHERE originator_id = ? AND originator_version = ?", (stream, version)
        )
        return rows[0][0] if rows else None

    def _in_order(self, place: int, limit: int | None) -> tuple[str, Sequence[int]]:
        return (
            f"SELECT {EVENT}, p.place FROM places p JOIN stored_events e {ON} WHERE p.place > ? ORDER BY p.place"
            + ("" if limit is None else " LIMIT ?"),
            (place,) if limit is None else (place, limit),
        )
