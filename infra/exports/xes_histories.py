"""Writes histories of cases as XES (IEEE 1849-2016): a trace a case, what it touched as attributes of its events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from infra.exports.course import Course, CourseEvent, Link, Value
from infra.exports.files import Digested, Leaving, packed, written_whole
from infra.exports.xes import FOOT, HEAD, string, when

STANDARD: Final = {"lifecycle": "lifecycle:transition", "group": "org:group", "role": "org:role"}
"""Attributes that the standard has a key for."""
RESOURCE: Final = {"actor": "org:resource", "resource": "org:resource", "organisation": "org:group"}
"""Links that the standard has a key for."""


def export_histories(courses: Iterable[Course], path: Path, leaving: Leaving = str) -> int:
    """Write courses to a file (packed when it ends in `.gz`); how many events. The same courses give the same bytes.

    An event is called by its topic; a step of an imported history by its activity. `leaving` hears the digest (SHA-256) of the
    file once that is whole, and before it is in its place: what it raises leaves no file. Refuses a place that can't be written.
    """
    count = 0
    with written_whole(path) as file:
        digested = Digested(file)
        with packed(digested, path) as out:
            out.write(HEAD.encode())
            for course in courses:
                if course.case and course.events:
                    out.write(_trace(course).encode())
                    count += len(course.events)
            out.write(FOOT.encode())
        leaving(digested.digest.hexdigest())
    return count


def _trace(course: Course) -> str:
    """A case: its name, at which table, from which source, and its events in the order in which they took effect."""
    table = next((tie.to for tie in course.ties if tie.qualifier == "table" and tie.id == course.case), None)
    source = next((change.value for change in course.changes if change.name == "source"), None)
    heading = string("concept:name", course.case) + string("table", table) + string("source", str(source) if source else None)
    return f"<trace>\n{heading}{''.join(map(_event, course.events))}</trace>\n"


def _event(event: CourseEvent) -> str:
    attributes = dict(event.attributes)
    activity = attributes.pop("activity", None)
    pieces = [string("concept:name", str(activity or event.topic))]
    if activity is not None:
        pieces.append(string("topic", event.topic))
    elif "lifecycle" not in attributes:
        pieces.append(string("lifecycle:transition", "complete"))
    pieces.extend(_attribute(STANDARD.get(name, name), value) for name, value in attributes.items())
    pieces.extend(string(name, value) for name, value in _linked(event.links))
    pieces.append(f'<int key="order" value="{event.order}"/>\n')
    pieces.append(f'<date key="time:timestamp" value="{when(event.at)}"/>\n')
    return f"<event>\n{''.join(pieces)}</event>\n"


def _linked(links: Iterable[Link]) -> Iterator[tuple[str, str]]:
    """What an event touched beside its case, by qualifier: ids with a space between."""
    found: dict[str, list[str]] = {}
    for link in links:
        if link.kind != "case" or link.qualifier != "case":
            found.setdefault(RESOURCE.get(link.qualifier, link.qualifier), []).append(link.id)
    return ((name, " ".join(ids)) for name, ids in found.items())


def _attribute(key: str, value: Value) -> str:
    match value:
        case bool():
            return f'<boolean key="{key}" value="{str(value).lower()}"/>\n'
        case int():
            return f'<int key="{key}" value="{value}"/>\n'
        case Decimal():
            return f'<float key="{key}" value="{value}"/>\n'
        case datetime():
            return f'<date key="{key}" value="{when(value)}"/>\n'
        case date():
            return f'<date key="{key}" value="{value.isoformat()}T00:00:00.000+00:00"/>\n'
        case tuple():
            return string(key, " ".join(value))
    return string(key, value)
