"""given(events).when(command).then(events): a rule tried on its own, without a store, on a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from commands.base import Command, OpeningCommand, TeamCommand
from commands.desk import Desk
from commands.guard import check_effect, check_outcome
from commands.handle import Decided, decide
from domain.case import Case
from domain.days import AMSTERDAM
from domain.event import CORRECTING, Event, Recorded, Stamp, replay
from domain.identity import NumberHolders
from domain.ids import StreamId
from domain.profile import Profile
from domain.refusal import Refused
from domain.team import Team
from infra.engine.identity import addressed
from tests.support.tables import COAST, COAST_TEAM, HARBOUR, HARBOUR_TEAM, LOCK, LOCK_TEAM, MASTER, NOBODY
from tests.support.terms import TERMS

CASE, TWIN, NEW = "HBR-2026-0001", "HBR-2026-0002", "HBR-2026-0003"
LOCK_CASE, LOCK_NEW = "LCK-2026-0001", "LCK-2026-0002"
SUBMITTED_ON = date(2026, 9, 1)
TODAY = date(2026, 12, 1)
HOLDERS = NumberHolders(frozenset({"care", "governance"}), frozenset(), frozenset({"tugs"}))
"""Who may hold a citizen service number: the pilots and the lock-keepers, not the tugs, not the seamen's home."""
TEAMS: Mapping[str, Team] = {HARBOUR: HARBOUR_TEAM, LOCK: LOCK_TEAM, COAST: COAST_TEAM}


def noon(day: date) -> datetime:
    """Noon in Amsterdam on a day, in UTC."""
    return datetime.combine(day, time(12), AMSTERDAM).astimezone(UTC)


@dataclass(frozen=True)
class At:
    """An event with the day on which it happened."""

    day: date
    event: Event


def on(day: date, event: Event) -> At:
    """An event that happened on that day; events without a day follow one another from the submission on."""
    return At(day, event)


Step = Event | At


def history(stream: StreamId, steps: Iterable[Step]) -> tuple[Recorded, ...]:
    """Records of one stream: each event a minute after the one before, from noon on the day of submission."""
    records: list[Recorded] = []
    moment = noon(SUBMITTED_ON)
    for n, step in enumerate(steps, start=1):
        moment = noon(step.day) if isinstance(step, At) else moment + timedelta(minutes=1)
        records.append(Recorded(stream, n, step.event if isinstance(step, At) else step, moment, NOBODY, recorded_at=moment))
    return tuple(records)


def case(*steps: Step, number: StreamId = CASE) -> Case:
    """A case from its events."""
    return replay(Case(), history(number, steps))


