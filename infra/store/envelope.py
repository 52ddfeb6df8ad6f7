"""The bytes of an event: one JSON envelope, made once, kept and hashed as made (see docs/explanation/event-format.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from domain.event import Event, Header, Recorded
from domain.events import resolve
from domain.refusal import Refused

HEADER_FIELDS = tuple(f.name for f in fields(Header))


class Row(NamedTuple):
    """A stored event as a database gives it, not yet decoded."""

    stream: str
    version: int
    state: bytes
    recorded_at: datetime | str
    recorded_by: str
    place: int | None = None


class SealedAt(NamedTuple):
    """What the envelope says of a sealed field: whose it is, under which key, and what it is bound to (hexadecimal)."""

    subject: str
    key: str
    commitment: str
    digest: str


class Damaged(Refused):
    """What is stored is not what was stored: bytes, place or seal do not fit. Facts: `stream`, `version`."""

    def __init__(self, stream: str, version: int, **facts: object) -> None:
        super().__init__("event-damaged", stream=stream, version=version, **facts)


def encode(entry: Recorded, sealed: Mapping[str, SealedAt]) -> bytes:
    """The envelope of an event that is about to be stored. The text of a sealed field is nowhere in it."""
    event = entry.event
    head = to_json(
        {
            "stream": entry.stream,
            "version": entry.version,
            "topic": event.TOPIC,
            "v": event.VERSION,
            "occurred_at": _moment(entry.occurred_at),
        }
    )
    parts = [head[:-1], _header_part(entry.header), b',"facts":', to_json(event)]
    if sealed:
        parts += [b',"sealed":', to_json({name: at._asdict() for name, at in sealed.items()})]
    return b"".join([*parts, b"}"])


def _moment(moment: datetime) -> str:
    if moment.utcoffset() is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


@lru_cache(maxsize=64)
def _header_part(header: Header) -> bytes:
    """What stands beside the facts; what is empty is left out."""
    given = {name: value for name in HEADER_FIELDS if (value := getattr(header, name))}
    return b"," + to_json(given)[1:-1] if given else b""


def decode(row: Row | tuple[Any, ...]) -> Recorded:
    """A stored event as a record. Older class versions are brought up to date; texts stay sealed."""
    stream, version, state, recorded_at, recorded_by, place = row
    envelope = parse(stream, version, state)
    if isinstance(recorded_at, str):
        recorded_at = datetime.fromisoformat(recorded_at)
    return Recorded(
        stream,
        version,
        event_of(envelope),
        datetime.fromisoformat(envelope["occurred_at"]),
        header_of(envelope),
        recorded_at,
        recorded_by,
        place,
    )


def parse(stream: str, version: int, state: bytes) -> dict[str, Any]:
    """The envelope in these bytes; refused when it is not the one of this stream and version."""
    try:
        envelope: dict[str, Any] = from_json(state)
        fits = envelope["stream"] == stream and envelope["version"] == version
    except (ValueError, KeyError, TypeError):
        raise Damaged(stream, version) from None
    if not fits:
        raise Damaged(stream, version)
    return envelope


def event_of(envelope: dict[str, Any]) -> Event:
    """The event in an envelope, of today's class."""
    cls = resolve(envelope["topic"])
    stored: int = envelope["v"]
    facts = envelope["facts"]
    if stored != cls.VERSION:
        if stored > cls.VERSION:
            raise Refused("event-too-new", topic=cls.TOPIC, version=stored)
        facts = cls.upcast(facts, stored)
    return cls.model_validate(facts)


def header_of(envelope: dict[str, Any]) -> Header:
    """Who and why, from an envelope."""
    return _header(*[envelope.get(name, "") for name in HEADER_FIELDS])


def sealed_of(envelope: dict[str, Any]) -> dict[str, SealedAt]:
    """What an envelope says of its sealed fields."""
    return {name: SealedAt(**at) for name, at in envelope.get("sealed", {}).items()}


@lru_cache(maxsize=256)
def _header(*values: str) -> Header:
    return Header(*values)
