"""The keys of subjects: one per stream and subject, wrapped, made before the first event that needs it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from domain.frozen import frozen
from domain.refusal import Refused
from infra.keys.keyfile import KeyEncryptionKeys
from infra.keys.wrapping import unwrap, wrap
from infra.store.database import Database, iso

CHUNK = 200
COLUMNS = "originator_id, subject, generation, key_id, state, kek_version, wrapped"


class KeyState(StrEnum):
    """`never`: there was no key. `erased`: there was one, destroyed. `reopened`: a new one after an erasure."""

    NEVER = "never"
    ACTIVE = "active"
    ERASED = "erased"
    REOPENED = "reopened"


@frozen
class DataKey:
    """The key of one subject in one stream; without bytes when it was erased."""

    stream: str
    subject: str
    generation: int
    key_id: str
    state: KeyState
    key: bytes = field(repr=False)


class KeyStore:
    """Data keys on either database. In: the database they stand in, the store's id, and the key-encryption keys,
    read when first needed.
    """

    def __init__(self, database: Database, store_id: str, keks: Callable[[], KeyEncryptionKeys]) -> None:
        self.database = database
        self.store_id = store_id
        self.schema = "casus_keys." if database.kind == "postgresql" else ""
        self._read_keks = keks
        self._keks: KeyEncryptionKeys | None = None
        self._known: dict[tuple[str, str], DataKey] = {}

    @property
    def keks(self) -> KeyEncryptionKeys:
        """The key-encryption keys."""
        if self._keks is None:
            self._keks = self._read_keks()
        return self._keks

    def to_write(self, wanted: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], DataKey]:
        """The key of each stream and subject, made where there never was one. Refused for a subject who was erased:
        a new key would undo that unseen.
        """
        pairs = set(wanted)
        missing = [pair for pair in pairs if pair not in self._known]
        if missing:
            self._known.update(self._of(missing))
            new = [pair for pair in missing if pair not in self._known]
            if new:
                self._make(new)
                self._known.update(self._of(new))
        found = {pair: self._known[pair] for pair in pairs}
        for key in found.values():
            if key.state is KeyState.ERASED:
                raise Refused("subject-erased", stream=key.stream, subject=key.subject)
        return found

    def by_id(self, key_ids: Iterable[str]) -> dict[str, DataKey]:
        """The keys with these ids; one that never was is not among them."""
        return {key.key_id: key for key in self._select("key_id", sorted(set(key_ids)))}

    def state(self, stream: str, subject: str) -> KeyState:
        """How it stands with the key of a subject: what its latest generation says."""
        rows = self.database.query(
            f"SELECT state FROM {self.schema}data_keys WHERE originator_id = ? AND subject = ? ORDER BY generation DESC LIMIT 1",
            (stream, subject),
        )
        return KeyState(rows[0][0]) if rows else KeyState.NEVER

    def forget(self) -> None:
        """Hold no key in memory any longer."""
        self._known.clear()

    def _of(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], DataKey]:
        wanted = set(pairs)
        found: dict[tuple[str, str], DataKey] = {}
        for key in self._select("originator_id", sorted({stream for stream, _ in pairs})):
            pair = (key.stream, key.subject)
            if pair in wanted and (pair not in found or found[pair].generation < key.generation):
                found[pair] = key
        return found

    def _select(self, column: str, values: Sequence[str]) -> list[DataKey]:
        found: list[DataKey] = []
        for start in range(0, len(values), CHUNK):
            chunk = values[start : start + CHUNK]
            marks = ", ".join("?" * len(chunk))
            rows = self.database.query(f"SELECT {COLUMNS} FROM {self.schema}data_keys WHERE {column} IN ({marks})", chunk)
            found += [self._opened(*row) for row in rows]
        return found

    def _opened(self, stream: str, subject: str, generation: int, key_id: str, state: str, *kept: Any) -> DataKey:
        kek_version, wrapped = kept
        key = b""
        if wrapped is not None:
            key = unwrap(self.keks, kek_version, bytes(wrapped), self._about(stream, subject, key_id))
        return DataKey(stream, subject, generation, key_id, KeyState(state), key)

    def _make(self, pairs: Sequence[tuple[str, str]]) -> None:
        now = datetime.now(UTC)
        rows = []
        for stream, subject in pairs:
            key_id = secrets.token_hex(16)
            version, wrapped = wrap(self.keks, secrets.token_bytes(32), self._about(stream, subject, key_id))
            made_at = iso(now) if self.database.kind == "sqlite" else now
            rows.append((stream, subject, key_id, version, wrapped, made_at))
        # Somebody else may make it at the same time: the first stays, and is read back.
        self.database.executemany(
            f"INSERT INTO {self.schema}data_keys "
            "(originator_id, subject, generation, key_id, state, kek_version, wrapped, created_at) "
            "VALUES (?, ?, 1, ?, 'active', ?, ?, ?) ON CONFLICT DO NOTHING",
            rows,
        )

    def _about(self, stream: str, subject: str, key_id: str) -> tuple[str, ...]:
        return ("data key", self.store_id, stream, subject, key_id)
