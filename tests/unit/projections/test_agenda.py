"""The agenda: when a table meets next, and each reason why a case stands on it. Take a rule out, and its test fails."""

from __future__ import annotations

from datetime import date

import pytest

from domain.events import escalation, meeting, monitoring, parties, team, triage
from domain.ids import Code
from projections.agenda import AgendaRow, NextMeetingRow, agenda_of, next_meetings
from projections.tables import Tables
from tests import examples
from tests.examples import ACTIVE, AFTERCARE, AGREED, FLAGGED, NEW_CASE, OFFERED, RAISED, RAISED_TO_LOCK, RESTED, TRANSFER, text
from tests.scenario import CASE, SUBMITTED_ON, TODAY, Step, on
from tests.support.tables import COAST, HARBOUR, LOCK, MASTER, adopted, profile
from tests.unit.projections.reading import DAY, a_case, history_of_case, on_the_day

MEETING = date(2026, 12, 10)
CHECKED = monitoring.CheckRecorded(observed=text(), progress=True, next_check=MEETING + DAY)
QUIET: tuple[Step, ...] = (*ACTIVE, on(TODAY, CHECKED))
"""A case for which nothing is to be said before or at the meeting."""


def reasons(tables: Tables, of: str = HARBOUR) -> list[tuple[Code, Code | None]]:
    """Why the case stands on a table's next agenda."""
    return [(r.reason, r.what) for r in agenda_of(tables) if (r.team, r.number) == (of, CASE)]


# --- the next meeting


def meetings(day: date, *table: Step) -> list[NextMeetingRow]:
    return [m for m in next_meetings(on_the_day(day, table=table)) if m.team == HARBOUR and m.kind == "regular"]


def test_the_next_meeting_is_the_first_that_was_scheduled():
    more = [on(TODAY, team.MeetingScheduled(on=MEETING + 9 * DAY, kind="regular"))]
    assert meetings(MEETING, *more) == [NextMeetingRow(HARBOUR, "regular", MEETING, "scheduled")]
    assert meetings(MEETING + DAY, *more) == [NextMeetingRow(HARBOUR, "regular", MEETING + 9 * DAY, "scheduled")]


def test_without_a_schedule_it_follows_from_the_last_and_the_rhythm():
    held = on(MEETING, team.MeetingHeld(on=MEETING, kind="regular"))
    assert meetings(MEETING + DAY, held) == [NextMeetingRow(HARBOUR, "regular", MEETING + 14 * DAY, "rhythm")]
    assert meetings(MEETING + 14 * DAY, held) == [NextMeetingRow(HARBOUR, "regular", MEETING + 14 * DAY, "rhythm")]
    assert meetings(MEETING + 15 * DAY, held) == [NextMeetingRow(HARBOUR, "regular", MEETING + 28 * DAY, "rhythm")]


def test_without_rhythm_or_schedule_there_is_no_next_meeting_and_an_agenda_all_the_same():
    unset = on(TODAY, adopted(profile(rhythm__meeting_days=None), 2))
    assert meetings(MEETING + DAY, unset) == []
    [row] = agenda_of(a_case(*NEW_CASE, day=MEETING + DAY, table=[unset]))
    assert (row.meeting, row.reason) == (None, "new")


def test_a_table_learns_by_its_own_rhythm():
    [learning] = [m for m in next_meetings(on_the_day(TODAY)) if (m.team, m.kind) == (HARBOUR, "learning")]
    assert learning.basis == "rhythm"
    assert (learning.on - date(2024, 5, 1)).days % 90 == 0


# --- reasons


def test_a_case_of_which_nothing_is_to_be_said_is_not_on_the_agenda():
    assert agenda_of(a_case(*QUIET, day=TODAY)) == []


@pytest.mark.parametrize(
    ("reason", "what", "steps"),
    [
        ("put-on-agenda", None, (*QUIET, meeting.PutOnAgenda(meeting=MEETING))),
        ("new", None, NEW_CASE),
        ("due", "check", (*ACTIVE, on(TODAY, CHECKED.model_copy(update={"next_check": MEETING})))),
        ("due", "agreement", (*QUIET, AGREED.model_copy(update={"due": MEETING}))),
        ("escalated", None, (*QUIET, RAISED)),
        ("aftercare", None, (*QUIET, AFTERCARE.model_copy(update={"aftercare_on": MEETING}))),
        ("wake", None, (*QUIET, RESTED.model_copy(update={"until": MEETING}))),
    ],
)
def test_each_reason_puts_a_case_on_the_agenda(reason: Code, what: Code | None, steps: tuple[Step, ...]):
    assert reasons(a_case(*steps, day=TODAY)) == [(reason, what)]


