"""The kept read models: what cases, plans, trails, texts, steps and tables come to."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

from domain.event import Recorded
from domain.events import correcting, learning, monitoring, parties, plan, team
from domain.personal import Ref
from projections.base import ref_of
from projections.cases import CASES
from projections.history import history_of
from projections.learning import LEARNING
from projections.plan import PLAN
from projections.steps import STEPS
from projections.tables import covered, director_on
from projections.teams import LOGINS, MEETINGS, MEMBERS, ROSTER, TEAMS
from projections.texts import TEXTS
from projections.trail import TEAM_TRAIL, TRAIL
from projections.waiting import WAITING
from tests import examples
from tests.examples import (
    ACTIVE,
    DEVIATION,
    DIRECTED,
    GOAL,
    IMPORTED,
    LATER,
    PLANNED,
    RESERVED,
    SOON,
    SUBMITTED,
    text,
)  # fmt: skip
from tests.scenario import CASE, SUBMITTED_ON, TODAY, noon, on
from tests.support.tables import COAST, HARBOUR, LOCK, LOCK_MASTER, MASTER, NOBODY, PILOT, REGION_FOUNDING
from tests.unit.projections.reading import DAY, everything, history_of_case, history_of_team, rows


def test_a_case_is_one_row_that_says_who_holds_it_and_what_comes_next():
    [row] = rows(CASES, history_of_case(*ACTIVE))
    assert (row.number, row.team, row.status, row.holder) == (CASE, HARBOUR, "active", MASTER)
    assert (row.next_kind, row.next_on, row.opened) == ("check", date(2026, 12, 3), SUBMITTED_ON)
    assert (row.reasons, row.domains, row.events) == (("adrift",), ("berth",), 4)


def test_a_case_of_which_the_beginning_was_withdrawn_is_no_row():
    gone = (SUBMITTED, correcting.EntryWithdrawn(entry=1, why=text()))
    assert rows(CASES, history_of_case(*gone)) == []
    assert [r.state for r in rows(TRAIL, history_of_case(*gone))] == ["withdrawn", "effective"]


def test_the_plan_has_its_answers_goals_agreements_deviations_and_budget():
    answered = plan.PlanQuestionAnswered(question="i-want", answer=text("To sail"))
    found = rows(PLAN, history_of_case(*PLANNED, answered, GOAL, plan.GoalMet(goal="G1"), DEVIATION, RESERVED))
    assert [(r.part, r.entry, r.state) for r in found] == [
        ("answer", "i-want", "given"),
        ("goal", "G1", "met"),
        ("agreement", "A1", "accepted"),
        ("deviation", "D1", "standing"),
        ("reservation", "B1", "standing"),
    ]
    agreement, deviation, reservation = found[2:]
    assert (agreement.partner, agreement.due, agreement.contributors, agreement.open()) == ("seamens-home", SOON, ("tugs",), True)
    assert (deviation.rule, deviation.due, deviation.responsible) == ("berth-fee", LATER, MASTER)
    assert (reservation.cents_reserved, reservation.cents_spent) == (40_000, 0)


def test_the_trail_tells_what_each_entry_changed_in_codes():
    submitted, *_, agreed, accepted = rows(TRAIL, history_of_case(*PLANNED))
    assert (submitted.actor, submitted.organisation, submitted.purpose) == ("pilots-1", "pilots", "case-direction")
    after = json.loads(submitted.after or "")
    assert after["status"] == "submitted"
    assert after["questions"] == ["text"]
    assert after["subjects"] == {"s1": {"id": "s1", "kind": "resident"}, "s2": {"id": "s2", "kind": "neighbour"}}
    assert json.loads(agreed.before or "") == {"agreements": {}}
    assert json.loads(agreed.after or "")["agreements"]["A1"]["partner"] == "seamens-home"
    assert json.loads(accepted.before or "") == {"agreements": {"A1": {"state": "proposed"}}}
    assert json.loads(accepted.after or "") == {"agreements": {"A1": {"state": "accepted"}}}


def test_the_trail_of_a_long_case_grows_with_its_entries_and_not_with_their_square():
    check = monitoring.CheckRecorded(observed=text(), progress=False, next_check=LATER)
    found = rows(TRAIL, history_of_case(*ACTIVE, *[check] * 200))
    assert max(len(row.after or "") for row in found[5:]) < 200
    assert json.loads(found[-1].after or "")["checks"] == [{"observed": "text", "on": "2026-09-01", "outcome": "none"}]
    assert json.loads(found[-1].before or "")["checks"] == []


def test_the_trail_keeps_corrected_and_withdrawn_entries_and_marks_them():
    moved = datetime(2026, 9, 2, 8, tzinfo=UTC)
    steps = (
        *PLANNED,
        correcting.EntryCorrected(entry=5, field="due", value="2026-12-24", moved_to=moved),
        correcting.EntryWithdrawn(entry=6, why=text()),
    )
    found = {r.version: r for r in rows(TRAIL, history_of_case(*steps))}
    assert [found[v].state for v in (4, 5, 6, 7, 8)] == ["effective", "corrected", "withdrawn", "effective", "effective"]
    assert (found[5].occurred_at == found[5].effective_at, found[5].effective_at) == (False, moved)
    assert "2026-12-24" in (found[5].after or "")
    assert (found[6].before, found[6].after) == (None, None)
    assert [found[v].entry for v in (6, 7, 8)] == [None, 5, 6]


def test_the_trail_of_a_table_leaves_its_profile_to_its_digest():
    found = rows(TEAM_TRAIL, *everything())
    adopted = next(r for r in found if r.topic == "team.team.profile-adopted")
    assert "profile_digest" in (adopted.after or "")
    assert "profile_json" not in (adopted.after or "")


def test_texts_say_where_each_text_stands_that_is_in_force():
    note = correcting.EntryCorrected(entry=1, field="question", text=text("Another"))
    found = {(r.what, r.entry, r.field): ref_of(r.ref) for r in rows(TEXTS, history_of_case(*PLANNED, note))}
    assert found["questions", "0", ""] == Ref(CASE, 7, "text")
    assert found["agreements", "A1", "what"] == Ref(CASE, 5, "what")
    assert found["subjects", "s1", "name"] == Ref(CASE, 2, "name")
    names = {(r.stream, r.entry): r.ref for r in rows(TEXTS, *everything()) if r.what == "roster"}
    assert names[HARBOUR, MASTER].startswith(f"{HARBOUR}#")


def test_learning_is_what_cases_and_tables_taught():
    lessons = [e for e in examples.EVENTS if e.TOPIC.startswith("case.learning.")]
    table = [on(TODAY, team.TeamLearned(kind="yield", text=text("Talk", "team")))]
    found = rows(LEARNING, *everything(history_of_case(*ACTIVE, *lessons), table=table))
    assert [(r.kind, r.code, r.number, r.team) for r in found] == [
        ("point", "yield", CASE, HARBOUR),
        ("gap", "berth", CASE, HARBOUR),
        ("wall", "financial", CASE, HARBOUR),
        ("outcome", "rest", CASE, HARBOUR),
        ("point", "yield", None, HARBOUR),
    ]
    assert found[2].partners == ("pilots",)
    assert (found[3].level, found[3].value) == ("sailors", Decimal("7.5"))


def test_a_withdrawn_lesson_was_none():
    gone = correcting.EntryWithdrawn(entry=5, why=text())
    assert rows(LEARNING, history_of_case(*ACTIVE, learning.SupplyGapRecorded(domain="berth", text=text()), gone)) == []


def test_an_imported_history_is_a_case_with_its_source_and_its_last_resource():
    second = IMPORTED.model_copy(update={"position": 2, "resource": "r2"})
    history = history_of_case(IMPORTED, second, number="logbook:17")
    [row] = rows(CASES, history)
    assert (row.status, row.source, row.team, row.imported, row.last_by) == ("imported", "logbook", None, 2, "r2")
    assert rows(WAITING, history) == []
    assert [(s.number, s.source, s.position, s.resource) for s in rows(STEPS, history)] == [
        ("logbook:17", "logbook", 1, "r1"),
        ("logbook:17", "logbook", 2, "r2"),
    ]
    assert [r.after for r in rows(TRAIL, history)][1:] == [None]


def test_nothing_waits_in_a_final_case():
    assert rows(WAITING, history_of_case(*PLANNED))
    assert rows(WAITING, history_of_case(*PLANNED, examples.CLOSED)) == []


def test_a_table_is_a_row_with_the_numbers_of_its_way_of_working():
    [row] = [r for r in rows(TEAMS, *everything()) if r.team == HARBOUR]
    assert (row.meeting_days, row.check_days, row.stagnation_days, row.due_soon_days, row.answer_days) == (14, 5, 10, 1, 2)
    assert (row.budget_cents, row.chair, row.prefix, row.teams) == (100_000, MASTER, "HBR", ())
    [region] = rows(TEAMS, history_of_team(COAST, REGION_FOUNDING))
    assert (region.kind, region.teams, region.stagnation_days) == ("region", (HARBOUR, LOCK), None)


def test_a_roster_keeps_who_left_and_a_login_goes_with_them():
    left = [on(TODAY, team.ProfessionalLeft(professional=MASTER, successor=PILOT))]
    before, after = everything(), everything(table=left)
    assert [(r.professional, r.login) for r in rows(LOGINS, *before)] == [(MASTER, "os-1000")]
    assert rows(LOGINS, *after) == []
    [row] = [r for r in rows(ROSTER, *after) if r.professional == MASTER]
    assert (row.left, row.roles) == (TODAY, ("harbour-master",))


def test_partners_and_meetings_of_a_table():
    found = everything()
    first = next(m for m in rows(MEMBERS, *found) if m.team == HARBOUR)
    assert (first.partner, first.column, first.left) == ("pilots", "governance", None)
    assert [(m.on, m.kind, m.held) for m in rows(MEETINGS, *found)] == [(date(2026, 12, 10), "regular", False)]


def test_who_is_away_is_covered_and_the_cover_too():
    first = parties.AbsenceCovered(professional=MASTER, cover=PILOT, start=TODAY, until=LATER)
    second = parties.AbsenceCovered(professional=PILOT, cover="tugs-1", start=SOON, until=SOON)
    history = history_of_case(*ACTIVE, first, second)
    waiting = rows(WAITING, history)
    for day in (TODAY - DAY, TODAY, SOON, SOON + DAY, LATER + DAY):
        assert covered(MASTER, waiting, day) == history.state.holder_on(day)
    assert covered(MASTER, waiting, SOON) == "tugs-1"


def test_direction_is_local_again_on_its_day():
    history = history_of_case(*ACTIVE, on(TODAY, DIRECTED))
    [row] = rows(CASES, history)
    assert [director_on(row, d) for d in (LATER - DAY, LATER)] == [LOCK_MASTER, MASTER]
    assert [history.state.director_on(d) for d in (LATER - DAY, LATER)] == [LOCK_MASTER, MASTER]


def test_what_was_recorded_later_about_an_earlier_day_takes_its_place():
    events = (SUBMITTED, examples.IDENTIFIED, GOAL)
    agreed = [Recorded(CASE, n, e, noon(SUBMITTED_ON + n * DAY), NOBODY) for n, e in enumerate(events, start=1)]
    earlier = Recorded(CASE, 4, plan.GoalSet(goal="G2", text=text()), noon(SUBMITTED_ON + 2 * DAY), NOBODY)
    history = history_of([*agreed, earlier])
    assert history is not None
    assert [s.record.version for s in history.steps] == [1, 2, 4, 3]
    until = history_of([*agreed, earlier], noon(SUBMITTED_ON + 2 * DAY))
    assert until is not None
    assert [r.entry for r in rows(PLAN, until)] == ["G2"]
