"""What an act needs lie ready: streams seen once, the tables that are meant, and the desk that the rule is asked at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from commands.base import OpeningCommand, TeamCommand
from commands.desk import Desk
from domain.case import Case
from domain.days import day_of
from domain.identity import NOBODY
from domain.ids import CaseNumber, Code, ProfessionalId, TeamId
from domain.profile import Profile
from domain.refusal import Conflict, NotFound, Refused
from domain.retention import Term
from domain.team import Team
from infra.engine.act import Act
from infra.engine.finding import Finder
from infra.engine.identity import addressed, on_roster
from infra.engine.log import Log
from infra.engine.streams import Cache, Seen, seen
from infra.policy.identity import number_holders


class Table:
    """Reads for acts. In: the log, who answers what only an index knows, and the organisation's own file of legal terms, if it
    has one. What was seen last is remembered.
    """

    def __init__(self, log: Log, finder: Finder, legal: Path | None = None) -> None:
        self.log, self.finder, self.legal = log, finder, legal
        self.cache = Cache()
        self.profiles: dict[str, Profile] = {}

    def load(self, stream: str, kind: type[Case | Team]) -> Seen:
        """A stream as it stands, read afresh."""
        found = seen(stream, self.log.load(stream), kind)
        if found.records:
            self.cache.put(found)
        return found

    def see(self, act: Act, stream: str, kind: type[Case | Team]) -> Seen:
        """A stream as the act sees it: once, and perhaps as it is remembered."""
        if stream not in act.streams:
            remembered = self.cache.get(stream)
            if remembered is not None:
                act.remembered.append(stream)
            act.streams[stream] = remembered or self.load(stream, kind)
        return act.streams[stream]

    def see_where_it_went_on(self, act: Act, number: CaseNumber | None) -> None:
        """A case that was matched, and where it went on: at another table, or as the case it was merged into."""
        while number is not None and number not in act.streams:
            found = self.see(act, number, Case).state
            assert isinstance(found, Case)
            number = found.successor or found.merged_into

    def check_remembered(self, act: Act) -> None:
        """An append checks the versions it rests on; a refusal, or finding nothing new, must not rest on old ones either."""
        for stream in act.remembered:
            if self.log.version(stream) != act.streams[stream].version:
                raise Conflict("stream-moved", stream=stream)

    def team(self, act: Act, team: TeamId) -> Team:
        """A team as the act sees it; empty when there is none."""
        state = self.see(act, team, Team).state
        assert isinstance(state, Team)
        return state

    def profile(self, team: Team) -> Profile | None:
        """The way of working in force at a table."""
        if not team.profile_json:
            return None
        if team.profile_digest not in self.profiles:
            self.profiles[team.profile_digest] = Profile.model_validate_json(team.profile_json)
        return self.profiles[team.profile_digest]

    def tables(self, act: Act, state: Case | Team) -> tuple[Team, dict[TeamId, Team]]:
        """The actor's table, and the other tables that the case or the command names."""
        command, request = act.command, act.request
        if isinstance(command, TeamCommand):
            assert isinstance(state, Team)
            return (state if state.exists() else Team(id=command.team)), {}
        names: list[TeamId] = list(addressed(command, state)) if isinstance(state, Case) else []
        more = (*command.other_teams(), *(command.other_teams_of(state) if state.exists() else ()))
        teams = {n: self.team(act, n) for n in dict.fromkeys([*names, *more])}
        if request.team is not None:
            chosen = self.team(act, request.team)
            if not chosen.exists():
                raise NotFound("team", request.team)
            return chosen, teams
        for name in names:
            if teams[name].exists() and on_roster(teams[name], request) is not None:
                return teams[name], teams
        if isinstance(command, OpeningCommand) or command.ANYBODY or not names:
            homes = self.finder.teams_of(request.login, request.acting_as)
            if len(homes) != 1:
                raise Refused("which-team" if homes else "not-on-roster", field="team", choices=homes, team="", who="")
            return self.team(act, homes[0]), teams
        own = state.team if isinstance(state, Case) else ""
        raise Refused("not-on-roster", team=own, who=request.acting_as or request.login)

    def desk(self, act: Act, own: Seen | None, team: Team, actor: ProfessionalId | None, teams: dict[TeamId, Team]) -> Desk:
        """The desk: the clock, the actor, the tables and the cases that the act has seen."""
        command = act.command
        opens = isinstance(command, OpeningCommand) or command.OPENS_NUMBER
        others = {s: v.state for s, v in act.streams.items() if isinstance(v.state, Case) and (own is None or s != own.stream)}
        return Desk(
            now=act.now, at=act.at, team=team, actor=actor, cases=others, teams=teams,
            matches=tuple(others) if command.identity() else (),
            history=own.records if own is not None and command.HISTORY else (),
            new_number=self._new_number(team, act.at) if opens and team.prefix else None,
            profile_override=self.profile(team), login=act.request.login, embedded=act.request.embedded,
            terms=self.terms() if command.LEGAL else {},
            number_holders=number_holders() if command.brings_number() else NOBODY,
        )  # fmt: skip

    def terms(self) -> Mapping[Code, Term]:
        """The legal terms of keeping, with the organisation's own."""
        from infra.legal import terms

        return terms(self.legal)

    def _new_number(self, team: Team, at: datetime) -> CaseNumber:
        prefix = f"{team.prefix}-{day_of(at).year}-"
        last = self.log.last_number(prefix)
        return f"{prefix}{int(last.rpartition('-')[2]) + 1 if last else 1:04d}"
