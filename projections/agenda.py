"""Read models `agenda` and `next_meetings`: when each table meets next, and which cases stand on its agenda and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Annotated, Any, NamedTuple

from domain.frozen import frozen
from projections.base import View
from projections.tables import READS, CaseOnADay, Tables
from projections.teams import TeamRow
from projections.waiting import WaitingRow


class NextMeetingRow(NamedTuple):
    """The next meeting of a kind."""

    team: Annotated[str, "the team"]
    kind: Annotated[str, "regular plan learning"]
    on: Annotated[date, "the day"]
    basis: Annotated[str, "scheduled, or rhythm: it follows from how often the table meets"]


class AgendaRow(NamedTuple):
    """A reason why a case stands on the agenda of a table's next meeting; a case can have several."""

    team: Annotated[str, "the team whose agenda it is"]
    meeting: Annotated[date | None, "the day of the next regular meeting; empty when none follows from rhythm or schedule"]
    number: Annotated[str, "the case"]
    reason: Annotated[str, "put-on-agenda new due stagnating escalated asked aftercare wake"]
    what: Annotated[
        str | None,
        "due: check decision agreement question; stagnating: flagged unflagged; asked: escalation direction-offer transfer",
    ]
    entry: Annotated[str | None, "the entry in the case"]
    on: Annotated[date | None, "the day that makes it so"]
    holder: Annotated[str | None, "who holds the case"]


def next_meetings(t: Tables) -> list[NextMeetingRow]:
    """For each table the next meeting of each kind: the first that was scheduled, else by its rhythm, counted from
    the last that was held or from its start.
    """
    found = []
    for team in t.teams:
        for kind, days in (("regular", team.meeting_days), ("plan", None), ("learning", team.learning_days)):
            found += list(_next(t, team, kind, days))
    return sorted(found)


def _next(t: Tables, team: TeamRow, kind: str, days: int | None) -> Iterator[NextMeetingRow]:
    own = [m for m in t.meetings if m.team == team.team and m.kind == kind]
    coming = [m.on for m in own if not m.held and m.on >= t.on]
    if coming:
        yield NextMeetingRow(team.team, kind, min(coming), "scheduled")
    elif days is not None:
        last = max((m.on for m in own if m.held), default=team.established)
        if last is not None:
            times = max(1, -(-(t.on - last).days // days))
            yield NextMeetingRow(team.team, kind, last + timedelta(days=times * days), "rhythm")


Found = Iterator[tuple[str | None, str | None, date | None]]
"""What, entry and day of a reason."""


@frozen(slots=False)
class ForMeeting:
    """An open case, and the day of the meeting that it may stand on the agenda of (today, where none is known)."""

    case: CaseOnADay
    by: date

    def next_of(self, *kinds: str) -> Iterator[WaitingRow]:
        """The next moment, if it is of one of these kinds and comes by the meeting."""
        for w in self.case.waiting:
            if w.what == "next" and w.state in kinds and w.on is not None and w.on <= self.by:
                yield w


def put_on_agenda(f: ForMeeting) -> Found:
    """It was put on the agenda of this meeting, or of one before it where it was not discussed."""
    for w in f.case.waiting:
        if w.what == "agenda" and w.on is not None and w.on <= f.by:
            yield None, None, w.on


def new(f: ForMeeting) -> Found:
    """It was submitted and not weighed yet."""
    if f.case.row.status in ("submitted", "asked"):
        yield None, None, f.case.row.opened


def due(f: ForMeeting) -> Found:
    """A check, a decision, an answer or an agreement of it falls due by the meeting."""
    for w in f.next_of("check", "decision"):
        yield w.state, None, w.on
    for w in f.case.waiting:
        if w.what in ("agreement", "question") and w.on is not None and w.on <= f.by:
            yield w.what, w.entry or None, w.on


def stagnating(f: ForMeeting) -> Found:
    """It stagnates: flagged, then on every agenda until progress is forced; or by the table's own measure."""
    flagged, day = f.case.row.stagnating_since, f.case.stagnates_from
    if flagged is not None:
        yield "flagged", None, flagged
    elif day is not None and day <= f.by:
        yield "unflagged", None, day


def escalated(f: ForMeeting) -> Found:
    """Somebody was called on, and it is not settled."""
    return ((None, w.entry, w.since) for w in f.case.waiting if w.what == "escalation")


def aftercare(f: ForMeeting) -> Found:
    """Its after-care check falls due by the meeting."""
    return ((None, None, w.on) for w in f.next_of("aftercare"))


def wake(f: ForMeeting) -> Found:
    """It rests, and wakes by the meeting."""
    until = f.case.row.rested_until
    if f.case.row.status == "resting" and until is not None and until <= f.by:
        yield None, None, until


REASONS: dict[str, Callable[[ForMeeting], Found]] = {
    "put-on-agenda": put_on_agenda, "new": new, "due": due, "stagnating": stagnating, "escalated": escalated,
    "aftercare": aftercare, "wake": wake,
}  # fmt: skip
"""Why an open case stands on its own table's agenda."""


def asked(t: Tables, c: CaseOnADay) -> Iterator[tuple[str, WaitingRow]]:
    """Another table's case whose escalation, direction or whole was offered to this one: (this table, what waits)."""
    for w in c.waiting:
        if w.what in ("direction-offer", "transfer", "escalation") and w.to in t.team and w.to != c.row.team:
            yield w.to or "", w


def agenda_of(t: Tables) -> list[AgendaRow]:
    """The next agenda of every table on a day: one row for each case and reason."""
    meetings = {m.team: m.on for m in next_meetings(t) if m.kind == "regular"}
    found: list[AgendaRow] = []
    for c in t.open_cases():
        team, number = c.row.team or "", c.row.number
        meeting = meetings.get(team)
        for reason, rule in REASONS.items():
            for what, entry, on in rule(ForMeeting(c, meeting or t.on)):
                found.append(AgendaRow(team, meeting, number, reason, what, entry, on, c.holder))
        for other, w in asked(t, c):
            by = c.answer_by(w)
            found.append(AgendaRow(other, meetings.get(other), number, "asked", w.what, w.entry or None, by, c.holder))
    return sorted(found, key=lambda r: (r.team, r.number, r.reason, r.what or "", r.entry or "", r.on or t.on))


def _agenda(*rows: Any) -> list[AgendaRow]:
    return agenda_of(Tables(*rows))


def _meetings(*rows: Any) -> list[NextMeetingRow]:
    return next_meetings(Tables(*rows))


AGENDA = View("agenda", 1, AgendaRow, READS, _agenda)
NEXT_MEETINGS = View("next_meetings", 1, NextMeetingRow, READS, _meetings)
