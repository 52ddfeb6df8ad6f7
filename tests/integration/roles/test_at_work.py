"""People at work with their own logins: the same commands, and the database agrees with each."""

import pytest

from domain.refusal import Refused
from tests.integration.engine.office import GRN
from tests.integration.roles.house import House


def test_a_professional_submits(house: House) -> None:
    with house.at_work("member") as me:
        number = me.ask("intake.submit", question="Er is hulp nodig", reasons=["overlast"], name="Di Dichtbij").stream
        assert me.office.case(number).team == GRN


def test_who_is_in_a_case_adds_to_it(house: House) -> None:
    with house.at_work("member") as me:
        outcome = me.ask("intake.supplement", case=house.case, text="De huisarts bevestigt het")
    assert [r.topic for r in outcome.events] == ["case.intake.supplemented"]
    assert {r.recorded_by for r in outcome.events} == {house.logins["member"]}


def test_who_is_not_in_a_case_is_denied_and_that_is_kept(house: House) -> None:
    with house.at_work("outsider") as me:
        with pytest.raises(Refused) as told:
            me.ask("intake.supplement", case=house.case, text="Ik kijk even mee")
        assert told.value.code == "not-allowed"
    with house.owner() as connection:
        found = connection.execute(
            "SELECT outcome FROM casus.disclosures WHERE login = %s AND stream = %s", (house.logins["outsider"], house.case)
        ).fetchall()
    assert ("denied",) in found


def test_a_coordinator_directs(house: House) -> None:
    with house.at_work("coordinator") as me:
        made = me.ask("parties.assign-professional", case=house.case, professional=house.ids["member"])
        assert made.events
        me.ask("team.schedule", team=GRN, on="2026-12-10")
