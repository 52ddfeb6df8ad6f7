"""A history becomes events, changes and ties; no number, no person's id, no login and no command is in any of it."""

import hmac
import re
from datetime import date, timedelta

import pytest

from domain.event import Event
from domain.events.correcting import EntryCorrected, EntryWithdrawn
from domain.events.meeting import CaseDiscussed
from domain.events.team import MeetingHeld
from infra.exports.course import Coarsening, Course, Link, Pseudonyms, Which
from infra.exports.course.flattening import Flattening
from projections.history import history_of
from tests.examples import ACTIVE, AGREED, EVENTS, PLANNED, SUBMITTED, text
from tests.scenario import CASE, SUBMITTED_ON, Step, history
from tests.support.tables import FOUNDING, HARBOUR, LOCK_MASTER, MASTER, PILOT

PLAIN = re.compile(r"[A-Z]{2,4}-\d{4}-\d{4,6}|(pilots|seamens-home|tugs|lock-keepers)-\d+\b|os-\d+|\bs\d\b|\bc1?\b'")
"""Numbers of cases, ids on rosters, logins, subjects, and the command that the tests' headers name."""
OF_A_CASE = [event for event in EVENTS if event.TOPIC.startswith("case.")]


def digest(purpose: str, content: bytes) -> bytes:
    return hmac.digest(purpose.encode(), content, "sha256")


NAMES = Pseudonyms("university", digest)


def flat(*steps: Step, which: Which | None = None, names: Pseudonyms = NAMES, coarsening: Coarsening | None = None) -> Course:
    found = history_of(history(CASE, steps))
    assert found is not None
    return Flattening(names, coarsening or Coarsening(), which or Which()).case(found)


@pytest.mark.parametrize("event", OF_A_CASE, ids=lambda e: e.TOPIC)
def test_nothing_that_says_who_or_which_case_is_in_it(event: Event):
    before = () if event.TOPIC in ("case.intake.submitted", "case.escalation.received") else PLANNED
    made = flat(*before, event)
    told = repr(made._replace(number=""))
    assert PLAIN.findall(told) == []
    assert event.TOPIC in {e.topic for e in made.events}


def test_the_control_a_name_that_is_its_own_pseudonym_is_found():
    class Open(Pseudonyms):
        def professional(self, of: str, who: str) -> str:
            return f"professional:{who}"

    assert PLAIN.search(repr(flat(*ACTIVE, names=Open("university", digest)).events))


def test_an_agreement_changes_and_stands_to_its_case_and_its_owner():
    made = flat(*PLANNED)
    agreement = NAMES.agreement(CASE, "A1")
    assert [(c.name, c.value) for c in made.changes if c.kind == "agreement" and c.name == "status"] == [
        ("status", "proposed"), ("status", "accepted"),
    ]  # fmt: skip
    assert {(t.qualifier, t.to_kind) for t in made.ties if t.id == agreement} >= {("case", "case"), ("owner", "partner")}
    [agreed] = [e for e in made.events if e.topic == AGREED.TOPIC]
    assert Link("agreement", agreement, "agreement") in agreed.links
    assert agreed.links[0] == Link("case", NAMES.case(CASE), "case")


def test_who_recorded_it_is_its_actor():
    [event] = flat(SUBMITTED).events
    assert Link("professional", NAMES.professional(HARBOUR, MASTER), "actor") in event.links
    assert Link("partner", "partner:pilots", "organisation") in event.links
    assert ("role", "harbour-master") in event.attributes


def test_a_corrected_entry_is_told_as_it_should_have_been_and_a_withdrawn_one_not():
    moved = EntryCorrected(entry=1, field="triage_by", value="2026-09-09")
    made = flat(SUBMITTED, moved)
    assert dict(made.events[0].attributes)["triage-by"] == date(2026, 9, 9)
    taken_back = flat(*PLANNED, EntryWithdrawn(entry=len(PLANNED), why=text()))
    assert "case.plan.agreement-accepted" not in {e.topic for e in taken_back.events}


def test_the_order_is_that_of_the_whole_history_also_between_two_days():
    events = flat(*PLANNED).events
    assert [e.order for e in events] == list(range(1, len(events) + 1))
    none = flat(*PLANNED, which=Which(last=SUBMITTED_ON - timedelta(days=1)))
    assert (none.events, none.changes) == ((), ())
    assert flat(*PLANNED, which=Which(first=SUBMITTED_ON, last=SUBMITTED_ON)).events == events


def test_coarser_times_are_coarser_everywhere():
    made = flat(*PLANNED, coarsening=Coarsening("month"))
    assert {(e.at.day, e.at.hour) for e in made.events} == {(1, 0)}
    days = [value for e in made.events for _, value in e.attributes if isinstance(value, date)]
    assert days
    assert {day.day for day in days} == {1}
    assert {c.at.day for c in made.changes} == {1}
    assert {c.value.day for c in made.changes if isinstance(c.value, date)} == {1}


def test_a_meeting_is_told_where_a_case_was_discussed_at_it():
    day = date(2026, 9, 2)
    discussed = CaseDiscussed(meeting=day, attended=frozenset({MASTER}), partners=frozenset({"pilots"}), conclusions=text())
    [meeting] = [link for e in flat(*ACTIVE, discussed).events for link in e.links if link.kind == "meeting"]
    held = MeetingHeld(on=day, kind="regular", attended=frozenset({MASTER, PILOT}))
    table = history_of(history(HARBOUR, (*FOUNDING, held)))
    assert table is not None
    flattening = Flattening(NAMES, Coarsening(), Which())
    [made] = flattening.meetings(table, {meeting.id})
    [event] = made.events
    assert (event.topic, event.case, event.links[0].id) == (held.TOPIC, "", meeting.id)
    assert PLAIN.findall(repr(made)) == []
    assert list(flattening.meetings(table, set())) == []


def test_of_a_table_only_those_who_were_in_a_case():
    table = history_of(history(HARBOUR, FOUNDING))
    assert table is not None
    made = Flattening(NAMES, Coarsening(), Which()).table(table, {NAMES.professional(HARBOUR, MASTER)})
    assert [(tie.id, tie.to) for tie in made.ties] == [(NAMES.professional(HARBOUR, MASTER), "partner:pilots")]
    assert NAMES.professional(HARBOUR, LOCK_MASTER) not in repr(made)
