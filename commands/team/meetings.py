"""The table's meetings: schedule one, record that it was held (the next follows from the rhythm), learn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import ClassVar, Literal

from commands.base import TeamCommand, Text, Yield
from commands.desk import Desk
from commands.learning import PointKind
from domain.events.team import MeetingCancelled, MeetingHeld, MeetingScheduled, TeamLearned
from domain.ids import TEAM_SUBJECT, ProfessionalId
from domain.personal import Personal
from domain.refusal import Refused
from domain.team import Team

MeetingKind = Literal["regular", "plan", "learning"]


class Schedule(TeamCommand):
    """Schedule a meeting of the table.

    casus team schedule lelystad-sit --on 2026-12-03
    """

    VERB: ClassVar[str] = "schedule"
    on: date
    kind: MeetingKind = "regular"

    def decide(self, state: Team, desk: Desk) -> Iterator[Yield]:
        if self.on < desk.today:
            raise Refused("date-passed", field="on", on=self.on)
        if (self.on, self.kind) not in state.meetings:
            yield MeetingScheduled(on=self.on, kind=self.kind)


class CancelMeeting(TeamCommand):
    """Cancel a meeting that was scheduled and not held; schedule another day if there is one.

    casus team cancel-meeting lelystad-sit --on 2026-12-03
    """

    VERB: ClassVar[str] = "cancel-meeting"
    on: date
    kind: MeetingKind = "regular"

    def decide(self, state: Team, desk: Desk) -> Iterator[Yield]:
        meeting = state.meetings.get((self.on, self.kind))
        if meeting is None:
            return
        if meeting.held:
            raise Refused("meeting-held", team=state.id, on=self.on)
        yield MeetingCancelled(on=self.on, kind=self.kind)


class HoldMeeting(TeamCommand):
    """Record that a meeting was held; the next one is scheduled by the profile's rhythm.

    casus team hold-meeting lelystad-sit --on 2026-12-03 --attended kwintes-1,politie-1
    """

    VERB: ClassVar[str] = "hold-meeting"
    on: date
    kind: MeetingKind = "regular"
    attended: frozenset[ProfessionalId] = frozenset()

    def decide(self, state: Team, desk: Desk) -> Iterator[Yield]:
        if self.on > desk.today:
            raise Refused("in-the-future", field="on")
        for who in sorted(self.attended):
            desk.present(who)
        meeting = state.meetings.get((self.on, self.kind))
        if meeting is not None and meeting.held:
            return
        yield MeetingHeld(on=self.on, kind=self.kind, attended=self.attended)
        rhythm = desk.profile.rhythm
        every = rhythm.meeting_days if self.kind == "regular" else rhythm.learning_days if self.kind == "learning" else None
        if every is not None and state.next_meeting(self.on + timedelta(days=1), self.kind) is None:
            following = self.on + timedelta(days=every.value)
            while following < desk.today or (following, self.kind) in state.meetings:
                following += timedelta(days=every.value)
            yield MeetingScheduled(on=following, kind=self.kind)


class Learn(TeamCommand):
    """Record a learning point of the table itself, from a learning meeting.

    casus team learn samen-sterker-dronten --kind yield --text "Shorter lines"
    """

    VERB: ClassVar[str] = "learn"
    kind: PointKind
    text: Text

    def decide(self, state: Team, desk: Desk) -> Iterator[Yield]:
        yield TeamLearned(kind=self.kind, text=Personal(subject=TEAM_SUBJECT, text=self.text))
