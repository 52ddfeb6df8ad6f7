"""Consent and grounds on the command line: what another organisation brought in opens and closes with what was said."""

from __future__ import annotations

import pytest

from domain.sharing import Basis
from tests.e2e.conftest import Casus

SECRET = "The hull leaks below the waterline"
OTHER = "seamens-home-1"


@pytest.fixture
def two_partners(casus: Casus) -> tuple[Casus, str]:
    """A case that the pilots brought in, in which the seamen's home takes part."""
    casus.done(
        "team", "add-professional", "harbour-table", "--partner", "seamens-home", "--role", "deckhand", "--name", "Bo Peep"
    )
    submitted = casus.json("intake", "submit", "--question", SECRET, "--reason", "adrift", "--name", "Wilma Waterman")
    number: str = submitted[0]["number"]
    casus.done("triage", "assess", number, "storm", "--met", "--motivation", "wind")
    casus.done("triage", "accept", number)
    casus.done("parties", "invite", number, "--partner", "seamens-home")
    casus.done("parties", "join", number, "--partner", "seamens-home")
    return casus, number


def sees(casus: Casus, number: str) -> bool:
    """Whether somebody of the other organisation is shown what the first brought in."""
    return SECRET in casus.done("show", number, "--as", OTHER).out


def test_withdrawing_stops_sharing_from_then_on_and_shows_whom_to_tell(two_partners: tuple[Casus, str]):
    casus, number = two_partners
    casus.done("consent", "give", number)
    assert sees(casus, number)
    casus.done("consent", "withdraw", number, "C1")
    assert not sees(casus, number)
    assert SECRET in casus.done("show", number).out, "who brought it in goes on seeing it"
    rows = {(r["subject"], r["reader"]): r for r in casus.json("consent", "shared", number)}
    saw = rows["s1", OTHER]
    assert (saw["organisation"], saw["sharing"], saw["told"]) == ("seamens-home", "withdrawn", False)
    assert "1.question" in saw["fields"]
    untold = [(s["kind"], s["entry"], s["partner"]) for s in casus.json("signals") if s["kind"] == "untold"]
    assert untold == [("untold", "C1", "seamens-home")]
    casus.done("consent", "tell", number, "C1", "--partner", "seamens-home")
    assert not [s for s in casus.json("signals") if s["kind"] == "untold"]
    assert casus.json("signals", "--kind", "stopped")[0]["entry"] == "C1"
    [told] = {r["told"] for r in casus.json("consent", "shared", number) if r["reader"] == OTHER}
    assert told is True


def test_without_the_rule_withdrawing_stops_nothing(two_partners: tuple[Casus, str], monkeypatch: pytest.MonkeyPatch):
    casus, number = two_partners
    casus.done("consent", "refuse", number)
    assert not sees(casus, number)
    monkeypatch.setattr("infra.seeing.texts.may_share", lambda *_, **__: Basis(True, "consent"))
    assert sees(casus, number)


def test_a_ground_of_whoever_brought_it_in_opens_it_again(two_partners: tuple[Casus, str]):
    casus, number = two_partners
    casus.done("consent", "refuse", number)
    assert not sees(casus, number)
    theirs = ("consent", "record-ground", number, "--kind", "public-task", "--motivation", "we want to")
    casus.done(*theirs, "--as", OTHER)
    assert not sees(casus, number), "nobody records a ground for what another brought in"
    casus.done("consent", "record-ground", number, "--kind", "public-task", "--motivation", "the harbour act")
    assert sees(casus, number)


def test_consent_stops_on_its_day_whether_or_not_anybody_recorded_it(two_partners: tuple[Casus, str]):
    casus, number = two_partners
    casus.done("consent", "give", number, "--until", "2026-11-24")
    casus.later(days=1, hours=6)
    assert sees(casus, number)
    assert [s["what"] for s in casus.json("signals", "--kind", "expiring")] == ["consent"]
    casus.later(days=2)
    assert not sees(casus, number)
    assert [s["what"] for s in casus.json("signals", "--kind", "expired")] == ["consent"]


def test_consent_for_others_opens_nothing_for_who_is_not_among_them(two_partners: tuple[Casus, str]):
    casus, number = two_partners
    casus.done("consent", "give", number, "--recipient", "pilots")
    assert not sees(casus, number)
    casus.done("consent", "give", number, "--recipient", "seamens-home")
    assert sees(casus, number)


def test_who_is_another_subject_is_asked_apart(two_partners: tuple[Casus, str]):
    casus, number = two_partners
    casus.done("intake", "note-subject", number, "--kind", "child", "--name", "Kim Waterman")
    casus.done("consent", "refuse", number, "--subject", "s2")
    shown = casus.done("show", number, "--as", OTHER).out
    assert "Kim" not in shown
    assert SECRET in shown


def test_what_was_refused_is_not_opened_by_merging_the_case(two_partners: tuple[Casus, str], monkeypatch: pytest.MonkeyPatch):
    casus, kept = two_partners
    twin: str = casus.json("intake", "submit", "--question", "x", "--reason", "adrift", "--name", "Wilma Waterman")[0]["number"]
    casus.done("triage", "assess", twin, "storm", "--met", "--motivation", "wind")
    casus.done("triage", "accept", twin)
    agreed = ("plan", "agree", twin, "--what", "New ropes for the mast", "--partner", "pilots", "--responsible", "pilots-1")
    casus.done(*agreed, "--due", "2026-12-10", "--domain", "berth", "--recovery", "afloat")
    casus.done("consent", "refuse", twin)
    casus.done("closing", "merge", twin, "--into", kept, "--why", "The same person")
    assert "New ropes" in casus.done("show", kept).out
    assert "New ropes" not in casus.done("show", kept, "--as", OTHER).out
    with monkeypatch.context() as patch:
        patch.setattr("infra.seeing.texts.Readable._origin", lambda *_: None)
        assert "New ropes" in casus.done("show", kept, "--as", OTHER).out, "without looking where it stands"
    casus.done("consent", "give", kept)
    assert "New ropes" in casus.done("show", kept, "--as", OTHER).out, "what is said in the case that stays counts"
