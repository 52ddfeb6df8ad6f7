"""The engine: one command in, its events appended or a refusal out."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime

from commands.base import CaseCommand, Command, OpeningCommand, TeamCommand
from commands.desk import Desk
from commands.handle import Decided, decide
from domain.case import Case
from domain.days import day_of
from domain.event import Header, Recorded
from domain.ids import CaseNumber, TeamId
from domain.profile import Profile
from domain.refusal import Conflict, NotFound, Refused
from domain.team import Team
from infra.engine import matching
from infra.engine.content import content_digest
from infra.engine.finding import Finder
from infra.engine.guarding import guard
from infra.engine.identity import actor_of, addressed, header_of, on_roster
from infra.engine.log import Log
from infra.engine.request import Outcome, Request
from infra.engine.streams import Cache, Seen, seen
from infra.store.disclosing import Permit
from infra.store.draft import Draft, Receipt

ATTEMPTS = 12
"""How often an act is decided anew when somebody else was first, before it is refused as a conflict."""


@dataclass(slots=True)
class _Act:
    """One attempt at a command: what was read for it."""

    command: Command
    request: Request
    command_id: str
    at: datetime
    now: datetime
    permit: Permit = field(default_factory=Permit)
    """What it was decided on that they may; it stands in every disclosure that the act needs."""
    streams: dict[str, Seen] = field(default_factory=dict)
    remembered: list[str] = field(default_factory=list)


class Engine:
    """Carries commands out on one store. For one thread, as its store is.

    `finder` answers what only an index over all streams knows: which cases a team has open, where a login is at home.
    """

    def __init__(self, store: Log, finder: Finder) -> None:
        self.store = store
        self.finder = finder
        self._cache = Cache()
        self._profiles: dict[str, Profile] = {}

    def run(self, command: Command, request: Request) -> Outcome:
        """Carry a command out: decide, guard, append; again on fresh state when a stream had moved.

        Raises `Refused`, `NotFound`, or `Conflict` (somebody else keeps being first; a command id used for something
        else). Nothing is stored then. The same command id again gives what it gave before.
        """
        command_id = request.command_id or uuid.uuid4().hex
        digest = content_digest(self.store, command, request)
        if request.command_id is not None and (known := self.store.receipt(command_id)) is not None:
            if known.digest != digest:
                raise Conflict("command-id-reused", command=command_id)
            return self._known(command_id, known.result)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._attempt(command, request, command_id, digest)
            except Conflict as conflict:
                self._cache.clear()
                if conflict.code != "stream-moved" or attempt == ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def case(self, number: CaseNumber) -> Seen:
        """A case as it stands, read afresh; `NotFound` when there is none."""
        found = self._load(number, Case)
        if not found.state.exists():
            raise NotFound("case", number)
        return found

    def team(self, team: TeamId) -> Team:
        """A team as it stands, read afresh; `NotFound` when there is none."""
        found = self._load(team, Team).state
        if not found.exists():
            raise NotFound("team", team)
        assert isinstance(found, Team)
        return found

    def desk(self, number: CaseNumber, request: Request) -> tuple[Case, Desk]:
        """A case and the desk as its own table would have it: for looking at what can be done, without doing it."""
        now = self.store.now()
        act = _Act(CaseCommand(case=number), request, "", request.occurred_at or now, now)
        case = self.case(number)
        act.streams[number] = case
        assert isinstance(case.state, Case)
        team, desk = self._table(act, case.state)
        actor = on_roster(team, request)
        return case.state, self._desk(act, case, team, actor, desk)

    # --- one attempt

    def _attempt(self, command: Command, request: Request, command_id: str, digest: bytes) -> Outcome:
        whole = command.WHOLE_TEAM and isinstance(command, TeamCommand)
        held = self.store.exclusive([command.own_stream() or ""]) if whole else nullcontext()
        with held:
            if whole:
                self._cache.clear()
            now = self.store.now()
            act = _Act(command, request, command_id, request.occurred_at or now, now)
            try:
                return self._decide(act, digest)
            except Conflict:
                raise
            except Refused:
                self._check_remembered(act)
                raise

    def _decide(self, act: _Act, digest: bytes) -> Outcome:
        command = act.command
        own = command.own_stream()
        state: Case | Team = Case()
        if own is not None:
            state = self._see(act, own, Team if isinstance(command, TeamCommand) else Case).state
        if isinstance(command, CaseCommand) and not state.exists():
            raise NotFound("case", command.case)
        team, teams = self._table(act, state)
        actor = actor_of(command, team, act.request)
        if isinstance(command, TeamCommand) and command.WHOLE_TEAM:
            for number in self.finder.open_cases(command.team):
                self._see(act, number, Case)
        header = header_of(act.request, act.command_id, team, actor, self._profile(team))
        identity: dict[str, str] = command.identity()
        if identity and isinstance(state, Case):
            identity, found = matching.looked_for(self.store, identity, state, own, header, act.permit)
            for number in found:
                self._see_where_it_went_on(act, number)
        for number in command.other_cases() + (command.other_cases_of(state) if state.exists() else ()):
            self._see(act, number, Case)
        act.now = self.store.now()  # after all that was read: what happens now comes after what happened before
        act.at = act.request.occurred_at or act.now
        desk = self._desk(act, act.streams.get(own or ""), team, actor, teams)
        decided = decide(command, state, desk)
        guard(
            dict(act.streams), decided, lambda s: self._when(act, s), header,
            whole=command.WHOLE_TEAM, team_of=lambda t: self._team(act, t), profile_of=self._profile,
        )  # fmt: skip
        stream = own or desk.new_number or ""
        if not decided:
            self._check_remembered(act)
        if act.request.dry_run:
            return Outcome(act.command_id, stream, tuple(self._drafted(act, decided, header)))
        receipt = Receipt(act.command_id, digest, _result(stream, decided))
        return self._append(act, decided, header, receipt, stream, identity)

    def _append(
        self, act: _Act, decided: Decided, header: Header, receipt: Receipt, stream: str, identity: dict[str, str]
    ) -> Outcome:
        touched = {s for s, _ in decided}
        expected = {s: act.streams[s].version if s in act.streams else 0 for s in touched}
        reads = {s: v.version for s, v in act.streams.items() if s not in touched and self._rests_on(act, s, touched)}
        drafts = [Draft(s, e, header, None if (at := self._when(act, s)) == act.now else at) for s, e in decided]
        tokens = matching.tokens(identity, stream) if identity and decided else ()
        appended = self.store.append(drafts, expected=expected, reads=reads, receipt=receipt, tokens=tokens, permit=act.permit)
        if appended.again:
            self._cache.drop(touched)
            return self._known(act.command_id, appended.receipt.result)
        for s in touched:
            before = act.streams.get(s)
            records = [r for r in appended if r.stream == s]
            kind = Team if records[0].topic.startswith("team.") else Case
            self._cache.put(before.extended(records) if before else seen(s, records, kind))
        own_duplicates = tuple(
            s for s, v in sorted(act.streams.items())
            if identity and s != stream and isinstance(v.state, Case) and v.state.team == header.team and v.state.is_open()
        )  # fmt: skip
        return Outcome(act.command_id, stream, tuple(appended), False, tuple(sorted(touched)), own_duplicates)

    def _drafted(self, act: _Act, decided: Decided, header: Header) -> Iterator[Recorded]:
        """What would be stored, as it would be numbered."""
        last = {s: v.version for s, v in act.streams.items()}
        for stream, event in decided:
            last[stream] = last.get(stream, 0) + 1
            yield Recorded(stream, last[stream], event, self._when(act, stream), header)

    def _rests_on(self, act: _Act, stream: str, touched: set[str]) -> bool:
        """Whether the outcome would be another if that stream had moved: every team that was consulted, and, when
        nothing but a receipt is stored, nothing at all.
        """
        return bool(touched) and isinstance(act.streams[stream].state, Team)

    def _when(self, act: _Act, stream: str) -> datetime:
        """When what was decided for a stream happened. What an act sets off at another table, or in every case that
        somebody leaves, happens when it is recorded, whenever the act itself did; and that is after all that was seen.
        """
        if act.request.occurred_at is not None and self._together(act, stream):
            return act.request.occurred_at
        seen = act.streams.get(stream)
        return max([act.now, *(r.occurred_at for r in seen.records)]) if seen is not None else act.now

    def _together(self, act: _Act, stream: str) -> bool:
        """Whether a stream is the act's own, or a case of the same table that it names."""
        own = act.command.own_stream()
        if stream == own or stream not in act.streams:
            return True
        mine, other = act.streams[own].state if own in act.streams else None, act.streams[stream].state
        return isinstance(mine, Case) and isinstance(other, Case) and mine.team == other.team

    # --- what an act needs

    def _table(self, act: _Act, state: Case | Team) -> tuple[Team, dict[TeamId, Team]]:
        """The actor's table, and the other tables that the case or the command names."""
        command, request = act.command, act.request
        if isinstance(command, TeamCommand):
            assert isinstance(state, Team)
            return (state if state.exists() else Team(id=command.team)), {}
        names: list[TeamId] = list(addressed(command, state)) if isinstance(state, Case) else []
        more = (*command.other_teams(), *(command.other_teams_of(state) if state.exists() else ()))
        teams = {n: self._team(act, n) for n in dict.fromkeys([*names, *more])}
        if request.team is not None:
            chosen = self._team(act, request.team)
            if not chosen.exists():
                raise NotFound("team", request.team)
            return chosen, teams
        for name in names:
            if teams[name].exists() and on_roster(teams[name], request) is not None:
                return teams[name], teams
        if isinstance(command, OpeningCommand) or not names:
            homes = self.finder.teams_of(request.login, request.acting_as)
            if len(homes) != 1:
                raise Refused("which-team" if homes else "not-on-roster", field="team", choices=homes, team="", who="")
            return self._team(act, homes[0]), teams
        own = state.team if isinstance(state, Case) else ""
        raise Refused("not-on-roster", team=own, who=request.acting_as or request.login)

    def _desk(self, act: _Act, own: Seen | None, team: Team, actor: str | None, teams: dict[TeamId, Team]) -> Desk:
        command = act.command
        opens = isinstance(command, OpeningCommand) or command.OPENS_NUMBER
        others = {s: v.state for s, v in act.streams.items() if isinstance(v.state, Case) and (own is None or s != own.stream)}
        return Desk(
            now=act.now, at=act.at, team=team, actor=actor, cases=others, teams=teams,
            matches=tuple(others) if command.identity() else (),
            history=own.records if own is not None and command.HISTORY else (),
            new_number=self._new_number(team, act.at) if opens and team.prefix else None,
            profile_override=self._profile(team), login=act.request.login, embedded=act.request.embedded,
        )  # fmt: skip

    def _new_number(self, team: Team, at: datetime) -> CaseNumber:
        prefix = f"{team.prefix}-{day_of(at).year}-"
        last = self.store.last_number(prefix)
        return f"{prefix}{int(last.rpartition('-')[2]) + 1 if last else 1:04d}"

    def _profile(self, team: Team) -> Profile | None:
        if not team.profile_json:
            return None
        if team.profile_digest not in self._profiles:
            self._profiles[team.profile_digest] = Profile.model_validate_json(team.profile_json)
        return self._profiles[team.profile_digest]

    def _team(self, act: _Act, team: TeamId) -> Team:
        state = self._see(act, team, Team).state
        assert isinstance(state, Team)
        return state

    def _see(self, act: _Act, stream: str, kind: type[Case | Team]) -> Seen:
        if stream not in act.streams:
            remembered = self._cache.get(stream)
            if remembered is not None:
                act.remembered.append(stream)
            act.streams[stream] = remembered or self._load(stream, kind)
        return act.streams[stream]

    def _see_where_it_went_on(self, act: _Act, number: CaseNumber | None) -> None:
        """A case that was matched, and where it went on: at another table, or as the case it was merged into."""
        while number is not None and number not in act.streams:
            found = self._see(act, number, Case).state
            assert isinstance(found, Case)
            number = found.successor or found.merged_into

    def _check_remembered(self, act: _Act) -> None:
        """An append checks the versions it rests on; a refusal, or finding nothing new, must not rest on old ones either."""
        for stream in act.remembered:
            if self.store.version(stream) != act.streams[stream].version:
                raise Conflict("stream-moved", stream=stream)

    def _load(self, stream: str, kind: type[Case | Team]) -> Seen:
        found = seen(stream, self.store.load(stream), kind)
        if found.records:
            self._cache.put(found)
        return found

    def _known(self, command_id: str, result: str) -> Outcome:
        import json

        told = json.loads(result)
        return Outcome(command_id, told["stream"], (), True, tuple(told["streams"]))


def _result(stream: str, decided: Decided) -> str:
    import json

    return json.dumps({"stream": stream, "streams": sorted({s for s, _ in decided}), "events": len(decided)})
