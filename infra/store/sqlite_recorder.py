"""Our recorder on SQLite: events, receipt, sealed fields and places in one transaction; reads go by places."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor

from infra.store.act import Act, Answer
from infra.store.database import iso
from infra.store.mapper import SealedEvent
from infra.store.sqlite import SQLiteDatabase, SQLiteFile
from infra.store.sqlite_datastore import EmbeddedDatastore

EVENT = "SELECT e.originator_id, e.originator_version, e.state, e.recorded_at, e.recorded_by"


class SQLiteRecorder(SQLiteApplicationRecorder):
    """The library's recorder with one more table, and the one order."""

    def __init__(self, file: SQLiteFile, now: Callable[[], datetime]) -> None:
        super().__init__(EmbeddedDatastore(file))
        self.database = SQLiteDatabase(file)
        self.now = now
        self.recorded_by = f"os-{os.getuid()}"
        self.insert_events_statement = "INSERT INTO stored_events VALUES (?, ?, ?, ?, ?, ?)"

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """The library's way in. It knows no receipt; every stream must stand just before its first event."""
        expected: dict[str, int] = {}
        for event in stored_events:
            expected.setdefault(str(event.originator_id), event.originator_version - 1)
        answer = self.record(stored_events, Act(expected=expected))
        if answer.outcome == "moved":
            from eventsourcing.persistence import IntegrityError

            raise IntegrityError(answer.stream)
        return None

    def record(self, stored_events: Sequence[StoredEvent], act: Act) -> Answer:
        """Store all of it, or nothing and say why."""
        try:
            with self.database.transaction():
                return self._record(stored_events, act)
        except _Moved as moved:
            return Answer("moved", stream=moved.stream)

    def _record(self, stored_events: Sequence[StoredEvent], act: Act) -> Answer:
        if act.receipt and (found := self.find_receipt(act.receipt.command_id)):
            digest, result, at, by = found
            return Answer("known", datetime.fromisoformat(at), by, digest=digest, result=result)
        head, placed_at = self._head()
        if act.head is not None and act.head != head:
            raise _Moved("")
        stamp = iso(self.now())
        for stream, version in {**act.reads, **act.expected}.items():
            found_version, found_at = self._last(stream)
            if found_version != version:
                raise _Moved(stream)
            if stream in act.expected and found_at:
                stamp = max(stamp, found_at)  # a stream's times never go back: they are part of its order
        with self.datastore.transaction(commit=True) as cursor:
            self._insert(cursor, stored_events, stamp, head, max(stamp, placed_at))
            if act.receipt:
                r = act.receipt
                cursor.execute(
                    "INSERT INTO receipts VALUES (?, ?, ?, ?, ?)",
                    (r.command_id, r.digest, r.result, stamp, self.recorded_by),
                )
        return Answer("stored", datetime.fromisoformat(stamp), self.recorded_by)

    def _insert(self, cursor: SQLiteCursor, events: Sequence[StoredEvent], stamp: str, head: int, placed_at: str) -> None:
        try:
            cursor.executemany(
                self.insert_events_statement,
                [(e.originator_id, e.originator_version, e.topic, e.state, stamp, self.recorded_by) for e in events],
            )
        except sqlite3.IntegrityError:  # bulk streams are not looked up first
            raise _Moved("") from None
        cursor.executemany(
            "INSERT INTO places VALUES (?, ?, ?, ?)",
            [(head + n, e.originator_id, e.originator_version, placed_at) for n, e in enumerate(events, 1)],
        )
        sealed = [row for event in events if isinstance(event, SealedEvent) for row in event.sealed]
        if sealed:
            cursor.executemany("INSERT INTO sealed_fields VALUES (?, ?, ?, ?, ?)", sealed)

    def _head(self) -> tuple[int, str]:
        rows = self.database.query("SELECT place, placed_at FROM places ORDER BY place DESC LIMIT 1")
        return rows[0] if rows else (0, "")

    def _last(self, stream: str) -> tuple[int, str]:
        rows = self.database.query(
            "SELECT originator_version, recorded_at FROM stored_events WHERE originator_id = ? "
            "ORDER BY originator_version DESC LIMIT 1",
            (stream,),
        )
        return rows[0] if rows else (0, "")

    def find_receipt(self, command_id: str) -> tuple[bytes, str, str, str] | None:
        """Digest, result and stamps of a receipt."""
        rows = self.database.query(
            "SELECT digest, result, recorded_at, recorded_by FROM receipts WHERE command_id = ?", (command_id,)
        )
        return rows[0] if rows else None

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """As the library asks for them, by place: row ids are used again after a deletion."""
        first = (start or 0) + (0 if inclusive_of_start else 1)
        return notifications(self.database, first, limit, stop, topics)

    def _max_notification_id(self, c: SQLiteCursor) -> int:
        return self._head()[0]


def notifications(database: Any, first: int, limit: int, stop: int | None, topics: Iterable[str]) -> list[Notification]:
    """Events as the library's notifications, in the one order."""
    topics = list(topics)
    rows = database.query(
        "SELECT p.place, e.originator_id, e.originator_version, e.topic, e.state FROM places p "
        "JOIN stored_events e ON e.originator_id = p.originator_id AND e.originator_version = p.originator_version "
        "WHERE p.place >= ? AND p.place <= ? "
        + (f"AND e.topic IN ({', '.join('?' * len(topics))}) " if topics else "")
        + "ORDER BY p.place LIMIT ?",
        [first, 2**62 if stop is None else stop, *topics, limit],
    )
    return [Notification(stream, version, topic, bytes(state), place) for place, stream, version, topic, state in rows]


class _Moved(Exception):
    def __init__(self, stream: str) -> None:
        self.stream = stream
