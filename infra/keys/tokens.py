"""Finds the same person again without reading anything: keyed tokens that stand beside the keys, never in an event."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable

from infra.keys.keystore import KeyStore
from infra.keys.sealing import parts
from infra.keys.wrapping import wrap

_SECRET = b"casusregie token secret 1"
ROOT = "tokens"


class Tokens:
    """Tokens of subjects, by purpose. In: the keys whose vault they stand in.

    A token counts only once the command that brought it is stored: one whose command failed would point at a case
    that another person's case got the number of.
    """

    def __init__(self, keys: KeyStore) -> None:
        self.keys = keys
        self._secrets: dict[str, bytes] = {}

    def put(self, command_id: str, tokens: Iterable[tuple[str, str, str, str]]) -> None:
        """Keep the tokens that a command brings: (stream, subject, purpose, value) each. To be called before the
        command is stored; what the same command brought in an earlier try is dropped.
        """
        rows = [(purpose, self._token(purpose, value), stream, subject) for stream, subject, purpose, value in tokens]
        self.keys.vault.put_tokens(command_id, rows)

    def find(self, purpose: str, value: str, under: str | None) -> list[tuple[str, str]]:
        """The streams and subjects with the same value for this purpose. Looking for a person is an act of seeing: refused
        as `no-disclosure` unless one of outcome `matched` is stored, and given here by its id.
        """
        return list(dict.fromkeys((stream, subject) for stream, subject, _ in self.brought(purpose, value, under)))

    def brought(self, purpose: str, value: str, under: str | None) -> list[tuple[str, str, str]]:
        """The same, each with the command that brought it: what that command recorded may have been withdrawn since."""
        return self.keys.vault.find(purpose, self._token(purpose, value), under)

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
        found = keys.vault.secret(ROOT)
        if found is None:
            keys.vault.keep_secret(ROOT, *wrap(keys.keks, secrets.token_bytes(32), about))
            found = keys.vault.secret(ROOT)
        assert found is not None
        return keys.unwrapped(*found, about)
