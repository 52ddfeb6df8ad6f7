"""A case from submission to after-care by the command line alone, on each database."""

import json
from pathlib import Path

from tests.e2e.conftest import Casus, set_up


def test_a_case_goes_from_submission_to_aftercare(anywhere: Casus):
    casus = set_up(anywhere)
    [submitted] = casus.json(
        "intake", "submit", "--question", "The boat is adrift", "--reason", "adrift", "--domain", "berth",
        "--name", "Wilma Waterman",
    )  # fmt: skip
    number = submitted["number"]
    assert number == "HBR-2026-0001"
    assert [e["topic"] for e in submitted["events"]] == ["case.intake.submitted", "case.intake.subject-identified"]

    refused = casus("triage", "accept", number)
    assert refused.code == 3
    assert "--" not in refused.out
    assert "storm" in refused.err

    casus.done("triage", "assess", number, "storm", "--met", "--motivation", "Force ten")
    casus.done("triage", "accept", number)
    casus.done("plan", "draft", number)
    casus.done("plan", "set-goal", number, "--goal", "Moored by Christmas")
    casus.done(
        "plan", "agree", number, "--what", "A new rope", "--partner", "pilots", "--due", "2026-12-01", "--domain", "berth",
        "--recovery", "afloat", "--goal", "G1",
    )  # fmt: skip
    casus.done("plan", "accept", number, "A1")
    casus.done("plan", "endorse", number)
    casus.later(days=4)
    casus.done("monitoring", "check", number, "--observed", "Nearly there", "--progress")
    casus.done("plan", "fulfil", number, "A1")
    casus.later(days=3)
    closed = casus("closing", "close", number, "--result", "moored", "--note", "Safe", "--aftercare-on", "2027-01-10")
    assert closed.code == 0, closed.err
    casus.later(days=60)
    casus.done("closing", "check-aftercare", number, "--observed", "Still there")

    [shown] = casus.json("show", number)
    assert (shown["number"], shown["status"]) == (number, "closed")
    assert shown["subjects"]["s1"]["name"] == "Wilma Waterman"
    assert shown["agreements"]["A1"]["what"] == "A new rope"
    trail = casus.json("trail", number)
    assert [r["version"] for r in trail] == list(range(1, len(trail) + 1))
    assert {r["actor"] for r in trail} == {"pilots-1"}
    assert {r["assurance"] for r in trail} == {"database-login" if casus.dsn else "os-user"}


def test_what_held_on_a_day_and_what_was_known_then_are_two_things(anywhere: Casus):
    casus = set_up(anywhere)
    number = casus.json("intake", "submit", "--question", "x", "--reason", "adrift", "--anonymous")[0]["number"]
    casus.done("triage", "assess", number, "storm", "--met", "--motivation", "wind")
    casus.done("cases")  # on a server a reader sees to it that what was stored has its place in the log
    known = casus.moment()
    casus.later(days=3)
    casus.done("triage", "accept", number, "--occurred-at", "2026-11-23")
    casus.done("cases")
    later = casus.moment()

    assert casus.json("show", number, "--at", "2026-11-22")[0]["status"] == "submitted"
    assert casus.json("show", number, "--at", "2026-11-23")[0]["status"] == "active"
    assert casus.json("show", number, "--known-at", known)[0]["status"] == "submitted"
    assert casus.json("cases", "--at", "2026-11-22")[0]["status"] == "submitted"
    assert casus.json("cases", "--known-at", known, "--at", "2026-11-24")[0]["status"] == "submitted"
    assert casus.json("cases", "--known-at", later)[0]["status"] == "active"
    assert casus("show", number, "--at", "2026-11-01").code == 3


def test_replay_shows_each_step_with_the_case_before_and_after(casus: Casus):
    number = casus.json("intake", "submit", "--question", "x", "--reason", "adrift", "--anonymous")[0]["number"]
    casus.done("triage", "assess", number, "storm", "--met", "--motivation", "wind")
    casus.done("triage", "accept", number)
    steps = casus.json("replay", number)
    assert [s["step"] for s in steps] == [1, 2, 3]
    assert [(s["before"]["status"], s["after"]["status"]) for s in steps] == [
        ("none", "submitted"), ("submitted", "submitted"), ("submitted", "active"),
    ]  # fmt: skip
    assert all("texts" not in s for s in steps)
    assert casus.json("replay", number, "--texts")[1]["texts"] == {"motivation": "wind"}
    assert "submitted → active" in casus.done("replay", number).out


def test_an_entry_for_another_member_is_recorded_as_such(casus: Casus):
    casus.done(
        "team", "add-professional", "harbour-table", "--partner", "seamens-home", "--role", "deckhand", "--name", "Sam Sailor"
    )
    number = casus.json("--as", "seamens-home-1", "intake", "submit", "--question", "x", "--reason", "adrift", "--anonymous")[0][
        "number"
    ]
    row = casus.json("trail", number)[0]
    assert (row["actor"], row["organisation"], row["assurance"]) == ("seamens-home-1", "seamens-home", "os-user+entered-for")


def test_on_a_server_nobody_enters_anything_for_another(empty: Casus, postgres_database: str, tmp_path: Path):
    casus = set_up(Casus(empty.home, postgres_database))
    submit = {"command": "intake.submit", "question": "x", "reasons": ["adrift"], "anonymous": True, "as": "pilots-1"}
    file = tmp_path / "commands.jsonl"
    file.write_text(json.dumps(submit), encoding="utf-8")
    asked = ("intake", "submit", "--question", "x", "--reason", "adrift", "--anonymous")
    for result in (casus("--as", "pilots-1", *asked), casus(*asked, CASUS_AS="pilots-1"), casus("apply", str(file))):
        assert (result.code, "--as" in result.err) == (3, True)
    assert casus.json("cases") == []


def test_the_same_command_id_is_carried_out_once(casus: Casus):
    submit = ("intake", "submit", "--question", "x", "--reason", "adrift", "--anonymous", "--command-id", "mine-1")
    first, again = casus.json(*submit)[0], casus.json(*submit)[0]
    assert (again["number"], again["repeated"], again["events"]) == (first["number"], True, [])
    other = casus("intake", "submit", "--question", "y", "--reason", "adrift", "--anonymous", "--command-id", "mine-1")
    assert other.code == 5
    assert len(casus.json("cases")) == 1


def test_a_team_s_people_are_named_to_the_table_and_to_nobody_s_report(casus: Casus):
    [person] = casus.json("team", "roster", "harbour-table")
    assert (person["professional"], person["name"]) == ("pilots-1", "Wanda Planted")
    assert "Wanda" in casus.done("team", "roster", "harbour-table").out
    assert "Wanda" not in casus.done("report", "roster").out
    assert casus.json("team", "show", "harbour-table")[0]["partners"][0]["partner"] == "pilots"


def test_init_again_changes_nothing(casus: Casus):
    before = casus.json("store", "status")
    trail = casus.done("report", "team_trail").out
    profile = str(casus.home / "harbour-table.toml")
    again = casus.json("init", "--team", "harbour-table", "--profile", profile, "--partner", "pilots", "--name", "Wanda Planted")
    assert again[0]["store"] == "there"
    assert casus.done("report", "team_trail").out == trail
    assert casus.json("store", "status") == before
