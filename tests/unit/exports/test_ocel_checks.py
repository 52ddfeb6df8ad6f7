"""Each thing that the schema of OCEL lets through is found by our own checks."""

import io
import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from domain.refusal import Refused
from infra.exports.ocel_checks import checked, faults, items_of

Document = dict[str, list[dict[str, Any]]]
SOUND: Document = {
    "eventTypes": [{"name": "agreed", "attributes": [{"name": "order", "type": "integer"}, {"name": "due", "type": "time"}]}],
    "objectTypes": [
        {"name": "case", "attributes": [{"name": "status", "type": "string"}]}, {"name": "partner", "attributes": []},
    ],
    "events": [
        {
            "id": "e1", "type": "agreed", "time": "2026-03-01T12:00:00.000Z",
            "attributes": [{"name": "order", "value": "1"}, {"name": "due", "value": "2026-04-01T00:00:00.000Z"}],
            "relationships": [{"objectId": "c1", "qualifier": "case"}, {"objectId": "p1", "qualifier": "partner"}],
        },
    ],
    "objects": [
        {
            "id": "c1", "type": "case",
            "attributes": [{"name": "status", "value": "active", "time": "2026-03-01T12:00:00.000Z"}],
            "relationships": [{"objectId": "p1", "qualifier": "owner"}],
        },
        {"id": "p1", "type": "partner"},
    ],
}  # fmt: skip


def found(document: Document) -> list[str]:
    return sorted({code for code, _ in faults(lambda: items_of(document))})


def test_a_sound_document_has_no_fault():
    assert found(SOUND) == []


def change(*path: str | int, to: Any) -> Callable[[Document], None]:
    def work(document: Document) -> None:
        at: Any = document
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = to

    return work


def twice(section: str) -> Callable[[Document], None]:
    return lambda document: document[section].append(deepcopy(document[section][0]))


def remove(section: str, which: int) -> Callable[[Document], None]:
    def work(document: Document) -> None:
        document[section].pop(which)

    return work


@pytest.mark.parametrize(
    ("code", "harm"),
    [
        ("dangling-reference", remove("objects", 1)),
        ("dangling-reference", change("events", 0, "relationships", 0, "objectId", to="c9")),
        ("dangling-reference", change("objects", 0, "relationships", 0, "objectId", to="c9")),
        ("undeclared-type", change("events", 0, "type", to="dreamt")),
        ("undeclared-type", change("objects", 0, "type", to="dream")),
        ("undeclared-attribute", change("events", 0, "attributes", 0, "name", to="mood")),
        ("undeclared-attribute", change("objects", 0, "attributes", 0, "name", to="mood")),
        ("duplicate-id", twice("events")),
        ("duplicate-id", twice("objects")),
        ("duplicate-type", twice("eventTypes")),
        ("duplicate-type", change("eventTypes", 0, "attributes", 1, "name", to="order")),
        ("bad-time", change("events", 0, "time", to="2026-03-01 12:00")),
        ("bad-time", change("events", 0, "time", to="2026-02-30T12:00:00.000Z")),
        ("bad-time", change("events", 0, "time", to="2026-03-01T12:00:00.000+01:00")),
        ("bad-time", change("objects", 0, "attributes", 0, "time", to="yesterday")),
        ("bad-value", change("events", 0, "attributes", 0, "value", to="one")),
        ("bad-value", change("events", 0, "attributes", 1, "value", to="1 April")),
        ("bad-value", change("eventTypes", 0, "attributes", 0, "type", to="colour")),
        ("no-object", change("events", 0, "relationships", to=[])),
        ("no-qualifier", change("events", 0, "relationships", 0, "qualifier", to="")),
    ],
)
def test_what_is_broken_is_found(code: str, harm: Callable[[Document], None]):
    document = deepcopy(SOUND)
    harm(document)
    assert code in found(document)


def lines(document: Document) -> bytes:
    sections = (f'"{name}":[\n' + ",\n".join(json.dumps(item) for item in each) + "\n]" for name, each in document.items())
    return ("{" + ",\n".join(sections) + "}\n").encode()


def test_what_was_written_is_read_back_and_refused_at_the_first_fault():
    checked(io.BytesIO(lines(SOUND)))
    broken = deepcopy(SOUND)
    broken["objects"].pop()
    with pytest.raises(Refused, match="export-unsound") as refusal:
        checked(io.BytesIO(lines(broken)))
    assert refusal.value.facts["found"] == "dangling-reference"
