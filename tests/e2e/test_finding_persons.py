"""Finding the cases of a person: by tokens alone, stored before it is looked for, and never another's case."""

from __future__ import annotations

from typing import Any

import pytest

from domain.permission import Decision
from tests.e2e.conftest import Casus, set_up
from tests.support.invented import INVENTED

LOCK = INVENTED.replace('"harbour-table"', '"lock-table"').replace('"HBR"', '"LCK"')
WILMA = ("--name", "Wilma Waterman", "--birth-date", "1961-02-03")
CASE = "HBR-2026-0001"


@pytest.fixture
def known(casus: Casus) -> Casus:
    """A case of Wilma Waterman's, and somebody of another partner at the table who is not in it."""
    casus.done(
        "intake", "submit", "--question", "x", "--reason", "adrift", "--name", "Wilma Waterman", "--birth-date", "1961-02-03",
        "--number", "111222333",
    )  # fmt: skip
    casus.done("team", "add-professional", "harbour-table", "--partner", "seamens-home", "--role", "deckhand", "--name", "Bo")
    return casus


def found(casus: Casus, *words: str, **how: Any) -> list[tuple[str, str]]:
    return [(row["number"], row["subject"]) for row in casus.json("find", *words, **how)]


@pytest.mark.parametrize(
    "words",
    [
        WILMA,
        WILMA[:2],
        ("--name", "wilma  WATERMAN", "--birth-date", "1961-02-03"),
        ("--number", "111.222.333"),
        ("--birth-date", "1961-02-03"),
        (*WILMA, "--number", "111222333"),
    ],
)
def test_a_case_is_found_by_whom_it_is_about(known: Casus, words: tuple[str, ...]):
    assert found(known, *words) == [(CASE, "s1")]


@pytest.mark.parametrize(
    "words", [("--name", "Wilma"), ("--name", "Wilma Waterman", "--birth-date", "1961-02-04"), ("--number", "123456782")]
)
def test_nothing_is_found_of_anybody_else(known: Casus, words: tuple[str, ...]):
    assert found(known, *words) == []


def test_a_name_need_not_stand_in_the_shells_history(known: Casus):
    assert found(known, "--name", "-", stdin="Wilma Waterman\n") == [(CASE, "s1")]
    names = known.home / "name.txt"
    names.write_text("Wilma Waterman\n", encoding="utf-8")
    assert found(known, "--name", f"@{names}") == [(CASE, "s1")]
    assert known("find").code == 2


def test_who_is_not_in_a_case_does_not_hear_that_there_is_one(known: Casus):
    nobody = known("find", *WILMA, "--as", "seamens-home-1", "--json")
    stranger = known("find", "--name", "Nobody Known", "--as", "seamens-home-1", "--json")
    assert (nobody.code, nobody.out, nobody.err) == (stranger.code, stranger.out, stranger.err) == (0, "", "")
    known.done("parties", "invite", CASE, "--partner", "seamens-home")
    assert found(known, *WILMA, "--as", "seamens-home-1") == [(CASE, "s1")]


def test_another_table_does_not_hear_that_there_is_one(known: Casus):
    set_up(known, LOCK, "lock-table")
    assert known.done("--team", "lock-table", "find", *WILMA, "--json").out == ""
    assert found(known, *WILMA) == [(CASE, "s1")]


def test_looking_is_stored_first_whatever_comes_of_it_and_without_what_was_looked_for(known: Casus):
    known.done("find", "--name", "Nobody Known")
    known.done("find", *WILMA)
    officer = ("team", "add-professional", "harbour-table", "--partner", "pilots", "--role", "privacy-officer", "--name", "Fee")
    known.done(*officer)
    rows = [row for row in known.json("access", "log", "--as", "pilots-2") if row["what"] == "find"]
    assert sorted(row["outcome"] for row in rows) == ["matched", "matched", "shown", "shown"]
    assert "Waterman" not in str(rows)
    assert "1961" not in str(rows)


def test_a_number_is_looked_for_by_who_may_hold_one(known: Casus):
    refused = known("find", "--number", "111222333", "--as", "seamens-home-1", "--json")
    assert refused.code == 3
    assert "number-not-yours" in refused.err


@pytest.mark.parametrize(
    ("words", "code"), [(("--number", "123456789"), "not-a-citizen-number"), (("--birth-date", "3-2-1961"), "not-a-date")]
)
def test_what_cannot_be_is_not_looked_for(known: Casus, words: tuple[str, ...], code: str):
    result = known("find", *words, "--json")
    assert result.code == 2
    assert code in result.err


def test_others_in_a_case_are_found_too(known: Casus):
    known.done("intake", "note-subject", CASE, "--kind", "child", "--name", "Kim Waterman")
    known.done("intake", "note-subject", CASE, "--kind", "neighbour")
    known.done("intake", "identify", CASE, "--subject", "s3", "--name", "Joop Buur")
    assert found(known, "--name", "Kim Waterman") == [(CASE, "s2")]
    assert found(known, "--name", "joop buur") == [(CASE, "s3")]


def test_a_name_that_was_corrected_is_found(known: Casus):
    known.done("correcting", "correct", CASE, "2", "--field", "name", "--value", "Willemijn Waterman")
    assert found(known, "--name", "Willemijn Waterman") == [(CASE, "s1")]
    assert found(known, "--name", "Wilma Waterman") == [], "whoever else is called that has nothing to do with this case"
    assert found(known, "--number", "111222333") == [(CASE, "s1")]


def test_a_case_is_found_where_it_went_on(known: Casus):
    known.done("intake", "submit", "--question", "again", "--reason", "adrift", "--name", "W. Waterman")
    known.done("closing", "merge", CASE, "--into", "HBR-2026-0002", "--why", "the same")
    assert found(known, *WILMA) == [(CASE, "s1"), ("HBR-2026-0002", "s1")]


def test_a_case_is_found_on_each_database(anywhere: Casus):
    casus = set_up(anywhere)
    casus.done("intake", "submit", "--question", "x", "--reason", "adrift", *WILMA)
    assert found(casus, *WILMA) == [(CASE, "s1")]
    assert found(casus, "--name", "Nobody Known") == []


def test_without_the_gate_the_case_would_be_found(known: Casus, monkeypatch: pytest.MonkeyPatch):
    """A control: what keeps the case from who is not in it."""
    monkeypatch.setattr("infra.seeing.gate.Gate.may", lambda *_: Decision(True, "allowed"))
    assert found(known, *WILMA, "--as", "seamens-home-1") == [(CASE, "s1")]
