"""The keeper on a laptop: the file of the keys, in which what is overwritten leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from infra.erasing.keeper import BEGUN, ERASED, SAME, Noted, Unlisted
from infra.store.database import iso
from infra.store.envelope import decode

if TYPE_CHECKING:
    from domain.events.rights import SubjectErased
    from infra.erasing.ledger import Line
    from infra.store.database import Database, Row
    from infra.store.store import Store

CHUNK = 200
OF = "originator_id = ? AND subject = ?"


class EmbeddedKeeper:
    """`Keeper` on two files."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @property
    def db(self) -> Database:
        return self.store.keys_connection()

    def _now(self) -> str:
        return iso(self.store.now())

    def note(self, stream: str, subject: str, request: str, step: str, found: str = "") -> None:
        self.db.execute(
            "INSERT INTO erasures VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (stream, subject, request, step, found, self._now()),
        )

    def noted(self) -> list[Noted]:
        rows = self.db.query("SELECT * FROM erasures ORDER BY originator_id, subject, done_at")
        return [Noted(a, b, c, d, e, datetime.fromisoformat(at)) for a, b, c, d, e, at in rows]

    def keys(self, stream: str, subject: str) -> dict[str, bool]:
        rows = self.db.query(
            f"SELECT key_id, wrapped IS NOT NULL FROM data_keys WHERE {OF} ORDER BY generation", (stream, subject)
        )
        return {key_id: bool(alive) for key_id, alive in rows}

    def destroy(self, stream: str, subject: str, keys: Sequence[str]) -> None:
        now = self._now()
        with self.db.transaction():
            self.db.execute(
                "UPDATE data_keys SET state = 'erased', wrapped = NULL, kek_version = NULL, erased_at = ? "
                f"WHERE {OF} AND wrapped IS NOT NULL",
                (now, stream, subject),
            )
            if not self.keys(stream, subject):
                # That there was somebody stays to be seen: a key made anew would undo the erasure.
                self.db.executemany(
                    "INSERT INTO data_keys (originator_id, subject, generation, key_id, state, created_at, erased_at) "
                    "VALUES (?, ?, ?, ?, 'erased', ?, ?)",
                    [(stream, subject, n, key, now, now) for n, key in enumerate(keys, start=1)],
                )

    def same_person(self, stream: str, subject: str) -> list[str]:
        rows = self.db.query(
            "SELECT DISTINCT b.originator_id FROM tokens a JOIN tokens b ON a.purpose = b.purpose AND a.token = b.token "
            "WHERE a.purpose = ? AND a.originator_id = ? AND a.subject = ? AND b.originator_id <> ? ORDER BY 1",
            (SAME, stream, subject, stream),
        )
        return [row[0] for row in rows]

    def drop_tokens(self, stream: str, subject: str) -> None:
        self.db.execute(f"DELETE FROM tokens WHERE {OF}", (stream, subject))

    def close(self, stream: str, subject: str) -> None:
        self.db.execute(f"UPDATE erasures SET found = '' WHERE {OF}", (stream, subject))

    def left(self, stream: str, subject: str) -> int:
        ((keys,),) = self.db.query(f"SELECT count(*) FROM data_keys WHERE {OF} AND wrapped IS NOT NULL", (stream, subject))
        ((tokens,),) = self.db.query(f"SELECT count(*) FROM tokens WHERE {OF}", (stream, subject))
        return int(keys + tokens)

    def outstanding(self, lines: Sequence[Line]) -> list[Line]:
        ids = [key for line in lines for key in line.keys]
        kept: dict[str, int] = dict(
            self._among(self.db, "SELECT key_id, wrapped IS NOT NULL FROM data_keys WHERE key_id IN", ids)
        )
        log = self.store.connection()
        sealed = {row[0] for row in self._among(log, "SELECT DISTINCT key_id FROM sealed_fields WHERE key_id IN", ids)}
        streams = sorted({line.stream for line in lines})
        there = {
            row[0]
            for row in self._among(
                log, "SELECT originator_id FROM stored_events WHERE originator_version = 1 AND originator_id IN", streams
            )
        }
        said = set(self._said(streams))
        found = []
        for line in lines:
            if not (kept.keys() | sealed) & set(line.keys) or line.stream not in there:
                continue
            alive = any(kept.get(key) for key in line.keys) or not kept.keys() & set(line.keys)
            erased = (line.stream, line.subject, ERASED) in said
            if alive if erased else (line.stream, line.subject, BEGUN) not in said:
                found.append(line)
        return found

    def unlisted(self, lines: Sequence[Line]) -> list[Unlisted]:
        ((until,),) = self.db.query("SELECT coalesce(max(at), '') FROM ledger_checks WHERE what = 'without'")
        receipts, named = {line.digest() for line in lines}, {(line.stream, line.subject) for line in lines}
        found = set()
        rows = self.store.connection().query(
            "SELECT originator_id, originator_version, state, recorded_at, recorded_by FROM stored_events "
            f"WHERE topic = '{ERASED}'"
        )
        for row in rows:
            event: SubjectErased = decode(*row).event  # type: ignore[assignment]
            if row[3] > until and event.receipt not in receipts and self.keys(row[0], event.subject):
                found.add(Unlisted(row[0], event.subject, event.right))
        gone = self.db.query("SELECT originator_id, subject, request FROM erasures WHERE step = 'keys' AND done_at > ?", (until,))
        unnamed = [Unlisted(*row) for row in gone if row[:2] not in named]
        said = {(stream, subject) for stream, subject, _ in self._said(sorted({one.stream for one in unnamed}))}
        return sorted(found | {one for one in unnamed if (one.stream, one.subject) not in said})

    def ledger_standing(self, lines: Sequence[Line]) -> tuple[int, bool]:
        last = self.db.query("SELECT what FROM ledger_checks ORDER BY n DESC LIMIT 1")
        return len(self.unlisted(lines)), last == [("restored",)]

    def accept_without(self) -> None:
        self._accept(self._now())

    def accept_replayed(self) -> None:
        self._accept("")  # of no erasure: what is accepted without a line is what came before the moment that stands there

    def _accept(self, until: str) -> None:
        from infra.store.embedded import login

        self.db.execute("INSERT INTO ledger_checks (what, at, recorded_by) VALUES ('without', ?, ?)", (until, login()))

    def _said(self, streams: Sequence[str]) -> Iterator[tuple[str, str, str]]:
        """What the log says of erasures in these streams: stream, subject, topic."""
        select = (
            "SELECT originator_id, originator_version, state, recorded_at, recorded_by FROM stored_events "
            f"WHERE topic IN ('{BEGUN}', '{ERASED}') AND originator_id IN"
        )
        for row in self._among(self.store.connection(), select, streams):
            record = decode(*row)
            yield record.stream, record.event.subject, record.topic  # type: ignore[attr-defined]

    @staticmethod
    def _among(db: Database, select: str, values: Sequence[str]) -> Iterator[Row]:
        for start in range(0, len(values), CHUNK):
            chunk = values[start : start + CHUNK]
            yield from db.query(f"{select} ({', '.join('?' * len(chunk))})", chunk)

    def logged(self, stream: str, subject: str, topic: str) -> bool:
        return (stream, subject, topic) in self._said([stream])

    def rotations(self) -> dict[int, datetime]:
        rows = self.db.query("SELECT version, since FROM keks ORDER BY version")
        return {version: datetime.fromisoformat(since) for version, since in rows}
