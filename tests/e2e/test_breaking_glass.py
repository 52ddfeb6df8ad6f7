"""Glass and audience as people meet them: broken, seen by who must know, over after an hour, reviewed; and kept among some."""

from __future__ import annotations

import json

import pytest

from infra.texts import Language
from tests.e2e.conftest import Casus, set_up
from tests.support.invented import INVENTED

CASE = "HBR-2026-0001"
MASTER, OFFICER, CARER, NURSE, BUDDY = "pilots-1", "pilots-2", "clinic-1", "hospital-1", "seamens-home-1"
LOCK = INVENTED.replace('"harbour-table"', '"lock-table"').replace('"HBR"', '"LCK"')
PROFILE = INVENTED.replace(
    "partners = [",
    'partners = [\n    { id = "clinic", name = "Kliniek", column = "care", source = "chosen" },\n'
    '    { id = "hospital", name = "Ziekenhuis", column = "care", source = "chosen" },',
)


@pytest.fixture
def table(empty: Casus) -> Casus:
    """A table of four partners and a privacy officer, and a case that the pilots direct and the clinic is in."""
    casus = set_up(empty, PROFILE)
    add = ("team", "add-professional", "harbour-table", "--name", "Somebody")
    casus.done(*add, "--partner", "pilots", "--role", "privacy-officer")
    for partner in ("clinic", "hospital", "seamens-home"):
        casus.done(*add, "--partner", partner, "--role", "deckhand")
    casus.done("intake", "submit", "--question", "The boat drifts", "--reason", "adrift", "--name", "Wilma Waterman")
    casus.done("triage", "assess", CASE, "storm", "--met", "--motivation", "Seen")
    casus.done("consent", "record-ground", CASE, "--kind", "public-task", "--motivation", "The law")
    casus.done("triage", "accept", CASE)
    casus.done("parties", "join", CASE, "--partner", "clinic")
    return casus


def shown(casus: Casus, who: str) -> str:
    return casus.done("show", CASE, "--as", who).out


# --- glass


def test_glass_is_named_to_who_may_break_it_alone(table: Casus):
    add = ("team", "add-professional", "harbour-table", "--name", "Somebody", "--partner", "pilots", "--role", "reporting")
    table.done(*add)
    beginnings: dict[Language, str] = {"en": "You have no part", "nl": "U hebt geen deel"}
    for lang, word in beginnings.items():
        told, counts = (table("show", CASE, "--as", who, lang=lang) for who in (BUDDY, "pilots-3"))
        assert (told.code, counts.code) == (3, 3)
        assert told.err.startswith(word), told.err
        assert "casus access break-glass" in told.err
        assert "glass" not in counts.err


def test_glass_lets_in_who_was_not_for_its_time_and_no_longer(table: Casus):
    assert table("show", CASE, "--as", BUDDY).code == 3
    table.done("access", "break-glass", CASE, "--reason", "Found unconscious", "--minutes", "30", "--as", BUDDY)
    assert "The boat drifts" in shown(table, BUDDY)
    table.later(minutes=31)
    assert table("show", CASE, "--as", BUDDY).code == 3


def test_glass_is_of_one_case_and_for_looking_alone(table: Casus):
    table.done("intake", "submit", "--question", "Another", "--reason", "adrift", "--name", "Ina")
    table.done("access", "break-glass", CASE, "--reason", "Found unconscious", "--as", BUDDY)
    assert table("show", "HBR-2026-0002", "--as", BUDDY).code == 3
    for words in (
        ("monitoring", "check", CASE, "--observed", "x", "--progress"), ("plan", "draft", CASE),
        ("rights", "request", CASE, "--subject", "s1", "--kind", "erasure"),
        ("access", "set-clearance", CASE, "--level", "restricted"),
    ):  # fmt: skip
        refused = table(*words, "--as", BUDDY, "--json")
        assert refused.code == 3, (words, refused)
        assert '"not-allowed"' in refused.err, words


def test_the_privacy_officer_and_the_holder_see_it_until_it_was_reviewed(table: Casus):
    table.done("access", "break-glass", CASE, "--reason", "Found unconscious", "--as", BUDDY)
    for who in (MASTER, OFFICER):
        [signal] = table.json("signals", "--kind", "glass", "--as", who)
        assert (signal["number"], signal["entry"], signal["holder"], signal["professional"]) == (CASE, "BG1", MASTER, OFFICER)
    assert "access review-glass" in table.done("next", CASE).out
    closing = ("closing", "close", CASE, "--result", "moored", "--note", "Moored", "--aftercare-on", "2027-01-10")
    refused = table(*closing, "--json")
    assert refused.code == 3
    assert "glass-unreviewed" in refused.err
    review = ("access", "review-glass", CASE, "BG1", "--justified", "--why", "It could not wait")
    assert '"not-allowed"' in table(*review, "--as", MASTER, "--json").err
    table.done(*review, "--as", OFFICER)
    assert table.json("signals", "--kind", "glass") == []
    table.done(*closing)


