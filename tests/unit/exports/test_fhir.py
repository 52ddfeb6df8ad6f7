"""Audit events: valid by the library and by rules of our own, nothing lost, no name, the same bytes each time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from fhir.resources.R4B.bundle import Bundle
from pydantic import ValidationError

from infra.exports.fhir import bundle, ndjson, resource
from projections.base import Json
from projections.disclosures import DisclosureRow
from tests.support.seen import by, disclosed, row

AT = datetime(2026, 3, 29, 1, 30, 5, 123456, tzinfo=UTC)
ROWS = [
    row(AT, disclosed(subjects=("s1", "s2"), seen=("A-1",)), by(command="c1"), 1),
    row(AT, disclosed(None, subjects=(), fields=(), seen=("A-1", "B-1"), what="cases", action="list-cases"), by(), 2),
    row(AT, disclosed(outcome="denied", subjects=(), fields=(), code="not-member"), by(), 3),
    row(AT, disclosed(None, outcome="matched", subjects=(), fields=(), entry=None), by(), 4),
    row(AT, disclosed(outcome="exported", recipient="audit", digest="cd" * 32), by(), 5),
    row(AT, disclosed(outcome="written", entry=None), by(), 6),
    row(AT, disclosed(outcome="reported", subjects=(), fields=()), by(role="", organisation=""), 7),
]
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def read_back(found: dict[str, Any]) -> DisclosureRow:
    """The disclosure that a resource was made from: lossless is that this can be written."""
    more = {e["url"].rpartition(":")[2]: e.get("valueString", e.get("valueInteger")) for e in found["extension"]}
    who, *others = found["agent"]
    team, actor = who["who"]["identifier"]["value"].split("/")
    known = {a["type"]["coding"][0]["code"]: a["who"]["identifier"]["value"] for a in others}
    what: dict[str, list[Any]] = {"stream": [], "subject": [], "seen": []}
    for entity in found.get("entity", []):
        what[entity["what"]["identifier"]["system"].rpartition(":")[2]].append(entity)
    ids = {kind: [e["what"]["identifier"]["value"] for e in entities] for kind, entities in what.items()}
    return DisclosureRow(
        disclosure=f"access:{found['id']}", at=datetime.fromisoformat(found["recorded"]), place=more["place"],
        recorded_by=who["altId"], actor=actor, team=team, organisation=known.get("custodian"),
        role=who["role"][0]["coding"][0]["code"] if "role" in who else None, assurance=more["assurance"],
        command=more.get("command"), action=more["action"], what=found["subtype"][0]["code"],
        of=ids["stream"][0] if ids["stream"] else None, seen_version=more["seen_version"], seen=Json(json.dumps(ids["seen"])),
        purpose=found["purposeOfEvent"][0]["coding"][0]["code"], basis=more["basis"], entry=more.get("entry"),
        code=found["outcomeDesc"], policy=who["policy"][0].rpartition(":")[2], outcome=more["outcome"],
        subjects=tuple(i.partition("/")[2] for i in ids["subject"]),
        fields=tuple(d["valueString"] for e in what["stream"] for d in e.get("detail", [])), host=who["network"]["address"],
        client=found["source"]["observer"]["identifier"]["value"], trace=more["trace"], span=more["span"],
        recipient=known.get("110152"), digest=more.get("digest"),
    )  # fmt: skip


def complaints(found: dict[str, Any]) -> Iterator[str]:
    """What is wrong by the rules that the library does not check: it takes an action Q, and a date of any year."""
    if found["action"] not in set("CRUDE"):
        yield "action"
    if found["outcome"] not in {"0", "4", "8", "12"}:
        yield "outcome"
    if not INSTANT.fullmatch(found["recorded"]):
        yield "recorded"
    if sum(a["requestor"] for a in found["agent"]) != 1 or not all(isinstance(a["requestor"], bool) for a in found["agent"]):
        yield "requestor"
    if not found["agent"][0].get("policy"):
        yield "policy"
    for needed in ("type", "subtype", "purposeOfEvent", "source", "outcomeDesc"):
        if not found.get(needed):
            yield needed
    if any("name" in part or "description" in part for part in (*found["agent"], *found.get("entity", []))):
        yield "name"
    if any(part in ("", [], {}, None) for part in _all(found)):
        yield "empty"


def _all(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, dict):
        for inner in value.values():
            yield from _all(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _all(inner)


def lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in ndjson(ROWS)]


def test_each_is_valid_by_the_library_and_by_our_own_rules():
    for found in lines():
        AuditEvent.model_validate(found)
        assert list(complaints(found)) == []


def test_nothing_is_lost():
    assert [read_back(found) for found in lines()] == ROWS


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"action": "Q"}, "action"), ({"recorded": "2026-02-31"}, "recorded"), ({"outcome": "1"}, "outcome"),
        ({"purposeOfEvent": []}, "purposeOfEvent"), ({"subtype": None}, "subtype"),
    ],
)  # fmt: skip
def test_our_rules_catch_what_is_wrong(change: dict[str, Any], complaint: str):
    assert complaint in list(complaints(lines()[0] | change))


def test_our_rules_catch_a_name_and_a_second_who_asked():
    [found, *_] = lines()
    found["agent"][0]["name"] = "Wilma"
    found["agent"][1]["requestor"] = True
    assert {"name", "requestor"} <= set(complaints(found))


def test_the_library_catches_a_resource_without_who_looked():
    found = resource(ROWS[0])
    del found["agent"]
    with pytest.raises(ValidationError):
        AuditEvent.model_validate(found)


def test_a_bundle_holds_them_all_and_may_hold_none():
    whole = b"".join(bundle(ROWS))
    assert len(Bundle.model_validate_json(whole).entry or ()) == len(ROWS)
    assert [e["resource"] for e in json.loads(whole)["entry"]] == lines()
    assert json.loads(b"".join(bundle([]))) == {"resourceType": "Bundle", "type": "collection"}


def test_the_same_rows_give_the_same_bytes():
    assert b"".join(ndjson(ROWS)) == b"".join(ndjson(list(ROWS)))
