"""Histories as OCEL and XES: the same bytes for the same place, pseudonyms of the recipient's own, a trace of what left."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from domain.disclosure import PREFIX
from domain.events.access import Disclosed
from infra.exports.course.which import is_case
from infra.exports.ocel_checks import faults, items_of
from infra.store import StoreConfig, open_store
from infra.store.envelope import parse
from tests.e2e.conftest import DATABASES, Casus, set_up
from tests.support import planted
from tests.support.field import Field
from tests.support.logs import step, steps, written

FORMS = ("ocel", "xes")
PSEUDONYM = re.compile(rb"(?:case|professional|meeting|agreement):[0-9a-f]{24}")
PLAIN = re.compile(rb"[A-Z]{2,4}-\d{4}-\d{4,6}|\b(?:pilots|seamens-home|tugs|lock-keepers)-\d+\b|\bos-\d+\b")


@pytest.fixture(scope="module", params=DATABASES)
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """A store with more than a hundred cases in every situation that a command's example begins in."""
    folder = tmp_path_factory.mktemp("lived")
    (folder / "elsewhere").mkdir()
    dsn = request.getfixturevalue("postgres_server").fresh_database() if request.param == "postgresql" else None
    field = Field(Casus(folder / "casus", dsn), folder / "elsewhere")
    field.sow()
    typed(field, "meeting.discuss")
    yield field
    if dsn:
        request.getfixturevalue("postgres_server").drop(dsn)


def typed(field: Field, name: str) -> None:
    """The example of a command, carried out."""
    example = next(e for e in field.examples if e.name == name)
    field.casus.done(*example.line(field.folder, all_texts=False))


def export(field: Field, form: str, name: str, *more: str, recipient: str = "university") -> tuple[bytes, dict[str, Any]]:
    path = field.folder / name
    said = field.casus.json("export", form, "-o", str(path), "--recipient", recipient, "--yes", *more)
    content = path.read_bytes()
    return (gzip.decompress(content) if name.endswith(".gz") else content), said[0]


def exported(config: StoreConfig) -> list[Disclosed]:
    with open_store(config) as store:
        looks = [e for stream in store.streams(PREFIX) if isinstance(e := store.load(stream)[0].event, Disclosed)]
    return [e for e in looks if e.outcome == "exported"]


@pytest.mark.parametrize("form", FORMS)
def test_the_same_place_recipient_and_choices_give_the_same_bytes(lived: Field, form: str):
    one, said = export(lived, form, "one", "--coarsen", "day")
    typed(lived, "plan.fulfil" if form == "ocel" else "plan.set-goal")
    place = str(said["place"])
    again, told = export(lived, form, "again", "--coarsen", "day", "--place", place)
    assert again == one
    assert (told["digest"], told["place"], told["root"]) == (said["digest"], said["place"], said["root"])
    assert export(lived, form, "now", "--coarsen", "day")[0] != one, "what happened since is not in it"
    assert export(lived, form, "finer", "--place", place)[0] != one


@pytest.mark.parametrize("form", FORMS)
def test_no_number_no_person_no_login_no_text_and_no_command_is_in_it(lived: Field, form: str):
    content, _ = export(lived, form, "plain")
    assert set(PLAIN.findall(content)) == set()
    assert planted.in_bytes(content, form) == []
    with open_store(lived.config) as store:
        heads = [parse(row.stream, row.version, bytes(row.state)) for row in store.raw_after(0)]
        assert store.store_id.encode() not in content
    acts = {head[name] for head in heads for name in ("command", "correlation", "causation") if head.get(name)}
    assert [act for act in acts if len(act) > 8 and act.encode() in content] == []
    assert lived.login.encode() not in re.findall(rb"[a-z0-9-]+", content)


@pytest.mark.parametrize("form", FORMS)
def test_two_recipients_cannot_lay_theirs_together(lived: Field, form: str):
    one, _ = export(lived, form, "one-of-two")
    other, _ = export(lived, form, "other-of-two", recipient="ministry")
    ours, theirs = set(PSEUDONYM.findall(one)), set(PSEUDONYM.findall(other))
    assert len(ours) == len(theirs) > 150
    assert ours & theirs == set()
    assert order_of(one, form) != order_of(other, form), "nor by the order that cases stand in"


