"""Stores that are broken on purpose: the checker must catch each of them, or it proves nothing."""

from collections.abc import Callable, Sequence
from typing import Any

from eventsourcing.persistence import StoredEvent

from infra.store.act import Act, Answer
from infra.store.store import Store


def one_by_one(store: Store) -> None:
    """Commits each event by itself, the receipt last, without waiting for the disk."""
    recorder: Any = store._backend.log.recorder
    if store.connection().kind == "sqlite":
        store.connection().execute("PRAGMA synchronous = OFF")
    else:
        store.connection().execute("SET synchronous_commit = off")
    whole = recorder.record

    def record(stored_events: Sequence[StoredEvent], act: Act) -> Answer:
        if act.receipt and recorder.find_receipt(act.receipt.command_id):
            return whole(stored_events, act)  # type: ignore[no-any-return]
        for event in stored_events:
            stream = str(event.originator_id)
            answer = whole([event], Act(expected={stream: event.originator_version - 1}))
            if answer.outcome != "stored":
                return answer  # type: ignore[no-any-return]
        return whole([], Act(act.receipt))  # type: ignore[no-any-return]

    recorder.record = record


def sealed_apart(store: Store) -> None:
    """Stores the ciphertexts in a transaction of their own, after the events."""
    recorder: Any = store._backend.log.recorder
    whole = recorder.record
    database = store.connection()

    def record(stored_events: Sequence[Any], act: Act) -> Answer:
        bare = [StoredEvent(e.originator_id, e.originator_version, e.topic, e.state) for e in stored_events]
        answer = whole(bare, act)
        if answer.outcome == "stored":
            for event in stored_events:
                for row in event.sealed:
                    database.execute("INSERT INTO sealed_fields VALUES (?, ?, ?, ?, ?)", row)
        return answer  # type: ignore[no-any-return]

    recorder.record = record


def forgetful(store: Store) -> None:
    """Says that a command is stored before it is."""
    store.connection()


BROKEN: dict[str, Callable[[Store], None]] = {
    "one-by-one": one_by_one,
    "sealed-apart": sealed_apart,
    "acknowledged-early": forgetful,
}
