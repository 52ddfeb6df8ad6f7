"""Keys, sealed texts and tokens on a laptop: the same rule as on a server, kept by this program alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from domain.disclosure import stream_of
from domain.personal import Ref
from domain.refusal import Refused
from infra.keys.vault import Released, WrappedKey
from infra.store.database import Database, iso

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK = 200
COLUMNS = "originator_id, subject, generation, key_id, state, kek_version, wrapped"
GOOD_FOR = timedelta(minutes=10)
"""How long after a disclosure its keys are handed out."""


class Facts(Protocol):
    """What a stored disclosure says: `domain.events.access.Disclosed`."""

    of: str | None
    subjects: tuple[str, ...]
    fields: tuple[str, ...]
    outcome: Any


class EmbeddedVault:
    """`Vault` on two files. In: the log's database, how to come by the database of the keys, how to know which commands
    were stored, and the clock.
    """

    def __init__(self, log: Database, keys: Callable[[], Database], now: Callable[[], datetime], schema: str = "") -> None:
        self.log = log
        self._keys = keys
        self.now = now
        self.schema = schema

    @property
    def keys(self) -> Database:
        """The database of the keys."""
        return self._keys()

    def states(self, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], WrappedKey]:
        wanted = set(pairs)
        found: dict[tuple[str, str], WrappedKey] = {}
        for row in self._rows(sorted({stream for stream, _ in wanted})):
            pair = (row.stream, row.subject)
            if pair in wanted and (pair not in found or found[pair].generation < row.generation):
                found[pair] = row._replace(kek_version=None, wrapped=None)
        return found

    def add(self, keys: Sequence[WrappedKey]) -> None:
        made_at = iso(datetime.now(UTC))
        self.keys.executemany(
            f"INSERT INTO {self.schema}data_keys ({COLUMNS}, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(*key, made_at) for key in keys],
        )

    def release(self, disclosure: str) -> Released:
        facts = self._disclosed(disclosure)
        if facts.outcome in ("denied", "reported"):  # it names what was asked for, and not got
            raise Refused("no-disclosure")
        if facts.of is None:
            return Released((), {})
        subjects = set(facts.subjects)
        keys = [row for row in self._rows([facts.of]) if row.subject in subjects]
        return Released(keys, self._sealed(facts.of, facts.fields))

    def put_tokens(self, command_id: str, tokens: Sequence[tuple[str, bytes, str, str]]) -> None:
        with self.keys.transaction():
            self.keys.execute(f"DELETE FROM {self.schema}tokens WHERE command_id = ?", (command_id,))
            self.keys.executemany(
                f"INSERT INTO {self.schema}tokens VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [(*token, command_id) for token in tokens],
            )

    def find(self, purpose: str, token: bytes, disclosure: str | None) -> list[tuple[str, str, str]]:
        if disclosure is None or self._disclosed(disclosure).outcome != "matched":
            raise Refused("no-disclosure")
        rows = self.keys.query(
            f"SELECT originator_id, subject, command_id FROM {self.schema}tokens WHERE purpose = ? AND token = ?",
            (purpose, token),
        )
        stored = self._stored([command for *_, command in rows])
        return sorted({(stream, subject, command) for stream, subject, command in rows if command in stored})

    def secret(self, name: str) -> tuple[int, bytes] | None:
        rows = self.keys.query(f"SELECT kek_version, wrapped FROM {self.schema}secrets WHERE name = ?", (name,))
        return (rows[0][0], bytes(rows[0][1])) if rows else None

    def keep_secret(self, name: str, kek_version: int, wrapped: bytes) -> None:
        self.keys.execute(
            f"INSERT INTO {self.schema}secrets VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (name, kek_version, wrapped)
        )

    # --- what stands where

    def _disclosed(self, disclosure: str) -> Facts:
        """What a disclosure says; refused when it is not stored, or too long ago."""
        from infra.store.envelope import decode

        stream = stream_of(disclosure)
        rows = self.log.query(
            "SELECT originator_version, state, recorded_at, recorded_by FROM stored_events WHERE originator_id = ?", (stream,)
        )
        if not rows:
            raise Refused("no-disclosure")
        record = decode(stream, *rows[0])
        assert record.recorded_at is not None
        if self.now() - record.recorded_at > GOOD_FOR:
            raise Refused("no-disclosure")
        return record.event  # type: ignore[return-value]

    def _rows(self, streams: Sequence[str]) -> Iterator[WrappedKey]:
        for chunk in _chunks(streams):
            marks = ", ".join("?" * len(chunk))
            for row in self.keys.query(f"SELECT {COLUMNS} FROM {self.schema}data_keys WHERE originator_id IN ({marks})", chunk):
                yield WrappedKey._make([*row[:6], None if row[6] is None else bytes(row[6])])

    def _sealed(self, stream: str, fields: Iterable[str]) -> Mapping[Ref, tuple[str, bytes]]:
        wanted = {Ref(stream, int(version), name) for version, _, name in (f.partition(".") for f in fields)}
        found: dict[Ref, tuple[str, bytes]] = {}
        for chunk in _chunks(sorted({ref.version for ref in wanted})):
            marks = ", ".join("?" * len(chunk))
            rows = self.log.query(
                "SELECT originator_version, field, key_id, data FROM sealed_fields "
                f"WHERE originator_id = ? AND originator_version IN ({marks})",
                (stream, *chunk),
            )
            for version, name, key_id, data in rows:
                if (ref := Ref(stream, version, name)) in wanted:
                    found[ref] = (key_id, bytes(data))
        return found

    def _stored(self, command_ids: Sequence[str]) -> set[str]:
        if not command_ids:
            return set()
        marks = ", ".join("?" * len(command_ids))
        rows = self.log.query(f"SELECT command_id FROM receipts WHERE command_id IN ({marks})", command_ids)
        return {row[0] for row in rows}


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
