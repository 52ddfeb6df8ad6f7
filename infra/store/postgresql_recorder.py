"""Our recorder on PostgreSQL: one function call stores everything; the sequencer gives places; reads go by them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import psycopg
from eventsourcing.persistence import ApplicationRecorder, IntegrityError, Notification, StoredEvent, Subscription
from eventsourcing.postgres import PostgresApplicationRecorder
from psycopg.rows import tuple_row

from domain.refusal import Refused
from infra.store.act import Act, Answer
from infra.store.arrays import blobs, numbers, texts, truths
from infra.store.interrupts import held_back
from infra.store.mapper import SealedEvent
from infra.store.members import as_json
from infra.store.postgresql import PostgreSQLDatabase, ServerDatastore, lost, refusal
from infra.store.sqlite_recorder import notifications

CALL = f"SELECT * FROM casus.append(%s, %b, {', '.join(['%s'] * 14)})"
FIRST_PAUSE = 0.05


class Unknown(Refused):
    """Whether it was stored could not be found out. The same command with the same id is safe to give again."""

    def __init__(self, command: str) -> None:
        super().__init__("outcome-unknown", command=command)


class PostgreSQLRecorder(PostgresApplicationRecorder):
    """The library's recorder without its lock on the table, its NOTIFY and its retries."""

    def __init__(self, datastore: ServerDatastore, patience: float) -> None:
        super().__init__(datastore)
        self.server = datastore
        self.patience = patience
        self.database = PostgreSQLDatabase(datastore)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """The library's way in. It knows no receipt; every stream must stand just before its first event."""
        expected: dict[str, int] = {}
        for event in stored_events:
            expected.setdefault(str(event.originator_id), event.originator_version - 1)
        answer = self.record(stored_events, Act(expected=expected))
        if answer.outcome == "moved":
            raise IntegrityError(answer.stream)
        return None

    def record(self, stored_events: Sequence[StoredEvent], act: Act) -> Answer:
        """Store all of it, or nothing and say why.

        The one place where something is tried again. When the connection is lost the server may have stored it or
        not; the receipt makes asking again safe: it waits for an earlier try that still runs, and knows one that
        succeeded. Without a receipt nothing is repeated.
        """
        arguments = _arguments(stored_events, act)
        until = time.monotonic() + self.patience
        pause = FIRST_PAUSE
        asked = was_lost = False
        while True:
            try:
                with held_back():
                    connection = self.server.raw
                    asked = True
                    answer = self._call(connection, arguments, act)
                return self._ours(answer, stored_events) if was_lost else answer
            except psycopg.errors.UniqueViolation:
                return self._crossed(act)
            except psycopg.Error as error:
                again = isinstance(error, psycopg.errors.DeadlockDetected) or (
                    lost(error) and (act.receipt is not None or not asked)
                )
                if not again or self.server.held or time.monotonic() + pause > until:
                    if asked and lost(error):
                        raise Unknown(act.receipt.command_id if act.receipt else "") from None
                    raise refusal(error, self.server) or error from None
                was_lost = was_lost or (asked and lost(error))
                time.sleep(pause)
                pause = min(pause * 2, 1.0)

    def _call(self, connection: psycopg.Connection[Any], arguments: tuple[Any, ...], act: Act) -> Answer:
        self.server.warned = False
        with connection.cursor(row_factory=tuple_row) as cursor:
            row = cursor.execute(CALL, arguments, prepare=True).fetchone()
        assert row is not None
        if self.server.warned and row[0] == "stored":
            self._make_sure(connection, act)
        outcome, stream, digest, result, recorded_at, recorded_by = row
        return Answer(outcome, recorded_at, recorded_by or "", stream or "", digest or b"", result or "")

    def _ours(self, answer: Answer, stored_events: Sequence[StoredEvent]) -> Answer:
        """After an answer was lost: what is known may be our own earlier try. All were stored or none, so one tells."""
        if answer.outcome != "known" or not stored_events:
            return answer
        event = stored_events[-1]
        rows = self.database.query(
            "SELECT state FROM casus.stored_events WHERE originator_id = ? AND originator_version = ?",
            (event.originator_id, event.originator_version),
        )
        if not rows or bytes(rows[0][0]) != event.state:
            return answer
        return Answer("stored", answer.recorded_at, answer.recorded_by)

    def _make_sure(self, connection: psycopg.Connection[Any], act: Act) -> None:
        """A commit that ended with a warning is stored here, but perhaps on no standby: a failover may lose it.

        A later commit that ends without one has carried the earlier along.
        """
        self.server.warned = False
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_logical_emit_message(true, 'casus', '')")
        if self.server.warned or (act.receipt and not self.find_receipt(act.receipt.command_id)):
            raise Unknown(act.receipt.command_id if act.receipt else "")

    def _crossed(self, act: Act) -> Answer:
        """Somebody stored the same version while we were at it: only in streams that were not locked."""
        if act.receipt and (found := self.find_receipt(act.receipt.command_id)):
            digest, result, at, by = found
            return Answer("known", at, by, digest=digest, result=result)
        return Answer("moved")

    def find_receipt(self, command_id: str) -> tuple[bytes, str, Any, str] | None:
        """Digest, result and stamps of a receipt."""
        rows = self.database.query(
            "SELECT digest, result, recorded_at, recorded_by FROM casus.receipts WHERE command_id = ?", (command_id,)
        )
        return rows[0] if rows else None

    def place_new(self, *, wait: bool = False) -> int:
        """Let the sequencer give places to what was committed. Out: the last place.

        Inside a transaction it only tells: a sequencer that stays open would hold all others back.
        """
        if self.server.raw.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            return int(self.database.query("SELECT place FROM casus.place_head")[0][0])
        more = True
        last = 0
        while more:
            last, more = self.database.query("SELECT last, more FROM casus.place_new(20000, ?)", (wait,))[0]
        return last

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """As the library asks for them, by place: the order of its own ids misses what commits late."""
        self.place_new()
        first = (start or 0) + (0 if inclusive_of_start else 1)
        return notifications(self.database, first, limit, stop, topics)

    def max_notification_id(self) -> int | None:
        return self.place_new() or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Refused: writers don't notify, for that makes every commit wait for the others. Follow the places."""
        raise NotImplementedError("writers don't notify: poll the places")


def _arguments(stored_events: Sequence[StoredEvent], act: Act) -> tuple[Any, ...]:
    mine = {} if act.bulk else act.expected
    watch = sorted({**act.reads, **mine}.items())
    sealed = [
        (index, row) for index, event in enumerate(stored_events, 1) if isinstance(event, SealedEvent) for row in event.sealed
    ]
    receipt = act.receipt
    return (
        receipt.command_id if receipt else None,
        receipt.digest if receipt else None,
        receipt.result if receipt else None,
        texts(stream for stream, _ in watch),
        numbers(version for _, version in watch),
        truths(stream in mine for stream, _ in watch),
        texts(str(e.originator_id) for e in stored_events),
        numbers(e.originator_version for e in stored_events),
        texts(e.topic for e in stored_events),
        blobs(e.state for e in stored_events),
        numbers(index for index, _ in sealed),
        texts(row.field for _, row in sealed),
        texts(row.key_id for _, row in sealed),
        blobs(row.data for _, row in sealed),
        act.bulk,
        as_json(act.members),
    )
