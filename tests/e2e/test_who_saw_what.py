"""Who saw what, asked as a privacy officer asks it; what a resident gets; what is looked at first; what leaves the house."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from domain.refusal import Refused
from infra.cli import histories
from infra.store.store import Store
from tests.e2e.conftest import Casus, set_up
from tests.support.invented import INVENTED

CASE, OTHER = "HBR-2026-0001", "HBR-2026-0002"
MASTER, OFFICER, BUDDY, DECKHAND = "pilots-1", "pilots-2", "seamens-home-1", "pilots-3"
OTHER_TABLE = INVENTED.replace('"harbour-table"', '"lock-table"').replace('"HBR"', '"LCK"')
SECRETS = ("Wilma Waterman", "The boat drifts", "Wanda Planted", "Somebody")


@pytest.fixture
def table(empty: Casus) -> Casus:
    """A table with a case, in which its master looked and somebody else was not let in."""
    return begun(set_up(empty))


def begun(casus: Casus) -> Casus:
    add = ("team", "add-professional", "harbour-table", "--name", "Somebody")
    casus.done(*add, "--partner", "pilots", "--role", "privacy-officer")
    casus.done(*add, "--partner", "seamens-home", "--role", "deckhand")
    casus.done(*add, "--partner", "pilots", "--role", "deckhand")
    casus.done("intake", "submit", "--question", "The boat drifts", "--reason", "adrift", "--name", "Wilma Waterman")
    casus.done("triage", "assess", CASE, "storm", "--met", "--motivation", "Seen")
    casus.done("consent", "record-ground", CASE, "--kind", "public-task", "--motivation", "The law")
    casus.done("triage", "accept", CASE)
    casus.done("show", CASE)
    assert casus("show", CASE, "--as", BUDDY).code == 3
    return casus


def log(casus: Casus, *words: str, who: str = OFFICER) -> list[dict[str, Any]]:
    return casus.json("access", "log", *words, "--as", who)


def looks(rows: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(r["actor"], r["what"], r["outcome"]) for r in rows if r["outcome"] in ("shown", "denied")]


# --- the log


def test_one_command_tells_who_saw_a_resident_since_when_and_why(table: Casus):
    told = table.done("access", "log", "--subject", f"{CASE}/s1", "--from", "2026-03-01", "--fields", "--as", OFFICER).out
    assert f"{MASTER} (Loodswezen, Master) saw {CASE}: show, as far as entry 5" in told
    assert "question (entry 1, s1), name (entry 2, s1)" in told
    assert "purpose: Case direction" in told
    assert "ground: a public task" in told
    assert "allowed: role, purpose, a part in the case" in told
    assert f"DENIED  {BUDDY} (Zeemanshuis, Deckhand, entered by os-" in told
    assert "denied: had no part in the case" in told
    assert not any(secret in told for secret in SECRETS)


def test_the_other_way_about_it_tells_what_somebody_had_seen_by_a_day_and_of_which_version(table: Casus):
    table.done("plan", "draft", CASE)
    table.later(days=3)
    table.done("show", CASE)
    by_then = log(table, "--case", CASE, "--actor", MASTER, "--to", "2026-11-22", "--fields")
    [first] = [r for r in by_then if r["what"] == "show"]
    assert (first["seen_version"], first["subjects"]) == (5, ["s1"])
    assert set(first["fields"]) >= {"1.question", "2.name"}
    versions = [r["seen_version"] for r in log(table, "--case", CASE, "--actor", MASTER) if r["what"] == "show"]
    assert versions == [5, 6]


def test_the_day_named_is_included_to_its_end_in_amsterdam(table: Casus):
    [look] = [r for r in log(table, "--case", CASE, "--outcome", "shown") if r["what"] == "show"]
    assert look["at"].startswith("2026-11-22")
    for words, there in (
        (("--from", "2026-11-22"), True), (("--from", "2026-11-23"), False),
        (("--to", "2026-11-22"), True), (("--to", "2026-11-21"), False),
    ):  # fmt: skip
        found = {r["disclosure"] for r in log(table, "--case", CASE, *words)}
        assert (look["disclosure"] in found) is there, words


def test_looking_at_the_log_is_in_the_log(table: Casus):
    assert "access-log" not in {r["what"] for r in log(table, "--case", CASE)}
    assert ("pilots-2", "access-log", "shown") in looks(log(table, "--case", CASE))
    assert ("pilots-2", "access-log", "shown") in looks(log(table))


def test_a_case_of_which_somebody_saw_a_list_tells_no_other_in_that_list(table: Casus):
    table.done("intake", "submit", "--question", "x", "--reason", "adrift", "--anonymous")
    table.done("cases")
    [row] = [r for r in log(table, "--case", OTHER) if r["what"] == "cases"]
    assert row["seen"] == [OTHER]
    [row] = [r for r in log(table, "--outcome", "shown") if r["what"] == "cases"]
    assert row["seen"] == [CASE, OTHER]
    assert CASE not in table.done("access", "log", "--case", OTHER, "--as", OFFICER).out


def test_what_somebody_saw_themselves_anybody_may_ask_and_not_what_others_saw(table: Casus):
    own = log(table, "--actor", BUDDY, who=BUDDY)
    assert {r["actor"] for r in own} == {BUDDY}
    for words in (("--case", CASE), ("--actor", MASTER), ()):
        refused = table("access", "log", *words, "--as", BUDDY, "--json")
        assert (refused.code, refused.out) == (3, "")
    assert (BUDDY, "access-log", "denied") in looks(log(table))


def test_a_case_that_is_not_there_is_not_found_and_yet_was_asked_for(table: Casus):
    assert table("access", "log", "--case", "HBR-2026-0777", "--as", OFFICER).code == 4
    assert log(table)[-1]["seen"] == ["HBR-2026-0777"]


@pytest.mark.parametrize(
    "words",
    [
        ("--subject", "s1"), ("--subject", "x y/s1"), ("--case", "Non sense"), ("--case", CASE, "--subject", f"{OTHER}/s1"),
        ("--from", "march"), ("--outcome", "seen"), ("--case", CASE, "--subject", "S 1"),
        ("--actor", "Wanda"), ("--team", "Lock Table"), ("--from", "2026-11-23", "--to", "2026-11-22"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(table: Casus, words: tuple[str, ...]):
    refused = table("access", "log", *words, "--as", OFFICER)
    assert (refused.code, refused.out) == (2, "")


@pytest.mark.parametrize(
    "words",
    [
        ("--actor", "pilots-99"), ("--case", CASE, "--actor", "pilots-99"), ("--team", "harbour-table", "--actor", "pilots-99"),
        ("--team", "harbour-tabel"), ("--subject", f"{CASE}/s9"), ("--subject", "harbour-table/pilots-99"),
        ("--case", "HBR-2026-0777", "--actor", MASTER),
    ],
)  # fmt: skip
def test_what_was_never_there_is_not_found_instead_of_seen_by_nobody(table: Casus, words: tuple[str, ...]):
    refused = table("access", "log", *words, "--as", OFFICER)
    assert (refused.code, refused.out) == (4, "")
    assert log(table)[-1]["what"] == "access-log", "that it was asked is kept"
    assert table("access", "log", *words, "--as", BUDDY).code == 3, "who may not ask does not hear what is there"


def test_who_is_there_and_saw_nothing_is_an_answer_also_when_they_left(table: Casus):
    table.done("team", "professional-leaves", "harbour-table", DECKHAND, "--successor", MASTER, "--yes")
    for words in (("--actor", DECKHAND), ("--case", CASE, "--actor", DECKHAND), ("--team", "harbour-table", "--actor", DECKHAND)):
        assert log(table, *words) == []
    table.done("intake", "note-subject", CASE, "--kind", "child")
    assert log(table, "--subject", f"{CASE}/s2") == []
    assert log(table, "--actor", MASTER, "--from", "2026-11-24") == []


@pytest.mark.parametrize("what", ["overview", "review"])
def test_an_overview_and_a_review_ask_for_what_is_there_too(table: Casus, what: str):
    words = ("overview", CASE) if what == "overview" else ("review",)
    unknown = ("--subject", "s9") if what == "overview" else ("--team", "harbour-tabel")
    for more, code in ((unknown, 4), (("--from", "2026-11-23", "--to", "2026-11-22"), 2)):
        refused = table("access", *words, *more, "--as", OFFICER)
        assert (refused.code, refused.out) == (code, "")
    assert table("access", *words, *unknown, "--as", BUDDY).code == 3


def test_in_dutch_too(table: Casus):
    told = table.done("access", "log", "--case", CASE, "--fields", "--as", OFFICER, lang="nl").out
    assert "GEWEIGERD" in told
    assert "vraag (vastlegging 1, s1)" in told
    table.done("cases")
    letter = table.done("access", "overview", CASE, "--as", OFFICER).out
    told += letter + table.done("access", "log", "--as", OFFICER, lang="nl").out
    told += table.done("access", "review", "--as", OFFICER, lang="nl").out
    assert not any(word in told for word in ("(s)", "(sen)", "privacy-officer", "no-task", "outside-hours"))
    assert "Loodswezen, privacyfunctionaris" in told
    assert "zonder eigen taak: " in told
    assert "welke stappen er waren" in letter


def test_somebody_on_a_roster_may_be_asked_after_too(table: Casus):
    table.done("team", "roster", "harbour-table")
    [row] = [r for r in log(table, "--subject", f"harbour-table/{BUDDY}") if r["what"] == "team-roster"]
    assert BUDDY in row["subjects"]


def test_each_text_is_told_with_whose_it_is(table: Casus):
    """A look opens the texts of all who are in the case: what was seen of her child was not seen of her neighbour."""
    with_a_child(table)
    [line] = [part for part in table.done(
        "access", "log", "--subject", f"{CASE}/s2", "--fields", "--outcome", "shown", "--as", OFFICER
    ).out.splitlines() if "texts:" in part]  # fmt: skip
    assert "question (entry 1, s1)" in line
    assert "name (entry 6, s2)" in line
    [look] = [r for r in log(table, "--subject", f"{CASE}/s2") if r["what"] == "show"]
    assert look["subjects"] == ["s1", "s2"]
    assert {f for f, whose in look["whose"].items() if whose == "s2"} == {"6.name"}
    assert set(look["whose"]) == set(look["fields"])


def with_a_child(casus: Casus) -> None:
    casus.done("intake", "note-subject", CASE, "--kind", "child", "--name", "Kim Waterman")
    casus.done("show", CASE)


def test_why_they_might_is_told_of_each_by_their_part_at_that_moment(table: Casus):
    table.done("parties", "join", CASE, "--partner", "seamens-home")
    table.done("show", CASE, "--as", BUDDY)
    table.done("parties", "assign-professional", CASE, "--professional", BUDDY)
    table.done("show", CASE, "--as", BUDDY)
    table.done("access", "break-glass", CASE, "--reason", "Found unconscious", "--as", DECKHAND)
    table.done("cases")
    rows = log(table)
    parts = {who: [r["relation"] for r in rows if r["actor"] == who and r["of"] == CASE] for who in (BUDDY, DECKHAND)}
    assert [r for r in parts[BUDDY] if r] == ["table", "organisation", "named"]
    assert "breaks" in parts[DECKHAND]
    assert {r["relation"] for r in rows if r["what"] == "cases"} == {"of-list"}
    assert "glass with it" in table.done("access", "log", "--case", CASE, "--actor", DECKHAND, "--as", OFFICER).out
    told = table.done("access", "log", "--case", CASE, "--actor", BUDDY, "--as", OFFICER).out
    assert "denied: had no part in the case; at that moment: sat at the table of the case, without a part in it" in told
    assert "at that moment: their organisation took part in the case" in told
    assert "at that moment: was named in the case" in told


def test_a_page_over_many_cases_tells_no_part_in_them_and_reads_no_history(table: Casus, monkeypatch: pytest.MonkeyPatch):
    """The question stays quick: what a history would tell is left out where it would take too many of them."""
    assert {r["relation"] for r in log(table) if r["of"] == CASE} & {"holds", "coordinates"}
    monkeypatch.setattr(histories, "MOST", 0)
    assert {r["relation"] for r in log(table) if r["of"] == CASE} == {None}
    assert "at that moment: " not in table.done("access", "log", "--case", CASE, "--as", OFFICER).out


# --- the overview


def test_another_person_of_the_case_hears_of_their_own_data_alone(table: Casus):
    with_a_child(table)
    letter = table.done("access", "overview", CASE, "--subject", "s2", "--as", OFFICER).out
    assert "gegevens: naam;" in letter
    assert "vraag" not in letter
    uses = table.json("access", "overview", CASE, "--subject", "s2", "--as", OFFICER)
    assert {kind for use in uses for kind in use["kinds"]} == {"name"}
    assert "question" in {k for u in table.json("access", "overview", CASE, "--as", OFFICER) for k in u["kinds"]}


def test_what_opened_no_text_is_not_told_with_what_did(table: Casus):
    """Her name was opened once that day; that the case was worked on is another thing."""
    table.done("trail", CASE)
    uses = table.json("access", "overview", CASE, "--as", OFFICER)
    assert all(bool(use["kinds"]) is use["texts"] for use in uses)
    texts = [r for r in log(table, "--subject", f"{CASE}/s1") if r["fields"]]
    assert sum(use["times"] for use in uses if use["texts"]) == len(texts)


def test_a_resident_hears_when_why_and_by_which_organisation_and_not_by_whom(table: Casus):
    told = table.done("access", "overview", CASE, "--as", OFFICER).out
    assert told.startswith("Overzicht van wie uw gegevens gebruikte")
    assert "2026-11-22, Loodswezen: bekeek uw gegevens" in told
    assert re.search("gegevens: [a-z, ]*naam, [a-z, ]*vraag;", told)
    assert "Zeemanshuis" not in told, "who was not let in saw nothing"
    assert not any(who in told for who in (MASTER, OFFICER, BUDDY, *SECRETS))
    assert table.done("access", "overview", CASE, "--language", "en", "--as", OFFICER).out.startswith("Overview of who")


def test_it_is_for_a_privacy_officer_to_give(table: Casus):
    assert table("access", "overview", CASE).code == 3


def test_staff_is_named_only_when_two_persons_decided_so(table: Casus):
    unmask = ("--act", "unmask", "--case", CASE, "--professional", MASTER, "--reason", "Her rights can't do without")
    table.done("custody", "request", "harbour-table", *unmask, "--as", OFFICER)
    assert MASTER not in table.done("access", "overview", CASE, "--as", OFFICER).out, "asked is not decided"
    table.done("custody", "confirm", "harbour-table", "K1")
    assert f"(harbour-table/{MASTER})" in table.done("access", "overview", CASE, "--as", OFFICER).out
    [use] = [u for u in table.json("access", "overview", CASE, "--as", OFFICER) if u["kinds"]]
    assert use["named"] == [f"harbour-table/{MASTER}"]
    assert "access-staff" in {r["what"] for r in log(table, "--case", CASE)}


# --- the review


def findings(casus: Casus, *words: str) -> dict[str, dict[str, Any]]:
    return {f["rule"]: f for f in casus.json("access", "review", *words, "--as", OFFICER)}


def test_each_rule_tells_how_many_of_how_many_and_which(table: Casus):
    table.done("parties", "join", CASE, "--partner", "seamens-home")
    table.done("show", CASE, "--as", BUDDY)
    found = findings(table)
    [look] = [r["disclosure"] for r in log(table, "--actor", BUDDY, "--outcome", "shown") if r["what"] == "show"]
    assert found["no-task"]["disclosures"] == [look]
    assert found["no-task"]["readers"] == [{"actor": BUDDY, "organisation": "seamens-home", "found": 1}]
    assert (found["denied"]["found"], found["denied"]["weighed"]) == (1, 1)
    assert found["outside-hours"]["found"] == found["outside-hours"]["weighed"] > 0, "a Sunday"
    assert found["former"]["found"] == found["many-cases"]["found"] == found["broken-glass"]["found"] == 0
    told = table.done("access", "review", "--as", OFFICER).out
    assert "without a task: 1 of " in told


def test_who_was_named_in_the_case_has_a_task(table: Casus):
    table.done("parties", "join", CASE, "--partner", "seamens-home")
    table.done("parties", "assign-professional", CASE, "--professional", BUDDY)
    table.done("show", CASE, "--as", BUDDY)
    assert findings(table)["no-task"]["found"] == 0


def test_who_was_in_it_once_is_found_though_they_were_denied(table: Casus):
    table.done("parties", "join", CASE, "--partner", "seamens-home")
    table.later(days=1)
    table.done("parties", "leave", CASE, "--partner", "seamens-home")
    table.later(minutes=1)
    assert table("show", CASE, "--as", BUDDY).code == 3
    assert findings(table)["former"]["found"] == 1


def test_glass_is_found_until_it_was_reviewed(table: Casus):
    table.done("access", "break-glass", CASE, "--reason", "Found unconscious", "--as", BUDDY)
    table.done("show", CASE, "--as", BUDDY)
    assert findings(table)["broken-glass"]["found"] == 1
    table.done("access", "review-glass", CASE, "BG1", "--justified", "--why", "It could not wait", "--as", OFFICER)
    assert findings(table)["broken-glass"]["found"] == 0


def test_a_review_is_for_who_oversees(table: Casus):
    assert table("access", "review").code == 3
    assert findings(table, "--from", "2026-11-23")["denied"]["weighed"] == 0
    set_up(table, OTHER_TABLE, "lock-table")
    assert findings(table, "--team", "lock-table")["denied"]["weighed"] == 0


# --- what leaves the house


def export(casus: Casus, what: str, to: Path, *words: str) -> dict[str, Any]:
    return casus.done("export", what, "-o", str(to), *words, "--recipient", "audit-house", "--as", OFFICER, "--json").row


@pytest.mark.parametrize("what", ["fhir-audit", "logboek"])
def test_the_same_place_gives_the_same_bytes_and_what_left_is_stored_with_its_digest(table: Casus, tmp_path: Path, what: str):
    one, other = tmp_path / "one", tmp_path / "other"
    first = export(table, what, one)
    table.done("show", CASE)
    again = export(table, what, other, "--place", str(first["place"]))
    assert one.read_bytes() == other.read_bytes() != b""
    assert first["digest"] == again["digest"] == hashlib.sha256(one.read_bytes()).hexdigest()
    told = [(r["what"], r["recipient"], r["digest"]) for r in log(table, "--outcome", "exported")]
    assert told == [(f"export-{what}", "audit-house", first["digest"])] * 2
    assert not any(secret in one.read_text() for secret in SECRETS)


def test_a_copy_of_the_whole_store_is_told_of_each_case_that_was_in_it(table: Casus, tmp_path: Path):
    table.done("store", "backup", "--events", str(tmp_path / "before"))
    number = table.json("intake", "submit", "--reason", "adrift", "--anonymous", "--question", "x")[0]["number"]
    assert "store-backup" not in {r["what"] for r in log(table, "--case", number)}, "it was not there yet"
    told = export(table, "fhir-audit", tmp_path / "one", "--case", CASE)
    table.done("export", "jsonl", "--recipient", "archive", "-o", str(tmp_path / "all"), "--as", "pilots-1")
    for asked in (("--case", number), ("--subject", f"{number}/s1"), ("--subject", f"{CASE}/s1")):
        assert {"export-jsonl"} <= {r["what"] for r in log(table, *asked)}
    rows = log(table, "--case", CASE)
    assert {"store-backup", "export-jsonl"} <= {r["what"] for r in rows}
    assert [r["at"] for r in rows] == sorted(r["at"] for r in rows)
    assert len({r["disclosure"] for r in rows}) == len(rows)
    assert [r["digest"] for r in log(table, "--recipient", "audit-house")] == [told["digest"]]
    assert {r["what"] for r in log(table, "--case", CASE, "--recipient", "archive")} == {"export-jsonl"}
    shown = table.done("access", "log", "--case", CASE, "--as", OFFICER).out.replace("\n", " ")
    assert told["digest"] in shown
    assert "archive" in shown


def test_an_audit_export_holds_every_disclosure_and_is_checked(table: Casus, tmp_path: Path):
    file = tmp_path / "audit.ndjson"
    before = {r["disclosure"] for r in log(table)}
    export(table, "fhir-audit", file, "--check")
    made = [json.loads(line) for line in file.read_text().splitlines()]
    assert before <= {m["id"] for m in made}
    export(table, "fhir-audit", file, "--format", "bundle", "--case", CASE, "--yes")
    assert json.loads(file.read_text())["resourceType"] == "Bundle"


def test_checking_asks_for_what_checks(table: Casus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "fhir.resources.R4B.auditevent", None)
    line = ("export", "fhir-audit", "-o", str(tmp_path / "out"), "--recipient", "x", "--as", OFFICER)
    refused = table(*line, "--check")
    assert refused.code == 3
    assert "extra `fhir`" in refused.err
    assert not (tmp_path / "out").exists()
    table.done(*line)


def test_a_logboek_names_no_one_and_each_recipient_has_pseudonyms_of_their_own(table: Casus, tmp_path: Path):
    one, other = tmp_path / "one", tmp_path / "other"
    export(table, "logboek", one)
    table.done("export", "logboek", "-o", str(other), "--recipient", "region", "--as", OFFICER)
    text = one.read_text()
    assert not any(word in text for word in (MASTER, OFFICER, BUDDY, "harbour", CASE))
    assert _persons(one) & _persons(other) == set() != _persons(one)


def _persons(file: Path) -> set[str]:
    lines = [json.loads(line)["attributes"] for line in file.read_text().splitlines()]
    return {line["dpl.core.data_subject_id"] for line in lines if "dpl.core.data_subject_id" in line}


@pytest.mark.parametrize("what", ["fhir-audit", "logboek"])
def test_who_may_not_export_leaves_no_file(table: Casus, tmp_path: Path, what: str):
    for who in (MASTER, BUDDY):
        assert table("export", what, "-o", str(tmp_path / "out"), "--recipient", "me", "--as", who).code == 3
    assert [f.name for f in tmp_path.iterdir() if f.is_file()] == []


# --- nothing before it is stored


@pytest.mark.parametrize(
    "words",
    [
        ("access", "log"),
        ("access", "log", "--case", CASE),
        ("access", "log", "--actor", MASTER),
        ("access", "overview", CASE),
        ("access", "review"),
        ("export", "fhir-audit", "--recipient", "x", "-o"),
        ("export", "logboek", "--recipient", "x", "-o"),
    ],
    ids=" ".join,
)
def test_what_can_not_be_stored_is_not_shown(
    table: Casus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
):
    file = tmp_path / "out"
    line = (*words, str(file)) if words[-1] == "-o" else words

    def full(*_: object) -> str:
        raise Refused("store-full", path="x")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "disclose", full)
        refused = table(*line, "--as", OFFICER, "--json")
    assert (refused.code, refused.out, file.exists()) == (3, "", False)
    assert table.done(*line, "--as", OFFICER).out != ""


def test_an_export_whose_digest_can_not_be_stored_leaves_no_file(table: Casus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The store goes away between what was asked and what left."""
    stored = Store.disclose
    left = [1]

    def once(self: Store, *args: Any) -> str:
        if not left:
            raise Refused("store-full", path="x")
        left.pop()
        return stored(self, *args)

    monkeypatch.setattr(Store, "disclose", once)
    refused = table("export", "logboek", "--recipient", "x", "-o", str(tmp_path / "out"), "--as", OFFICER)
    assert refused.code == 3
    assert [f.name for f in tmp_path.iterdir() if f.is_file()] == []


def test_on_a_server_too(anywhere: Casus):
    if anywhere.dsn is None:
        begun(set_up(anywhere))
        assert looks(log(anywhere, "--case", CASE))[0] == (MASTER, "show", "shown")
        return
    casus = set_up(anywhere, INVENTED)
    casus.done("intake", "submit", "--question", "The boat drifts", "--reason", "adrift", "--name", "Wilma Waterman")
    number = casus.json("cases")[0]["number"]
    casus.done("show", number)
    own = casus.json("access", "log", "--case", number, "--actor", MASTER)
    assert (MASTER, "show", "shown") in looks(own)
    assert casus("access", "log", "--case", number).code == 3
