"""A resident known at another table: whoever names them sees nothing of it, and the follower lets that table's holder know."""

import uuid

import psycopg
import pytest

from infra.engine.delivering import deliver
from tests.integration.engine.office import GRN, ZEI, opened
from tests.integration.roles.by_hand import record
from tests.integration.roles.house import ZVZ, House
from tests.integration.roles.test_appending_by_hand import last, who

NUMBER = {"name": "Zeno Overal", "birth_date": "1971-03-04"}


def noticed(house: House, number: str) -> list[str]:
    with opened(house.config) as office:
        return [r.topic for r in office.records(number) if "overlap" in r.topic]


def test_the_other_table_is_told_by_the_follower_and_nobody_else(house: House) -> None:
    with opened(house.config) as office:
        known = office.submitted(ZEI, **NUMBER)
    with house.at_work("member") as me:
        outcome = me.ask("intake.submit", question="Er is hulp nodig", reasons=["overlast"], **NUMBER)
    asker = outcome.stream
    assert {r.stream for r in outcome.events} == {asker}
    assert outcome.duplicates == ()
    assert noticed(house, known) == []
    with opened(house.config_of("projector")) as follower:
        assert deliver(follower.store) == 1
        assert deliver(follower.store) == 0
        follower.models.catch_up()
    assert noticed(house, known) == ["case.consent.overlap-noticed"]
    with house.at_work("elsewhere") as holder:
        case = holder.office.case(known)
        [probe] = case.probes.values()
        assert (probe.team, probe.case) == (GRN, asker)
        holder.ask("consent.answer-overlap", case=known, probe=probe.id, tell=True, why="Samen verder")
    assert noticed(house, asker) == []
    with opened(house.config_of("projector")) as follower:
        deliver(follower.store)
    assert noticed(house, asker) == ["case.consent.overlap-told"]


def asked(house: House, **identity: str) -> str:
    with house.at_work("member") as me:
        return str(me.ask("intake.submit", question="Er is hulp nodig", reasons=["overlast"], **identity).stream)


def told(house: House) -> None:
    with opened(house.config_of("projector")) as follower:
        deliver(follower.store)


@pytest.mark.parametrize("shared", ["name", "birth_date"])
def test_one_value_alone_is_not_the_same_person(house: House, shared: str) -> None:
    own = {"name": f"Ida {shared}".replace("_", ""), "birth_date": "1962-01-02" if shared == "name" else "1962-01-03"}
    other = {"name": "Ode Anders", "birth_date": "1963-01-02"} | {shared: own[shared]}
    with opened(house.config) as office:
        known, alike = office.submitted(ZEI, **own), office.submitted(ZEI, name=own["name"])
    asked(house, **other)
    told(house)
    assert noticed(house, known) == noticed(house, alike) == []
    asked(house, **own)  # the control: both values are the same person
    told(house)
    assert noticed(house, known) == ["case.consent.overlap-noticed"]
    assert noticed(house, alike) == []


@pytest.mark.parametrize("where", ["there", "here"])
def test_what_was_taken_back_before_it_was_said_is_not_said(house: House, where: str) -> None:
    who = {"name": f"Ruud {where}", "birth_date": "1964-01-02"}
    with opened(house.config) as office:
        known = office.submitted(ZEI, **who)
    here = asked(house, **who)
    with opened(house.config) as office:
        number, team = (known, ZEI) if where == "there" else (here, GRN)
        named = next(r.version for r in office.records(number) if r.topic == "case.intake.subject-identified")
        office.ask("correcting.withdraw", team, case=number, entry=named, why="Dit was iemand anders")
    told(house)
    assert noticed(house, known) == []


def test_the_follower_s_login_records_nothing_else(house: House) -> None:
    facts = {"probe": "O9", "team": GRN, "case": house.other}
    with house.sql("projector") as client:
        for topic in ("case.consent.overlap-noticed", "case.closing.closed", "team.team.roles-changed"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: not-the-follower-s"):
                record(client, house.foreign, last(house, house.foreign) + 1, topic, who(house, "coordinator"), facts,
                       command=uuid.uuid4().hex)  # fmt: skip


def writes(house: House, number: str, topic: str, facts: dict[str, str]) -> None:
    """The follower's login records this by hand, in a case that no notice is for: refused."""
    with house.sql("projector") as client, pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: not-the-follower-s"):
        record(client, number, last(house, number) + 1, topic, who(house, "coordinator"), facts, command=uuid.uuid4().hex)


def test_while_a_notice_waits_the_follower_s_login_writes_into_no_other_case(house: House) -> None:
    person = {"name": "Yfke Overal", "birth_date": "1972-03-04"}
    with opened(house.config) as office:
        known, bystander = office.submitted(ZEI, **person), office.submitted(ZEI, name="Bij Stander")
    with house.at_work("member") as me:
        asker = me.ask("intake.submit", question="Er is hulp nodig", reasons=["overlast"], **person).stream
    facts = {"probe": "O1", "team": GRN, "case": asker}
    for number in (bystander, house.foreign, house.case):
        writes(house, number, "case.consent.overlap-noticed", facts)
    writes(house, known, "case.consent.overlap-noticed", {**facts, "team": ZVZ})
    with opened(house.config_of("projector")) as follower:
        deliver(follower.store)
    with house.at_work("elsewhere") as holder:
        [probe] = holder.office.case(known).probes
        holder.ask("consent.answer-overlap", case=known, probe=probe, tell=True, why="Samen verder")
    for number in (bystander, house.case):
        writes(house, number, "case.consent.overlap-told", {"team": ZEI})
    with opened(house.config_of("projector")) as follower:
        deliver(follower.store)
    assert noticed(house, known) == ["case.consent.overlap-noticed", "case.consent.overlap-answered"]
    assert noticed(house, asker) == ["case.consent.overlap-told"]


def test_the_follower_keeps_the_tables_up_under_its_own_login(house: House) -> None:
    with house.at_work("member") as me:
        number = me.ask("intake.submit", question="Er is hulp nodig", reasons=["overlast"], name="Ed Even").stream
    with opened(house.config_of("projector")) as follower:
        follower.models.catch_up()
    with house.sql("coordinator") as client:
        assert client.execute("SELECT 1 FROM casus_read.cases_v1 WHERE number = %s", (number,)).fetchone()


def test_a_rebuild_keeps_rights_and_rows_apart(house: House) -> None:
    with opened(house.config) as office:
        office.models.rebuild(["cases"])
    with house.sql("member") as client:
        seen = {row[0] for row in client.execute("SELECT number FROM casus_read.cases_v1")}
    assert house.case in seen
    assert house.other not in seen
