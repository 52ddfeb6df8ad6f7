"""A way of working is data: changing a value changes what the engine does, and a table nobody thought of works."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.days import day_of
from domain.refusal import Refused
from infra import profiles
from infra.engine import Request
from tests.integration.engine.office import GRN, Office
from tests.property.world import LOGIN, command
from tests.support.invented import invented

HBR = "harbour-table"


def adopt(office: Office, **changes: Any) -> None:
    """Have the table adopt its own way of working with these values changed: `triage__within_days=3`."""
    plain = json.loads(office.engine.team(GRN).profile_json)
    for path, value in changes.items():
        *parts, last = path.split("__")
        at = plain
        for part in parts:
            at = at[part]
        at[last] = {"value": value, "source": "chosen"}
    office.ask("team.adopt", profile=json.dumps(plain))


def refusal(office: Office, name: str, **fields: Any) -> str:
    with pytest.raises(Refused) as refused:
        office.ask(name, **fields)
    return refused.value.code


def test_a_term_that_is_changed_holds_for_what_comes_after(office: Office):
    first = office.submitted()
    adopt(office, triage__within_days=3)
    second = office.submitted()
    today = day_of(office.store.now())
    moments = [office.case(n).next for n in (first, second)]
    assert [m.on for m in moments if m] == [today + timedelta(days=14), today + timedelta(days=3)]


def test_criteria_that_are_changed_decide_on_what_is_weighed_after(office: Office):
    number = office.submitted()
    office.ask("triage.assess", case=number, criterion="confused-behaviour", met=True, motivation="Gezien")
    assert refusal(office, "triage.accept", case=number) == "criteria-unassessed"
    adopt(office, triage__admission="confused-behaviour")
    accepted = office.ask("triage.accept", case=number).events[0]
    assert accepted.header.profile_digest == office.engine.team(GRN).profile_digest


def test_a_budget_that_is_made_smaller_takes_nothing_back(office: Office):
    number = office.accepted()
    office.ask("plan.reserve", case=number, cents=200_000, purpose_of="Een slot")
    adopt(office, plan__budget_cents=100_000)
    assert refusal(office, "plan.reserve", case=number, cents=1, purpose_of="Nog een") == "budget-too-small"
    office.ask("plan.spend", case=number, reservation="B1", cents=150_000)
    assert office.ask("plan.release", case=number, reservation="B1").events


def test_consent_that_comes_to_be_required_is_required(office: Office):
    number = office.submitted()
    for criterion in ("confused-behaviour", "care", "safety", "long-standing", "not-solvable"):
        office.ask("triage.assess", case=number, criterion=criterion, met=True, motivation="Gezien")
    adopt(office, submission__consent_required=True)
    assert refusal(office, "triage.accept", case=number) == "no-consent-recorded"
    office.ask("consent.give", case=number)
    assert office.ask("triage.accept", case=number).events


def test_a_seventh_table_works(office: Office, tmp_path: Path):
    document = profiles.document(profiles.load(invented(tmp_path)))

    def ask(name: str, who: str | None = "pilots-1", /, **fields: Any) -> str:
        return office.engine.run(command(name, **fields), Request(LOGIN, acting_as=who, team=HBR)).stream

    ask("team.establish", None, team=HBR, profile=document)
    ask("team.add-professional", None, team=HBR, partner="pilots", roles=["harbour-master"], name="Ada Verzonnen")
    ask("team.sign-sharing", team=HBR)
    number = ask("intake.submit", question="Het schip drijft", reasons=["adrift"], anonymous=True)
    assert number.startswith("HBR-")
    ask("triage.assess", case=number, criterion="leak", met=True, motivation="Gezien")
    with pytest.raises(Refused) as refused:
        ask("triage.accept", case=number)
    assert refused.value.facts["criteria"] == ("storm", "fog")
    ask("triage.assess", case=number, criterion="fog", met=True, motivation="Gezien")
    ask("triage.assess", case=number, criterion="storm", met=False, motivation="Windstil")
    ask("triage.accept", case=number)
    ask("plan.agree", case=number, what="Slepen", partner="pilots", no_date="continuous", domain="berth", recovery="afloat")
    ask("plan.accept", case=number, agreement="A1")
    ask("plan.fulfil", case=number, agreement="A1")
    later = day_of(office.store.now()) + timedelta(days=30)
    ask("closing.close", case=number, result="moored", note="Vast", aftercare_on=later)
    ask("closing.check-aftercare", case=number, observed="Ligt er nog")
    assert office.case(number).status.value == "closed"
