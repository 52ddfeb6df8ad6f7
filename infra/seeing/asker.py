"""Who asks: from a login, and whom they act for, to the actor whom a decision is about."""

from __future__ import annotations

from domain.functions import CLEARED, Working
from domain.ids import Login, ProfessionalId
from domain.membership import functions_in
from domain.permission import Actor
from domain.team import Team


def actor_in(team: Team, professional: ProfessionalId | None, login: Login, assurance: str, working: Working | None) -> Actor:
    """The actor at a table. Somebody who is not on its roster now is only a login: nothing is theirs to do there."""
    person = team.roster.get(professional) if professional is not None else None
    if person is None or not person.active():
        return Actor(login, team=team.id, assurance=assurance)
    seat = team.members.get(person.partner)
    return Actor(
        login=login, team=team.id, professional=person.id, organisation=person.partner, column=seat.column if seat else "",
        roles=person.roles, functions=functions_in(team, person.id, working), cleared=CLEARED in person.roles,
        assurance=assurance,
    )  # fmt: skip
