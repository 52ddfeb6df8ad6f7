"""The keeper on a server: functions of the owner, for a login that may not touch the keys otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import psycopg

from domain.refusal import Refused
from infra.erasing.keeper import Noted, Unlisted
from infra.store.arrays import texts

if TYPE_CHECKING:
    from infra.erasing.ledger import Line
    from infra.store.database import Database
    from infra.store.store import Store


class ServerKeeper:
    """`Keeper` on PostgreSQL."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @property
    def db(self) -> Database:
        return self.store.keys_connection()

    def note(self, stream: str, subject: str, request: str, step: str, found: str = "") -> None:
        self.db.query("SELECT casus_keys.erasure_note(?, ?, ?, ?, ?)", (stream, subject, request, step, found))

    def noted(self) -> list[Noted]:
        return [Noted(*row) for row in self.db.query("SELECT * FROM casus_keys.erasure_steps()")]

    def keys(self, stream: str, subject: str) -> dict[str, bool]:
        return dict(self.db.query("SELECT key_id, alive FROM casus_keys.erasure_keys(?, ?)", (stream, subject)))

    def destroy(self, stream: str, subject: str, keys: Sequence[str]) -> None:
        self.db.query("SELECT casus_keys.erasure_destroy(?, ?, ?::text[])", (stream, subject, texts(keys)))

    def same_person(self, stream: str, subject: str) -> list[str]:
        rows = self.db.query("SELECT * FROM casus_keys.erasure_same_person(?, ?)", (stream, subject))
        return [row[0] for row in rows]

    def drop_tokens(self, stream: str, subject: str) -> None:
        self.db.query("SELECT casus_keys.erasure_drop_tokens(?, ?)", (stream, subject))

    def close(self, stream: str, subject: str) -> None:
        self.db.query("SELECT casus_keys.erasure_close(?, ?)", (stream, subject))

    def left(self, stream: str, subject: str) -> int:
        return int(self.db.query("SELECT casus_keys.erasure_left(?, ?)", (stream, subject))[0][0])

    def outstanding(self, lines: Sequence[Line]) -> list[Line]:
        import json

        given = json.dumps([{"stream": x.stream, "subject": x.subject, "keys": x.keys} for x in lines])
        rows = self.db.query("SELECT casus_keys.erasures_outstanding(?::jsonb)", (given,))
        return [lines[int(row[0]) - 1] for row in rows]

    def unlisted(self, lines: Sequence[Line]) -> list[Unlisted]:
        return [Unlisted(*row) for row in self.db.query("SELECT * FROM casus_keys.erasures_unlisted(?::jsonb)", (_given(lines),))]

    def ledger_standing(self, lines: Sequence[Line]) -> tuple[int, bool]:
        try:
            ((unlisted, unchecked),) = self.db.query("SELECT * FROM casus_keys.ledger_standing(?::jsonb)", (_given(lines),))
        except psycopg.errors.UndefinedFunction:
            raise Refused("store-needs-upgrade", found=0, needs=0) from None  # the keys' own schema is of before
        return int(unlisted), bool(unchecked)

    def accept_without(self) -> None:
        self._accept("clock_timestamp()")

    def accept_replayed(self) -> None:
        self._accept("'-infinity'")  # of no erasure: accepted without a line is what came before the moment that stands there

    def _accept(self, until: str) -> None:
        self.db.execute(f"INSERT INTO casus_keys.ledger_checks (what, at, recorded_by) VALUES ('without', {until}, session_user)")

    def logged(self, stream: str, subject: str, topic: str) -> bool:
        return bool(self.db.query("SELECT casus_keys.erasure_logged(?, ?, ?)", (stream, subject, topic))[0][0])

    def rotations(self) -> dict[int, datetime]:
        return dict(self.db.query("SELECT version, since FROM casus_keys.keks_in_use()"))


def _given(lines: Sequence[Line]) -> str:
    import json

    return json.dumps([{"stream": x.stream, "subject": x.subject, "receipt": x.digest()} for x in lines])
