"""A log that begins with the first moment there is and ends with the last is read, shown and given on as any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import Casus, set_up
from tests.support.logs import step, written

FIRST, LAST = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"
ENDED, BEGUN = "harbour:ship-0001", "harbour:ship-0002"
PERIODS = (("--from", "0001-01-01"), ("--to", "9999-12-31"))


@pytest.fixture
def taken_in(anywhere: Casus, tmp_path: Path) -> Casus:
    """One team, and two ships of the harbour's log."""
    set_up(anywhere)
    log = written(tmp_path / "log.jsonl", [step(1, 0, timestamp=LAST), step(2, 0, timestamp=FIRST)])
    anywhere.done("import", str(log), "--source", "harbour")
    return anywhere


def test_it_is_shown(taken_in: Casus):
    for number in (ENDED, BEGUN):
        for what in ("trail", "show", "replay", "next"):
            taken_in.done(what, number)
    assert "9999-12-31 23:59" in taken_in.done("trail", ENDED).out
    assert "0001-01-01 00:" in taken_in.done("trail", BEGUN).out
    for line in (("cases",), ("signals",), ("signals", "--at", "9999-12-31"), ("cases", "--at", "0001-01-01"), ("workload",)):
        taken_in.done(*line)
    for figure in ("totals", "throughput", "open", "holders", "silent", "gaps"):
        taken_in.done("stats", figure, "--at", "9999-12-31")
        taken_in.done("stats", figure, "--at", "0001-01-01")
    assert {row["occurred_at"] for row in taken_in.json("report", "steps")} == {"0001-01-01T00:00:00.000000Z", LAST}


@pytest.mark.parametrize("form", ["ocel", "xes"])
def test_it_leaves_as_coarse_as_was_asked(taken_in: Casus, tmp_path: Path, form: str):
    line = ("export", form, "--recipient", "university", "--yes", "-o", str(tmp_path / "out"))
    for grain, last in (("none", "31T23"), ("hour", "31T23"), ("day", "31T00"), ("week", "27T00"), ("month", "01T00")):
        taken_in.done(*line, "--coarsen", grain)
        told = (tmp_path / "out").read_text()
        assert f"9999-12-{last}" in told, grain
        assert "0001-01-01T00" in told, grain
    for days in PERIODS:
        assert taken_in.json(*line, *days)[0]["cases"] == 2
    assert taken_in.json(*line, "--from", "9999-12-31")[0]["cases"] == 1
    assert taken_in.json(*line, "--to", "0001-01-01")[0]["cases"] == 1


def test_who_saw_what_is_asked_up_to_the_last_day(casus: Casus, tmp_path: Path):
    casus.done("team", "add-professional", "harbour-table", "--partner", "pilots", "--role", "privacy-officer", "--name", "Otto")
    casus.done("intake", "submit", "--question", "x", "--reason", "adrift", "--anonymous")
    casus.done("cases")
    as_officer = ("--as", "pilots-2")
    assert casus.json("access", "log", *PERIODS[0], *PERIODS[1], *as_officer)
    for days in PERIODS:
        casus.done("access", "review", *days, *as_officer)
        for form in ("fhir-audit", "logboek"):
            casus.done("export", form, "--recipient", "w", *days, *as_officer, "--yes", "-o", str(tmp_path / "out"))
