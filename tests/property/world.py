"""All shipped tables in one log in memory, their cases as they stand, and a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache

from commands import resolve
from commands.base import Command
from domain.case import Case
from domain.days import day_of
from domain.event import Recorded, replay
from domain.profile import Profile
from domain.team import Team
from infra import profiles
from infra.engine import Engine, Outcome, Request
from infra.engine.finding import is_case
from infra.engine.rehearsal import Rehearsal

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
LOGIN = "os-1000"
PARTNERS_WITH_PEOPLE = 5
NAME = "Ada Verzonnen"


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True)
class Asked:
    """One command as it was asked, and when: enough to ask it again in another world."""

    command: Command
    request: Request
    at: datetime

    def __str__(self) -> str:
        fields = self.command.model_dump(mode="json", exclude_none=True)
        told = {k: v for k, v in fields.items() if k != "profile"}
        back = f" happened {self.request.occurred_at:%Y-%m-%d %H:%M}" if self.request.occurred_at else ""
        who = f"{self.request.acting_as or self.request.login}@{self.request.team or '?'}"
        return f"{self.at:%Y-%m-%d %H:%M} {who}: {self.command.command_name()} {told}{back}"


@dataclass
class World:
    """A log with everything in it folded by the domain's own naive `replay`, apart from what the engine keeps."""

    log: Rehearsal
    clock: Clock
    cases: dict[str, Case] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.engine = Engine(self.log, self)

    def fork(self) -> World:
        """The same world, in which from now on other things can happen."""
        other = World(Rehearsal(self.log, clock := Clock(self.clock.at)), clock, dict(self.cases), dict(self.teams))
        other.engine.table.profiles = self.engine.table.profiles  # reading one costs as much as a command
        return other

    # --- what stands

    @property
    def today(self) -> date:
        return day_of(self.clock.at)

    def profile(self, team: str) -> Profile:
        return read(self.teams[team].profile_json)

    def records(self, stream: str) -> list[Recorded]:
        return self.log.load(stream)

    def budgets(self) -> dict[str, int]:
        """The budget that each table gives a case."""
        return {k: self.profile(k).plan.budget_cents.value for k in self.teams if self._has_budget(k)}  # type: ignore[union-attr]

    def _has_budget(self, team: str) -> bool:
        plan = self.profile(team).plan
        return plan is not None and plan.budget_cents is not None

    # --- the engine's finder

    def open_cases(self, team: str) -> list[str]:
        return [n for n, c in self.cases.items() if c.is_open() and team in (c.team, c.direction.team)]

    def teams_of(self, login: str, acting_as: str | None) -> list[str]:
        return [k for k, t in self.teams.items() if acting_as in {p.id for p in t.active()} or t.by_login(login)]

    # --- what happens

    def ask(self, asked: Asked) -> Outcome:
        """Carry a command out, at its moment. Raises what the engine raises."""
        self.clock.at = max(self.clock.at, asked.at)
        outcome = self.engine.run(asked.command, asked.request)
        for stream in outcome.streams:
            self.refold(stream)
        return outcome

    def refold(self, stream: str) -> None:
        if is_case(stream):
            self.cases[stream] = replay(Case(), self.log.load(stream))
        else:
            self.teams[stream] = replay(Team(), self.log.load(stream))


@cache
def read(document: str) -> Profile:
    return Profile.model_validate_json(document)


def command(name: str, /, **fields: object) -> Command:
    """A command by its name, with its fields."""
    return resolve(name)(**fields)


def setting_up(names: tuple[str, ...]) -> Iterator[tuple[str, Command]]:
    """What sets these tables up: who sits there, with whom, on which days."""
    for name in names:
        profile = profiles.load(profiles.find(name))
        yield name, command("team.establish", team=name, profile=profiles.document(profile))
        top = profile.chair_role.value if profile.chair_role else profile.roles[0].id
        seated = [p.id for p in profile.partners if p.since is None or p.since <= START.date()]
        first = profile.chair_partner.value if profile.chair_partner else seated[0]
        partners = [first, *(p for p in seated if p != first)][:PARTNERS_WITH_PEOPLE]
        others = [r.id for r in profile.roles if r.id != top] or [top]
        for n, partner in enumerate(partners):
            roles = [top] if n == 0 else [others[n % len(others)]]
            yield name, command("team.add-professional", team=name, partner=partner, roles=roles, name=NAME)
        yield name, command("team.add-professional", team=name, partner=first, roles=[top], name=NAME)
        yield name, command("team.appoint-chair", team=name, professional=f"{first}-1")
        yield name, command("team.sign-sharing", team=name)


def first_world(names: tuple[str, ...] = profiles.shipped()) -> World:
    """These tables, set up and without a case."""
    clock = Clock()
    world = World(Rehearsal(None, clock), clock)
    for team, each in setting_up(names):
        active = [p.id for p in world.teams[team].active()] if team in world.teams else []
        world.ask(Asked(each, Request(LOGIN, acting_as=active[0] if active else None, team=team), clock.at))
        clock.at += timedelta(minutes=1)
    return world
