"""Where somebody sits who asks: of the tables that may be meant, the first on whose roster they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from domain.case import Case
from domain.frozen import frozen
from domain.functions import Working, outline
from domain.ids import Login, ProfessionalId, TeamId
from domain.permission import Actor
from domain.team import Team
from infra.seeing.asker import actor_in


@frozen
class Asker:
    """Who asks: the login that the store knows, whom they enter it for (embedded alone), and the table that was named."""

    login: Login
    acting_as: ProfessionalId | None = None
    team: TeamId | None = None
    assurance: str = "os-user"


@frozen
class Seat:
    """A table, and the actor at it: somebody on its roster, or only a login."""

    team: Team
    actor: Actor
    working: Working | None = None

    @property
    def taken(self) -> bool:
        """Whether somebody of the roster sits here."""
        return self.actor.professional is not None


class Seats:
    """Finds seats. In: who asks, how to come by a table, and the tables where a login (or somebody by id) is at home."""

    def __init__(
        self, asker: Asker, team_of: Callable[[TeamId], Team], homes: Callable[[Login, ProfessionalId | None], list[TeamId]]
    ) -> None:
        self.asker = asker
        self._team_of = team_of
        self._homes = homes

    def all(self) -> list[Seat]:
        """Every seat of the asker, at the table that was named if one was."""
        names = [self.asker.team] if self.asker.team else self._homes(self.asker.login, self.asker.acting_as)
        return [seat for name in names if (seat := self.at(name)).taken]

    def for_case(self, case: Case) -> Seat:
        """The seat from which a case is looked at: at its own table, one that was asked about it, or wherever else."""
        return self._first([self.asker.team] if self.asker.team else _concerned(case))

    def for_team(self, team: TeamId) -> Seat:
        """The seat from which a table is looked at: at that table, or wherever else."""
        return self._first([self.asker.team] if self.asker.team else [team])

    def anywhere(self) -> Seat:
        """A seat for what is of no one table: the one that was named, or the first home; else no seat at all."""
        return self._first([self.asker.team] if self.asker.team else [])

    def at(self, name: TeamId) -> Seat:
        """The seat at a table, taken or not."""
        team = self._team_of(name)
        known = self.asker.acting_as
        if known is None and (person := team.by_login(self.asker.login)) is not None:
            known = person.id
        working = outline(team.profile_json) if team.profile_json else None
        entered_for = "+entered-for" if self.asker.acting_as is not None else ""
        actor = actor_in(team, known, self.asker.login, self.asker.assurance + entered_for, working)
        return Seat(team, actor, working)

    def _first(self, names: Iterable[TeamId]) -> Seat:
        found: Seat | None = None
        for name in self._in_turn(list(names)):
            seat = self.at(name)
            if seat.taken:
                return seat
            found = found or seat
        return found or Seat(Team(), Actor(self.asker.login, assurance=self.asker.assurance))

    def _in_turn(self, named: list[TeamId]) -> Iterator[TeamId]:
        """The tables that may be meant; where else somebody is at home is asked only when it is none of these."""
        yield from named
        if not self.asker.team:
            yield from (n for n in self._homes(self.asker.login, self.asker.acting_as) if n not in named)


def _concerned(case: Case) -> list[TeamId]:
    """The tables that have to do with a case, its own first."""
    asked = [e.to for e in case.open_escalations() if e.kind == "team"]
    asked += [case.direction_offer.to] if case.direction_offer else []
    asked += [case.transfer.to] if case.transfer and case.transfer.kind == "team" else []
    return [t for t in dict.fromkeys([case.team, case.direction.team or "", *asked]) if t]
