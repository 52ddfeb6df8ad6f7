"""What the shell hears, and what stands on which stream."""

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import Casus

SUBMIT = ("intake", "submit", "--question", "x", "--reason", "adrift", "--anonymous")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("cases",), 0),
        (("--help",), 0),
        (("--version",), 0),
        ((), 2),
        (("triage",), 2),
        (("unknown",), 2),
        (("triage", "acept", "X"), 2),
        (("cases", "--unknown"), 2),
        (("cases", "Jan", "Jansen"), 2),
        (("show",), 2),
        (("show", "Jan Jansen"), 2),
        (("--lang", "de", "cases"), 2),
        (("cases", "--at", "2026-02-30"), 2),
        (("cases", "--known-at", "2026-03-01T10:00"), 2),
        (("cases", "--known-at", "2999-03-01"), 3),
        (("signals", "--kind", "loud"), 2),
        (("show", "HBR-2026-0099"), 4),
        (("triage", "accept", "HBR-2026-0099"), 4),
        (("trail", "permits:case-1"), 4),
        (("agenda", "no-such-team"), 4),
        (("region", "no-such-region"), 4),
        (("region", "harbour-table"), 4),
        (("team", "show", "no-such-team"), 4),
        (("team", "schedule", "no-such-team", "--on", "2026-12-01"), 4),
        (("learning", "--team", "no-such-team"), 4),
        (("stats", "totals", "--source", "no-such-source"), 4),
        (("export", "xes", "--source", "no-such-source", "--recipient", "x", "-o", "x.xes"), 4),
        (("report", "no-such-report"), 4),
        (("report", "cases@99"), 3),
        (("profile", "show", "no-such-profile"), 4),
        (("apply", "no-such-file.jsonl"), 3),
        (("import", "no-such-log.xes", "--source", "permits"), 3),
        (("intake", "submit", "--question", "x", "--reason", "unknown-reason", "--anonymous"), 3),
        (("--team", "no-such-team", *SUBMIT), 4),
        (("--as", "pilots-9", *SUBMIT), 3),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, tuple) else str(v),
)
def test_how_it_ended_is_the_exit_code(
    casus: Casus, words: tuple[str, ...], code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.chdir(tmp_path)
    result = casus(*words)
    assert result.code == code, result.err
    if code and words:
        assert result.out == ""
        assert result.err.strip()


def test_what_went_wrong_is_one_object_where_json_was_asked(casus: Casus):
    result = casus("--json", "show", "HBR-2026-0099")
    told = json.loads(result.err)
    assert (result.code, result.out) == (4, "")
    assert (told["error"], told["exit"], told["facts"]) == ("unknown-case", 4, {"kind": "case", "id": "HBR-2026-0099"})
    assert told["message"]


def test_a_wrong_state_says_what_can_be_done(casus: Casus):
    number = casus.json(*SUBMIT)[0]["number"]
    result = casus("monitoring", "check", number, "--observed", "x", "--progress")
    assert result.code == 3
    assert "casus next" in result.err
    assert len(casus.json("trail", number)) == 1, "nothing was stored"


def test_nobody_is_asked_when_input_is_no_terminal(empty: Casus):
    result = empty("init", "--team", "lelystad-sit")
    assert result.code == 2
    assert "--partner" in result.err


def test_what_cannot_be_taken_back_is_confirmed_or_not_done(casus: Casus):
    number = casus.json(*SUBMIT)[0]["number"]
    casus.done("triage", "assess", number, "storm", "--met", "--motivation", "wind")
    [weighed] = [row for row in casus.json("trail", number) if row["topic"] == "case.triage.criterion-assessed"]
    withdraw = ("correcting", "withdraw", number, str(weighed["version"]), "--why", "the wrong case")
    refused = casus(*withdraw)
    assert (refused.code, "--yes" in refused.err) == (3, True)
    assert casus.json("show", number)[0]["assessments"] != {}
    casus.done(*withdraw, "--yes")
    assert casus.json("show", number)[0]["assessments"] == {}


def test_the_log_says_what_was_done_in_ids_counts_and_durations(casus: Casus, capsys: pytest.CaptureFixture[str]):
    casus.done("--verbose", *SUBMIT, "--tried", "Wilma Waterman")
    told = capsys.readouterr().err
    assert "intake.submit" in told
    assert "seconds" in told
    assert "Wilma" not in told
    casus.done(*SUBMIT)
    assert capsys.readouterr().err == ""


def test_an_interruption_is_told_as_one(casus: Casus, monkeypatch: pytest.MonkeyPatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("infra.engine.Engine.run", interrupted)
    assert casus(*SUBMIT).code == 130


def test_what_should_not_happen_is_told_without_what_was_typed(casus: Casus, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> None:
        raise RuntimeError("Jan Jansen, 1980-01-01")

    monkeypatch.setattr("infra.engine.Engine.run", broken)
    result = casus("--verbose", *SUBMIT)
    assert result.code == 1
    assert "RuntimeError" in result.err
    assert "Jansen" not in result.err