def test_the_privacy_officer_reads_why_glass_was_broken_and_nothing_else(table: Casus):
    table.done("access", "break-glass", CASE, "--reason", "Found unconscious", "--as", BUDDY)
    trail = table.done("trail", CASE, "--texts", "--as", OFFICER).out
    assert "Found unconscious" in trail
    assert "The boat drifts" not in trail


def test_somebody_of_another_table_looks_in_the_same_way(table: Casus):
    set_up(table, LOCK, "lock-table")
    assert table("--team", "lock-table", "show", CASE).code == 3
    table.done("--team", "lock-table", "access", "break-glass", CASE, "--reason", "Stranded here", "--minutes", "10")
    assert "The boat drifts" in table.done("--team", "lock-table", "show", CASE).out
    [signal] = table.json("signals", "--kind", "glass", "--team", "harbour-table")
    assert (signal["number"], signal["to"]) == (CASE, "lock-table")
    table.later(minutes=11)
    assert table("--team", "lock-table", "show", CASE).code == 3


def test_who_is_in_the_case_has_no_glass_to_break(table: Casus):
    refused = table("access", "break-glass", CASE, "--reason", "x", "--as", CARER, "--json")
    assert refused.code == 3
    assert "glass-not-needed" in refused.err


# --- audience


CHECK = ("monitoring", "check", CASE, "--progress", "--observed")
SEEN = "Takes the tablets again"


def test_what_a_carer_observes_is_for_carers_in_the_case_and_not_for_who_directs_it(table: Casus):
    table.done(*CHECK, SEEN, "--as", CARER)
    table.done("parties", "join", CASE, "--partner", "hospital")
    assert SEEN not in shown(table, MASTER)
    assert SEEN in shown(table, CARER)
    assert SEEN in shown(table, NURSE)


def test_the_carer_may_share_it_with_the_whole_case_or_keep_it(table: Casus):
    table.done("parties", "join", CASE, "--partner", "hospital")
    table.done(*CHECK, "For all", "--audience", "case", "--as", CARER)
    table.done(*CHECK, "For us", "--audience", "organisation", "--as", CARER)
    table.done(*CHECK, "For two", "--audience", "hospital", "--as", CARER)
    read = {who: shown(table, who) for who in (MASTER, CARER, NURSE)}
    found = {who: [words for words in ("For all", "For us", "For two") if words in text] for who, text in read.items()}
    assert found == {MASTER: ["For all"], CARER: ["For all", "For us", "For two"], NURSE: ["For all", "For two"]}


def test_what_is_agreed_is_for_the_whole_case(table: Casus):
    terms = ("--partner", "clinic", "--due", "2027-01-01", "--domain", "berth", "--recovery", "afloat")
    table.done("plan", "agree", CASE, "--what", "Weekly visits", *terms, "--as", CARER)
    assert "Weekly visits" in shown(table, MASTER)


def test_who_brought_it_in_says_so_anew(table: Casus):
    [outcome] = table.json(*CHECK, SEEN, "--as", CARER)
    entry = str(outcome["events"][0]["version"])
    assert "not-your-contribution" in table("access", "set-audience", CASE, entry, "--audience", "case", "--json").err
    table.done("access", "set-audience", CASE, entry, "--audience", "case", "--as", CARER)
    assert SEEN in shown(table, MASTER)
    table.done("access", "set-audience", CASE, entry, "--audience", "organisation", "--as", CARER)
    assert SEEN not in shown(table, MASTER)


def test_a_correction_stays_for_whom_the_text_was(table: Casus):
    [outcome] = table.json(*CHECK, SEEN, "--as", CARER)
    entry = str(outcome["events"][0]["version"])
    table.done("correcting", "correct", CASE, entry, "--field", "observed", "--value", "Takes them twice a day", "--as", CARER)
    assert "twice a day" not in shown(table, MASTER)
    assert "twice a day" in shown(table, CARER)


def test_an_audience_is_said_with_a_line_of_a_file_too(table: Casus):
    check = {"command": "monitoring.check", "case": CASE, "observed": "From a file", "progress": True, "as": CARER}
    invite = {"command": "parties.invite", "case": CASE, "partner": "hospital", "audience": "case"}
    file = table.home / "kept.jsonl"
    file.write_text(json.dumps(check | {"audience": "organisation"}), encoding="utf-8")
    table.done("apply", str(file))
    assert "From a file" not in shown(table, MASTER)
    assert "From a file" in shown(table, CARER)
    file.write_text(json.dumps(invite), encoding="utf-8")
    assert table("apply", str(file)).code == 2, "nothing in it is for anybody"


