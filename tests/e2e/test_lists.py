"""Signals, agenda, learning points and a region's counts, each by the rule behind it: without the rule they are not there."""

from collections.abc import Iterable
from typing import Any

import pytest

from projections import agenda, signals
from projections import region as counts
from tests.e2e.conftest import Casus, set_up
from tests.support.invented import INVENTED

SUBMIT = ("intake", "submit", "--question", "x", "--reason", "adrift", "--anonymous")
REGION = INVENTED.replace('id = "harbour-table"', 'id = "harbour-coast"\nkind = "region"\nteams = ["harbour-table"]').replace(
    '"HBR"', '"HBC"'
)
SHARED = '\n[learning]\nshared_with = { value = "region", source = "chosen" }\n'


def accepted(casus: Casus) -> str:
    number: str = casus.json(*SUBMIT)[0]["number"]
    casus.done("triage", "assess", number, "storm", "--met", "--motivation", "wind")
    casus.done("triage", "accept", number)
    return number


def kinds(casus: Casus, *words: str) -> set[tuple[str, str]]:
    return {(s["kind"], s["what"]) for s in casus.json("signals", *words)}


def without(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(signals, "RULES", tuple(r for r in signals.RULES if r.__name__ != name))


def test_what_falls_overdue_is_a_signal_until_somebody_acts(casus: Casus, monkeypatch: pytest.MonkeyPatch):
    number = accepted(casus)
    assert kinds(casus) == set()
    casus.later(days=6)
    assert kinds(casus) == {("overdue", "check")}
    with monkeypatch.context() as patch:
        without(patch, "overdue")
        assert kinds(casus) == set()
    casus.done("monitoring", "check", number, "--observed", "fine", "--progress")
    assert kinds(casus) == set()


def test_no_progress_within_the_table_s_measure_is_a_signal(casus: Casus, monkeypatch: pytest.MonkeyPatch):
    number = accepted(casus)
    casus.later(days=5)
    casus.done("monitoring", "check", number, "--observed", "the same", "--not-progress")
    casus.later(days=6)
    assert ("stagnating", "unflagged") in kinds(casus)
    casus.done("monitoring", "flag-stagnation", number)
    assert ("stagnating", "flagged") in kinds(casus)
    assert casus.json("signals", "--kind", "stagnating", "--team", "harbour-table")[0]["number"] == number
    without(monkeypatch, "stagnating")
    assert not {k for k in kinds(casus) if k[0] == "stagnating"}


def test_what_somebody_was_asked_and_did_not_answer_is_a_signal(casus: Casus, monkeypatch: pytest.MonkeyPatch):
    number = accepted(casus)
    casus.done("escalation", "raise", number, "--to", "coastguard", "--why", "storm")
    assert kinds(casus) == set()
    casus.later(days=3)
    assert kinds(casus) == {("unanswered", "escalation")}
    without(monkeypatch, "unanswered")
    assert kinds(casus) == set()


def reasons(casus: Casus, *words: str) -> set[tuple[str, str]]:
    return {(r["number"], r["reason"]) for r in casus.json("agenda", "harbour-table", *words)}


@pytest.mark.parametrize("rule", ["new", "due", "escalated", "put-on-agenda"])
def test_a_case_stands_on_the_agenda_for_its_reasons(casus: Casus, rule: str, monkeypatch: pytest.MonkeyPatch):
    casus.done("team", "schedule", "harbour-table", "--on", "2026-11-30")
    new = casus.json(*SUBMIT)[0]["number"]
    number = accepted(casus)
    casus.done("meeting", "put-on", number)
    casus.done("escalation", "raise", number, "--to", "coastguard", "--why", "storm")
    found = {(new, "new"), (number, "put-on-agenda"), (number, "due"), (number, "escalated")}
    assert reasons(casus) == found
    monkeypatch.setattr(agenda, "REASONS", {k: v for k, v in agenda.REASONS.items() if k != rule})
    assert reasons(casus) == {(n, r) for n, r in found if r != rule}


@pytest.fixture
def coast(empty: Casus) -> Casus:
    """A team, and the region that groups it and hears what it learns."""
    set_up(empty, INVENTED + SHARED)
    return set_up(empty, REGION, "harbour-coast")


def learned(rows: Iterable[dict[str, Any]]) -> set[tuple[str, str, str]]:
    return {(r["kind"], r["code"], r["text"]) for r in rows}


def test_what_was_learned_is_there_with_its_text_for_the_table_and_for_its_region(coast: Casus):
    number = coast.json("--team", "harbour-table", *SUBMIT)[0]["number"]
    coast.done("learning", "record-point", number, "--kind", "obstacle", "--text", "two intakes for one boat")
    coast.done("learning", "record-gap", number, "--domain", "berth", "--text", "no berth in winter")
    coast.done("learning", "record-wall", number, "--kind", "financial", "--text", "whose rope")
    coast.done("team", "learn", "harbour-coast", "--kind", "yield", "--text", "shorter lines")
    own = {
        ("point", "obstacle", "two intakes for one boat"),
        ("gap", "berth", "no berth in winter"),
        ("wall", "financial", "whose rope"),
    }
    assert learned(coast.json("learning", "--team", "harbour-table")) == own
    shared = {row for row in own if row[0] != "wall"} | {("point", "yield", "shorter lines")}
    assert learned(coast.json("learning", "list", "--team", "harbour-coast")) == shared
    assert "two intakes" not in coast.done("report", "learning").out


def test_a_corrected_text_takes_the_place_of_the_first(casus: Casus):
    number = casus.json(*SUBMIT)[0]["number"]
    casus.done("learning", "record-point", number, "--kind", "yield", "--text", "wrong")
    casus.done("correcting", "correct", number, "2", "--field", "text", "--value", "right")
    assert learned(casus.json("learning")) == {("point", "yield", "right")}


def amounts(casus: Casus) -> dict[tuple[str | None, str, str], int]:
    return {(r["team"], r["measure"], r["code"]): r["amount"] for r in casus.json("region", "harbour-coast")}


def test_a_region_counts_its_teams_cases_and_sees_none(coast: Casus, monkeypatch: pytest.MonkeyPatch):
    for _ in range(2):
        coast.done("--team", "harbour-table", *SUBMIT)
    found = amounts(coast)
    assert found["harbour-table", "cases", "open"] == 2
    assert found[None, "cases", "all"] == 2
    assert "HBR-2026" not in coast.done("region", "harbour-coast").out
    assert coast("--team", "harbour-coast", *SUBMIT).code == 3
    monkeypatch.setattr(counts, "_of_case", lambda _case: iter(()))
    assert amounts(coast)["harbour-table", "cases", "open"] == 0


def test_the_load_is_there_per_partner_and_per_professional(casus: Casus):
    accepted(casus)
    [professional] = casus.json("workload", "--partner", "pilots")[1:]
    assert (professional["professional"], professional["cases"]) == ("pilots-1", 1)
    assert "Loodswezen" in casus.done("workload", lang="nl").out
