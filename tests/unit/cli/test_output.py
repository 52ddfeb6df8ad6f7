"""What is printed: tables that fit, text that can't steer a terminal, JSON that says what was meant."""

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.cli.output import Output, plain
from infra.cli.safe import json_safe, safe, width
from infra.cli.table import fitted, fold, table
from infra.texts import Language, Words

UNSAFE = ["\x1b[2J", "\u202e", "\u2066", "\x07", "\x9b", "\u200f", "\ufeff", "\r", "\udcff"]


@pytest.mark.parametrize("text", UNSAFE)
def test_what_could_steer_a_terminal_is_shown_not_sent(text: str):
    assert text[0] not in safe(f"a{text}b")
    assert safe(f"a{text}b").startswith("a\\u")


@given(st.text())
def test_what_was_meant_is_read_back_from_json(text: str):
    line = json_safe(json.dumps({"a": text}, ensure_ascii=False))
    assert json.loads(line) == {"a": text}
    assert safe(line) == line


def test_wide_characters_take_two_columns_and_marks_none():
    assert width("漢字") == 4
    assert width("e\u0301") == 1


@given(st.lists(st.lists(st.text(max_size=60), min_size=3, max_size=3), max_size=5), st.integers(20, 120))
def test_a_table_fits_the_room_there_is(rows: list[list[str]], room: int):
    assert all(width(line) <= room for line in table(["one", "two", "three"], rows, room))


@given(st.text(), st.integers(8, 60))
def test_folding_loses_nothing_but_spaces(text: str, room: int):
    lines = fold(safe(text), room)
    assert all(width(line) <= room for line in lines)
    assert "".join("".join(lines).split()) == "".join(safe(text).split())


def test_the_widest_columns_give_way_first():
    assert fitted([10, 80, 50], 100) == [10, 45, 45]


def test_values_are_codes_days_and_moments_in_utc():
    assert plain([date(2026, 3, 1), datetime(2026, 3, 1, 12, tzinfo=UTC)]) == ["2026-03-01", "2026-03-01T12:00:00.000000Z"]
    assert plain({"set": frozenset({"b", "a"}), "amount": Decimal("7.50"), "none": None}) == {
        "set": ["a", "b"],
        "amount": "7.50",
        "none": None,
    }


def test_results_go_to_one_stream_and_the_rest_to_the_other():
    out, err = io.StringIO(), io.StringIO()
    output = Output(Words("en"), out=out, err=err)
    output.rows([], ("number",))
    assert out.getvalue() == ""
    assert err.getvalue() == "Nothing.\n"
    output.quiet = True
    output.note("nothing")
    assert err.getvalue() == "Nothing.\n"


@pytest.mark.parametrize("text", ["a" * 300, "a checkpoint\n\n\u2014 signed\n", "casus() {\n\tdone\n}"])
def test_what_is_to_be_copied_is_printed_as_it_stands(text: str):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    output = Output(Words("en"), out=out)
    output.verbatim(text)
    assert out.getvalue() == text.removesuffix("\n") + "\n"
    output.line(text)
    assert out.getvalue() != 2 * (text.removesuffix("\n") + "\n"), "a line of a result is folded, or made safe"


def test_an_id_breaks_at_its_hyphens():
    assert fold("gemeente-lelystad-1", 12) == ["gemeente-", "lelystad-1"]


def test_an_id_never_loses_its_number():
    assert fold("leger-des-heils-1", 16) == ["leger-des-", "heils-1"]


def test_columns_with_spaces_give_way_before_an_id_is_broken():
    rows = [["LEL-2026-0001", "woonzorg-flevoland-1", "by the measure of the table"]]
    lines = table(["number", "held by", "what it is"], rows, 60)
    assert "LEL-2026-0001  woonzorg-flevoland-1  by the measure of the" in lines


def test_what_does_not_fit_beside_stands_below_its_row_with_its_heading():
    rows = [["LEL-2026-0001", "2026-12-03", "veiligheidshuis-groningen-1", "-"], ["LEL-2026-0002", "-", "-", "-"]]
    lines = table(["number", "on", "held by", "partner"], rows, 40)
    assert lines[2:] == [
        "LEL-2026-0001  2026-12-03", "    held by: veiligheidshuis-groningen-1", "LEL-2026-0002  -"
    ]  # fmt: skip


def test_what_is_too_narrow_for_columns_stands_below_one_another():
    rows = [["LEL-2026-0001", "active", "x" * 30], ["LEL-2026-0002", "closed", "y"]]
    lines = table(["number", "status", "text"], rows, 12)
    assert lines[:3] == ["number:", "LEL-", "2026-0001"]
    assert "" in lines


class Terminal(io.StringIO):
    """Says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@given(st.text(st.characters(codec="ascii", categories=["L", "Nd", "Zs"]), max_size=200), st.integers(0, 20))
def test_a_line_that_goes_on_keeps_its_indent_and_its_words(text: str, hang: int):
    out = Terminal()
    Output(Words("en"), out=out).line(f"  A{text}", hang=hang)
    first, *rest = out.getvalue().removesuffix("\n").split("\n")
    assert first.startswith("  A")
    assert all(line.startswith(" " * (2 + hang)) for line in rest)
    assert "".join(out.getvalue().split()) == "".join(f"A{text}".split())


@pytest.mark.parametrize(("language", "told"), [("en", ["yes", "no"]), ("nl", ["ja", "nee"])])
def test_people_read_yes_and_no_and_programs_true_and_false(language: Language, told: list[str]):
    rows = [{"told": True}, {"told": False}]
    read, written = io.StringIO(), io.StringIO()
    people, programs = Output(Words(language), out=read), Output(Words(language), out=written)
    people.rows(rows, ("told",))
    assert [line.strip() for line in read.getvalue().splitlines()[-2:]] == told
    programs.json = True
    programs.rows(rows, ("told",))
    assert written.getvalue() == '{"told": true}\n{"told": false}\n'