def order_of(content: bytes, form: str) -> list[int]:
    """The lengths of the histories, as their cases follow one another."""
    cases: dict[bytes, int] = {}
    pattern = rb'"id":"(case:[0-9a-f]+)#' if form == "ocel" else rb'<trace>\n<string key="concept:name" value="(case:[0-9a-f]+)"'
    for match in re.finditer(pattern, content):
        cases[match[1]] = cases.get(match[1], 0) + (1 if form == "ocel" else content.find(b"</trace>", match.end()) - match.end())
    return list(cases.values())


def test_one_recipient_can_lay_two_forms_together(lived: Field):
    ocel, xes = export(lived, "ocel", "a")[0], export(lived, "xes", "b")[0]
    cases = re.compile(rb"case:[0-9a-f]{24}")
    assert set(cases.findall(ocel)) == set(cases.findall(xes))


def test_ocel_is_sound_and_tells_of_every_kind_of_object(lived: Field):
    content, said = export(lived, "ocel", "sound.json")
    document = json.loads(content)
    assert list(faults(lambda: items_of(document))) == []
    assert {o["type"] for o in document["objects"]} == {"case", "agreement", "partner", "professional", "meeting", "table"}
    assert len(document["events"]) == said["events"]
    assert sum(o["type"] == "case" for o in document["objects"]) == said["cases"]
    assert {"owner", "case", "table", "partner"} <= {r["qualifier"] for o in document["objects"] for r in o["relationships"]}


def test_xes_is_a_trace_a_case_in_order_and_of_the_schema(lived: Field, municipal_logs: Path):
    content, said = export(lived, "xes", "log.xes.gz")
    root = etree.fromstring(content)
    schema = etree.XMLSchema(etree.parse(municipal_logs / "schemas" / "xes-ieee-1849-2016.xsd"))
    assert schema.validate(root), schema.error_log
    assert len(root.findall("trace")) == said["cases"]
    for trace in root.findall("trace"):
        orders = [int(str(e.get("value"))) for e in trace.findall("event/int[@key='order']")]
        times = [str(e.get("value")) for e in trace.findall("event/date[@key='time:timestamp']")]
        assert orders == sorted(set(orders))
        assert times == sorted(times)


def test_what_leaves_is_stored_with_the_cases_in_it(lived: Field):
    _, said = export(lived, "ocel", "seen.json", recipient="auditors")
    [left] = [e for e in exported(lived.config) if e.recipient == "auditors"]
    assert (left.what, left.digest, len(left.seen)) == ("export-ocel", said["digest"], said["cases"])
    assert said["digest"] == hashlib.sha256((lived.folder / "seen.json").read_bytes()).hexdigest()
    assert all(is_case(number) for number in left.seen)


@pytest.mark.usefixtures("nothing_leaves")
@pytest.mark.parametrize("form", FORMS)
def test_what_can_not_be_stored_does_not_leave(lived: Field, form: str):
    path = lived.folder / "never"
    assert lived.casus("export", form, "-o", str(path), "--recipient", "university").code == 3
    assert not path.exists()


def test_organisations_are_hidden_when_asked(lived: Field):
    plain = export(lived, "ocel", "open.json")[0]
    hidden = export(lived, "ocel", "hidden.json", "--hide-organisations")[0]
    assert b'"partner:pilots"' in plain
    assert re.findall(rb'"(?:partner|table):(?![0-9a-f]{24}")[^"]*"', hidden) == []


def test_what_was_asked_narrows_it(lived: Field):
    whole = export(lived, "ocel", "whole.json")[1]
    example = next(e for e in lived.examples if e.name == "plan.fulfil")
    one = export(lived, "ocel", "one-table.json", "--team", example.team)
    assert 0 < one[1]["cases"] < whole["cases"]
    assert b"table:" + example.team.encode() in one[0]
    early = export(lived, "ocel", "early.json", "--to", "2026-09-01")[1]
    assert 0 < early["events"] < whole["events"]