@pytest.mark.parametrize(
    "steps",
    [
        (*QUIET, meeting.PutOnAgenda(meeting=MEETING + DAY)),
        (*QUIET, AGREED.model_copy(update={"due": MEETING + DAY})),
        (*QUIET, AFTERCARE.model_copy(update={"aftercare_on": MEETING + DAY})),
        (*QUIET, RESTED.model_copy(update={"until": MEETING + DAY})),
        (*QUIET, RAISED, escalation.EscalationResolved(escalation="E1", how=text())),
    ],
)
def test_what_comes_after_the_meeting_or_is_settled_is_not_on_it(steps: tuple[Step, ...]):
    assert reasons(a_case(*steps, day=TODAY)) == []


def test_an_answer_that_is_due_is_on_the_agenda_of_a_case_in_triage():
    asked = triage.MoreAsked(question=text(), by=MEETING)
    assert reasons(a_case(*NEW_CASE, on(TODAY, asked), day=TODAY)) == [("due", "question"), ("new", None)]


def test_a_flagged_case_is_on_every_agenda_until_progress_is_forced():
    flagged = (*QUIET, FLAGGED.model_copy(update={"decide_by": MEETING + 200 * DAY}))
    for weeks in range(10):
        day = TODAY + 14 * weeks * DAY
        rows = agenda_of(a_case(*flagged, day=day))
        assert "flagged" in {r.what for r in rows if r.reason == "stagnating"}
        assert all(r.meeting is not None and r.meeting >= day for r in rows)
    forced = monitoring.ProgressForced(decision="agreement", why=text(), next_check=MEETING + 200 * DAY)
    assert reasons(a_case(*flagged, on(TODAY + DAY, forced), day=TODAY + DAY)) == []


def test_a_case_that_stagnates_by_the_meeting_is_on_it_before_anybody_flags_it():
    later = CHECKED.model_copy(update={"next_check": MEETING + 90 * DAY})
    checked = on(date(2026, 11, 30), later)  # ten days before the meeting: the harbour's measure
    assert reasons(a_case(*ACTIVE, checked, day=TODAY)) == [("stagnating", "unflagged")]


def test_a_case_put_on_the_agenda_of_a_meeting_that_passed_it_by_is_on_the_next():
    asked = (*QUIET, meeting.PutOnAgenda(meeting=TODAY))
    assert reasons(a_case(*asked, day=TODAY + DAY)) == [("put-on-agenda", None)]
    discussed = meeting.CaseDiscussed(meeting=TODAY, attended=frozenset(), partners=frozenset(), conclusions=text())
    assert reasons(a_case(*asked, discussed, day=TODAY + DAY)) == []


@pytest.mark.parametrize(
    ("what", "event"), [("escalation", RAISED_TO_LOCK), ("direction-offer", OFFERED), ("transfer", TRANSFER)]
)
def test_what_another_table_is_asked_is_on_its_agenda(what: Code, event: object):
    assert reasons(a_case(*QUIET, event, day=TODAY), of=LOCK) == [("asked", what)]  # type: ignore[arg-type]


def test_the_agenda_names_who_holds_the_case_on_the_day():
    covered = parties.AbsenceCovered(professional=MASTER, cover="pilots-2", start=TODAY, until=MEETING)
    rows = agenda_of(a_case(*NEW_CASE, covered, day=TODAY))
    assert {r.holder for r in rows} == {"pilots-2"}


def test_a_final_or_imported_case_is_on_no_agenda():
    over = (*QUIET, examples.CLOSED)
    imported = history_of_case(examples.IMPORTED, number="logbook:17")
    assert agenda_of(on_the_day(TODAY, history_of_case(*over), imported)) == []


def test_a_region_has_no_agenda_of_its_own():
    rows: list[AgendaRow] = agenda_of(a_case(*NEW_CASE, day=SUBMITTED_ON))
    assert COAST not in {r.team for r in rows}
