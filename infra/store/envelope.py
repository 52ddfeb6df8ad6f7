"""The bytes of an event: one JSON envelope, made once, kept and hashed as made (see docs/explanation/event-format.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from domain.event import Event, Header, Recorded
from domain.events import resolve
from domain.refusal import Refused

HEADER_FIELDS = tuple(f.name for f in fields(Header))
TRAIL = ("correlation", "causation")
PERSON = tuple(name for name in HEADER_FIELDS if name not in ("command", *TRAIL))
"""What is the same for all that somebody does in one capacity: a line of its own, parsed once."""


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


class Missing(Refused):
    """A stream has lost an event: the versions of what it holds are not 1, 2, 3 and on. Facts: `stream`, `version`."""

    def __init__(self, stream: str, version: int) -> None:
        super().__init__("event-missing", stream=stream, version=version)


def encode(entry: Recorded, sealed: Mapping[str, SealedAt]) -> bytes:
    """The envelope of an event that is about to be stored. The text of a sealed field is nowhere in it.

    A line each for what, when and by which command; for who and why; for what is sealed; and for the facts. No line
    break can stand inside JSON made here, so a reader may take the lines apart and parse what it needs.
    """
    event, header = entry.event, entry.header
    head: dict[str, Any] = {
        "stream": entry.stream,
        "version": entry.version,
        "topic": event.TOPIC,
        "v": event.VERSION,
        "occurred_at": _moment(entry.occurred_at),
        "command": header.command,
    }
    for name in TRAIL:
        if value := getattr(header, name):
            head[name] = value
    lines = [to_json(head)[:-1] + b",", _by_line(*[getattr(header, name) for name in PERSON])]
    if sealed:
        lines.append(b'"sealed":' + to_json({name: at._asdict() for name, at in sealed.items()}) + b",")
    lines.append(b'"facts":' + to_json(event) + b"}")
    return b"\n".join(lines)


def _moment(moment: datetime) -> str:
    if moment.utcoffset() is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


@lru_cache(maxsize=64)
def _by_line(*values: str) -> bytes:
    """Who and why; what is empty is left out."""
    return b'"by":' + to_json({name: value for name, value in zip(PERSON, values, strict=True) if value}) + b","


def decode(
    stream: str,
    version: int,
    state: bytes,
    recorded_at: datetime | str,
    recorded_by: str,
    place: int | None = None,
) -> Recorded:
    """A stored event as a record. Older class versions are brought up to date; texts stay sealed.

    It is the hot path of every fold, so it parses each line once and leaves the sealed line alone.
    """
    lines = state.split(b"\n")
    record = _new(Recorded)
    try:
        head = from_json(lines[0][:-1] + b"}")
        if head["stream"] != stream or head["version"] != version:
            raise Damaged(stream, version)
        topic, stored = head["topic"], int(head["v"])
        _stream(record, stream)
        _version(record, version)
        _occurred_at(record, datetime.fromisoformat(head["occurred_at"]))
        header = _header(lines[1], head["command"], head.get("correlation", ""), head.get("causation", ""))
    except (ValueError, LookupError, TypeError):
        raise Damaged(stream, version) from None
    try:
        _event(record, _event_of(topic, stored, lines[-1][8:-1]))
    except ValidationError:
        raise Damaged(stream, version) from None
    _set_header(record, header)
    _recorded_at(record, datetime.fromisoformat(recorded_at) if isinstance(recorded_at, str) else recorded_at)
    _recorded_by(record, recorded_by)
    _place(record, place)
    _corrected(record, ())
    return record


# A frozen dataclass sets its fields through `object.__setattr__`, which takes longer than parsing them. What is built
# here is new and seen by nobody else yet, so its fields are filled directly.
_new = object.__new__
_stream, _version, _event, _occurred_at, _set_header, _recorded_at, _recorded_by, _place, _corrected = (
    getattr(Recorded, f.name).__set__ for f in fields(Recorded)
)


def _event_of(topic: str, stored: int, facts: bytes) -> Event:
    try:
        cls = resolve(topic)
    except LookupError:
        raise Refused("event-too-new", topic=topic, version=stored) from None
    if stored == cls.VERSION:
        return cls.__pydantic_validator__.validate_json(facts)  # type: ignore[no-any-return]
    if stored > cls.VERSION:
        raise Refused("event-too-new", topic=topic, version=stored)
    return cls.model_validate(cls.upcast(from_json(facts), stored))


@lru_cache(maxsize=64)
def _header(line: bytes, command: str, correlation: str, causation: str) -> Header:
    """The header of an act: its events share it."""
    by = _by(line)
    by["command"], by["correlation"], by["causation"] = command, correlation, causation
    header = _new(Header)
    header.__dict__.update(by)
    return header


@lru_cache(maxsize=256)
def _by(line: bytes) -> dict[str, str]:
    return {**_NOBODY, **from_json(line[5:-1])}


_NOBODY = dict.fromkeys(HEADER_FIELDS, "")


def parse(stream: str, version: int, state: bytes) -> dict[str, Any]:
    """The whole envelope in these bytes; refused when it is not the one of this stream and version."""
    try:
        envelope: dict[str, Any] = from_json(state)
        if envelope["stream"] == stream and envelope["version"] == version:
            return envelope
    except (ValueError, KeyError, TypeError):
        pass
    raise Damaged(stream, version)


def sealed_of(envelope: dict[str, Any]) -> dict[str, SealedAt]:
    """What an envelope says of its sealed fields."""
    return {name: SealedAt(**at) for name, at in envelope.get("sealed", {}).items()}