@pytest.mark.parametrize(
    ("more", "code", "word"),
    [
        (("--place", "999999"), 3, "place-beyond"), (("--place", "0"), 3, "place-nought"),
        (("--team", "nobodys-table"), 4, "unknown-team"),
        (("--from", "1990-01-01", "--to", "1990-02-01"), 3, "export-empty"),
        (("--from", "2026-02-01", "--to", "2026-01-01"), 2, "ends-first"), (("--coarsen", "year"), 2, "not-a-choice"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", FORMS)
def test_what_can_not_be_is_refused_and_leaves_no_file(lived: Field, form: str, more: tuple[str, ...], code: int, word: str):
    path = lived.folder / "none"
    result = lived.casus("--json", "export", form, "-o", str(path), "--recipient", "university", *more)
    assert (result.code, word in result.err, path.exists()) == (code, True, False), result


# --- imported histories


@pytest.fixture
def taken_in(anywhere: Casus, tmp_path: Path) -> Casus:
    """One team, and twelve ships of the harbour's log."""
    set_up(anywhere)
    anywhere.done("import", str(written(tmp_path / "log.jsonl", steps(12))), "--source", "harbour")
    return anywhere


def test_an_imported_history_leaves_without_its_names(taken_in: Casus, tmp_path: Path):
    taken_in.done("export", "xes", "-o", str(tmp_path / "log.xes"), "--recipient", "university")
    content = (tmp_path / "log.xes").read_text()
    assert "ship-" not in content
    assert "Roerganger" not in content
    assert content.count("<trace>") == 12
    assert content.count('value="act 0"') == 12


def test_by_its_own_names_as_far_as_a_place(taken_in: Casus, tmp_path: Path):
    line = ("export", "xes", "--source", "harbour", "--recipient", "university", "--json")
    one, again = tmp_path / "one.xes", tmp_path / "again.xes"
    place = taken_in.done(*line, "-o", str(one)).row["place"]
    taken_in.done(
        "import", str(written(tmp_path / "longer.jsonl", [*steps(12), step(1, 5), *steps(1, first=12)])), "--source", "harbour"
    )
    taken_in.done(*line, "-o", str(again), "--place", str(place))
    assert again.read_bytes() == one.read_bytes()
    assert "Roerganger" in one.read_text()
    taken_in.done(*line, "-o", str(again), "--yes")
    assert again.read_bytes() != one.read_bytes()


@pytest.mark.parametrize(
    "option",
    [
        ("--coarsen", "day"), ("--from", "2024-01-01"), ("--team", "harbour-table"), ("--hide-organisations",),
        ("--withhold-small-counts",),
    ],
)  # fmt: skip
def test_a_source_by_its_own_names_is_taken_as_it_came(taken_in: Casus, tmp_path: Path, option: tuple[str, ...]):
    line = ("export", "xes", "--source", "harbour", "--recipient", "university", "-o", str(tmp_path / "x"), *option)
    result = taken_in("--json", *line)
    assert (result.code, "not-beside" in result.err) == (2, True)


# --- who may


@pytest.fixture
def offices(empty: Casus, tmp_path: Path) -> Casus:
    """`peopled`, on a laptop."""
    return peopled(empty, tmp_path)


def peopled(casus: Casus, tmp_path: Path) -> Casus:
    """A table with somebody of every function, and twelve imported cases, in one of which something happened once."""
    set_up(casus)
    add = ("team", "add-professional", "harbour-table", "--name", "Somebody", "--partner", "pilots", "--role")
    for role in ("deckhand", "privacy-officer", "auditor", "reporting", "administrator"):
        casus.done(*add, role)
    log = [*steps(12), step(3, 6, activity="mutiny"), step(4, 6, activity="mutiny")]
    casus.done("import", str(written(tmp_path / "log.jsonl", log)), "--source", "harbour")
    return casus


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("who", "may"),
    [("pilots-1", True), ("pilots-2", False), ("pilots-3", False), ("pilots-4", True), ("pilots-5", True), ("pilots-6", False)],
)
def test_coordinators_auditors_and_reporting_may(offices: Casus, tmp_path: Path, form: str, who: str, may: bool):
    result = offices("--json", "--as", who, "export", form, "-o", str(tmp_path / "x"), "--recipient", "university")
    assert (result.code == 0, (tmp_path / "x").exists(), '"not-allowed"' in result.err) == (may, may, not may), result


@pytest.mark.parametrize("form", FORMS)
def test_reporting_is_told_no_small_counts(offices: Casus, tmp_path: Path, form: str):
    line = ("export", form, "--recipient", "university", "-o")
    offices.done("--as", "pilots-4", *line, str(tmp_path / "whole"))
    told = offices.done("--as", "pilots-5", *line, str(tmp_path / "counted"))
    whole, counted = ((tmp_path / name).read_text() for name in ("whole", "counted"))
    assert ("mutiny" in whole, "mutiny" in counted, "other" in counted) == (True, False, True)
    assert "10" in told.err, "from which number on a count is shown is said"


def test_reporting_gets_no_log_as_it_came(offices: Casus, tmp_path: Path):
    line = ("--json", "export", "xes", "--recipient", "university", "--source", "harbour", "-o", str(tmp_path / "log"))
    told = offices("--as", "pilots-5", *line)
    assert (told.code, json.loads(told.err)["error"]) == (3, "export-not-as-it-came")
    assert not (tmp_path / "log").exists()
    assert offices("--as", "pilots-4", *line).code == 0, "the auditor may"


@pytest.mark.parametrize("form", FORMS)
def test_for_who_reports_a_coordinator_makes_what_they_would_get(offices: Casus, tmp_path: Path, form: str):
    def made(who: str, name: str, *more: str) -> tuple[bytes, str]:
        line = ("--json", "--as", who, "export", form, "--recipient", "university", "-o", str(tmp_path / name), *more)
        told = offices.done(*line)
        assert ("Counts below 10 are withheld" in told.err) == (name != "open")
        return (tmp_path / name).read_bytes(), str(told.row["place"])

    theirs, place = made("pilots-5", "theirs")
    assert made("pilots-1", "made", "--place", place, "--withhold-small-counts")[0] == theirs
    assert made("pilots-5", "asked", "--place", place, "--withhold-small-counts")[0] == theirs, "of them they always are"
    assert made("pilots-1", "open", "--place", place)[0] != theirs


@pytest.mark.parametrize("form", FORMS)
def test_small_counts_are_withheld_when_asked(anywhere: Casus, tmp_path: Path, form: str):
    """On a server nobody else can make it for who reports, and nobody acts there as another: so it is told by what is in it."""
    casus = peopled(anywhere, tmp_path)
    line = ("export", form, "--recipient", "university", "-o", str(tmp_path / "made"), "--yes", "--json")
    place = ("--place", str(casus.done(*line).row["place"]))
    whole = (tmp_path / "made").read_bytes()
    told = casus.done(*line, *place, "--withhold-small-counts")
    held = (tmp_path / "made").read_bytes()
    assert (b"mutiny" in whole, b"mutiny" in held, b"other" in held) == (True, False, True)
    assert "below 10 are withheld" in told.err
    casus.done(*line, *place)
    assert (tmp_path / "made").read_bytes() == whole


@pytest.mark.parametrize("form", FORMS)
def test_of_too_few_cases_reporting_is_told_nothing(empty: Casus, tmp_path: Path, form: str):
    set_up(empty)
    empty.done("team", "add-professional", "harbour-table", "--name", "Somebody", "--partner", "pilots", "--role", "reporting")
    empty.done("import", str(written(tmp_path / "log.jsonl", steps(9))), "--source", "harbour")
    result = empty("--json", "--as", "pilots-2", "export", form, "-o", str(tmp_path / "x"), "--recipient", "university")
    assert (result.code, "export-too-few" in result.err, (tmp_path / "x").exists()) == (3, True, False)


def test_a_frozen_case_stays_here(lived: Field):
    before = export(lived, "ocel", "thawed.json", recipient="judge")[1]
    typed(lived, "rights.restrict")
    after = export(lived, "ocel", "frozen.json", "--place", str(before["place"]), recipient="judge")[1]
    assert after["cases"] == before["cases"] - 1
