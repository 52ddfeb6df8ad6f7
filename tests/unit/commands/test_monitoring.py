"""Monitoring: checks, progress, stagnation and the decision it obliges, resting and waking."""

from __future__ import annotations

from datetime import timedelta

from commands.monitoring import Check, FlagStagnation, ForceProgress, Miss, PlanCheck, Report, Rest, Wake
from domain.case import Status
from domain.case_parts import NextMoment
from domain.events.escalation import EscalationWithdrawn
from domain.events.monitoring import CheckPlanned, StagnationFlagged
from tests.examples import A1_FULFILLED, ACTIVE, AGREED, FLAGGED, LATER, PAST, PLANNED, RAISED, RESTED, SOON, STUCK, text
from tests.scenario import CASE, SUBMITTED_ON, TODAY, case, given, on
from tests.support.tables import profile

CHECK = Check(case=CASE, observed="It floats", progress=True)
FORCE = ForceProgress(case=CASE, decision="escalation", why="Now")
REST = Rest(case=CASE, until=LATER, why="Calm")


def test_a_check_sets_the_next_one_by_the_rhythm():
    assert given(*ACTIVE).when(CHECK).case().next == NextMoment("check", TODAY + timedelta(days=5))
    given(*ACTIVE).when(CHECK.model_copy(update={"next_check": PAST})).then_refused("date-passed")


def test_a_missed_check_says_when_it_will_be():
    assert given(*ACTIVE).when(Miss(case=CASE, why="x", next_check=SOON)).case().next == NextMoment("check", SOON)


def test_a_planned_check_lies_ahead():
    given(*ACTIVE).when(PlanCheck(case=CASE, on=SOON)).then(CheckPlanned(on=SOON))
    given(*ACTIVE).when(PlanCheck(case=CASE, on=PAST)).then_refused("date-passed")


def test_progress_counts_from_the_report_that_told_of_it():
    assert given(*PLANNED).when(Report(case=CASE, agreement="A1", progress="some")).case().last_progress == TODAY
    assert given(*PLANNED).when(Report(case=CASE, agreement="A1", progress="none")).case().last_progress == SUBMITTED_ON


def test_an_agreement_that_is_done_reports_nothing_more():
    report = Report(case=CASE, agreement="A1", progress="some")
    given(*PLANNED, A1_FULFILLED).when(report).then_refused("agreement-not-open")
    given(*ACTIVE).when(report).then_refused("unknown-agreement")


def test_stagnation_is_measured_by_the_profile():
    calm = given(*ACTIVE).on_day(SUBMITTED_ON + timedelta(days=9))
    calm.when(FlagStagnation(case=CASE)).then_refused("not-stagnating", days=9, measure=10)
    calm.working_by(profile(monitoring__stagnation_days=9)).when(FlagStagnation(case=CASE)).then_it()


def test_stagnation_obliges_a_decision_by_a_day():
    flagged = given(*ACTIVE).when(FlagStagnation(case=CASE)).case()
    assert flagged.next == NextMoment("decision", TODAY + timedelta(days=2))


def test_a_decision_that_is_due_is_not_put_off():
    given(*STUCK).when(PlanCheck(case=CASE, on=LATER)).then_refused("decision-due")
    given(*STUCK).when(REST).then_refused("decision-due")
    assert given(*STUCK).when(CHECK.model_copy(update={"next_check": LATER})).case().next == NextMoment("decision", SOON)


def test_a_flag_recorded_for_an_earlier_day_is_not_put_off_by_what_was_planned_since():
    flagged = case(*ACTIVE, on(TODAY, CheckPlanned(on=LATER)), on(PAST, StagnationFlagged(decide_by=SOON)))
    assert flagged.next == NextMoment("decision", SOON)


def test_progress_is_forced_by_something_decided_since_the_flag():
    given(*ACTIVE, RAISED, on(PAST, FLAGGED)).when(FORCE).then_refused("no-decision-yet")
    given(*STUCK).when(FORCE).then_refused("no-decision-yet", decision="escalation")
    assert given(*STUCK, RAISED).when(FORCE).case().stagnating_since is None
    assert given(*STUCK, AGREED).when(FORCE.model_copy(update={"decision": "agreement"})).case().stagnating_since is None


def test_what_was_taken_back_forces_nothing():
    given(*STUCK, RAISED, EscalationWithdrawn(escalation="E1", why=text())).when(FORCE).then_refused("no-decision-yet")


def test_progress_is_forced_of_what_stagnates():
    given(*ACTIVE, RAISED).when(FORCE).then_refused("not-flagged")


def test_a_case_rests_until_a_day_and_is_still_held():
    rested = given(*ACTIVE).when(REST).case()
    assert (rested.status, rested.next, rested.holder) == (Status.RESTING, NextMoment("wake", LATER), "pilots-1")
    given(*ACTIVE).when(REST.model_copy(update={"until": TODAY})).then_refused("date-passed")


def test_a_case_does_not_rest_while_somebody_is_called_on():
    given(*ACTIVE, RAISED).when(REST).then_refused("escalation-open", escalations=("E1",))


def test_a_check_on_a_resting_case_does_not_put_off_its_waking():
    far = CHECK.model_copy(update={"next_check": LATER + timedelta(days=30)})
    assert given(*ACTIVE, RESTED).when(far).case().next == NextMoment("wake", LATER)
    assert given(*ACTIVE, RESTED).when(CHECK.model_copy(update={"next_check": SOON})).case().next == NextMoment("check", SOON)


def test_a_case_that_should_have_woken_stays_overdue_until_it_is_woken():
    overdue = given(*ACTIVE, RESTED).on_day(LATER + timedelta(days=3))
    assert overdue.when(CHECK).case().next == NextMoment("wake", LATER)


def test_a_woken_case_is_checked():
    woken = given(*ACTIVE, RESTED).when(Wake(case=CASE)).case()
    assert (woken.status, woken.rested_until, woken.next and woken.next.kind) == (Status.ACTIVE, None, "check")
    given(*ACTIVE, RESTED).when(Wake(case=CASE, next_check=PAST)).then_refused("date-passed")


def test_a_check_a_year_or_three_ahead_is_forgetting():
    given(*ACTIVE).when(PlanCheck(case=CASE, on=TODAY.replace(year=2029))).then_refused("date-out-of-range")
