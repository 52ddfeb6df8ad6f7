"""Which cases a list may show somebody: those they are in now, all of their own table for who directs or watches it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from domain.ids import CaseNumber, Code, TeamId
from domain.permission import Actor
from infra.policy import policy

if TYPE_CHECKING:
    from datetime import date

    from infra.readmodels.asking import Rows
    from infra.seeing.seats import Seat

WHAT = "show"
"""What is in a list is what a look at the case would show first: the relations that let somebody look, let it be listed."""


class Visible:
    """What may stand in a list. In: the seats of the asker, the read models, and the day.

    Who may see all cases of a table (the relations `table` or `former` suffice) sees them all; others see those that they
    are in. A case under clearance is listed for those named in it and the cleared.
    """

    def __init__(self, seats: Iterable[Seat], rows: Rows, on: date) -> None:
        self._actors = [seat.actor for seat in seats]
        self._teams = {a.team for a in self._actors}
        self._whole = {a.team for a in self._actors if self._may(a, "table") or "coordinator" in a.functions}
        self._imported = any(self._may(a, "none") for a in self._actors)
        self._of: dict[CaseNumber, bool] = {}
        self._restricted: set[CaseNumber] = set()
        self._read(rows, on)

    def case(self, number: CaseNumber | None, team: TeamId | None) -> bool:
        """Whether a case may be listed; without a number: whether something of that table may."""
        if number is None:
            return team in self._teams
        if team is None:
            return self._imported
        named = self._of.get(number)
        if number in self._restricted:
            return bool(named) or self._cleared(team)
        return named is not None or team in self._whole

    def table(self, team: TeamId | None) -> bool:
        """Whether something of a table may be listed: its own people see it; an imported history's, whoever may see those."""
        return self._imported if team is None else team in self._teams

    def _read(self, rows: Rows, on: date) -> None:
        """Which cases the actors are in, and whether by name."""
        from projections.involved import INVOLVED

        wanted: dict[tuple[Code, str, TeamId | None], bool] = {}
        for a in self._actors:
            who = a.professional or ""
            wanted |= {("professional", who, a.team): True, ("professional", f"{a.team}/{who}", None): True}
            wanted |= {("partner", a.organisation, a.team): False}
            if "coordinator" in a.functions:
                wanted[("table", a.team, None)] = False
        ids = sorted({id_ for _, id_, _ in wanted})
        for row in rows.rows(INVOLVED, id=ids) if ids else ():
            if (row.start is not None and row.start > on) or (row.until is not None and row.until < on):
                continue
            for key in ((row.kind, row.id, row.team), (row.kind, row.id, None)):
                if key in wanted:
                    self._of[row.number] = self._of.get(row.number, False) or wanted[key]
        self._restricted = {row.number for row in rows.rows(INVOLVED, restricted=True)}

    def _cleared(self, team: TeamId) -> bool:
        return any(a.cleared and a.team == team for a in self._actors)

    @staticmethod
    def _may(actor: Actor, relation: Code) -> bool:
        rules = policy()
        allowed = (rules.rules[f].actions.get(rules.classes[WHAT], frozenset()) for f in actor.functions)
        return any(relation in each for each in allowed)
