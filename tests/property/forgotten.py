"""What may never be, whatever was asked: written from the promises, with nothing of the engine's own guard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from domain.case import Case, Status
from domain.team import Team

HELD = {Status.SUBMITTED, Status.ASKED, Status.ACTIVE, Status.RESTING, Status.AFTERCARE}


def faults(numbers: Iterable[str], cases: Mapping[str, Case], teams: Mapping[str, Team], budgets: Mapping[str, int]) -> list[str]:
    """What is wrong with these cases. In: also all cases, all teams, and the largest budget each team ever gave a case."""
    return [f"{n}: {fault}" for n in numbers for fault in _of(cases[n], cases, teams, budgets)]


def chairs(teams: Mapping[str, Team]) -> list[str]:
    """Which of these tables have lost their chair."""
    return [f"{name}: chaired by {t.chair}" for name, t in teams.items() if t.chair not in {p.id for p in t.active()}]


def _of(case: Case, cases: Mapping[str, Case], teams: Mapping[str, Team], budgets: Mapping[str, int]) -> Iterator[str]:
    if case.status is Status.IMPORTED:
        return
    team = teams.get(case.team)
    if team is None or not team.exists():
        yield f"belongs to no table ({case.team!r})"
        return
    yield from _money(case, budgets.get(case.team, 0))
    yield from _twice(case, cases)
    for a in case.agreements.values():
        if a.partner not in team.members:
            yield f"{a.id} is of {a.partner}, who never sat at the table"
    if case.status in HELD:
        yield from _held(case, team, teams)


def _held(case: Case, team: Team, teams: Mapping[str, Team]) -> Iterator[str]:
    here = {p.id for p in team.roster.values() if p.left is None}
    if case.holder is None or case.holder not in here:
        yield f"{case.status.value}, held by {case.holder}, who is not on the roster"
    if case.next is None:
        yield f"{case.status.value}, without a next moment"
    elsewhere = case.direction.team is not None and case.direction.team != case.team
    people: dict[str, str | None] = {"contact point": case.contact_point, "local director": case.direction.local}
    people |= {f"responsible for {a.id}": a.responsible for a in case.agreements.values() if a.state in ("proposed", "accepted")}
    people |= {f"cover for {a.professional}": a.cover for a in case.absences}
    people |= {f"professional {p}": p for p in case.professionals}
    people |= {f"{s.id} {m}": m for s in case.subgroups.values() if not s.dissolved for m in s.members}
    if not elsewhere:
        people["director"] = case.direction.director
    yield from (f"{what} is {who}, who is not on the roster" for what, who in people.items() if who and who not in here)
    if elsewhere:
        there = teams.get(case.direction.team or "")
        if there is None or case.direction.director not in {p.id for p in there.roster.values() if p.left is None}:
            yield f"directed by {case.direction.director}, who is not on the roster of {case.direction.team}"
    for a in case.agreements.values():
        if a.state in ("proposed", "accepted") and not team.seated(a.partner):
            yield f"{a.id} is of {a.partner}, who left the table"
    yield from (f"{p} takes part and left the table" for p in case.active_partners() if not team.seated(p))


def _money(case: Case, largest: int) -> Iterator[str]:
    if sum(r.reserved - r.released for r in case.budget.values()) > largest:
        yield "more is reserved than the table ever had"
    for r in case.budget.values():
        if min(r.reserved, r.spent, r.released, r.reserved - r.spent - r.released) < 0:
            yield f"{r.id} is below zero"


def _twice(case: Case, cases: Mapping[str, Case]) -> Iterator[str]:
    if (case.status is Status.MERGED) != (case.merged_into is not None):
        yield f"{case.status.value}, merged into {case.merged_into}"
    into = cases.get(case.merged_into or "")
    if case.merged_into is not None and (into is None or case.number not in into.duplicates):
        yield f"merged into {case.merged_into}, which does not have it"
    for other in case.duplicates:
        if cases[other].merged_into != case.number:
            yield f"has {other}, which was not merged into it"
    if case.successor is not None:
        if case.status not in (Status.TRANSFERRED, Status.REDIRECTED):
            yield f"{case.status.value}, and goes on as {case.successor}"
        if case.successor not in cases or cases[case.successor].predecessor != case.number:
            yield f"goes on as {case.successor}, which does not know it"
