"""The store and the read models, kept up by hand or by a service."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import Casus, set_up

ROOT = Path(__file__).parents[2]
SUBMIT = ("intake", "submit", "--question", "x", "--reason", "adrift", "--anonymous")


def test_status_says_how_far_each_read_model_is(anywhere: Casus):
    casus = set_up(anywhere)
    casus.done(*SUBMIT)
    casus.done("projections", "catch-up")
    rows = casus.json("projections", "status")
    assert {r["name"] for r in rows} >= {"cases", "trail", "plan"}
    assert {r["behind"] for r in rows} == {0}


def test_rebuilt_reads_the_same(anywhere: Casus):
    casus = set_up(anywhere)
    casus.done(*SUBMIT)
    before = {name: casus.done("report", name).out for name in ("cases", "trail", "waiting")}
    casus.done("projections", "rebuild")
    casus.done("projections", "rebuild", "cases", "trail")
    assert {name: casus.done("report", name).out for name in before} == before
    assert casus("projections", "rebuild", "unheard-of").code == 4


def test_following_once_catches_up_and_stops(casus: Casus):
    casus.done(*SUBMIT)
    casus.done("projections", "follow", "--once", "--every", "0")
    assert {r["behind"] for r in casus.json("projections", "status")} == {0}


def test_a_service_that_follows_stops_when_it_is_asked_to(casus: Casus):
    environ = {**os.environ, "CASUS_HOME": str(casus.home)}
    code = "import cli; raise SystemExit(cli.main(['projections', 'follow']))"
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True) as service:
        assert service.stderr is not None
        assert "Ctrl-C" in service.stderr.readline()
        service.send_signal(signal.SIGTERM)
        assert service.wait(timeout=20) == 0


def test_the_store_says_of_which_version_it_is(anywhere: Casus):
    casus = set_up(anywhere)
    assert {r["state"] for r in casus.json("store", "status")} == {"current"}
    assert casus.json("store", "upgrade") == [], "nothing to do, and nothing to confirm"


def test_what_stops_a_read_model_is_named(casus: Casus, monkeypatch: pytest.MonkeyPatch):
    casus.done(*SUBMIT)

    def broken(_history: object) -> None:
        raise ValueError("Wilma Waterman")

    from projections.cases import CASES

    monkeypatch.setitem(CASES.of, "case", broken)
    casus.done("--team", "harbour-table", *SUBMIT)
    result = casus("cases")
    assert result.code == 1
    assert "cases" in result.err
    assert "HBR-2026-000" in result.err
    assert "Wilma" not in result.err


def test_reports_are_whole_and_no_spreadsheet_runs_them(casus: Casus):
    casus.done(*SUBMIT)
    lines = casus.done("report", "cases", "--format", "csv").out.splitlines()
    assert lines[0].startswith("number,team,status")
    assert len(lines) == 2
    assert casus.json("report", "cases@1")[0]["number"] == "HBR-2026-0001"
