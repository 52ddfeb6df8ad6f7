"""Who acts, and for which table: from the login (or whom they enter it for) to a place on a roster."""

from __future__ import annotations

from collections.abc import Iterator

from commands.base import CaseCommand, Command, TeamCommand
from domain.case import Case
from domain.event import Header
from domain.functions import Working
from domain.ids import ProfessionalId, TeamId
from domain.refusal import Refused
from domain.team import Team
from infra.engine.request import Request
from infra.seeing.heading import heading


def addressed(command: Command, case: Case) -> Iterator[TeamId]:
    """The tables that may be meant, the likeliest first: who was asked something, for an answer; else the case's own."""
    if not isinstance(command, CaseCommand):
        return
    if command.FOREIGN:
        if case.direction_offer is not None:
            yield case.direction_offer.to
        if case.transfer is not None and case.transfer.kind == "team":
            yield case.transfer.to
        yield from (e.to for e in case.open_escalations() if e.kind == "team")
        if case.direction.team:
            yield case.direction.team
    if case.team:
        yield case.team


def on_roster(team: Team, request: Request) -> ProfessionalId | None:
    """The asker's place on a roster, or None."""
    if request.acting_as is not None:
        found = team.roster.get(request.acting_as)
        return found.id if found is not None and found.active() else None
    known = team.by_login(request.login)
    return known.id if known is not None else None


def actor_of(command: Command, team: Team, request: Request) -> ProfessionalId | None:
    """Who acts at this table. Setting a table up is for whoever has the store: until somebody is on the roster there
    is nobody else. Refused otherwise for one who is not on it.
    """
    found = on_roster(team, request)
    if found is not None:
        return found
    if isinstance(command, TeamCommand) and next(team.active(), None) is None:
        return None
    raise Refused("not-on-roster", team=team.id, who=request.acting_as or request.login)


def header_of(request: Request, command_id: str, team: Team, actor: ProfessionalId | None, working: Working | None) -> Header:
    """What stands beside every event of a command."""
    return heading(
        team, actor, working, login=request.login, entered_for=request.acting_as is not None, purpose=request.purpose,
        assurance=request.assurance, command=command_id, correlation=request.correlation, causation=request.causation,
        audience=request.audience,
    )  # fmt: skip
