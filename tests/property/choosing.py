"""Chooses what is asked next: mostly sensible, from how things stand, and by a sequence's mood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from commands import discover, resolve
from commands.base import Command
from domain.case import Case
from domain.membership import functions_in
from infra.engine import Request
from tests.property.wishes import of_cases, of_tables
from tests.property.wishes.looking import CaseLooker, Looker, Wish
from tests.property.wishes.nonsense import nonsense
from tests.property.world import LOGIN, Asked, World, command

NAMES = sorted(discover())


@dataclass(frozen=True)
class Mood:
    """What one sequence is about. All moods together reach further than one average: a slip needs several things at
    once, such as somebody leaving a case that is closed, and its being opened again.

    `focus`: the case that most of it is about, by its place among its table's; `often`: how often each command is asked
    beside what is usual.
    """

    often: dict[str, float]
    focus: int
    focused: float
    nonsense: float
    backdated: float
    tables: float
    elsewhere: float

    @classmethod
    def of(cls, chance: Random) -> Mood:
        often = {name: chance.choices((0.1, 1, 15), (25, 55, 20))[0] for name in NAMES}
        low_or_high = [chance.choice(pair) for pair in ((0.3, 0.85), (0.03, 0.2), (0.03, 0.35), (0.15, 0.35), (0.05, 0.3))]
        return cls(often, chance.randrange(3), *low_or_high)


def choose(world: World, chance: Random, home: Sequence[str], mood: Mood) -> Asked | None:
    """The next command: mostly sensible, sometimes nonsense, sometimes about the past or by another table."""
    team = chance.choice(list(home) if chance.random() > mood.elsewhere else sorted(world.teams))
    look = Looker(world, chance, team)
    look.dear = _dear(world, team, mood)
    case: Case | None = None
    made: Command | None
    if chance.random() < mood.nonsense:
        made = nonsense(world, chance)
    else:
        cases = [c for c in world.cases.values() if team in (c.team, c.team or team)]
        if look.profile.kind == "team" and cases and chance.random() > (mood.tables if of_tables.shares(look) else 0.6):
            case = _one_case(chance, cases, mood)
            made = command("intake.take-up", case=case.number) if not case.team else _of_case(world, chance, mood, case)
        else:
            made = _picked(chance, mood, list(of_tables.wishes(look)), {"team": team})
    if made is None:
        return None
    return Asked(made, _request(world, chance, made, look, case, mood), world.clock.at)


def _of_case(world: World, chance: Random, mood: Mood, case: Case) -> Command:
    return _picked(chance, mood, list(of_cases.wishes(CaseLooker(world, chance, case))), {"case": case.number})


def _dear(world: World, team: str, mood: Mood) -> list[str]:
    """Those who hold something in the case that it is about: they leave, are away and come back more than others."""
    cases = [c for c in world.cases.values() if c.team == team]
    return sorted(cases[mood.focus % len(cases)].holdings()) if cases else []


def _one_case(chance: Random, cases: list[Case], mood: Mood) -> Case:
    """The case that it is about, or another: open mostly, final now and then."""
    if chance.random() < mood.focused:
        return cases[mood.focus % len(cases)]
    open_ = [c for c in cases if c.is_open()]
    return chance.choice(open_ if open_ and chance.random() < 0.9 else cases)


def _picked(chance: Random, mood: Mood, wishes: list[Wish], of: dict[str, str]) -> Command:
    weights = [weight * mood.often[name] for weight, name, _ in wishes]
    _, name, fields = chance.choices(wishes, weights)[0]
    kind = resolve(name)
    own = {k: v for k, v in of.items() if k in kind.model_fields}
    return kind(**own, **{k: v() if callable(v) else v for k, v in fields.items()})


def _who_directs(world: World, team: str, active: Sequence[str]) -> str:
    """The first of a table who directs there, else the first."""
    table, profile = world.teams[team], world.profile(team)
    return next((p for p in active if "coordinator" in functions_in(table, p, profile)), active[0])


def _request(world: World, chance: Random, made: Command, look: Looker, case: Case | None, mood: Mood) -> Request:
    """Who asks it: for an answer somebody of the table that was asked, else who coordinates, or anybody."""
    team = look.team.id
    name = made.command_name()
    if case is not None:
        if name in ("escalation.receive", "escalation.decline-transfer") and case.transfer is not None:
            team = case.transfer.to if case.transfer.to in world.teams else team
        elif name in ("escalation.accept-direction", "escalation.decline-direction") and case.direction_offer is not None:
            team = case.direction_offer.to
        elif name == "escalation.return-direction" and case.direction.team is not None:
            team = case.direction.team
        elif name in ("escalation.accept", "escalation.decline"):
            call = case.escalations.get(getattr(made, "escalation", ""))
            team = call.to if call is not None and call.to in world.teams else team
    known = world.cases.get(getattr(made, "case", ""))
    if case is None and known is not None and known.team:
        team = known.team  # nonsense, by somebody who may ask it
    team = getattr(made, "team", team)
    if team not in world.teams or chance.random() < 0.02:
        team = chance.choice(sorted(world.teams))
    table = world.teams[team]
    active = [p.id for p in table.active()]
    chair = table.chair if table.chair in active else _who_directs(world, team, active)
    if name == "consent.answer-overlap" and case is not None and case.holder in active:
        chair = case.holder
    near = [p for p in active if case is not None and case.team == team and p in case.holdings()]
    others = near if near and chance.random() < 0.7 else active
    who = chair if chance.random() < 0.85 else chance.choice(others if chance.random() < 0.9 else [*table.roster])
    opened = case.opened if case is not None else look.team.established
    when = Looker(world, chance, team).moment(opened) if chance.random() < mood.backdated else None
    return Request(LOGIN, acting_as=who, team=team, occurred_at=when)
