"""Writes histories as OCEL 2.0 (JSON): events and objects, how these stand to each other, and how objects changed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final

from infra.exports.course import Change, Course, CourseEvent, Tie, Value
from infra.exports.course.model import KINDS, SHARED, Kind
from infra.exports.files import Digested, Leaving, written_whole
from infra.exports.ocel_checks import checked

_BEFORE: Final = {"events": '{"events":[\n', "objects": '\n],\n"objects":[\n'}
Types = dict[str, dict[str, str]]
"""Of each type its attributes, each with its type in the standard's words."""


def export_ocel(courses: Iterable[Course], path: Path, leaving: Leaving = str) -> int:
    """Write courses (each once, cases before tables) to a file; how many events. The same courses give the same bytes.

    What was written is read back and checked by rules of our own first (`ocel_checks`); refused as `export-unsound` when it
    fails. `leaving` hears the digest (SHA-256) of the file then, before it is in its place: what it raises leaves no file.
    Refuses a place that can't be written.
    """
    with written_whole(path) as file, TemporaryFile() as objects:
        out = Digested(file)
        writing = _Writing(out, objects)
        for course in courses:
            writing.course(course)
        writing.end()
        file.flush()
        with os.fdopen(os.dup(file.fileno()), "rb") as written:
            checked(written)
        leaving(out.digest.hexdigest())
    return writing.count


class _Writing:
    """Events go to the file as they come; objects of a case to a nameless one beside it until all events are there; what cases
    share is kept. One item a line.
    """

    def __init__(self, out: Digested, objects: IO[bytes]) -> None:
        self._out, self._objects = out, objects
        self._shared: dict[str, _Object] = {}
        self._event_types: Types = {}
        self._object_types: Types = {kind: {} for kind in KINDS}
        self._separators = {"events": _BEFORE["events"], "objects": ""}
        self.count = 0

    def course(self, course: Course) -> None:
        """One case or table: its events, then the objects that are its own."""
        own: dict[str, _Object] = {}
        for event in course.events:
            self._line("events", self._event(event))
            self.count += 1
            for link in event.links:
                self._object(link.kind, link.id, own, course.case)
        for change in course.changes:
            self._object(change.kind, change.id, own, course.case).changes.append(change)
        for tie in course.ties:
            self._object(tie.kind, tie.id, own, course.case).ties[tie] = None
            self._object(tie.to_kind, tie.to, own, course.case)
        for each in own.values():
            self._line("objects", self._made(each))

    def _object(self, kind: Kind, which: str, own: dict[str, _Object], case: str) -> _Object:
        """Where an object is kept; that of another case is written with that case."""
        if kind == "case" and which != case:
            return _Object(kind, which)
        return (self._shared if kind in SHARED else own).setdefault(which, _Object(kind, which))

    def end(self) -> None:
        """What is shared, and which types there were."""
        for each in sorted(self._shared.values(), key=lambda o: (KINDS.index(o.kind), o.id)):
            self._line("objects", self._made(each))
        self._out.write((self._separators["events"] if not self.count else "").encode() + _BEFORE["objects"].encode())
        self._objects.seek(0)
        shutil.copyfileobj(self._objects, self._out)
        for name, types in (("eventTypes", self._event_types), ("objectTypes", self._object_types)):
            lines = ",\n".join(_json(t) for t in _declared(types))
            self._out.write(f'\n],\n"{name}":[\n{lines}'.encode())
        self._out.write(b"\n]}\n")

    def _line(self, section: str, item: Mapping[str, Any]) -> None:
        out = self._out if section == "events" else self._objects
        out.write((self._separators[section] + _json(item)).encode())
        self._separators[section] = ",\n"

    def _event(self, event: CourseEvent) -> dict[str, Any]:
        declared = self._event_types.setdefault(event.topic, {"order": "integer"})
        for name, value in event.attributes:
            declared.setdefault(name, type_of(value))
        given = (("order", event.order), *event.attributes)
        return {
            "id": event.id,
            "type": event.topic,
            "time": moment(event.at),
            "attributes": [{"name": name, "value": text(value)} for name, value in given],
            "relationships": [{"objectId": link.id, "qualifier": link.qualifier} for link in event.links],
        }

    def _made(self, each: _Object) -> dict[str, Any]:
        declared = self._object_types[each.kind]
        attributes = []
        for change in each.changes:
            if change.value is not None:
                declared.setdefault(change.name, type_of(change.value))
            if change.value is None and declared.get(change.name, "string") != "string":
                continue  # the standard has no word for a day or a number that is there no more
            value = "" if change.value is None else text(change.value)
            attributes.append({"name": change.name, "value": value, "time": moment(change.at)})
        ties = [{"objectId": tie.to, "qualifier": tie.qualifier} for tie in each.ties]
        return {"id": each.id, "type": each.kind, "attributes": attributes, "relationships": ties}


class _Object:
    """An object as far as it is known."""

    def __init__(self, kind: Kind, which: str) -> None:
        self.kind, self.id = kind, which
        self.changes: list[Change] = []
        self.ties: dict[Tie, None] = {}


def _declared(types: Types) -> Iterator[dict[str, Any]]:
    for name in sorted(types):
        yield {"name": name, "attributes": [{"name": a, "type": t} for a, t in sorted(types[name].items())]}


def type_of(value: Value) -> str:
    """The standard's word for what a value is."""
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case Decimal():
            return "float"
        case date():
            return "time"
    return "string"


def text(value: Value) -> str:
    """A value as the standard writes it: several codes with a space between; a day as midnight UTC under its own date."""
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return moment(value)
        case date():
            return f"{value.isoformat()}T00:00:00.000Z"
        case tuple():
            return " ".join(value)
    return str(value)


def moment(at: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