@pytest.mark.parametrize(
    ("audience", "code"), [("everybody-i-like", "unknown-partner"), ("case,clinic", "bad-form"), ("Jan Jansen", "bad-form")]
)
def test_an_audience_that_is_none_is_refused(table: Casus, audience: str, code: str):
    refused = table(*CHECK, SEEN, "--audience", audience, "--as", CARER, "--json")
    assert refused.code in (2, 4)
    assert code in refused.err


# --- clearance


def test_a_restricted_case_is_for_those_named_in_it_and_the_cleared(table: Casus):
    assert "The boat drifts" in shown(table, CARER)
    table.done("access", "set-clearance", CASE, "--level", "restricted")
    assert table("show", CASE, "--as", CARER).code == 3
    assert "The boat drifts" in shown(table, MASTER)
    table.done("parties", "assign-professional", CASE, "--professional", CARER)
    assert "The boat drifts" in shown(table, CARER)


def test_who_is_cleared_and_in_the_case_sees_it_when_it_is_restricted(table: Casus):
    cleared = ("--partner", "clinic", "--role", "deckhand", "--role", "cleared", "--name", "Somebody")
    table.done("team", "add-professional", "harbour-table", *cleared)
    table.done("access", "set-clearance", CASE, "--level", "restricted")
    assert "The boat drifts" in shown(table, "clinic-2")
    table.done("team", "change-roles", "harbour-table", BUDDY, "--role", "deckhand", "--role", "cleared")
    assert table("show", CASE, "--as", BUDDY).code == 3, "clearance alone puts nobody in a case"


def test_glass_opens_a_restricted_case_too(table: Casus):
    table.done("access", "set-clearance", CASE, "--level", "restricted")
    table.done("access", "break-glass", CASE, "--reason", "Found unconscious", "--as", CARER)
    assert "The boat drifts" in shown(table, CARER)


# --- the citizen service number


def test_a_citizen_number_is_read_only_by_who_may_hold_one(table: Casus):
    table.done("intake", "identify", CASE, "--number", "111222333", "--as", MASTER)
    table.done("parties", "join", CASE, "--partner", "seamens-home")
    trail = {who: table.done("trail", CASE, "--texts", "--as", who).out for who in (MASTER, CARER, BUDDY)}
    assert [who for who, text in trail.items() if "111222333" in text] == [MASTER, CARER]
    assert "Wilma Waterman" in trail[BUDDY]
    refused = table("intake", "identify", CASE, "--number", "111222333", "--as", BUDDY, "--json")
    assert refused.code == 3
    assert "number-not-yours" in refused.err


def test_neither_a_correction_of_it_nor_broken_glass_gives_it_away(table: Casus):
    [outcome] = table.json("intake", "identify", CASE, "--number", "111222333")
    entry = str(outcome["events"][0]["version"])
    table.done("correcting", "correct", CASE, entry, "--field", "number", "--value", "123456782")
    table.done("access", "break-glass", CASE, "--reason", "Found unconscious", "--as", BUDDY)
    trail = table.done("trail", CASE, "--texts", "--as", BUDDY).out
    assert "The boat drifts" in trail
    assert "123456782" not in trail
    assert "111222333" not in trail
    assert "123456782" in table.done("trail", CASE, "--texts", "--as", CARER).out


# --- controls: take one protection away, and what the tests above look at shows


def test_without_its_audience_the_text_would_be_read(table: Casus, monkeypatch: pytest.MonkeyPatch):
    table.done(*CHECK, SEEN, "--as", CARER)
    monkeypatch.setattr("infra.seeing.texts.within", lambda *_: True)
    assert SEEN in shown(table, MASTER)


def test_without_the_usual_audience_the_text_would_be_for_everybody(table: Casus, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("infra.engine.meant.usual", lambda: ())
    table.done(*CHECK, SEEN, "--as", CARER)
    assert SEEN in shown(table, MASTER)


def test_without_the_rule_a_number_would_be_read(table: Casus, monkeypatch: pytest.MonkeyPatch):
    table.done("intake", "identify", CASE, "--number", "111222333", "--as", MASTER)
    table.done("parties", "join", CASE, "--partner", "seamens-home")
    monkeypatch.setattr("infra.seeing.texts.may_hold_number", lambda *_: True)
    assert "111222333" in table.done("trail", CASE, "--texts", "--as", BUDDY).out


def test_without_its_end_glass_would_stay_broken(table: Casus, monkeypatch: pytest.MonkeyPatch):
    table.done("access", "break-glass", CASE, "--reason", "Found unconscious", "--minutes", "30", "--as", BUDDY)
    table.later(minutes=31)
    monkeypatch.setattr("infra.seeing.circumstances._glass", lambda case, *_: next(iter(case.glass)))
    assert "The boat drifts" in shown(table, BUDDY)
