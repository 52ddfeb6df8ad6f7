"""What the schema of OCEL 2.0 lets through and we do not: checks of a document that was written, before it leaves."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import IO, Any, Final

from domain.refusal import Refused

Item = tuple[str, Mapping[str, Any]]
"""A section of the document (`events`, `objects`, `eventTypes`, `objectTypes`) and one item of it."""
Found = tuple[str, str]
"""A code, and the id of what it was found at."""
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_SECTION: Final = re.compile(rb'"(events|objects|eventTypes|objectTypes)":\[$')


def checked(file: IO[bytes]) -> None:
    """Read back what was written, and refuse it as `export-unsound` at the first thing that is wrong."""
    for what, where in faults(lambda: items(file)):
        raise Refused("export-unsound", found=what, at=where)


def items(file: IO[bytes]) -> Iterator[Item]:
    """The items of a document with one of them a line, as we write it."""
    section = ""
    file.seek(0)
    for line in file:
        if begun := _SECTION.search(line):
            section = begun[1].decode()
        elif line.startswith(b"{"):
            yield section, json.loads(line.rstrip(b"\n").removesuffix(b","))


def items_of(document: Mapping[str, Any]) -> Iterator[Item]:
    """The same of a document that is held whole."""
    for section in ("eventTypes", "objectTypes", "events", "objects"):
        yield from ((section, item) for item in document[section])


def faults(read: Callable[[], Iterator[Item]]) -> Iterator[Found]:
    """What is wrong: `duplicate-type`, `duplicate-id`, `undeclared-type`, `undeclared-attribute`, `bad-time`, `bad-value`,
    `no-object` (an event without one), `no-qualifier`, `dangling-reference`. In: what reads the document's items; it is read
    twice, and only its ids are kept.
    """
    types: dict[str, dict[str, dict[str, str]]] = {"events": {}, "objects": {}}
    for section, item in read():
        if section.endswith("Types"):
            known = types["events" if section == "eventTypes" else "objects"]
            if item["name"] in known or len({a["name"] for a in item["attributes"]}) < len(item["attributes"]):
                yield "duplicate-type", item["name"]
            known[item["name"]] = {a["name"]: a["type"] for a in item["attributes"]}
    there: dict[str, set[str]] = {"events": set(), "objects": set()}
    meant: dict[str, str] = {}
    for section, item in read():
        if section not in there:
            continue
        if item["id"] in there[section]:
            yield "duplicate-id", item["id"]
        there[section].add(item["id"])
        declared = types[section].get(item["type"])
        if declared is None:
            yield "undeclared-type", item["id"]
        yield from _attributes(item, declared or {}, timed=section == "objects")
        links = item.get("relationships", [])
        if section == "events" and not links:
            yield "no-object", item["id"]
        if section == "events" and not _is_time(item["time"]):
            yield "bad-time", item["id"]
        for link in links:
            meant.setdefault(link["objectId"], item["id"])
            if not link["qualifier"]:
                yield "no-qualifier", item["id"]
    yield from (("dangling-reference", meant[which]) for which in sorted(meant.keys() - there["objects"]))


def _attributes(item: Mapping[str, Any], declared: Mapping[str, str], *, timed: bool) -> Iterator[Found]:
    for attribute in item.get("attributes", []):
        kind = declared.get(attribute["name"])
        if kind is None:
            yield "undeclared-attribute", item["id"]
        elif kind not in _FITS or not _FITS[kind](attribute["value"]):
            yield "bad-value", item["id"]
        if timed and not _is_time(attribute["time"]):
            yield "bad-time", item["id"]


def _is_time(value: str) -> bool:
    """ISO 8601 in UTC to the millisecond, of a day that there is."""
    if not _TIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


_FITS: Final[Mapping[str, Callable[[str], bool]]] = {
    "string": lambda _: True,
    "integer": lambda v: re.fullmatch(r"-?\d+", v) is not None,
    "float": lambda v: re.fullmatch(r"-?\d+(\.\d+)?(E[+-]?\d+)?", v) is not None,
    "boolean": lambda v: v in ("true", "false"),
    "time": _is_time,
}