@dataclass(frozen=True)
class Situation:
    """What is the case when a command is asked: histories by stream, the tables, who asks, on which day."""

    own: tuple[Recorded, ...] = ()
    cases: Mapping[StreamId, tuple[Recorded, ...]] = field(default_factory=dict)
    teams: Mapping[str, Team] = field(default_factory=lambda: TEAMS)
    team: str = HARBOUR
    actor: str | None = MASTER
    today: date = TODAY
    recorded: date | None = None
    profile: Profile | None = None
    matches: tuple[StreamId, ...] = ()
    number_holders: NumberHolders = HOLDERS
    happened: tuple[tuple[str, Event], ...] = ()
    """What more happened at which table: for whoever stores the situation."""

    def by(self, actor: str | None, team: str | None = None) -> Situation:
        """Somebody else asks, at the same table or another."""
        return replace(self, actor=actor, team=team or self.team)

    def beside(self, number: StreamId, *steps: Step, known: bool = False) -> Situation:
        """Another case lies on the table; `known`: as one that knows the same person."""
        found = {**self.cases, number: history(number, steps)}
        return replace(self, cases=found, matches=(*self.matches, number) if known else self.matches)

    def working_by(self, profile: Profile) -> Situation:
        """The table works by another profile."""
        return replace(self, profile=profile)

    def with_team(self, *events: Event, team: str = HARBOUR) -> Situation:
        """More has happened at a table."""
        old = self.teams[team]
        records = [Recorded(team, 900 + n, e, noon(SUBMITTED_ON), NOBODY) for n, e in enumerate(events)]
        happened = (*self.happened, *((team, e) for e in events))
        return replace(self, teams={**self.teams, team: replay(old, records)}, happened=happened)

    def on_day(self, today: date, recorded: date | None = None) -> Situation:
        """The day on which it happens, and, when it is backdated, the later one on which it is recorded."""
        return replace(self, today=today, recorded=recorded)

    def when(self, command: Command) -> Answer:
        return Answer(self, command)

    # --- how it is decided

    def state(self, command: Command) -> Any:
        if isinstance(command, TeamCommand):
            return self.teams.get(command.team, Team(id=command.team))
        return Case() if isinstance(command, OpeningCommand) else replay(Case(), self.own)

    def desk(self, command: Command) -> Desk:
        state = self.state(command)
        team = state if isinstance(command, TeamCommand) else self.teams[self.team]
        return Desk(
            now=noon(self.recorded or self.today), at=noon(self.today), team=team, actor=self.actor,
            cases={s: replay(Case(), r) for s, r in self.cases.items()},
            teams=self._others(command, state), matches=self.matches,
            history=self.own if command.HISTORY else (), profile_override=self.profile,
            new_number=NEW if self.team == HARBOUR else LOCK_NEW, number_holders=self.number_holders,
            terms=TERMS if command.LEGAL else {},
        )  # fmt: skip

    def _others(self, command: Command, state: Any) -> dict[str, Team]:
        """The tables the command is decided with: those it names, and those that its case names; no more than that."""
        named = list(addressed(command, state)) if isinstance(state, Case) else []
        more = (*command.other_teams(), *(command.other_teams_of(state) if state.exists() else ()))
        return {n: self.teams.get(n, Team(id=n)) for n in (*named, *more)}

    def decide(self, command: Command) -> Decided:
        """Decide, and guard the outcome as it would be stored."""
        decided = decide(command, self.state(command), self.desk(command))
        after = self.after(command, decided)
        touched = {s for s, _ in decided}
        for stream, records in after.histories(command).items():
            found: Case = replay(Case(), records)
            if (stream in touched or command.WHOLE_TEAM) and found.team in after.teams:
                check_outcome(found, after.teams[found.team])
        self._check_effect(command, decided, after)
        return decided

    def _check_effect(self, command: Command, decided: Decided, after: Situation) -> None:
        """What is recorded for an earlier day must do there what it would do today."""
        before, later = self.histories(command), after.histories(command)
        for stream in {s for s, _ in decided} & before.keys():
            events = [e for s, e in decided if s == stream]
            if any(e.TOPIC.startswith(CORRECTING) for e in events):
                continue
            plain = replay(Case(), before[stream])
            for n, event in enumerate(events, start=len(before[stream]) + 1):
                plain = event.apply(plain.but(stamp=Stamp(stream, n, noon(self.today))))
            check_effect(replay(Case(), later[stream]), plain)

    def histories(self, command: Command) -> dict[StreamId, tuple[Recorded, ...]]:
        own = command.own_stream() or NEW
        mine = {} if isinstance(command, TeamCommand) or not self.own else {own: self.own}
        return {**mine, **self.cases}

    def after(self, command: Command, decided: Decided) -> Situation:
        """The situation once what was decided is stored, a minute later on the same day."""
        result = self
        for stream, event in decided:
            result = result._with(command, stream, event)
        return result

    def _with(self, command: Command, stream: StreamId, event: Event) -> Situation:
        moment = noon(self.today)
        if stream in self.teams or (isinstance(command, TeamCommand) and stream == command.team):
            old = self.teams.get(stream, Team(id=stream))
            return replace(self, teams={**self.teams, stream: replay(old, [Recorded(stream, 950, event, moment, NOBODY)])})
        is_own = stream == (command.own_stream() or NEW)
        before = self.own if is_own else self.cases.get(stream, ())
        records = (*before, Recorded(stream, len(before) + 1, event, moment, NOBODY, recorded_at=moment))
        return replace(self, own=records) if is_own else replace(self, cases={**self.cases, stream: records})


@dataclass(frozen=True)
class Answer:
    """A command asked in a situation, with what must come of it."""

    situation: Situation
    command: Command

    def then(self, *expected: Event | tuple[StreamId, Event]) -> Situation:
        """Exactly these events come of it; one for another stream stands with its stream. Out: the situation after."""
        decided = self.situation.decide(self.command)
        own = self.command.own_stream() or NEW
        assert decided == [e if isinstance(e, tuple) else (own, e) for e in expected]
        return self.situation.after(self.command, decided)

    def then_it(self, *topics: str) -> Situation:
        """Events of these topics come of it, in this order; `then_it()` accepts any. Out: the situation after."""
        decided = self.situation.decide(self.command)
        found = tuple(e.TOPIC.split(".", 1)[1] for _, e in decided)
        assert decided
        assert not topics or found == topics
        return self.situation.after(self.command, decided)

    def then_nothing(self) -> None:
        """It is true already: nothing new to record."""
        assert self.situation.decide(self.command) == []

    def then_refused(self, code: str, **facts: object) -> Refused:
        """The rule says no with this code, and these facts among others."""
        with pytest.raises(Refused) as refusal:
            self.situation.decide(self.command)
        refused = refusal.value
        assert (refused.code, {k: refused.facts.get(k) for k in facts}) == (code, facts)
        return refused

    def case(self) -> Case:
        """The own case after it."""
        after = self.situation.after(self.command, self.situation.decide(self.command))
        return replay(Case(), after.own)


def given(*steps: Step, number: StreamId = CASE) -> Situation:
    """A case of the harbour's table to which this happened; without anything, no case at all."""
    return Situation(own=history(number, steps))


def given_table(*events: Event) -> Situation:
    """The harbour's table, and what happened there since it was founded."""
    return Situation().with_team(*events) if events else Situation()
