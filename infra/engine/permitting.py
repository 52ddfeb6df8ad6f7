"""Decides by the policy whether somebody may ask a command, before its rule is asked. A denial is stored, then raised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn

from commands.base import CaseCommand, Command, TeamCommand
from domain.case import Case
from domain.days import day_of
from domain.deciding import action_of, decide
from domain.event import Header, steps
from domain.ids import RESIDENT, CaseNumber, Code, ProfessionalId
from domain.membership import ever_involved
from domain.permission import Action, Actor, Decision
from domain.profile import Profile
from domain.refusal import Refused
from domain.team import Team
from infra.engine.log import Log
from infra.engine.request import Request
from infra.engine.streams import Seen
from infra.policy import policy, usual_purpose
from infra.seeing.asker import actor_in
from infra.seeing.circumstances import context_of, resource_of, resource_of_list, resource_of_team
from infra.store.disclosing import Permit, disclosed

NOT_REGISTERED = "not-registered"


def asking(team: Team, professional: ProfessionalId | None, request: Request, profile: Profile | None) -> tuple[Actor, Request]:
    """Who asks, and the request with its purpose: the usual one for them where none was named. What the register does not
    know is not kept either: it may be anything that somebody typed.
    """
    actor = actor_in(team, professional, request.login, request.assurance, profile)
    purpose = request.purpose or usual_purpose(actor.functions)
    return actor, replace(request, purpose=purpose if purpose in policy().purposes else NOT_REGISTERED)


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

    def permit(self, seen: Seen | None) -> Permit:
        """What the act rests on, on the stream that it decides on (None: a case is opened) or a case that it names.
        Refused as `not-allowed`, with the decision's code, once that was stored.
        """
        action = action_of(policy(), self.command.command_name().replace(".", "-"))
        decision = self._decide(action, seen)
        basis = decision.basis or "none"
        made = Permit(action.name or "none", action.what, decision.code, policy().digest, basis, decision.entry)
        if decision.allowed:
            return made
        self.fresh()
        stream, version = (seen.stream, seen.version) if seen is not None else (None, 0)
        self.log.disclose(disclosed(made, self.log.store_id, "denied", stream, seen_version=version), self.header)
        about = {"case": stream} if seen is not None and isinstance(seen.state, Case) else {}
        raise Refused("not-allowed", code=decision.code, action=made.action, team=self.team.id, **about)

    def turn_away(self, case: CaseNumber, code: Code) -> NoReturn:
        """Deny, for this reason, what was asked of a case that is there and that the asker may not even read."""
        action = action_of(policy(), self.command.command_name().replace(".", "-"))
        made = Permit(action.name or "none", action.what, code, policy().digest, "none")
        self.log.disclose(disclosed(made, self.log.store_id, "denied", case), self.header)
        raise Refused("not-allowed", code=code, action=made.action, team=self.team.id, case=case)

    def _decide(self, action: Action, seen: Seen | None) -> Decision:
        now = self.log.now()
        today, about = day_of(now), self.command.about if isinstance(self.command, CaseCommand) else RESIDENT
        state = seen.state if seen is not None else None
        case = state if isinstance(state, Case) else None
        context = context_of(case, self.team, self.actor, self.request.purpose, now)
        if case is None:
            of_team = isinstance(self.command, TeamCommand)
            resource = resource_of_team(self.team, self.actor) if of_team else resource_of_list("case")
            return decide(self.actor, action, resource, context, policy())
        resource = resource_of(case, self.actor, today, about=about)
        if resource.relation in ("table", "other") and seen is not None:
            # Whoever is no member now may have been one: only then is the history gone through.
            once = ever_involved(after for _, _, after in steps(Case(), seen.records))
            resource = resource_of(case, self.actor, today, about=about, once=once)
        return decide(self.actor, action, resource, context, policy())
