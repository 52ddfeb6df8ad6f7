"""Somebody at a terminal: what the program asks, and when it asks nothing."""

import io
from pathlib import Path

import pytest

from cli import main
from infra.cli.session import Session
from infra.texts import Language, Words
from tests.e2e.conftest import Casus, Result


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def at_terminal(casus: Casus, *words: str, typed: str, lang: Language = "en") -> Result:
    out, err = Terminal(), Terminal()
    session = Session(Words(lang), {"CASUS_HOME": str(casus.home)}, out=out, err=err, stdin=Terminal(typed), clock=casus.clock)
    return Result(main(words, session), out.getvalue(), err.getvalue())


SUBMIT = ("intake", "submit", "--reason", "adrift", "--anonymous")


def test_a_text_that_must_be_there_is_asked_for(casus: Casus):
    result = at_terminal(casus, *SUBMIT, typed="The boat\nis adrift\n")
    assert result.code == 0, result.err
    assert "--question" in result.err
    assert casus.json("trail", "HBR-2026-0001", "--texts")[0]["texts"]["question"] == "The boat\nis adrift"


def test_where_a_text_is_asked_for_an_anonymous_case_no_name_may_be_given_is_said_first(casus: Casus):
    casus.done(*SUBMIT, "--question", "x")
    result = at_terminal(casus, "triage", "assess", "HBR-2026-0001", "storm", "--met", typed="wind\n")
    assert result.code == 0, result.err
    assert "no name may stand" in result.err
    casus.done("intake", "submit", "--reason", "adrift", "--question", "x", "--name", "Wilma")
    named = at_terminal(casus, "triage", "assess", "HBR-2026-0002", "storm", "--met", typed="wind\n")
    assert "no name may stand" not in named.err


@pytest.mark.parametrize(
    ("typed", "lang", "code"),
    [("yes\n", "en", 0), ("ja\n", "nl", 0), ("no\n", "en", 3), ("\n", "en", 3), ("", "en", 3)],
)
def test_what_cannot_be_taken_back_is_asked(casus: Casus, typed: str, lang: Language, code: int):
    number = casus.json(*SUBMIT, "--question", "x")[0]["number"]
    casus.done("triage", "assess", number, "storm", "--met", "--motivation", "wind")
    [weighed] = [row for row in casus.json("trail", number) if row["topic"] == "case.triage.criterion-assessed"]
    withdraw = ("correcting", "withdraw", number, str(weighed["version"]), "--why", "the wrong case")
    assert at_terminal(casus, *withdraw, typed=typed, lang=lang).code == code
    assert (casus.json("show", number)[0]["assessments"] == {}) == (code == 0)


def steps(told: Result) -> list[str]:
    """The numbers of the steps that were shown, in the order in which they were."""
    return [line.partition(".")[0] for line in told.out.splitlines() if line[:1].isdigit()]


@pytest.mark.parametrize(
    ("typed", "lang", "shown"),
    [
        ("\nq\n", "en", "12"),
        ("n\nnext\n\n", "en", "123"),
        ("n\nb\nq\n", "en", "121"),
        ("3\np\n1\nback\nq\n", "en", "1321"),
        ("3\n\n", "en", "13"),
        ("9\nsideways\n0\nquit\n", "en", "1"),
        ("", "en", "1"),
        ("v\nt\nvolgende\nterug\ns\n", "nl", "12121"),
        ("2\nstop\n", "nl", "12"),
    ],
)
def test_a_replay_goes_forward_and_back_as_it_is_told(casus: Casus, typed: str, lang: Language, shown: str):
    casus.done(*SUBMIT, "--question", "x")
    casus.done("triage", "assess", "HBR-2026-0001", "storm", "--met", "--motivation", "wind")
    casus.done("triage", "accept", "HBR-2026-0001")
    told = at_terminal(casus, "replay", "HBR-2026-0001", typed=typed, lang=lang)
    assert told.code == 0
    assert steps(told) == list(shown)
    assert ("is no such step" in told.err) == ("sideways" in typed or "back" in typed), "there is none before the first"
    assert "\n     " in told.out


def test_a_replay_that_need_not_wait_shows_all(casus: Casus):
    casus.done(*SUBMIT, "--question", "x")
    casus.done("triage", "assess", "HBR-2026-0001", "storm", "--met", "--motivation", "wind")
    told = at_terminal(casus, "replay", "HBR-2026-0001", "--all", typed="")
    assert (steps(told), told.err) == (["1", "2"], "")


def test_init_asks_what_is_missing(empty: Casus):
    result = at_terminal(empty, "init", typed="lelystad-sit\nkwintes\nWanda Planted\n")
    assert result.code == 0, result.err
    assert "kwintes-1" in result.out
    assert "Wanda" not in result.out + result.err


def test_a_table_fits_the_terminal(casus: Casus, monkeypatch: pytest.MonkeyPatch):
    casus.done(*SUBMIT, "--question", "x")
    looks = ("show", "trail", "replay --all", "diff --from 2026-01-01 --texts")
    for line in (*(f"{look} HBR-2026-0001" for look in looks), "cases", "workload", "profile show lelystad-sit"):
        for columns in ("60", "80", "120"):
            monkeypatch.setenv("COLUMNS", columns)
            result = at_terminal(casus, *line.split(), typed="")
            assert result.code == 0
            assert max(map(len, result.out.splitlines())) <= int(columns), line


def test_progress_stays_off_what_is_no_terminal(casus: Casus, tmp_path: Path):
    log = tmp_path / "log.csv"
    log.write_text("case,activity,when\n" + "\n".join(f"c{n},a,2026-01-01T00:00:00Z" for n in range(100)) + "\n")
    assert "\r" not in casus.done("import", str(log), "--source", "one").err
    assert "\r" in at_terminal(casus, "import", str(log), "--source", "two", typed="").err
