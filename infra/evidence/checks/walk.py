"""Goes through the events in the one order, once: each against its leaf, its envelope and what came before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from infra.evidence.checks.erasures import Erasures
from infra.evidence.checks.growing import Growing
from infra.evidence.checks.handed import TOPIC, HandedOut
from infra.evidence.checks.reading import Tables, digest
from infra.evidence.checks.report import Check, Finding
from infra.evidence.checks.sealed import LINE, Seals
from infra.evidence.leaf import BadStampError, Stored, leaf_of
from infra.store.envelope import Damaged, parse

EVERY = 1000
"""After so many events it is told how far this is."""
ON = "ON e.originator_id = p.originator_id AND e.originator_version = p.originator_version"
MADE_ALONE = "access:"
"""Each disclosure has a stream of its own, of one event."""


class Walk:
    """In: the tables, where faults go, the store's id (16 bytes), and who was erased."""

    def __init__(self, tables: Tables, finding: Finding, store: bytes, erasures: Erasures) -> None:
        self.tables, self.finding, self.store, self.erasures = tables, finding, store, erasures
        self.seals = Seals(tables, finding, erasures) if tables.sealed and finding.on(Check.SEALED) else None
        self.handed = HandedOut(tables, finding)
        self.events = self.trusted = 0
        self._since = self._leaves = 0
        self._bare = -1
        self._versions: dict[str, int] = {}
        self._placed: Any = None

    def go(self, growing: Growing, last: int, tell: Callable[[int], object] | None = None) -> None:
        """From where the tree stands up to a place."""
        self._since = at = growing.size
        self._leaves = growing.leaves
        if at:
            rows = self.tables.database.query(f"SELECT {self.tables.moment('placed_at')} FROM places WHERE place = ?", (at,))
            self._placed = rows[0][0] if rows else None
        for row in self._rows(at, last):
            place = row[0]
            if place <= at:
                self.finding.fault(Check.PLACES, "place-twice", place, row[1], row[2])
                continue
            if place > at + 1:
                self._gap(growing, at + 1, place)
            at = place
            growing.add(self._leaf(row))
            if tell and not place % EVERY:
                tell(place)
        if at < last and self.tables.all:
            self._gap(growing, at + 1, last + 1)
        if self.seals:
            self.seals.flush()

    def _rows(self, since: int, last: int) -> Iterator[tuple[Any, ...]]:
        """Place, stream, version, topic, bytes, stamps, and the stored leaf. A login that may not read every event gets of the
        others the leaf alone.
        """
        recorded, placed = self.tables.moment("e.recorded_at"), self.tables.moment("p.placed_at")
        event = f"e.topic, e.state, {recorded}, e.recorded_by, {placed}, l.digest, l.hash, e.originator_version"
        if self.tables.all:
            sql = (
                f"SELECT p.place, p.originator_id, p.originator_version, {event} FROM places p LEFT JOIN stored_events e {ON} "
                "LEFT JOIN leaves l ON l.place = p.place WHERE p.place > ? AND p.place <= ? ORDER BY p.place"
            )
        else:
            sql = (
                f"SELECT l.place, p.originator_id, p.originator_version, {event} FROM leaves l LEFT JOIN places p "
                f"ON p.place = l.place LEFT JOIN stored_events e {ON} WHERE l.place > ? AND l.place <= ? ORDER BY l.place"
            )
        return self.tables.database.stream(sql, (since, last))

    def _leaf(self, row: tuple[Any, ...]) -> bytes | None:
        """Check one event. Out: the hash to go on with: the stored one where the event was found at fault, so that each fault
        is told where it is and not in every root above it; None where there is none.
        """
        place, stream, version, topic, state, recorded_at, recorded_by, placed_at, held, hashed, there = row
        finding = self.finding
        if there is None:
            if stream is None and not self.tables.all:
                self.trusted += 1
            else:
                finding.fault(Check.EVENTS, "event-missing", place, stream, version)
            return digest(hashed)
        self.events += 1
        self._in_order(place, stream, version, placed_at)
        if state:
            self._envelope(place, stream, version, topic, state)
        else:
            state = None
            if not self.erasures.bytes_of(stream, version, place):
                finding.fault(Check.BYTES, "bytes-gone", place, stream, version)
        try:
            event = Stored(place, stream, version, topic, state, recorded_at, recorded_by, placed_at)
            made = leaf_of(self.store, event, digest(held) if state is None else None)
        except BadStampError as bad:
            if str(bad) != "state" or state is not None:
                finding.fault(Check.STAMPS, "stamp-malformed", place, stream, version, column=str(bad))
            return digest(hashed)
        if hashed is None:
            self._without_leaf(place, stream, version)
        elif (made.hash != hashed or made.digest != held) and finding.on(Check.LEAVES):
            finding.fault(Check.LEAVES, "leaf-differs", place, stream, version)
            return digest(hashed) or made.hash
        return made.hash

    def _without_leaf(self, place: int, stream: str, version: int) -> None:
        """The last events may have no leaf yet. Of several in a row that should, the first is told."""
        if place <= self._leaves and place != self._bare + 1:
            self.finding.fault(Check.LEAVES, "leaf-missing", place, stream, version)
        self._bare = place

    def _in_order(self, place: int, stream: Any, version: Any, placed_at: Any) -> None:
        """Versions follow one another in each stream, times do not go back."""
        before = self._placed
        if before is not None and type(placed_at) is type(before) and placed_at < before:
            self.finding.fault(Check.TIMES, "time-goes-back", place, stream, version)
        self._placed = placed_at
        if isinstance(stream, str) and stream.startswith(MADE_ALONE):
            follows = version == 1
        else:
            known = self._versions.get(stream)
            follows = version == (self._before(stream) if known is None else known) + 1
            self._versions[stream] = version if type(version) is int else 0
        if not follows:
            self.finding.fault(Check.VERSIONS, "version-gap", place, stream, version)

    def _before(self, stream: Any) -> int:
        """The last version of a stream in what was not read."""
        if not self._since:
            return 0
        sql = "SELECT max(originator_version) FROM places WHERE originator_id = ? AND place <= ?"
        return int(self.tables.database.query(sql, (stream, self._since))[0][0] or 0)

    def _envelope(self, place: int, stream: Any, version: Any, topic: Any, state: Any) -> None:
        """The columns say what the bytes say; what the bytes say is sealed is there."""
        if not isinstance(state, bytes):
            return  # what is no bytes is told as a stamp
        begin = f'{{"stream":"{stream}","version":{version},"topic":"{topic}",'.encode("utf-8", "surrogateescape")
        if not state.startswith(begin):
            try:
                differs = parse(stream, version, state).get("topic") != topic
            except Damaged:
                differs = True
            if differs:
                self.finding.fault(Check.ENVELOPES, "envelope-differs", place, stream, version)
        if topic == TOPIC:
            self.handed.add(place, stream, version, state)
        if self.seals and LINE in state:
            self.seals.add(place, stream, version, state)

    def _gap(self, growing: Growing, first: int, upto: int) -> None:
        """Places that are not there. What is stored of them keeps the rest where it belongs in the tree."""
        self.finding.fault(Check.PLACES, "place-missing", first, upto=upto - 1)
        sql = "SELECT hash FROM leaves WHERE place >= ? AND place < ? ORDER BY place"
        for (hashed,) in self.tables.database.query(sql, (first, upto)):
            growing.add(digest(hashed))
