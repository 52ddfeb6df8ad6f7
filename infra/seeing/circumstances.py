"""What is asked of, and in what circumstances: a case, a table or a list as a resource, and the context of the moment."""

from __future__ import annotations

from datetime import date, datetime

from domain.case import Case
from domain.days import day_of
from domain.ids import RESIDENT, Code, EntryId, SubjectId
from domain.membership import Grain, named_in, relation
from domain.permission import Actor, Context, Resource
from domain.team import Team
from infra.policy import ground_of


def resource_of(
    case: Case, actor: Actor, on: date, *, about: SubjectId = RESIDENT, once: frozenset[Grain] = frozenset()
) -> Resource:  # fmt: skip
    """A case as the actor stands to it on a day. `about`: whose data it is about, for a case is frozen for a subject, and
    wholly when that is the resident. `once`: who was ever in it, where its history is at hand (`ever_involved`).
    """
    who = actor.professional
    return Resource(
        kind="case", case=case.number or None, team=case.team,
        relation=relation(case, actor.team, who, actor.organisation, actor.functions, on=on, once=once),
        frozen=bool({RESIDENT, about} & case.restricted), anonymous=case.anonymous, restricted=case.clearance == "restricted",
        named=named_in(case, actor.team, who, on),
    )  # fmt: skip


def resource_of_team(team: Team, actor: Actor, kind: Code = "team") -> Resource:
    """A table as the actor stands to it: `table` to their own, `other` to another."""
    return Resource(kind=kind, team=team.id, relation="table" if actor.professional and actor.team == team.id else "other")


def resource_of_list(kind: Code = "list") -> Resource:
    """What is of no one case: a list over many, the disclosures, the store itself."""
    return Resource(kind=kind)


def context_of(
    case: Case | None, team: Team, actor: Actor, purpose: Code, at: datetime, *, set_up: bool | None = None
) -> Context:  # fmt: skip
    """The circumstances at a moment. In: `team`, the actor's table; `set_up`, whether anybody is on a roster, where that
    is known of more than this table (left out: whether this table, if there is one, has anybody).
    """
    on = day_of(at)
    basis, entry = _basis(case, actor, purpose, on)
    return Context(
        at=at, purpose=purpose, sharing=_shares(team, actor, on), glass=_glass(case, actor, at) if case is not None else None,
        set_up=any(True for _ in team.active()) or not team.id if set_up is None else set_up, basis=basis, entry=entry,
    )  # fmt: skip


def _shares(team: Team, actor: Actor, on: date) -> bool:
    """Whether the actor's organisation is in the table's agreement on data sharing, and that is in force."""
    found = team.sharing
    if found is None or not actor.organisation or not team.seated(actor.organisation):
        return False
    return actor.organisation in found.partners and found.signed <= on and (found.until is None or on <= found.until)


def _glass(case: Case, actor: Actor, at: datetime) -> EntryId | None:
    """The glass that the actor broke in this case and that is not over."""
    mine = (g for g in case.glass.values() if (g.team, g.professional) == (actor.team, actor.professional) and at < g.until)
    return max((g.id for g in mine), key=lambda e: int(e.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")), default=None)


def _basis(case: Case | None, actor: Actor, purpose: Code, on: date) -> tuple[Code, EntryId | None]:
    """What it rests on: the resident's consent, a ground that the actor's organisation recorded, else the register's."""
    if case is not None:
        for c in case.consents.values():
            meant = not c.recipients or actor.organisation in c.recipients
            if (c.subject, c.purpose, c.state_on(on)) == (RESIDENT, purpose, "given") and meant:
                return "consent", c.id
        for g in case.grounds.values():
            if g.partner == actor.organisation:
                return g.kind, g.id
    return ground_of(purpose), None
