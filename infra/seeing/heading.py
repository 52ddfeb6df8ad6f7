"""What stands beside every event of an act: who, in what role, for which table, why, and how sure that is."""

from __future__ import annotations

from domain.event import Header
from domain.functions import Working
from domain.ids import Code, Login, ProfessionalId
from domain.team import Team


def heading(
    team: Team, actor: ProfessionalId | None, working: Working | None, *, login: Login, entered_for: bool, purpose: Code,
    assurance: str, **also: str,
) -> Header:  # fmt: skip
    """In: the actor's table and place on its roster (None: only the login), the way of working, and `also` command,
    correlation, causation and audience. A member for whom another entered it is the actor; who entered it is the store's
    own stamp.
    """
    person = team.roster.get(actor) if actor is not None else None
    return Header(
        actor=actor or login, team=team.id, organisation=person.partner if person else "",
        role=_role(person.roles, working) if person else "set-up", purpose=purpose, command=also.pop("command", ""),
        assurance=assurance + ("+entered-for" if entered_for else ""), profile=team.profile, profile_digest=team.profile_digest,
        **also,
    )  # fmt: skip


def _role(roles: frozenset[str], working: Working | None) -> str:
    """The role somebody acts in: of those they have, the one that is listed first."""
    listed = working.role_order() if working is not None else ()
    return next((role for role in listed if role in roles), min(roles, default=""))
