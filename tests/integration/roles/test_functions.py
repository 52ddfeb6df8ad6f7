"""What the database takes people's roles to come to is what the domain does, also for who chairs and where nobody directs."""

from typing import Any

from domain.event import replay
from domain.functions import outline
from domain.membership import functions_in
from domain.team import Team
from infra.engine import Request
from tests.integration.engine.office import GRN, ZEI, Office, opened
from tests.integration.roles.house import ZVZ, House
from tests.property.world import LOGIN, setting_up

UNLED = "samen-sterker-almere"


def kept(house: House, team: str) -> dict[str, frozenset[str]]:
    with house.owner() as owner:
        rows = owner.execute("SELECT professional, functions FROM casus.roster WHERE team = %s AND here", (team,)).fetchall()
    return {professional: frozenset(functions) for professional, functions in rows}


def of_the_domain(office: Office, team: str) -> dict[str, frozenset[str]]:
    table = replay(Team(), office.store.load(team))
    return {p.id: functions_in(table, p.id, outline(table.profile_json)) for p in table.active()}


def test_the_tables_that_are_there(house: House) -> None:
    with opened(house.config) as office:
        for team in (GRN, ZEI, ZVZ):
            assert kept(house, team) == of_the_domain(office, team)


def test_who_was_appointed_to_the_chair_directs_and_who_was_before_goes_by_their_roles(house: House) -> None:
    member = house.ids["member"]
    assert kept(house, GRN)[member] == {"professional"}
    with opened(house.config) as office:
        before = office.chair(GRN)
        office.ask("team.appoint-chair", GRN, professional=member)
        assert kept(house, GRN)[member] == {"coordinator"}
        assert kept(house, GRN) == of_the_domain(office, GRN)
        office.ask("team.appoint-chair", GRN, who=before, professional=before)
        assert kept(house, GRN)[member] == {"professional"}


def test_the_chair_goes_to_whoever_takes_over(house: House) -> None:
    with opened(house.config) as office:
        before = office.chair(ZVZ)
        heir = next(p for p, functions in kept(house, ZVZ).items() if functions == {"professional"})
        office.ask("team.professional-leaves", ZVZ, professional=before, successor=heir)
        assert kept(house, ZVZ)[heir] == {"coordinator"}
        assert kept(house, ZVZ) == of_the_domain(office, ZVZ)


def test_where_nobody_directs_everybody_does_who_works_on_cases(house: House) -> None:
    with opened(house.config) as office:
        for team, each in setting_up((UNLED,)):
            if each.command_name() == "team.appoint-chair":
                break
            office.engine.run(_without_direction(office, each), Request(LOGIN, acting_as=office.chair(team), team=team))
        found = kept(house, UNLED)
        assert set(found.values()) == {frozenset({"coordinator"})}
        assert found == of_the_domain(office, UNLED)
        first = next(iter(found))
        office.ask("team.appoint-chair", UNLED, professional=first)
        assert {p for p, functions in kept(house, UNLED).items() if functions == {"coordinator"}} == {first}


def _without_direction(office: Office, command: Any) -> Any:
    """A command to add somebody, in a role that directs nothing."""
    if command.command_name() != "team.add-professional":
        return command
    working = outline(replay(Team(), office.store.load(UNLED)).profile_json)
    role = next(r for r in working.role_order() if r not in working.coordinating_roles())
    return command.model_copy(update={"roles": frozenset({role})})
