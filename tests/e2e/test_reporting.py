"""The reporting function: pseudonymous tables and counts from ten on, and nothing else."""

from __future__ import annotations

import csv
import io
import json

import pytest

from projections.registry import projection, reports
from tests.e2e.conftest import Casus
from tests.e2e.test_lists import REGION

REPORTER = ("--as", "pilots-2")
SECRET = "The hull leaks below the waterline"


@pytest.fixture
def harbour(casus: Casus) -> Casus:
    """A table in a region with twelve cases, of which three were declined; and somebody who reports."""
    file = casus.home / "coast.toml"
    file.write_text(REGION)
    casus.done("init", "--team", "harbour-coast", "--profile", str(file), "--partner", "pilots", "--name", "Al Planted")
    add = ("team", "add-professional", "harbour-table", "--partner", "pilots", "--role", "reporting", "--name", "Ron Porter")
    casus.done(*add)
    for n in range(14):
        said = casus.json(
            "intake", "submit", "--question", SECRET, "--reason", "adrift", "--anonymous", "--team", "harbour-table"
        )
        if n < 3:
            casus.done("triage", "decline", said[0]["number"], "--reason", "Calm")
    return casus


def region(casus: Casus, *who: str) -> dict[tuple[str | None, str, str], int | None]:
    return {(r["team"], r["measure"], r["code"]): r["amount"] for r in casus.json(*who, "region", "harbour-coast")}


def test_small_counts_are_not_shown_to_reporting_nor_what_gives_them_away(harbour: Casus):
    whole = region(harbour, "--as", "pilots-1", "--team", "harbour-table")
    assert whole["harbour-table", "status", "declined"] == 3
    shown = region(harbour, *REPORTER)
    assert all(n is None or n >= 10 for n in shown.values())
    assert shown.get(("harbour-table", "status", "declined")) is None
    told = {
        code: n for (team, measure, code), n in shown.items() if team == "harbour-table" and measure in ("cases", "status") and n
    }
    assert not {"all", "open"} <= set(told), "fourteen less eleven is three"
    assert "below 10" in harbour.done("region", "harbour-coast", *REPORTER).err


def test_without_the_threshold_the_small_count_is_there(harbour: Casus, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("infra.policy.reporting.threshold_for", lambda _: None)
    assert region(harbour, *REPORTER)["harbour-table", "status", "declined"] == 3


def test_a_report_shows_reporting_the_same(harbour: Casus):
    lines = harbour.done("report", "region", *REPORTER).out.splitlines()
    assert all(row["amount"] is None or row["amount"] >= 10 for row in map(json.loads, lines))
    told = harbour.done("report", "workload", "--format", "csv", *REPORTER)
    assert "below 10" in told.err, "an empty cell alone says nothing"
    load = told.out
    rows = list(csv.DictReader(io.StringIO(load)))
    assert rows
    assert not [r for r in rows if r["professional"]]
    counts = [r[c] for r in rows for c in ("cases", "agreements", "overdue", "due_soon", "escalations")]
    assert all(n == "" or int(n) >= 10 for n in counts)
    assert "below 10" not in harbour.done("report", "cases", *REPORTER).err, "nothing is counted there"
    assert not harbour.done("--team", "harbour-table", "report", "workload").err, "nothing is withheld from who directs a table"
    assert [
        r["professional"]
        for r in map(json.loads, harbour.done("--team", "harbour-table", "report", "workload").out.splitlines())
        if r["professional"]
    ]


def test_figures_leave_small_counts_out(harbour: Casus):
    figures = harbour.json("stats", "totals", *REPORTER)[0]
    assert all(n is None or n >= 10 for n in figures.values())


def test_what_reporting_can_ask_holds_no_text_and_no_way_to_one(harbour: Casus):
    assert not [name for name in reports() if name in ("texts", "logins", "disclosures")]
    for name in reports():
        out = harbour.done("report", name, *REPORTER).out
        assert SECRET not in out
        assert "Porter" not in out
    assert projection("texts").internal


@pytest.mark.parametrize(
    "asked",
    [("show", "HBR-2026-0001"), ("trail", "HBR-2026-0001"), ("cases",), ("workload",), ("report", "texts"), ("learning", "list")],
)
def test_reporting_sees_nothing_of_one_case(harbour: Casus, asked: tuple[str, ...]):
    assert harbour(*asked, *REPORTER).code in (3, 4)
