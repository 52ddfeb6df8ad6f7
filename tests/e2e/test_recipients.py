"""Who has to hear of an erasure: every time that a case left the house, to whom, and whether the subject's texts did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Casus, set_up

CASE, OTHER, TEAM, COORDINATOR, OFFICER = "HBR-2026-0001", "HBR-2026-0002", "harbour-table", "pilots-1", "pilots-2"
SUBMIT = ("intake", "submit", "--question", "The mooring is loose", "--reason", "adrift", "--name")


@pytest.fixture
def table(empty: Casus) -> Casus:
    """Two cases, and a privacy officer. For a server see the house's tests."""
    casus = set_up(empty)
    casus.done("team", "add-professional", TEAM, "--partner", "pilots", "--role", "privacy-officer", "--name", "Otto Officer")
    casus.done(*SUBMIT, "Wilma Waterman")
    casus.done(*SUBMIT, "Gerrit Grachtenman")
    return casus


def pack(casus: Casus, case: str, folder: Path, recipient: str, *more: str) -> str:
    line = ("evidence", "pack", case, "-o", str(folder / f"{recipient}.zip"), "--recipient", recipient, "--as", COORDINATOR)
    return str(casus.done("--json", *line, *more).row["digest"])


def recipients(casus: Casus, case: str = CASE, *more: str) -> list[dict[str, Any]]:
    return casus.json("rights", "recipients", case, *more, "--as", OFFICER)


def erased(casus: Casus, subject: str, **how: Any) -> str:
    """Carry an erasure out to its end. Out: what it said beside its result."""
    casus.done("rights", "request", CASE, "--kind", "erasure", "--subject", subject, "--as", OFFICER)
    casus.done("rights", "decide", CASE, "Q1", "--outcome", "granted", "--reason", "Nothing is owed", "--as", OFFICER)
    casus.done("rights", "confirm", CASE, "Q1", "--as", OFFICER)
    return casus.done("rights", "erase", CASE, "Q1", "--yes", "--as", OFFICER, **how).err


def test_each_who_was_given_the_case_is_named_with_what_of_the_texts_was_in_it(table: Casus, tmp_path: Path):
    casus = table
    texts = pack(casus, CASE, tmp_path, "court", "--texts")
    casus.done("intake", "note-subject", CASE, "--kind", "child", "--name", "Kim Waterman")
    facts = pack(casus, CASE, tmp_path, "inspectorate")
    pack(casus, OTHER, tmp_path, "somebody-else", "--texts")
    casus.done("export", "jsonl", "-o", str(tmp_path / "all.jsonl"), "--recipient", "archive", "--as", COORDINATOR)
    casus.done("export", "xes", "-o", str(tmp_path / "all.xes"), "--recipient", "university", "--as", COORDINATOR)
    found = recipients(casus)
    assert [(r["recipient"], r["what"], r["texts"]) for r in found] == [
        ("court", "export-case", "opened"), ("inspectorate", "export-case", "none"), ("archive", "export-jsonl", "sealed"),
        ("university", "export-xes", "none"),
    ]  # fmt: skip
    assert [r["digest"] for r in found[:2]] == [texts, facts]
    assert len({r["disclosure"] for r in found}) == len(found)
    child = recipients(casus, CASE, "--subject", "s2")
    assert [r["recipient"] for r in child] == ["inspectorate", "archive", "university"], "the court's was from before"
    assert "rights-recipients" in {r["what"] for r in casus.json("access", "log", "--case", CASE, "--as", OFFICER)}
    assert casus("rights", "recipients", CASE, "--subject", "s7", "--as", OFFICER).code == 4


def test_a_pack_is_called_one_whoever_made_it(table: Casus, tmp_path: Path):
    table.done("team", "add-professional", TEAM, "--partner", "pilots", "--role", "auditor", "--name", "Ada Auditor")
    pack(table, CASE, tmp_path, "court")
    table.done("evidence", "pack", CASE, "-o", str(tmp_path / "audit.zip"), "--recipient", "audit", "--as", "pilots-3")
    assert [r["what"] for r in recipients(table)] == ["export-case", "evidence-pack"], "as each was decided"
    told = table.done("rights", "recipients", CASE, "--as", OFFICER).out
    assert (told.count("evidence pack"), told.count("export case")) == (2, 0)


def test_whom_a_case_was_given_to_is_the_privacy_officers_to_see(table: Casus):
    for who, code in ((COORDINATOR, 3), (OFFICER, 0)):
        result = table("rights", "recipients", CASE, "--as", who)
        assert (result.code, result.out) == (code, "")


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_who_was_erased_is_followed_by_who_has_the_texts(table: Casus, tmp_path: Path, lang: str):
    table.done("triage", "decline", CASE, "--reason", "It is calm")
    pack(table, CASE, tmp_path, "court", "--texts")
    pack(table, CASE, tmp_path, "inspectorate")
    said = erased(table, "s1", lang=lang)
    [line] = [line for line in said.splitlines() if f"casus rights recipients {CASE} --subject s1" in line]
    assert ("2 time(s), 1 of them" if lang == "en" else "2 keer het huis uit, waarvan 1") in line
    assert "casus evidence verify" in said, "what was signed before still holds"
    assert [(r["recipient"], r["texts"]) for r in recipients(table)] == [("court", "opened"), ("inspectorate", "none")]
    later = pack(table, CASE, tmp_path, "later", "--texts")
    assert [(r["digest"], r["texts"]) for r in recipients(table)][2:] == [(later, "none")], "what was erased is in no later pack"
    shown = table.done("rights", "recipients", CASE, "--as", OFFICER, lang=lang)
    assert ("readable" if lang == "en" else "leesbaar") in shown.out
    assert "casus access overview" in shown.err


def test_what_never_left_the_house_is_not_said_to_have(table: Casus):
    table.done("intake", "note-subject", CASE, "--kind", "child", "--name", "Kim Waterman")
    assert "rights recipients" not in erased(table, "s2")


def test_a_copy_is_that_subjects_own(table: Casus):
    table.done("intake", "note-subject", CASE, "--kind", "child", "--name", "Kim Waterman")
    table.done("rights", "request", CASE, "--kind", "access", "--as", OFFICER)
    table.done("rights", "decide", CASE, "Q1", "--outcome", "granted", "--reason", "Nothing is owed", "--as", OFFICER)
    table.done("rights", "copy", CASE, "--as", OFFICER)
    assert [(r["recipient"], r["texts"]) for r in recipients(table)] == [("s1", "opened")]
    assert recipients(table, CASE, "--subject", "s2") == []


def test_a_rectification_and_a_restriction_say_whom_to_tell(table: Casus):
    as_officer = ("--as", OFFICER)
    told = f"casus rights recipients {CASE} --subject s1"
    for number, kind in enumerate(("rectification", "objection"), start=1):
        table.done("rights", "request", CASE, "--kind", kind, *as_officer)
        table.done("rights", "decide", CASE, f"Q{number}", "--outcome", "granted", "--reason", "It is so", *as_officer)
        done = table.done("rights", "carry-out", CASE, f"Q{number}", *as_officer)
        assert (told in done.err, done.out.startswith(CASE)) == (kind == "rectification", True)
    assert told in table.done("rights", "restrict", CASE, "--reason", "It is contested", *as_officer).err
