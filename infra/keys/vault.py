"""Where wrapped keys, sealed texts and tokens stand. It hands nothing out without a disclosure that is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from domain.personal import Ref


class WrappedKey(NamedTuple):
    """A row of the key store. `wrapped` and `kek_version` are None once the key was destroyed."""

    stream: str
    subject: str
    generation: int
    key_id: str
    state: str
    kek_version: int | None
    wrapped: bytes | None


class Released(NamedTuple):
    """What a disclosure lets out: every generation of its subjects' keys in its stream, and the ciphertexts of its fields
    (by reference, with the id of the key each was sealed with).
    """

    keys: Sequence[WrappedKey]
    sealed: Mapping[Ref, tuple[str, bytes]]


class Vault(Protocol):
    """Keys, sealed texts and tokens of one store."""

    def states(self, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], WrappedKey]:
        """How it stands with the key of each stream and subject: its latest generation, without the key itself
        (`wrapped` None). Those that never had one are left out.
        """
        ...

    def add(self, keys: Sequence[WrappedKey]) -> None:
        """Keep new keys. Where there is one already the first stays: read `states` afterwards."""
        ...

    def release(self, disclosure: str) -> Released:
        """What a stored disclosure lets out. Refused as `no-disclosure` when there is none of this login's, or it is not
        committed, or too old (ten minutes).
        """
        ...

    def put_tokens(self, command_id: str, tokens: Sequence[tuple[str, bytes, str, str]]) -> None:
        """Keep what a command brings: (purpose, token, stream, subject) each; what it brought in an earlier try is dropped."""
        ...

    def find(self, purpose: str, token: bytes, disclosure: str | None) -> list[tuple[str, str, str]]:
        """The streams and subjects with this token, of commands that were stored, each with the command that brought it. A
        disclosure of outcome `matched` must stand for it.
        """
        ...

    def secret(self, name: str) -> tuple[int, bytes] | None:
        """A wrapped secret of the store, with the version of the key it is wrapped with."""
        ...

    def keep_secret(self, name: str, kek_version: int, wrapped: bytes) -> None:
        """Keep a wrapped secret; the first stays."""
        ...
