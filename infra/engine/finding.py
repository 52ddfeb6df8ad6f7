"""What only an index over all streams knows: a team's open cases, the tables where somebody is at home."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from domain.ids import CaseNumber, Login, ProfessionalId, TeamId
from infra.engine.log import Log


class Finder(Protocol):
    """Answers from read models that were caught up to the end of the log."""

    def open_cases(self, team: TeamId) -> list[CaseNumber]:
        """Every case of a team that is not final, and those of others that its people direct; to be asked while the
        team's stream is held, so that none comes in between.
        """
        ...

    def teams_of(self, login: Login, acting_as: ProfessionalId | None) -> list[TeamId]:
        """The teams on whose roster somebody is now."""
        ...


class Scan:
    """The same answers by reading every stream: for small stores, and to check an index against."""

    def __init__(self, store: Log) -> None:
        self.store = store

    def open_cases(self, team: TeamId) -> list[CaseNumber]:
        from domain.case import Case
        from domain.event import replay

        found = []
        for stream in self.store.streams():
            if not is_case(stream):
                continue
            case = replay(Case(), self.store.load(stream))
            if case.is_open() and team in (case.team, case.direction.team):
                found.append(stream)
        return found

    def teams_of(self, login: Login, acting_as: ProfessionalId | None) -> list[TeamId]:
        from domain.event import replay
        from domain.team import Team

        found = []
        for stream in self.store.streams():
            if is_case(stream) or ":" in stream:
                continue
            team = replay(Team(), self.store.load(stream))
            here = team.roster.get(acting_as) if acting_as else team.by_login(login)
            if here is not None and here.active():
                found.append(stream)
        return found


def is_case(stream: str) -> bool:
    """Whether a stream is a case: a number, or an imported one; a source begins with `source:`."""
    return stream[:1].isupper() or (":" in stream and not stream.startswith("source:"))


class Rehearsed:
    """A finder's answers with what a rehearsal holds over its base. In: the finder of the base, and the rehearsal."""

    def __init__(self, base: Finder, log: Log, held: Callable[[], Iterable[str]]) -> None:
        self.base, self.log, self.held = base, log, held

    def open_cases(self, team: TeamId) -> list[CaseNumber]:
        from domain.case import Case
        from domain.event import replay

        found = set(self.base.open_cases(team))
        for stream in filter(is_case, self.held()):
            case = replay(Case(), self.log.load(stream))
            concerned = case.is_open() and team in (case.team, case.direction.team)
            found = found | {stream} if concerned else found - {stream}
        return sorted(found)

    def teams_of(self, login: Login, acting_as: ProfessionalId | None) -> list[TeamId]:
        from domain.event import replay
        from domain.team import Team

        found = set(self.base.teams_of(login, acting_as))
        for stream in self.held():
            if not is_case(stream) and ":" not in stream:
                team = replay(Team(), self.log.load(stream))
                here = team.roster.get(acting_as) if acting_as else team.by_login(login)
                at_home = here is not None and here.active()
                found = found | {stream} if at_home else found - {stream}
        return sorted(found)
