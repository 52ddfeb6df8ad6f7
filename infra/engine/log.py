"""What the engine needs of a store: the real one has it, and so has a rehearsal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from domain.event import Header, Recorded
from domain.personal import Ref
from infra.store.disclosing import Permit
from infra.store.draft import Appended, Draft, Receipt, StoredReceipt, Token

if TYPE_CHECKING:
    from domain.events.access import Disclosed
    from infra.store.members import Grain
    from infra.store.texts import Withheld


class PersonFinder(Protocol):
    """Finds the same person again, and digests what may hold a person's data."""

    def brought(self, purpose: str, value: str, under: str | None) -> list[tuple[str, str, str]]:
        """The streams and subjects with the same value for this purpose, each with the command that brought it, under a
        disclosure of looking for them.
        """
        ...

    def digest(self, purpose: str, content: bytes) -> bytes:
        """A keyed digest: 32 bytes."""
        ...


class Log(Protocol):
    """A log of streams that commands are decided on and appended to. See `infra.store.store.Store`."""

    @property
    def tokens(self) -> PersonFinder: ...

    def now(self) -> datetime: ...

    def load(self, stream: str) -> list[Recorded]: ...

    def version(self, stream: str) -> int: ...

    def streams(self, prefix: str = "") -> list[str]: ...

    def last_number(self, prefix: str) -> str | None: ...

    def hidden(self, stream: str) -> bool: ...

    def in_owners_hands(self, logins: Collection[str] = ()) -> bool: ...

    def knock(self, number: str) -> None: ...

    def receipt(self, command_id: str) -> StoredReceipt | None: ...

    @property
    def store_id(self) -> str: ...

    def disclose(self, event: Disclosed, header: Header) -> str: ...

    def open_texts(self, refs: Iterable[Ref], under: Mapping[str, str]) -> dict[Ref, str | Withheld]: ...

    def exclusive(self, streams: Iterable[str]) -> AbstractContextManager[None]: ...

    def append(
        self,
        drafts: Sequence[Draft],
        *,
        expected: Mapping[str, int],
        reads: Mapping[str, int] | None = None,
        receipt: Receipt,
        tokens: Sequence[Token] = (),
        permit: Permit = ...,
        members: Mapping[str, Sequence[Grain]] | None = None,
    ) -> Appended: ...
