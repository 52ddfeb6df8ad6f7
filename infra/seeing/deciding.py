"""Puts the question to the policy: of a case as somebody stands to it now, or of what is of no one case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.case import Case
from domain.days import day_of
from domain.deciding import action_of, decide
from domain.event import Recorded, steps
from domain.ids import RESIDENT, Code, SubjectId
from domain.membership import ever_involved
from domain.permission import Actor, Decision, Resource
from domain.team import Team
from infra.policy import policy
from infra.seeing.circumstances import context_of, resource_of
from infra.store.disclosing import Permit

NOT_REGISTERED = "not-registered"
GLASS = "access-break-glass"


def registered(purpose: Code) -> Code:
    """A purpose as it is kept: what the register does not know may be anything that somebody typed."""
    return purpose if purpose in policy().purposes else NOT_REGISTERED


def on_case(
    what: str, case: Case, records: Sequence[Recorded], team: Team, actor: Actor, *, purpose: Code, now: datetime,
    about: SubjectId = RESIDENT, set_up: bool | None = None,
) -> Decision:  # fmt: skip
    """Whether somebody may do this with a case. In: the command or query, the case as it stands with its records, the
    actor at their table, the purpose, the moment, whose data it is about, and whether anybody is on a roster.
    """
    today = day_of(now)
    resource = resource_of(case, actor, today, about=about)
    if resource.relation in ("table", "other"):
        # Whoever is no member now may have been one: only then is the history gone through.
        once = ever_involved(after for _, _, after in steps(Case(), records))
        resource = resource_of(case, actor, today, about=about, once=once)
    context = context_of(case, team, actor, purpose, now, set_up=set_up)
    return decide(actor, action_of(policy(), what), resource, context, policy())


def on_resource(
    what: str, resource: Resource, team: Team, actor: Actor, *, purpose: Code, now: datetime, set_up: bool | None = None
) -> Decision:
    """Whether somebody may do this with a table, a list, the store."""
    context = context_of(None, team, actor, purpose, now, set_up=set_up)
    return decide(actor, action_of(policy(), what), resource, context, policy())


def way_in(actor: Actor, code: Code) -> dict[str, str]:
    """Of a refusal for having no part in a case: the fact that names how to look all the same, for whoever may ever do so."""
    rules = policy()
    may = any(rules.rules[f].actions.get(rules.classes[GLASS]) for f in actor.functions)
    return {"glass": GLASS.replace("-", " ", 1)} if may and code in ("not-member", "former-member") else {}


def permit_of(what: str, decision: Decision) -> Permit:
    """What a decision leaves behind in every disclosure that rests on it."""
    action = action_of(policy(), what)
    return Permit(action.name or "none", action.what, decision.code, policy().digest, decision.basis or "none", decision.entry)
