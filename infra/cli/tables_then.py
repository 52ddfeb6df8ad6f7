"""Tables as they stood at a moment of the past: who was on the roster, and by which way of working they went."""

from __future__ import annotations

from datetime import datetime

from domain.event import Recorded, in_order, replay
from domain.team import Team
from infra.cli.session import Session


class TablesThen:
    """Reads the history of each table once, and folds it as far as was asked."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._records: dict[str, list[Recorded]] = {}
        self._folded: dict[tuple[str, int], Team] = {}

    def records(self, team: str) -> list[Recorded]:
        """All that was recorded of a table, in the order in which it happened."""
        if team not in self._records:
            self._records[team] = in_order(self._session.store.load(team))
        return self._records[team]

    def at(self, team: str, moment: datetime) -> Team:
        """A table as it stood at a moment; empty before there was one."""
        known = [r for r in self.records(team) if r.occurred_at <= moment]
        if (team, len(known)) not in self._folded:
            self._folded[team, len(known)] = replay(Team(), known)
        return self._folded[team, len(known)]
