"""Decides by the policy whether somebody may ask a command, before its rule is asked. A denial is stored, then raised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn

from commands.base import CaseCommand, Command, TeamCommand
from domain.case import Case
from domain.event import Header
from domain.ids import RESIDENT, CaseNumber, Code, ProfessionalId
from domain.permission import Actor, Decision
from domain.profile import Profile
from domain.refusal import Refused
from domain.team import Team
from infra.engine.identity import header_of
from infra.engine.log import Log
from infra.engine.request import Request
from infra.engine.streams import Seen
from infra.policy import usual_purpose
from infra.seeing.asker import actor_in
from infra.seeing.circumstances import resource_of_list, resource_of_team
from infra.seeing.deciding import on_case, on_resource, permit_of, registered, way_in
from infra.store.disclosing import Permit, disclosed


def asking(team: Team, professional: ProfessionalId | None, request: Request, profile: Profile | None) -> tuple[Actor, Request]:
    """Who asks, and the request with its purpose: the usual one for them where none was named. What the register does not
    know is not kept either: it may be anything that somebody typed.
    """
    actor = actor_in(team, professional, request.login, request.assurance, profile)
    return actor, replace(request, purpose=registered(request.purpose or usual_purpose(actor.functions)))


def turned_away(log: Log, command: Command, seen: Seen | None, request: Request) -> None:
    """Store that somebody asked who is on no roster from which that can be asked: only their login is known."""
    made = permit_of(what_of(command), Decision(False, "not-on-roster"))
    asked = replace(request, acting_as=None, purpose=registered(request.purpose or usual_purpose(frozenset())))
    stream, version = (seen.stream, seen.version) if seen is not None else (None, 0)
    header = replace(header_of(asked, "", Team(), None, None), role="")
    log.disclose(disclosed(made, log.store_id, "denied", stream, seen_version=version), header)


def what_of(command: Command) -> str:
    """A command, as the policy names it."""
    return command.command_name().replace(".", "-")


@dataclass(frozen=True, slots=True)
class Gatekeeper:
    """Decides for one act: `header` stands beside its events, `request` has its purpose. `fresh` raises when it was decided on
    what is not so any more, so that a denial is stored once.
    """

    log: Log
    command: Command
    actor: Actor
    team: Team
    header: Header
    request: Request
    fresh: Callable[[], None]
    set_up: bool | None = None
    """Whether anybody is on a roster who could be asked instead; left out: as the table itself says."""

    def permit(self, seen: Seen | None) -> Permit:
        """What the act rests on, on the stream that it decides on (None: a case is opened) or a case that it names.
        Refused as `not-allowed`, with the decision's code, once that was stored.
        """
        decision = self._decide(seen)
        made = permit_of(self.what, decision)
        if decision.allowed:
            return made
        self.fresh()
        stream, version = (seen.stream, seen.version) if seen is not None else (None, 0)
        self.log.disclose(disclosed(made, self.log.store_id, "denied", stream, seen_version=version), self.header)
        about = {"case": stream} if seen is not None and isinstance(seen.state, Case) else {}
        about |= way_in(self.actor, decision.code)
        raise Refused("not-allowed", code=decision.code, action=made.action, team=self.team.id, **about)

    def turn_away(self, case: CaseNumber, code: Code) -> NoReturn:
        """Deny, for this reason, what was asked of a case that is there and that the asker may not even read."""
        made = permit_of(self.what, Decision(False, code))
        self.log.disclose(disclosed(made, self.log.store_id, "denied", case), self.header)
        raise Refused("not-allowed", code=code, action=made.action, team=self.team.id, case=case, **way_in(self.actor, code))

    @property
    def what(self) -> str:
        """The command, as the policy names it."""
        return what_of(self.command)

    def _decide(self, seen: Seen | None) -> Decision:
        now, purpose = self.log.now(), self.request.purpose
        if seen is not None and isinstance(seen.state, Case):
            about = self.command.about if isinstance(self.command, CaseCommand) else RESIDENT
            return on_case(self.what, seen.state, seen.records, self.team, self.actor, purpose=purpose, now=now, about=about)
        of_team = isinstance(self.command, TeamCommand)
        resource = resource_of_team(self.team, self.actor) if of_team else resource_of_list("case")
        return on_resource(self.what, resource, self.team, self.actor, purpose=purpose, now=now, set_up=self.set_up)
