"""Finds the same person again without reading anything: keyed tokens that stand beside the keys, never in an event."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Iterable, Sequence

from infra.keys.keystore import KeyStore
from infra.keys.sealing import parts
from infra.keys.wrapping import unwrap, wrap

_SECRET = b"casusregie token secret 1"
ROOT = "tokens"


class Tokens:
    """Tokens of subjects, by purpose. In: the keys they stand beside, and how to ask the log which commands it has.

    A token counts only once the command that brought it is stored: one whose command failed would point at a case
    that another person's case got the number of.
    """

    def __init__(self, keys: KeyStore, stored: Callable[[Sequence[str]], set[str]]) -> None:
        self.keys = keys
        self.table = f"{keys.schema}tokens"
        self._stored = stored
        self._secrets: dict[str, bytes] = {}

    def put(self, command_id: str, tokens: Iterable[tuple[str, str, str, str]]) -> None:
        """Keep the tokens that a command brings: (stream, subject, purpose, value) each. To be called before the
        command is stored; what the same command brought in an earlier try is dropped.
        """
        rows = [(purpose, self._token(purpose, value), stream, subject, command_id) for stream, subject, purpose, value in tokens]
        with self.keys.database.transaction():
            self.keys.database.execute(f"DELETE FROM {self.table} WHERE command_id = ?", (command_id,))
            self.keys.database.executemany(f"INSERT INTO {self.table} VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", rows)

    def find(self, purpose: str, value: str) -> list[tuple[str, str]]:
        """The streams and subjects with the same value for this purpose."""
        rows = self.keys.database.query(
            f"SELECT originator_id, subject, command_id FROM {self.table} WHERE purpose = ? AND token = ?",
            (purpose, self._token(purpose, value)),
        )
        stored = self._stored([command for *_, command in rows])
        return sorted({(stream, subject) for stream, subject, command in rows if command in stored})

    def digest(self, purpose: str, content: bytes) -> bytes:
        """A keyed digest of content that may hold a person's data: 32 bytes, the same for the same content."""
        return self._keyed(purpose, content)

    def _token(self, purpose: str, value: str) -> bytes:
        """Unkeyed, a hash of a citizen number is guessed in minutes."""
        return self._keyed(purpose, value.encode())

    def _keyed(self, purpose: str, content: bytes) -> bytes:
        if purpose not in self._secrets:
            self._secrets[purpose] = hmac.digest(self._root(), parts(_SECRET, purpose.encode()), "sha256")
        return hmac.digest(self._secrets[purpose], content, "sha256")

    def _root(self) -> bytes:
        keys, about = self.keys, ("token root", self.keys.store_id)
        select = f"SELECT kek_version, wrapped FROM {keys.schema}secrets WHERE name = ?"
        rows = keys.database.query(select, (ROOT,))
        if not rows:
            version, wrapped = wrap(keys.keks, secrets.token_bytes(32), about)
            keys.database.execute(
                f"INSERT INTO {keys.schema}secrets VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (ROOT, version, wrapped)
            )
            rows = keys.database.query(select, (ROOT,))
        version, wrapped = rows[0]
        return unwrap(keys.keks, version, bytes(wrapped), about)
