"""OCEL: what courses hold stands in it, in the standard's form, the same each time, checked before it leaves."""

import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain.refusal import Refused
from infra.exports import ocel
from infra.exports.course import Change, Course, CourseEvent, Link, Tie
from infra.exports.ocel import export_ocel
from infra.exports.ocel_checks import faults, items_of
from tests.unit.exports.courses import AGREED, NOON, course

AGREEMENT = "agreement:0001:A1"
TIED = Tie("case", "case:0001", "table", "table:harbour", "table")
OWNED = Tie("agreement", AGREEMENT, "partner", "partner:tug", "owner")


def one() -> Course:
    made = course(1, (AGREED, (("due", date(2026, 4, 1)), ("domains", ("berth", "rope")))), partners=["tug"], ties=[TIED, OWNED])
    changes = [
        Change("agreement", AGREEMENT, "status", "proposed", NOON), Change("agreement", AGREEMENT, "due", date(2026, 4, 1), NOON),
        Change("agreement", AGREEMENT, "status", "accepted", NOON), Change("agreement", AGREEMENT, "due", None, NOON),
    ]  # fmt: skip
    return made._replace(changes=(*made.changes, *changes))


def written(folder: Path, *courses: Course) -> dict[str, Any]:
    export_ocel(courses, folder / "log.json")
    found: dict[str, Any] = json.loads((folder / "log.json").read_text())
    return found


def test_an_event_has_its_type_time_attributes_and_objects(tmp_path: Path):
    document = written(tmp_path, one())
    event = document["events"][1]
    assert (event["type"], event["time"]) == (AGREED, "2026-03-01T14:00:00.000Z")
    assert {a["name"]: a["value"] for a in event["attributes"]} == {
        "order": "2", "due": "2026-04-01T00:00:00.000Z", "domains": "berth rope",
    }  # fmt: skip
    assert [(r["objectId"], r["qualifier"]) for r in event["relationships"]] == [
        ("case:0001", "case"),
        ("partner:tug", "partner"),
    ]
    [declared] = [t for t in document["eventTypes"] if t["name"] == AGREED]
    assert {a["name"]: a["type"] for a in declared["attributes"]} == {"order": "integer", "due": "time", "domains": "string"}


def test_an_object_tells_how_it_changed_and_what_it_stands_to(tmp_path: Path):
    objects = {o["id"]: o for o in written(tmp_path, one())["objects"]}
    assert objects.keys() == {"case:0001", AGREEMENT, "partner:tug", "table:harbour"}
    agreement = objects[AGREEMENT]
    assert [(a["name"], a["value"]) for a in agreement["attributes"]] == [
        ("status", "proposed"), ("due", "2026-04-01T00:00:00.000Z"), ("status", "accepted"),
    ]  # fmt: skip
    assert agreement["relationships"] == [{"objectId": "partner:tug", "qualifier": "owner"}]
    assert objects["case:0001"]["relationships"] == [{"objectId": "table:harbour", "qualifier": "table"}]


def test_our_own_checks_find_nothing(tmp_path: Path):
    document = written(tmp_path, one(), course(2, partners=["tug"]))
    assert list(faults(lambda: items_of(document))) == []


def test_the_same_courses_give_the_same_bytes(tmp_path: Path):
    for name in ("one.json", "two.json"):
        assert export_ocel([one(), course(2)], tmp_path / name) == 3
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_what_is_unsound_does_not_leave(tmp_path: Path):
    lost = CourseEvent(
        "case:0001", 2, AGREED, NOON, (), (Link("case", "case:0001", "case"), Link("case", "case:0009", "successor"))
    )
    (tmp_path / "log.json").write_text("older")
    with pytest.raises(Refused, match="export-unsound") as refusal:
        export_ocel([course(1)._replace(events=(lost,))], tmp_path / "log.json")
    assert refusal.value.facts["found"] == "dangling-reference"
    assert [path.read_text() for path in tmp_path.iterdir()] == ["older"]


def test_the_control_unchecked_it_would_have_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    lost = CourseEvent(
        "case:0001", 2, AGREED, NOON, (), (Link("case", "case:0001", "case"), Link("case", "case:0009", "successor"))
    )
    monkeypatch.setattr(ocel, "checked", str)
    export_ocel([course(1)._replace(events=(lost,))], tmp_path / "log.json")
    document = json.loads((tmp_path / "log.json").read_text())
    assert [code for code, _ in faults(lambda: items_of(document))] == ["dangling-reference"]


def test_what_leaves_is_told_by_its_digest_before_it_is_in_its_place(tmp_path: Path):
    told: list[tuple[str, bool]] = []
    export_ocel([one()], tmp_path / "log.json", lambda digest: told.append((digest, (tmp_path / "log.json").exists())))
    assert told == [(hashlib.sha256((tmp_path / "log.json").read_bytes()).hexdigest(), False)]


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (True, "boolean", "true"),
        (7, "integer", "7"),
        (Decimal("7.5"), "float", "7.5"),
        (NOON, "time", "2026-03-01T12:00:00.000Z"),
    ],
)
def test_a_value_is_written_as_the_standard_has_it(value: bool | int | Decimal, kind: str, text: str):
    assert (ocel.type_of(value), ocel.text(value)) == (kind, text)
