"""What one stored event is in the evidence log: a fixed layout over the digest of its bytes and its stamps.

    16  "casusregie/leaf1"        8  place (counts from 1)       32  SHA-256 of the stored bytes
    16  the store's id            8  version in its stream      2+n  stream, UTF-8, after its length
                                  8  recorded at                2+n  topic
                                  8  placed at                  2+n  recorded by

Numbers are big-endian; a time is a signed count of microseconds since 1970-01-01T00:00:00Z. The leaf's hash is that of
RFC 6962, section 2.1, over these bytes. Nothing is made canonical: the stored bytes themselves are hashed, and once only their
digest is left the leaf can still be checked.
"""

from __future__ import annotations

import hashlib
import struct
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from infra.evidence.merkle import leaf_hash
from infra.store.database import iso

TAG = b"casusregie/leaf1"
_FIXED = struct.Struct(">16s16sQQqq32s")
_LENGTH = struct.Struct(">H")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class BadStampError(ValueError):
    """A column does not hold what the store writes there; the argument is the column's name."""


class Stored(NamedTuple):
    """An event as a database gives it, with its place. `state` may be the bytes, or None once they were removed."""

    place: int
    stream: str
    version: int
    topic: str
    state: bytes | None
    recorded_at: datetime | str
    recorded_by: str
    placed_at: datetime | str


class Leaf(NamedTuple):
    """What the evidence log keeps of a place: the digest of the stored bytes, and the leaf's hash (32 bytes each)."""

    place: int
    digest: bytes
    hash: bytes


def leaf_of(store: bytes, event: Stored, digest: bytes | None = None) -> Leaf:
    """The leaf of an event. In: the store's id (16 bytes), the event, and the digest of its bytes where they are gone.

    Refused as `BadStampError` where a column is of another kind than the store writes, or a time is written otherwise.
    """
    if event.state is not None:
        if not isinstance(event.state, (bytes, memoryview)):
            raise BadStampError("state")
        digest = hashlib.sha256(event.state).digest()
    if digest is None:
        raise BadStampError("state")
    return Leaf(event.place, digest, leaf_hash(entry(store, event, digest)))


def entry(store: bytes, event: Stored, digest: bytes) -> bytes:
    """The bytes that are hashed into the leaf."""
    try:
        fixed = _FIXED.pack(
            TAG, store, event.place, event.version, micros(event.recorded_at, "recorded_at"),
            micros(event.placed_at, "placed_at"), digest,
        )  # fmt: skip
    except struct.error:
        raise BadStampError("place" if type(event.place) is not int else "version") from None
    return fixed + _text(event.stream, "stream") + _text(event.topic, "topic") + _text(event.recorded_by, "recorded_by")


def micros(stamp: Any, column: str) -> int:
    """A stamp as microseconds since 1970. A text must be as the store writes it: another spelling of a moment is a change."""
    if isinstance(stamp, str):
        found = _spelled(stamp)
        if found is None:
            raise BadStampError(column)
        return found
    if not isinstance(stamp, datetime) or stamp.utcoffset() is None:
        raise BadStampError(column)
    return (stamp - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=64)
def _spelled(stamp: str) -> int | None:
    """A stamp that is a text; None where it is not as the store writes it. The events of one act share theirs."""
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return (moment - _EPOCH) // _MICROSECOND if moment.utcoffset() is not None and iso(moment) == stamp else None


@lru_cache(maxsize=1024)
def _text(value: Any, column: str) -> bytes:
    try:
        data: bytes = value.encode()
    except (AttributeError, UnicodeEncodeError):
        raise BadStampError(column) from None
    return _LENGTH.pack(len(data)) + data
