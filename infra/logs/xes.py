"""Reads the steps of an XES log (IEEE 1849), element by element, keeping nothing but the event at hand.

The parser is expat itself: it gives the line of every refusal, builds no tree that would have to be cleared, and
shows a document type before anything in it is expanded. Published logs often fail the XES schema, so only what a
case history needs is demanded: traces with a name, events inside them with a name and a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Final, NoReturn
from xml.parsers.expat import ExpatError, ParserCreate  # a document type, and with it every entity, is refused below

from domain.refusal import Refused
from infra.logs.fields import LIMITS, Times, required, text
from infra.logs.model import RawStep
from infra.logs.opened import BLOCK

_NAME, _LIFECYCLE, _TIME = "concept:name", "lifecycle:transition", "time:timestamp"
_RESOURCE, _GROUP = "org:resource", "org:group"
_FIELDS: Final = {_LIFECYCLE: "lifecycle", _RESOURCE: "resource", _GROUP: "group"}
_WANTED: Final = frozenset((_NAME, _TIME, *_FIELDS))

_LOG, _TRACE, _EVENT = 1, 2, 3
_DEPTHS: Final = {"log": _LOG, "trace": _TRACE, "event": _EVENT}
_DEEPEST = 64
_LONGEST = 1024 * 1024
"""Bytes that one tag or comment may take; expat holds a tag whole, so this bounds the memory of a hostile file."""


def read(stream: IO[bytes], times: Times) -> Iterator[RawStep]:
    """The steps of all traces, in document order. Refuses, with the line, what is not well-formed or lacks a field."""
    reader = _Reader(times)
    while block := stream.read(BLOCK):
        yield from reader.feed(block)
    yield from reader.feed(b"")


class _Reader:
    """Where in the document we are, and the event that is open there."""

    def __init__(self, times: Times) -> None:
        self._times = times
        self._parser = parser = ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        self._fed = 0
        self._depth = 0
        self._inside = 0
        self._structural: dict[str, bool] = {}
        """Per name, namespace and all, whether it is a log, trace or event: few names, very many elements."""
        self._case: str | None = None
        self._event: dict[str, str | None] = {}
        self._micros = 0
        self._line = 0
        self._steps: list[RawStep] = []

    def feed(self, block: bytes) -> list[RawStep]:
        """The steps that end in this block of bytes; an empty block ends the document."""
        self._steps = []
        try:
            self._parser.Parse(block, not block)
        except ExpatError as error:
            raise Refused("log-not-xml", line=error.lineno, column=error.offset + 1) from None
        except (LookupError, ValueError):
            # An encoding in the XML declaration that nobody knows, or that expat can't follow.
            raise Refused("log-encoding-unknown") from None
        self._fed += len(block)
        if self._fed - self._parser.CurrentByteIndex > _LONGEST + BLOCK:
            raise Refused("log-line-too-long", line=self._parser.CurrentLineNumber, limit=_LONGEST)
        return self._steps

    def _doctype(self, *_: object) -> NoReturn:
        raise Refused("log-doctype", line=self._parser.CurrentLineNumber)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth = depth = self._depth + 1
        structural = self._structural.get(name)
        if structural is None:
            structural = self._structural[name] = name.rpartition(" ")[2] in _DEPTHS
        if structural:
            self._enter(name.rpartition(" ")[2], depth)
        elif depth == _EVENT + 1:
            if self._inside == _EVENT and (key := attributes.get("key")) in _WANTED:
                self._event_field(str(key), attributes.get("value"))
        elif depth == _TRACE + 1:
            if self._inside == _TRACE and attributes.get("key") == _NAME:
                self._case_name(attributes.get("value"))
        elif depth == 1:
            raise Refused("log-not-xes", line=self._parser.CurrentLineNumber)
        elif depth > _DEEPEST:
            raise Refused("log-too-deep", line=self._parser.CurrentLineNumber, limit=_DEEPEST)

    def _end(self, _: str) -> None:
        depth = self._depth
        self._depth = depth - 1
        if depth == self._inside:
            self._inside = depth - 1
            if depth == _EVENT:
                self._steps.append(self._step())

    def _enter(self, tag: str, depth: int) -> None:
        line = self._parser.CurrentLineNumber
        if tag == "event" and self._inside == _LOG and depth == _TRACE:
            raise Refused("log-event-outside-case", line=line)
        if _DEPTHS[tag] != depth or self._inside != depth - 1:
            raise Refused("log-misplaced", line=line, element=tag)
        self._inside = depth
        if tag == "trace":
            self._case = None
        elif tag == "event":
            if self._case is None:
                raise Refused("log-field-missing", line=line, field="trace concept:name")
            self._event = {}
            self._line = line

    def _case_name(self, value: str | None) -> None:
        line = self._parser.CurrentLineNumber
        case = required(value, "trace concept:name", LIMITS["case"], line)
        if self._case not in (None, case):
            raise Refused("log-field-twice", line=line, field="trace concept:name")
        self._case = case

    def _event_field(self, key: str, value: str | None) -> None:
        line = self._parser.CurrentLineNumber
        if key in self._event:
            if self._event[key] == value:
                return  # the same twice says nothing new
            raise Refused("log-field-twice", line=line, field=key)
        self._event[key] = value
        if key == _TIME:
            self._micros = self._times.micros(value, key, line)
        elif key == _NAME:
            required(value, key, LIMITS["activity"], line)
        else:
            self._event[key] = text(value, key, LIMITS[_FIELDS[key]], line)

    def _step(self) -> RawStep:
        event = self._event
        name = event.get(_NAME)
        if name is None or _TIME not in event or self._case is None:
            missing = _NAME if name is None else _TIME
            raise Refused("log-field-missing", line=self._line, field=missing)
        return RawStep(self._case, self._micros, None, name, event.get(_LIFECYCLE), event.get(_RESOURCE), event.get(_GROUP))
