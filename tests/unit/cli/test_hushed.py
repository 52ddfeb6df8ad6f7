"""What was typed and nobody knows is not said back; what is known, or can be nobody's name, is."""

import pytest

from domain.refusal import NotFound, Refused
from infra.cli.hushed import hushed, words_in
from infra.cli.line import Line
from infra.cli.session import Session
from infra.texts import Words


def session(*typed: str) -> Session:
    made = Session(Words("en"), {})
    made.typed = typed
    return made


@pytest.mark.parametrize(
    "typed", [("--partner", "jansen"), ("--partner=jansen",), ("--partner", "tugs,jansen"), ("--partner", "/home/jansen.toml")]
)
def test_an_unknown_word_is_told_by_its_option(typed: tuple[str, ...]):
    told = hushed(NotFound("partner", "jansen"), session(*typed), None)
    assert told.facts == {"kind": "partner", "id": "(what was typed with --partner)"}
    assert told.code == "unknown-partner"


def test_for_programs_it_is_left_out():
    error = NotFound("partner", "jansen")
    assert hushed(error, session("--partner", "jansen"), None, told=False).facts == {"kind": "partner", "id": None}
    assert error.facts["id"] == "jansen", "the error itself stays what it was"


def test_a_word_without_an_option_is_only_not_said():
    assert hushed(NotFound("case", "jan:jansen"), session("show", "jan:jansen"), None).facts["id"] == "(what was typed)"


@pytest.mark.parametrize("word", ["HBR-2026-0001", "A1", "pilots-2", "s1", "2026-12-01", "12,50", "os-1000"])
def test_what_can_be_nobodys_name_is_said(word: str):
    assert hushed(NotFound("entry", word), session("show", word), None).facts["id"] == word


def test_what_was_not_typed_is_said():
    error = Refused("wrong-state", status="closed", case="HBR-2026-0001")
    assert hushed(error, session("show", "HBR-2026-0001"), None).facts == error.facts


def test_a_code_that_the_team_knows_is_said_and_one_of_the_choices():
    error = Refused("unknown-code", field="reasons", value="adrift", choices=("sinking", "leak"), others=("sinking", "jansen"))
    told = hushed(error, session("--reason", "adrift,sinking,jansen"), lambda _, code: {"adrift": "Adrift"}.get(code, code))
    assert told.facts["value"] == "adrift"
    assert told.facts["choices"] == ("sinking", "leak")
    assert told.facts["others"] == ("sinking", "(what was typed with --reason)")


def test_what_stood_on_a_line_of_a_file_is_not_said_either():
    made = session("apply", "batch.jsonl")
    made.typed += ("jansen",)
    told = hushed(Line(3, NotFound("partner", "jansen")), made, None)
    assert told.number == 3
    assert "jansen" not in str(told.error.facts)  # type: ignore[attr-defined]


def test_everything_that_may_come_back_is_looked_for():
    assert {"a b", "a", "b"} <= words_in(["a b"])
    assert {"x.toml", "x", "/y/x.toml"} <= words_in(["/y/x.toml"])
