"""What a verification looked at, what it found wrong, and what it could not look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.frozen import frozen

MOST = 100
"""After so many faults a verification stops: what else is wrong is then no longer the question."""


class Check(StrEnum):
    """The checks, each of which stands by itself. What each of them says: docs/reference/evidence-checks.md."""

    STORE = "store"
    KEYS = "keys"
    PLACES = "places"
    EVENTS = "events"
    VERSIONS = "versions"
    ENVELOPES = "envelopes"
    STAMPS = "stamps"
    TIMES = "times"
    BYTES = "bytes"
    SEALED = "sealed"
    ERASURES = "erasures"
    LEAVES = "leaves"
    TILES = "tiles"
    SIGNATURES = "signatures"
    ROOTS = "roots"
    OUTSIDE = "outside"
    HELD = "held"
    KEPT = "kept"


ALL = frozenset(Check)


@frozen
class Fault:
    """Something that is not as it was. `kind` is its stable name; the event it is about, where there is one; and the facts:
    names of columns and sizes, never a value.
    """

    check: Check
    kind: str
    place: int | None = None
    stream: str | None = None
    version: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@frozen
class Withheld:
    """Somebody who was erased: where the log says so (`place` None while it waits for one), how many of their sealed fields
    there were, of how many the bytes are gone too (both None where this login may not read them, so that nobody looked), and
    which events of that stream (versions) are there by their digest alone.
    """

    stream: str
    subject: str
    version: int
    place: int | None
    fields: int | None = 0
    removed: int | None = 0
    events: tuple[int, ...] = ()


@frozen
class Log:
    """One of the logs that the store went by: a new one is begun where an older backup was put back for good, or the key lost.
    In the order of their keys: `since` when, under which key and origin, and its checkpoints in the store, the last of `size`.
    """

    number: int
    since: datetime | None
    key: str
    origin: str
    checkpoints: int
    size: int


@frozen
class Aside:
    """A note of a former log that was put aside outside the store: whether this history is still the one it is of; None where
    no key that is known here signed it.
    """

    file: str
    origin: str
    size: int
    fits: bool | None


@frozen
class Report:
    """What came of it. `size`: up to which place was looked; `head`: the last place there is, which is further for a login that
    may not read every event, and goes by the leaves; `since`: after which place was read, so that `not_read` events before it
    were not; `events`: how many were checked, and `trusted` how many were not to be read and went by their stored leaf; `sealed`:
    how many sealed fields hold what their events say, None where this login may not read them; `waiting`: events without a place
    yet, which is no fault on a server; `signed`: up to which place a checkpoint holds (0: none), and which key signed that one;
    `outside`: whether one is kept outside the store; `logs`: more than one where it was begun anew; `unguarded`: the tables of
    history that nothing keeps from being changed any more; `stopped`: whether there were more faults than are told.
    """

    store: str
    size: int
    head: int
    since: int
    not_read: int
    events: int
    trusted: int
    sealed: int | None
    waiting: int
    checkpoints: int
    signed: int
    key: str | None
    outside: bool
    held: int
    logs: tuple[Log, ...]
    aside: tuple[Aside, ...]
    unguarded: tuple[str, ...]
    withheld: tuple[Withheld, ...]
    faults: tuple[Fault, ...]
    stopped: bool

    @property
    def intact(self) -> bool:
        """Whether nothing was found to be otherwise than it was."""
        return not self.faults

    @property
    def verdict(self) -> str:
        """What can be said of it all, by its stable name: `changed`; `unsigned` where no checkpoint vouches for any of it;
        `intact-after` where what is before a place was not read; `intact-but-gone` where what some events said is not there to
        be proved; `intact`.
        """
        if self.faults:
            return "changed"
        if not self.signed:
            return "unsigned"
        if self.not_read:
            return "intact-after"
        return "intact-but-gone" if self.gone else "intact"

    @property
    def not_signed(self) -> int:
        """How many events have a place after the last checkpoint that holds, so that it proves nothing of them."""
        return max(0, self.head - self.signed)

    @property
    def beyond(self) -> int:
        """The same where this login may not read them all: whether they are there, and as they were, it can't tell either."""
        return self.not_signed if self.trusted or self.head > self.size else 0

    @property
    def gone(self) -> int:
        """Of how many events the bytes are gone after an erasure: that they stood there is proved, not what they said."""
        return sum(len(one.events) for one in self.withheld)


class EnoughError(Exception):
    """There are as many faults as are told."""


class Finding:
    """Gathers what is found. In: which checks are made, and how many faults are told."""

    def __init__(self, checks: frozenset[Check], most: int = MOST) -> None:
        self.checks = checks
        self.most = most
        self.faults: list[Fault] = []

    def on(self, check: Check) -> bool:
        """Whether a check is made."""
        return check in self.checks

    def fault(
        self, check: Check, kind: str, place: int | None = None, stream: object = None, version: object = None, **facts: object
    ) -> None:  # fmt: skip
        """Something is wrong. Raises `EnoughError` when no more is to be told."""
        if check not in self.checks:
            return
        shown = stream if isinstance(stream, str) and stream.isprintable() else None
        number = version if type(version) is int else None
        self.faults.append(Fault(check, kind, place, shown, number, facts))
        if len(self.faults) >= self.most:
            raise EnoughError
