"""Who is in a case at this moment, and how somebody stands to it: from the case alone, never from a table that may lag.

Three grains: `professional` (somebody of the case's own table by name; another table's director as `team/id`), `partner`
(an organisation at that table) and `table` (its coordinators; another table that was asked something about the case).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from domain.case import IN_TRIAGE, Case
from domain.functions import Working, functions_of
from domain.ids import Code, PartnerId, ProfessionalId, TeamId
from domain.team import Team

Grain = tuple[str, str]


class Part(NamedTuple):
    """A part that somebody has in a case, by grain and id; from `start` to `until`, both included, where it ends by itself."""

    kind: Code
    id: str
    start: date | None = None
    until: date | None = None

    def on(self, day: date) -> bool:
        """Whether it holds on a day."""
        return (self.start is None or self.start <= day) and (self.until is None or day <= self.until)


def parts(case: Case) -> frozenset[Part]:
    """Every part that somebody has in a case as it stands, those included that ended by themselves or have yet to begin."""
    named = {Part("professional", p) for p in case.but(absences=()).holdings()}
    covers = {Part("professional", a.cover, a.start, a.until) for a in case.absences}
    partners = {Part("partner", p) for p in _partners(case)}
    return frozenset(named | covers | partners | set(_tables(case)))


def involved(case: Case, on: date | None = None) -> frozenset[Grain]:
    """Who is in a case, by grain and id: on a day, or whenever its parts hold."""
    return frozenset((p.kind, p.id) for p in parts(case) if on is None or p.on(on))


def ever_involved(states: Iterable[Case]) -> frozenset[Grain]:
    """Who was in a case at any moment. In: the states that it went through."""
    return frozenset[Grain]().union(*map(involved, states))


def relation(
    case: Case, team: TeamId, professional: ProfessionalId | None, organisation: PartnerId, functions: frozenset[Code], *,
    on: date, once: frozenset[Grain] = frozenset(),
) -> Code:  # fmt: skip
    """How somebody at a table stands to a case on a day: own, table, asked, former, other; `none` to a case that no table
    took up. In: `once`, who was ever in it (`ever_involved`), where its history is at hand.
    """
    if not case.team:
        return "none"
    now = involved(case, on)
    if team == case.team:
        mine = {("professional", professional or ""), ("partner", organisation)}
        if "coordinator" in functions or mine & now:
            return "own"
        return "former" if mine & (once | involved(case)) else "table"
    mine = {("professional", f"{team}/{professional}")}
    if mine & now:
        return "own"
    if ("table", team) in now:
        return "asked"
    return "former" if {*mine, ("table", team)} & (once | involved(case)) else "other"


def functions_in(team: Team, who: ProfessionalId, working: Working | None) -> frozenset[Code]:
    """What the policy knows somebody of a table as; nothing for one who is not on its roster now.

    Who was appointed to the chair directs, whatever their roles. Where nobody directs, everybody does who works on cases:
    a table is not to be left without anyone who may set it right.
    """
    person = team.roster.get(who)
    if person is None or not person.active():
        return frozenset()
    found = functions_of(person.roles, working)
    if "professional" not in found or (team.chair != who and _directed(team, working)):
        return found
    return found - {"professional"} | {"coordinator"}


def _directed(team: Team, working: Working | None) -> bool:
    """Whether somebody directs at a table now: the chair, or who has a role that does."""
    directing = working.coordinating_roles() if working is not None else frozenset[Code]()
    return any(p.id == team.chair or p.roles & directing for p in team.active())


def named_in(case: Case, team: TeamId, professional: ProfessionalId | None, on: date) -> bool:
    """Whether somebody is in a case by name, not only as somebody of a partner or a table."""
    who = professional or ""
    return ("professional", who if team == case.team else f"{team}/{who}") in involved(case, on)


def _partners(case: Case) -> Iterator[PartnerId]:
    """Joined or invited; who submitted it, until triage has answered; who answers for an open agreement."""
    yield from (p for p, i in case.partners.items() if i.state in ("joined", "invited"))
    if case.submitter is not None and case.status in IN_TRIAGE:
        yield case.submitter
    yield from (a.partner for a in case.open_agreements())


def _tables(case: Case) -> Iterator[Part]:
    """Its own table, those that were asked something about it, and the one that directs it for a time with its director."""
    if case.team:
        yield Part("table", case.team)
    direction = case.direction
    if direction.team and direction.team != case.team:
        last = direction.until - timedelta(days=1) if direction.until is not None else None
        yield Part("table", direction.team, None, last)
        if direction.director:
            yield Part("professional", f"{direction.team}/{direction.director}", None, last)
    if case.direction_offer is not None:
        yield Part("table", case.direction_offer.to)
    if case.transfer is not None and case.transfer.kind == "team":
        yield Part("table", case.transfer.to)
    yield from (Part("table", e.to) for e in case.open_escalations() if e.kind == "team")
