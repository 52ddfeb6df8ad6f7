"""What an erasure asks of the database of the keys: one answer on a laptop, one on a server."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from infra.erasing.ledger import Line
    from infra.store.store import Store

BEGUN, ERASED = "case.rights.erasure-begun", "case.rights.subject-erased"

SAME = "overlap"
"""The purpose of the tokens that tell one person from another: of a number, or of a name with a birth date. Those by which
somebody is looked for say less: two people share a birth date.
"""


class Noted(NamedTuple):
    """A step of an erasure that was done. `found` is what a later step wants of it: codes and ids."""

    stream: str
    subject: str
    request: str
    step: str
    found: str
    done_at: datetime


class Unlisted(NamedTuple):
    """An erasure that the ledger does not name."""

    stream: str
    subject: str
    request: str


class Keeper(Protocol):
    """Destroys keys, and knows how far that is. Nothing is done for a subject before the log says that erasing has begun."""

    def note(self, stream: str, subject: str, request: str, step: str, found: str = "") -> None:
        """Note that a step was done; the first time counts."""
        ...

    def noted(self) -> list[Noted]:
        """Every step that was noted, of every erasure."""
        ...

    def keys(self, stream: str, subject: str) -> dict[str, bool]:
        """The ids of a subject's keys, oldest first, each with whether it could still be opened."""
        ...

    def destroy(self, stream: str, subject: str, keys: Sequence[str]) -> None:
        """Destroy every key of a subject. Where there never was one, these ids are kept as destroyed: none is made anew."""
        ...

    def same_person(self, stream: str, subject: str) -> list[str]:
        """The other streams that hold somebody with a token of this subject that tells them from others."""
        ...

    def drop_tokens(self, stream: str, subject: str) -> None:
        """Forget by what this subject could be found."""
        ...

    def close(self, stream: str, subject: str) -> None:
        """An erasure is done: what its steps wanted of one another is forgotten."""
        ...

    def left(self, stream: str, subject: str) -> int:
        """How many keys and tokens of a subject are still there."""
        ...

    def outstanding(self, lines: Sequence[Line]) -> list[Line]:
        """Of these lines of the ledger those about somebody who is here and not erased: a key of theirs could be opened, or
        be made anew, or the log does not say it. An erasure that has begun here is no such: it goes on where it was.
        """
        ...

    def unlisted(self, lines: Sequence[Line]) -> list[Unlisted]:
        """The erasures that this store shows and that none of these lines of the ledger names: by the digest that the log
        keeps of a line, or by the steps noted here where the log is from before. Those accepted without a line are left out.
        """
        ...

    def ledger_standing(self, lines: Sequence[Line]) -> tuple[int, bool]:
        """How many `unlisted` there are, and whether a backup was put back since the store was last accepted without them."""
        ...

    def accept_without(self) -> None:
        """Note that the store is served though the ledger does not name what was erased up to now."""
        ...

    def accept_replayed(self) -> None:
        """Note that the ledger was asked after a backup was put back: the store is served again, also where no ledger is. No
        erasure is accepted by it that the ledger does not name.
        """
        ...

    def logged(self, stream: str, subject: str, topic: str) -> bool:
        """Whether the log holds an event of this topic about a subject of a stream."""
        ...

    def rotations(self) -> dict[int, datetime]:
        """The versions of the key-encryption key that came by a change, each with since when it is the one in use."""
        ...


def keeper_of(store: Store) -> Keeper:
    """The keeper of a store's keys."""
    if store.connection().kind == "sqlite":
        from infra.erasing.embedded import EmbeddedKeeper

        return EmbeddedKeeper(store)
    from infra.erasing.server import ServerKeeper

    return ServerKeeper(store)
