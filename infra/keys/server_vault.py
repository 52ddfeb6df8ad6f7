"""Keys, sealed texts and tokens on a server: the database hands them out through functions of its owner alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.personal import Ref
from infra.keys.vault import Released, WrappedKey
from infra.store.database import Database

STATES = "SELECT stream, subject, generation, key_id, state FROM casus_keys.states(?, ?)"
RELEASE = (
    "SELECT stream, subject, generation, key_id, state, kek_version, wrapped, version, field, data FROM casus_keys.release(?)"
)


class ServerVault:
    """`Vault` over the functions of schema `casus_keys`, for every login alike: the owner's own take the same way.

    In: the database. What it refuses comes out as `no-disclosure`, or as `second-lock` with why.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def states(self, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], WrappedKey]:
        wanted = sorted(set(pairs))
        rows = self.database.query(STATES, ([s for s, _ in wanted], [p for _, p in wanted])) if wanted else []
        return {(row[0], row[1]): WrappedKey._make([*row, None, None]) for row in rows}

    def add(self, keys: Sequence[WrappedKey]) -> None:
        if keys:
            self.database.query("SELECT casus_keys.add(?, ?, ?::integer[], ?, ?, ?::integer[], ?)", _columns(keys))

    def release(self, disclosure: str) -> Released:
        keys: list[WrappedKey] = []
        sealed: dict[Ref, tuple[str, bytes]] = {}
        for *key, version, field, data in self.database.query(RELEASE, (disclosure,)):
            if field is None:
                keys.append(WrappedKey._make(key))
            else:
                sealed[Ref(key[0], version, field)] = (key[3], data)
        return Released(keys, sealed)

    def put_tokens(self, command_id: str, tokens: Sequence[tuple[str, bytes, str, str]]) -> None:
        self.database.query("SELECT casus_keys.put_tokens(?, ?::text[], ?::bytea[], ?::text[], ?::text[])",
                            (command_id, *(_columns(tokens) or ([], [], [], []))))  # fmt: skip

    def find(self, purpose: str, token: bytes, disclosure: str | None) -> list[tuple[str, str, str]]:
        rows = self.database.query("SELECT stream, subject, command FROM casus_keys.find(?, ?, ?)", (purpose, token, disclosure))
        return sorted((row[0], row[1], row[2]) for row in rows)

    def secret(self, name: str) -> tuple[int, bytes] | None:
        rows = self.database.query("SELECT kek_version, wrapped FROM casus_keys.secret(?)", (name,))
        return (rows[0][0], rows[0][1]) if rows else None

    def keep_secret(self, name: str, kek_version: int, wrapped: bytes) -> None:
        self.database.query("SELECT casus_keys.keep_secret(?, ?::integer, ?)", (name, kek_version, wrapped))


def _columns(rows: Sequence[Sequence[object]]) -> tuple[list[object], ...]:
    """Rows as a list for each column: one call for all of them."""
    return tuple([list(column) for column in zip(*rows, strict=True)])
