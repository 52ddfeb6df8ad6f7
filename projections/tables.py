"""The rows that signals, agenda and workload are made from, and what they come to on a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property

from domain.case import OPEN
from domain.frozen import frozen
from projections.cases import CASES, CaseRow
from projections.teams import MEETINGS, MEMBERS, ROSTER, TEAMS, MeetingRow, MemberRow, RosterRow, TeamRow
from projections.waiting import WAITING, WaitingRow

OFFICER = "privacy-officer"
"""The role, at every table, of who reviews how cases are looked into."""


@frozen(slots=False)
class Tables:
    """The rows, and the day they are asked for."""

    cases: Sequence[CaseRow]
    waiting: Sequence[WaitingRow]
    teams: Sequence[TeamRow]
    members: Sequence[MemberRow]
    roster: Sequence[RosterRow]
    meetings: Sequence[MeetingRow]
    on: date

    def open_cases(self) -> Iterator[CaseOnADay]:
        """The cases that somebody must hold, after-care included; imported ones that no team took up are none of them."""
        for case in self.cases:
            if case.status in OPEN:
                yield CaseOnADay(case, self._of_case.get(case.number, ()), self.team.get(case.team or ""), self.on)

    def with_rows(self, what: str) -> Iterator[CaseOnADay]:
        """The cases, open or not, in which something of this kind waits: the review of broken glass, a partner to be told."""
        numbers = {row.number for row in self.waiting if row.what == what}
        for case in self.cases if numbers else ():
            if case.number in numbers:
                yield CaseOnADay(case, self._of_case[case.number], self.team.get(case.team or ""), self.on)

    def officers(self, team: str) -> tuple[str, ...]:
        """The privacy officers on a table's roster now."""
        return tuple(sorted(r.professional for r in self.roster if r.team == team and r.left is None and OFFICER in r.roles))

    @cached_property
    def _of_case(self) -> Mapping[str, list[WaitingRow]]:
        found: dict[str, list[WaitingRow]] = {}
        for row in self.waiting:
            found.setdefault(row.number, []).append(row)
        return found

    @cached_property
    def team(self) -> Mapping[str, TeamRow]:
        """The teams by their ids."""
        return {t.team: t for t in self.teams}

    @cached_property
    def active(self) -> frozenset[tuple[str, str]]:
        """Who is on which roster, as (team, professional)."""
        return frozenset((r.team, r.professional) for r in self.roster if r.left is None)

    @cached_property
    def seated(self) -> frozenset[tuple[str, str]]:
        """Which partner sits at which table, as (team, partner)."""
        return frozenset((m.team, m.partner) for m in self.members if m.left is None)


READS = (CASES, WAITING, TEAMS, MEMBERS, ROSTER, MEETINGS)
"""What `Tables` takes, in that order."""


@frozen(slots=False)
class CaseOnADay:
    """An open case on a day: its row, what waits in it, and its team's way of working."""

    row: CaseRow
    waiting: Sequence[WaitingRow]
    team: TeamRow | None
    on: date

    @cached_property
    def holder(self) -> str | None:
        """Who holds the case on that day: the cover while the holder is away."""
        return covered(self.row.holder, self.waiting, self.on)

    @property
    def margin(self) -> timedelta:
        """How long before its day something of the case is due soon."""
        return timedelta(days=(self.team.due_soon_days if self.team else None) or 0)

    def answer_by(self, row: WaitingRow) -> date | None:
        """By when an answer is expected: the day that was set, else the way of working's days after it was asked."""
        if row.since is None or (row.on is not None and row.what != "agreement"):
            return row.on
        return row.since + timedelta(days=(self.team.answer_days if self.team else None) or 0)

    @cached_property
    def stagnates_from(self) -> date | None:
        """The day from which the case, if there is no progress, counts as stagnating by its team's own measure."""
        since = self.row.last_progress or self.row.accepted_on
        if self.row.status != "active" or since is None or self.team is None or self.team.stagnation_days is None:
            return None
        return since + timedelta(days=self.team.stagnation_days)


def covered(holder: str | None, waiting: Iterable[WaitingRow], on: date) -> str | None:
    """A holder, or who covers for them on a day, or who covers for the cover. Of covers that overlap the last counts."""
    absences = sorted((w for w in waiting if w.what == "absence" and _during(w, on)), key=lambda w: w.entry, reverse=True)
    asked: set[str] = set()
    while holder is not None and holder not in asked:
        asked.add(holder)
        holder = next((w.to for w in absences if w.professional == holder), holder)
    return holder


def _during(absence: WaitingRow, on: date) -> bool:
    return absence.since is not None and absence.on is not None and absence.since <= on <= absence.on


def director_on(case: CaseRow, on: date) -> str | None:
    """The case director on a day: the local one again once the day has come on which temporary direction ends."""
    if case.direction_team is None or (case.direction_until is not None and on >= case.direction_until):
        return case.director
    return case.direction_director
