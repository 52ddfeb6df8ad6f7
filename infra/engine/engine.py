"""The engine: one command in, its events appended or a refusal out."""

from __future__ import annotations

import random
import time
import uuid
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from commands.base import CaseCommand, Command, TeamCommand
from commands.desk import Desk
from commands.handle import Decided, decide
from domain.case import Case
from domain.event import Header
from domain.ids import CaseNumber, ProfessionalId, TeamId
from domain.refusal import Conflict, NotFound, Refused
from domain.team import Team
from infra.engine import matching
from infra.engine.act import Act
from infra.engine.content import content_digest
from infra.engine.finding import Finder
from infra.engine.guarding import guard
from infra.engine.identity import actor_of, header_of, on_roster
from infra.engine.log import Log
from infra.engine.permitting import Gatekeeper, asking, turned_away, what_of
from infra.engine.request import Outcome, Request
from infra.engine.storing import drafted, known_of, result_of, stored
from infra.engine.streams import Seen
from infra.engine.table import Table
from infra.seeing.owning import ASSURANCE as OWNER
from infra.seeing.owning import left_to_owner
from infra.store.draft import Receipt

ATTEMPTS = 30
"""How often an act is decided anew when somebody else was first, before it is refused as a conflict."""


class Engine:
    """Carries commands out on one store. For one thread, as its store is.

    `finder` answers what only an index over all streams knows: which cases a team has open, where a login is at home.
    `legal` is the organisation's own file of legal terms, if it has one.
    """

    def __init__(self, store: Log, finder: Finder, legal: Path | None = None) -> None:
        self.store = store
        self.finder = finder
        self.table = Table(store, finder, legal)

    def run(self, command: Command, request: Request) -> Outcome:
        """Carry a command out: decide whether it may be asked, decide, guard, append; again on fresh state when a stream
        had moved.

        Raises `Refused`, `NotFound`, or `Conflict` (somebody else keeps being first; a command id used for something
        else). Nothing is stored then, but that somebody was denied (`not-allowed`). The same command id again gives what it
        gave before.
        """
        command_id = request.command_id or uuid.uuid4().hex
        digest = content_digest(self.store, command, request)
        if request.command_id is not None and (known := self.store.receipt(command_id)) is not None:
            if known.digest != digest:
                raise Conflict("command-id-reused", command=command_id)
            return known_of(command_id, known.result)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._attempt(command, request, command_id, digest)
            except Conflict as conflict:
                self.table.cache.clear()
                if conflict.code != "stream-moved" or attempt == ATTEMPTS:
                    raise
                time.sleep(random.uniform(0, 0.004 * attempt))  # who was beaten waits a little, each another while  # noqa: S311 - not for a secret
        raise AssertionError("unreachable")

    def case(self, number: CaseNumber) -> Seen:
        """A case as it stands, read afresh; `NotFound` when there is none."""
        found = self.table.load(number, Case)
        if not found.state.exists():
            raise NotFound("case", number)
        return found

    def team(self, team: TeamId) -> Team:
        """A team as it stands, read afresh; `NotFound` when there is none."""
        found = self.table.load(team, Team).state
        if not found.exists():
            raise NotFound("team", team)
        assert isinstance(found, Team)
        return found

    def desk(self, number: CaseNumber, request: Request) -> tuple[Case, Desk]:
        """A case and the desk as its own table would have it: for looking at what can be done, without doing it."""
        now = self.store.now()
        act = Act(CaseCommand(case=number), request, "", request.occurred_at or now, now)
        case = self.case(number)
        act.streams[number] = case
        assert isinstance(case.state, Case)
        team, teams = self.table.tables(act, case.state)
        actor = on_roster(team, request)
        return case.state, self.table.desk(act, case, team, actor, teams)

    # --- one attempt

    def _attempt(self, command: Command, request: Request, command_id: str, digest: bytes) -> Outcome:
        whole = command.WHOLE_TEAM and isinstance(command, TeamCommand)
        held = self.store.exclusive([command.own_stream() or ""]) if whole else nullcontext()
        with held:
            if whole:
                self.table.cache.clear()
            now = self.store.now()
            act = Act(command, request, command_id, request.occurred_at or now, now)
            try:
                return self._decide(act, digest)
            except Conflict:
                raise
            except Refused:
                self.table.check_remembered(act)
                raise

    def _decide(self, act: Act, digest: bytes) -> Outcome:
        command, table = act.command, self.table
        own = command.own_stream()
        state: Case | Team = Case()
        if own is not None:
            state = table.see(act, own, Team if isinstance(command, TeamCommand) else Case).state
        if isinstance(command, CaseCommand) and not state.exists():
            state = self._not_seen(act, command)
        team, teams, actor = self._seated(act, state)
        asker, act.request = asking(team, actor, act.request, table.profile(team))
        header = header_of(act.request, act.command_id, team, actor, table.profile(team))
        left = False if act.request.assurance == OWNER else None
        gate = Gatekeeper(self.store, command, asker, team, header, act.request, lambda: table.check_remembered(act), left)
        act.permit = gate.permit(act.own())
        if isinstance(command, TeamCommand) and command.WHOLE_TEAM:
            for number in self.finder.open_cases(command.team):
                table.see(act, number, Case)
        identity: dict[str, str] = command.identity()
        if identity and isinstance(state, Case):
            identity, found = matching.looked_for(self.store, identity, state, own, header, act.permit)
            for number in found:
                table.see_where_it_went_on(act, number)
        for number in command.other_cases():
            if (other := table.see(act, number, Case)).state.exists():  # else the rule says that there is none
                gate.permit(other)
        for number in command.other_cases_of(state) if state.exists() else ():
            table.see(act, number, Case)
        act.now = self.store.now()  # after all that was read: what happens now comes after what happened before
        act.at = act.request.occurred_at or act.now
        desk = table.desk(act, act.own(), team, actor, teams)
        decided = decide(command, state, desk)
        identity = identity or self._corrected(act, decided, desk, header)
        act.change(guard(
            dict(act.streams), decided, act.when, header,
            whole=command.WHOLE_TEAM, team_of=lambda t: table.team(act, t), profile_of=table.profile,
        ))  # fmt: skip
        stream = own or desk.new_number or ""
        if not decided:
            table.check_remembered(act)
        if act.request.dry_run:
            return Outcome(act.command_id, stream, tuple(drafted(act, decided, header)))
        receipt = Receipt(act.command_id, digest, result_of(stream, decided))
        return stored(self.store, table, act, decided, header, receipt, stream=stream, identity=identity)

    def _corrected(self, act: Act, decided: Decided, desk: Desk, header: Header) -> dict[str, str]:
        """Who the resident is after a correction, whole: to be found from now on."""
        said, own = matching.corrected(decided, desk.history), act.own()
        if not said or own is None or not isinstance(own.state, Case):
            return {}
        return matching.looked_for(self.store, said, own.state, own.stream, header, act.permit)[0]

    def _not_seen(self, act: Act, command: CaseCommand) -> Case | Team:
        """A case that this login does not see. Whoever breaks glass says so first and then sees it; anybody else is turned
        away, which is stored; unless there is no such case.
        """
        hidden = self.store.hidden(command.case)
        if hidden and command.ANYBODY and not act.request.dry_run:
            self.store.knock(command.case)
            act.streams[command.case] = self.table.load(command.case, Case)
            if (state := act.streams[command.case].state).exists():
                return state
        if not hidden:
            raise NotFound("case", command.case)
        team, _ = self.table.tables(act, Case())
        actor = actor_of(command, team, act.request)
        asker, request = asking(team, actor, act.request, self.table.profile(team))
        header = header_of(request, act.command_id, team, actor, self.table.profile(team))
        Gatekeeper(self.store, command, asker, team, header, request, lambda: None).turn_away(command.case, "not-member")
        raise AssertionError("unreachable")

    def _seated(self, act: Act, state: Case | Team) -> tuple[Team, dict[TeamId, Team], ProfessionalId | None]:
        """The actor's table, the other tables that are meant, and the actor's place. That somebody has none is stored."""
        try:
            team, teams = self.table.tables(act, state)
            return team, teams, actor_of(act.command, team, act.request)
        except Refused as refused:
            if refused.code == "not-on-roster":
                if isinstance(state, Team) and left_to_owner(what_of(act.command), state, self.store):
                    act.request = replace(act.request, assurance=OWNER)
                    return state, {}, None
                self.table.check_remembered(act)
                turned_away(self.store, act.command, act.own(), act.request)
            raise
