"""What goes beyond a case's own people: broken glass, its review, another table that is asked, a restricted case, leaving."""

import psycopg
import pytest

from domain.refusal import Refused
from infra.store.roles.checking import Finding, check
from tests.integration.engine.office import GRN, ZEI, opened
from tests.integration.roles.house import ZVZ, House


def sees(house: House, who: str, number: str) -> bool:
    with house.sql(who) as client:
        row = client.execute("SELECT count(*) FROM casus.stored_events WHERE originator_id = %s", (number,)).fetchone()
    assert row is not None
    return bool(row[0])


def test_glass_is_broken_by_knocking_first_and_lasts_as_long_as_it_says(house: House) -> None:
    assert not sees(house, "outsider", house.other)
    with house.at_work("outsider") as me:
        me.ask("access.break-glass", case=house.other, reason="Niemand bereikbaar", minutes=30)
    assert sees(house, "outsider", house.other)
    with house.at_work("outsider") as me, pytest.raises(Refused):
        me.ask("intake.supplement", case=house.other, text="Dit mag niet op gebroken glas")
    with house.at_work("privacy") as officer:
        [glass] = officer.office.case(house.other).glass
        officer.ask("access.review-glass", case=house.other, glass=glass, justified=True, why="Het kon niet anders")
    with house.owner() as owner:
        owner.execute("UPDATE casus.case_members SET until = now() WHERE grain ~ '^(glass|knock):'")
    assert not sees(house, "outsider", house.other)


def unbroken(house: House) -> list[Finding]:
    with opened(house.config) as office:
        return [found for found in check(office.store) if found.kind == "knock"]


def long_ago(house: House, days: int) -> None:
    """Let what was knocked at, and the glass that was broken, be of so many days ago."""
    back = f"interval '{days} days'"
    with house.owner() as owner:
        owner.execute(f"UPDATE casus.knocks SET at = at - {back}, until = until - {back}".encode())
        owner.execute("ALTER TABLE casus.stored_events DISABLE TRIGGER ALL")
        owner.execute(
            f"UPDATE casus.stored_events SET recorded_at = recorded_at - {back} WHERE topic LIKE '%.glass-broken'".encode()
        )
        owner.execute("ALTER TABLE casus.stored_events ENABLE TRIGGER ALL")
        owner.execute("UPDATE casus.case_members SET until = now() - interval '1 second' WHERE grain ~ '^(glass|knock):'")


def test_each_knock_without_breaking_stays_to_be_seen(house: House) -> None:
    """Also the second, of who broke glass there before."""
    matter = Finding("knock", house.foreign, f"unbroken:{GRN}/{house.ids['outsider']}")
    try:
        with house.at_work("outsider") as me:
            me.ask("access.break-glass", case=house.foreign, reason="Niemand bereikbaar", minutes=30)
        long_ago(house, 180)
        assert matter not in unbroken(house)
        with house.sql("outsider") as client:
            client.execute("SELECT casus.knock(%s)", (house.foreign,))
        assert matter not in unbroken(house)  # there is time still
        long_ago(house, 1)
        assert matter in unbroken(house)
        with house.at_work("outsider") as me:
            me.ask("access.break-glass", case=house.foreign, reason="Weer niemand bereikbaar", minutes=30)
        assert matter in unbroken(house)  # later glass answers for no earlier look
    finally:
        with house.owner() as owner:
            owner.execute("DELETE FROM casus.knocks")
            owner.execute("DELETE FROM casus.case_members WHERE grain ~ '^(glass|knock):'")


def test_a_table_that_is_asked_answers_and_takes_the_case(house: House) -> None:
    with opened(house.config) as office:
        number = office.ask(
            "intake.submit", ZVZ, question="Er is hulp nodig", reasons=["vroege-zorgen"], name="Fien Verhuisd"
        ).stream
        assert not sees(house, "elsewhere", number)
        office.ask("triage.redirect", ZVZ, case=number, to=ZEI, why="Liep al vast")
    assert sees(house, "elsewhere", number)
    with house.at_work("elsewhere") as receiver:
        received = receiver.ask("escalation.receive", case=number)
        new = next(r.stream for r in received.events if r.topic == "case.escalation.received")
        assert receiver.office.case(new).team == ZEI
    assert sees(house, "elsewhere", new)
    assert sees(house, "elsewhere", number)  # its texts stayed where they were recorded
    assert not sees(house, "coordinator", new)


def test_a_restricted_case_is_for_those_named_in_it(house: House) -> None:
    with opened(house.config) as office:
        number = office.accepted(GRN, name="Gé Geheim")
        office.ask("parties.invite", GRN, case=number, partner="vnn")
    assert sees(house, "member", number)
    with opened(house.config) as office:
        office.ask("parties.assign-holder", GRN, case=number, professional=house.ids["coordinator"])
        office.ask("access.set-clearance", GRN, case=number, level="restricted")
    assert not sees(house, "member", number)
    assert sees(house, "coordinator", number)  # by name: holds it
    assert sees(house, "privacy", number)


def test_a_case_that_merges_takes_its_clearance_along_and_keeps_its_own(house: House) -> None:
    with opened(house.config) as office:
        twin, number = office.accepted(GRN, name="Gé Geheim"), office.accepted(GRN, name="Gé Geheim")
        agreement = office.agreed(twin, partner="vnn")
        kept = office.case(twin).agreements[agreement].what
        office.ask("parties.invite", GRN, case=number, partner="vnn")
        office.ask("access.set-clearance", GRN, case=twin, level="restricted")
    assert sees(house, "member", number)
    with opened(house.config) as office:
        office.ask("closing.merge", GRN, case=twin, into=number, why="Dezelfde")
    assert not sees(house, "member", number)
    with opened(house.config) as office:
        office.ask("access.set-clearance", GRN, case=number, level="normal")
    assert sees(house, "member", number)
    assert not sees(house, "member", twin)
    with pytest.raises(psycopg.Error, match="not-in-this-case"):
        reach(house, "member", twin, kept.version)
    with opened(house.config) as office:
        office.ask("access.set-clearance", GRN, case=twin, level="normal")
    assert sees(house, "member", twin)
    reach(house, "member", twin, kept.version)


def reach(house: House, who: str, number: str, version: int) -> None:
    """Ask the database whether they may have keys of a case, where the program's own gate does not stand before it."""
    with house.owner() as owner:
        owner.execute(
            "SELECT casus.check_reach(r, %s, 'shown', ARRAY[%s]) FROM casus.roster r WHERE r.login = %s",
            (number, f"{version}.what", house.logins[who]),
        )


def test_whoever_left_sees_nothing_any_more(house: House) -> None:
    with opened(house.config) as office:
        number = office.submitted(GRN, name="Hein Heen")
        office.ask("parties.invite", GRN, case=number, partner="vnn")
        assert sees(house, "member", number)
        office.ask("team.professional-leaves", GRN, professional=house.ids["member"], successor=house.ids["coordinator"])
    try:
        assert not sees(house, "member", number)
        assert not sees(house, "member", house.case)
        with house.at_work("member") as me, pytest.raises(Refused):
            me.ask("intake.supplement", case=number, text="Nog één ding")
    finally:
        with house.owner() as owner:
            owner.execute("UPDATE casus.roster SET here = true, login = %s WHERE professional = %s AND team = %s",
                          (house.logins["member"], house.ids["member"], GRN))  # fmt: skip
