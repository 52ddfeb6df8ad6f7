"""Histories of cases as XES: a trace a case, of the schema where it is at hand, read back by a reader of ours."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from lxml import etree

from infra.exports.course import CourseEvent, Link, Value
from infra.exports.xes_histories import export_histories
from infra.logs import open_log
from tests.unit.exports.courses import AGREED, NOON, SUBMITTED, course

GIVEN: tuple[tuple[str, Value], ...] = (
    ("due", date(2026, 4, 1)), ("until", NOON), ("met", True), ("cents", 1200), ("value", Decimal("7.5")),
    ("domains", ("berth", "rope")), ("role", "chair"),
)  # fmt: skip
IMPORTED = CourseEvent(
    "case:0002", 1, "case.imported.activity", NOON,
    (("activity", 'weigh & "measure"'), ("lifecycle", "start"), ("group", "Oost")),
    (Link("case", "case:0002", "case"), Link("professional", "professional:ab", "resource")),
)  # fmt: skip
COURSES = [course(1, (AGREED, GIVEN), partners=["tug", "home"]), course(2)._replace(events=(IMPORTED,))]


def attributes(path: Path, trace: int, event: int) -> dict[str, tuple[str, str]]:
    root = etree.parse(path).getroot()
    found = root.findall("trace")[trace].findall("event")[event]
    keys = [str(each.get("key")) for each in found]
    assert len(keys) == len(set(keys)), "a key once"
    return {str(each.get("key")): (str(each.tag), str(each.get("value"))) for each in found}


def test_an_event_is_called_by_its_topic(tmp_path: Path):
    assert export_histories(COURSES, tmp_path / "log.xes") == 3
    assert attributes(tmp_path / "log.xes", 0, 1) == {
        "concept:name": ("string", AGREED), "lifecycle:transition": ("string", "complete"),
        "due": ("date", "2026-04-01T00:00:00.000+00:00"), "until": ("date", "2026-03-01T12:00:00.000+00:00"),
        "met": ("boolean", "true"), "cents": ("int", "1200"), "value": ("float", "7.5"), "domains": ("string", "berth rope"),
        "org:role": ("string", "chair"), "partner": ("string", "partner:tug partner:home"), "order": ("int", "2"),
        "time:timestamp": ("date", "2026-03-01T14:00:00.000+00:00"),
    }  # fmt: skip


def test_a_step_of_an_imported_history_by_its_activity(tmp_path: Path):
    export_histories(COURSES, tmp_path / "log.xes")
    found = attributes(tmp_path / "log.xes", 1, 0)
    assert (found["concept:name"], found["topic"]) == (("string", 'weigh & "measure"'), ("string", "case.imported.activity"))
    assert (found["org:resource"], found["org:group"]) == (("string", "professional:ab"), ("string", "Oost"))
    assert found["lifecycle:transition"] == ("string", "start")


def test_our_own_reader_takes_it_in(tmp_path: Path):
    export_histories(COURSES, tmp_path / "log.xes.gz")
    with open_log(tmp_path / "log.xes.gz") as log:
        assert [(s.case, s.activity) for s in log] == [
            ("case:0001", SUBMITTED), ("case:0001", AGREED), ("case:0002", 'weigh & "measure"')
        ]  # fmt: skip


def test_the_same_courses_give_the_same_bytes(tmp_path: Path):
    for name in ("one.xes.gz", "two.xes.gz"):
        export_histories(COURSES, tmp_path / name)
    assert (tmp_path / "one.xes.gz").read_bytes() == (tmp_path / "two.xes.gz").read_bytes()


def test_it_is_of_the_schema(tmp_path: Path, municipal_logs: Path):
    export_histories(COURSES, tmp_path / "log.xes")
    schema = etree.XMLSchema(etree.parse(municipal_logs / "schemas" / "xes-ieee-1849-2016.xsd"))
    assert schema.validate(etree.parse(tmp_path / "log.xes")), schema.error_log
