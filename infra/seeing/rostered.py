"""Who is on which roster by the events of the tables alone: of a store whose cases may be damaged no read model can be made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from domain.event import replay
from domain.ids import Login, ProfessionalId, TeamId
from domain.refusal import CHANGED, Refused
from domain.team import Professional, Team

if TYPE_CHECKING:
    from infra.store.store import Store

FIRST = "SELECT originator_id FROM stored_events WHERE originator_version = 1 AND topic LIKE 'team.%' ORDER BY originator_id"


class Rostered:
    """In: a store. A table that is damaged itself is nobody's home; where no other is, its damage is refused as
    `event-damaged` or `event-missing`, which names the event.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._damaged: Refused | None = None

    def homes(self, login: Login, acting_as: ProfessionalId | None) -> list[TeamId]:
        """The tables on whose roster somebody is now, by id when one is given, else by login."""
        found = []
        for name, team in self._tables():
            here = team.roster.get(acting_as) if acting_as is not None else team.by_login(login)
            if here is not None and here.active():
                found.append(name)
        if not found and self._damaged is not None:
            raise self._damaged
        return found

    def seated(self, professional: ProfessionalId) -> list[Professional]:
        """Somebody as each table has them on whose roster they are now. A table that can't be read has nobody."""
        found = (team.roster.get(professional) for _, team in self._tables())
        return [one for one in found if one is not None and one.active()]

    def peopled(self) -> bool:
        """Whether anybody is on a roster now. A table that can't be read counts as one with somebody."""
        return any(True for _, team in self._tables() for _ in team.active()) or self._damaged is not None

    def _tables(self) -> Iterator[tuple[TeamId, Team]]:
        for (name,) in self.store.connection().query(FIRST):
            try:
                team = replay(Team(), self.store.load(name))
            except Refused as refused:
                if refused.code not in CHANGED:
                    raise
                self._damaged = refused
                continue
            yield name, team
