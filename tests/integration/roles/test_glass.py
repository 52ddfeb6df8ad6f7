"""Glass, and finding a person, with logins of one's own: the database lets in who said why, and nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from domain.event import replay
from domain.refusal import Refused
from domain.team import Team
from infra.cli.show import refs_in
from infra.seeing.gate import Gate
from infra.seeing.persons import Found, find
from infra.seeing.seats import Asker
from tests.integration.engine.office import GRN
from tests.integration.roles.house import PHRASE, House, Worker

REVIEW: dict[str, Any] = {"glass": "BG1", "justified": True, "why": "Het kon niet wachten"}


def gate_of(me: Worker) -> Gate:
    office = me.office
    asker = Asker(me.login, None, None, "database-login")
    return Gate(office.store, asker, lambda t: replay(Team(), office.store.load(t)), office.models.teams_of, lambda: True)


def texts_of(me: Worker, number: str) -> list[object]:
    case = me.office.case(number)
    return list(gate_of(me).case("show", case, me.office.records(number), refs_in(case)).values())


def found(me: Worker, sought: Mapping[str, str]) -> list[Found]:
    return find(gate_of(me), me.office.store.load, sought)


def test_who_broke_glass_sees_the_case_and_who_did_not_does_not(house: House) -> None:
    with house.at_work("outsider") as me:
        assert me.office.records(house.case) == []
        broken = me.ask("access.break-glass", case=house.case, reason="Bewusteloos gevonden", minutes=30)
        assert [r.topic for r in broken.events] == ["case.access.glass-broken"]
        assert PHRASE in texts_of(me, house.case)
    with house.at_work("outsider") as me:
        with pytest.raises(Refused) as told:
            me.ask("monitoring.check", case=house.case, observed="Ik kijk even mee", progress=True)
        assert told.value.code == "not-allowed"
        assert me.office.records(house.other) == []


def test_it_is_reviewed_by_a_privacy_officer_alone(house: House) -> None:
    for who in ("outsider", "member", "coordinator"):
        with house.at_work(who) as me:
            with pytest.raises(Refused) as told:
                me.ask("access.review-glass", case=house.case, **REVIEW)
            assert told.value.code == "not-allowed", who
    with house.at_work("privacy") as officer:
        case = officer.office.case(house.case)
        assert case.glass["BG1"].justified is None
        reviewed = officer.ask("access.review-glass", case=house.case, **REVIEW)
        assert [r.recorded_by for r in reviewed.events] == [house.logins["privacy"]]


def test_a_person_is_found_by_who_is_in_the_case(house: House) -> None:
    with house.at_work("member") as me:
        assert [(f.number, f.team) for f in found(me, {"name": "Ada Verzonnen"})] == [(house.case, GRN)]
        assert found(me, {"name": "Bo Bedacht"}) == []


def test_a_person_is_not_found_by_who_is_not(house: House) -> None:
    with house.at_work("elsewhere") as me:
        assert found(me, {"name": "Ada Verzonnen"}) == []
        assert [f.number for f in found(me, {"name": "Cas Elders"})] == [house.foreign]
