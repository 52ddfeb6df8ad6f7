"""Plan: the resident's words, one partner that answers for each agreement, room to deviate and to spend."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from commands.plan import (
    Accept,
    Agree,
    Amend,
    Answer,
    Deviate,
    Draft,
    EndDeviation,
    Endorse,
    Fulfil,
    Lapse,
    MeetGoal,
    NotEndorsed,
    Refuse,
    Release,
    Reserve,
    SetGoal,
    Spend,
    Withdraw,
)
from domain.event import Event
from domain.events.meeting import SubgroupDissolved
from domain.events.plan import AgreementAmended, AgreementFulfilled, BudgetReleased, BudgetSpent, PlanQuestionAnswered
from domain.events.team import PartnerAdmitted
from tests.examples import A1_FULFILLED, ACTIVE, AGREED, DEVIATION, LATER, PAST, PLANNED, RESERVED, SOON, SUBGROUP, example, text
from tests.scenario import CASE, TODAY, given, on
from tests.support.tables import HOME, MASTER, PILOT, TUG, profile

AGREE = Agree(case=CASE, what="Ropes", partner="seamens-home", due=SOON, domain="berth", recovery="afloat")
AMEND = Amend(case=CASE, agreement="A1")
DEVIATE = Deviate(case=CASE, rule="berth-fee", why="It blocks", until=LATER)
RESERVE = Reserve(case=CASE, cents=40_000, purpose_of="Ropes")
REFUSED = example("case.plan.agreement-refused")


def agree(**changes: object) -> Agree:
    return AGREE.model_copy(update=changes)


def test_an_agreement_is_proposed_until_its_partner_accepts():
    assert given(*ACTIVE).when(AGREE).case().agreements["A1"].state == "proposed"
    assert given(*ACTIVE, AGREED).when(Accept(case=CASE, agreement="A1")).case().agreements["A1"].state == "accepted"


def test_an_agreement_has_a_day_or_a_reason_for_none():
    given(*ACTIVE).when(agree(due=None)).then_refused("date-or-reason")
    given(*ACTIVE).when(agree(no_date="continuous")).then_refused("date-or-reason")
    given(*ACTIVE).when(agree(due=None, no_date="continuous")).then_it()
    given(*ACTIVE).when(agree(due=PAST)).then_refused("date-passed")


def test_an_agreement_is_with_partners_of_the_table_and_their_people():
    given(*ACTIVE).when(agree(partner="navy")).then_refused("unknown-partner")
    given(*ACTIVE).when(agree(contributors=frozenset({"navy"}))).then_refused("unknown-partner")
    given(*ACTIVE).when(agree(responsible=TUG)).then_refused("not-of-partner", partner="seamens-home")


def test_one_partner_answers_and_does_not_contribute_to_itself():
    shared = given(*ACTIVE).when(agree(contributors=frozenset({"seamens-home", "tugs"}))).case()
    assert shared.agreements["A1"].contributors == {"tugs"}


def test_the_domain_the_recovery_and_the_goal_are_there():
    given(*ACTIVE).when(agree(domain="bored")).then_refused("unknown-code", field="domain")
    given(*ACTIVE).when(agree(recovery="bored")).then_refused("unknown-code", field="recovery")
    given(*ACTIVE).when(agree(goal="G9")).then_refused("unknown-goal")


def test_where_it_is_the_way_of_working_what_was_tried_is_peeled_off_first():
    untried = given(ACTIVE[0].model_copy(update={"tried": None}), *ACTIVE[1:])  # type: ignore[union-attr]
    untried.working_by(profile(plan__tried_first=True)).when(AGREE).then_refused("tried-first")
    given(*ACTIVE).working_by(profile(plan__tried_first=True)).when(AGREE).then_it()


def test_where_the_plan_starts_from_the_residents_words_they_come_first():
    first = given(*ACTIVE).working_by(profile(resident__questions_first=True))
    first.when(AGREE).then_refused("questions-first", questions=("i-want", "i-can"))
    first.when(SetGoal(case=CASE, goal="Afloat")).then_refused("questions-first")
    words = [PlanQuestionAnswered(question=q, answer=text()) for q in ("i-want", "i-can")]
    given(*ACTIVE, *words).working_by(profile(resident__questions_first=True)).when(AGREE).then_it()


def test_a_plan_question_is_of_the_profile():
    given(*ACTIVE).when(Answer(case=CASE, question="why", answer="x")).then_refused("unknown-code")


def test_the_partner_that_was_asked_answers_or_who_coordinates():
    accept = Accept(case=CASE, agreement="A1")
    given(*ACTIVE, AGREED).by(TUG).when(accept).then_refused("partner-answers", partner="seamens-home")
    given(*ACTIVE, AGREED).by(TUG).when(Refuse(case=CASE, agreement="A1", why="x")).then_refused("partner-answers")
    given(*ACTIVE, AGREED).by(HOME).when(accept).then_it()
    given(*ACTIVE, AGREED).by(MASTER).when(accept).then_it()


def test_only_the_partners_own_people_carry_it_out():
    given(*ACTIVE, AGREED).when(Accept(case=CASE, agreement="A1", responsible=TUG)).then_refused("not-of-partner")


@pytest.mark.parametrize(
    "done", [A1_FULFILLED, REFUSED, example("case.plan.agreement-lapsed"), example("case.plan.agreement-withdrawn")]
)
def test_an_agreement_that_is_done_with_is_not_acted_on(done: Event):
    after = given(*PLANNED, done)
    for command in (Accept(case=CASE, agreement="A1"), AMEND.model_copy(update={"due": LATER})):
        after.when(command).then_refused("agreement-not-open", agreement="A1")


def test_an_agreement_that_does_not_exist_is_not_found():
    for command in (
        Accept(case=CASE, agreement="A9"),
        Fulfil(case=CASE, agreement="A9"),
        Lapse(case=CASE, agreement="A9", why="x"),
    ):
        given(*PLANNED).when(command).then_refused("unknown-agreement")
    given(*PLANNED).when(Withdraw(case=CASE, agreement="A9", why="x")).then_refused("unknown-agreement")


def test_what_was_not_accepted_is_not_fulfilled():
    given(*ACTIVE, AGREED).when(Fulfil(case=CASE, agreement="A1")).then_refused("agreement-not-accepted")


def test_fulfilling_counts_as_progress():
    assert given(*PLANNED).when(Fulfil(case=CASE, agreement="A1")).case().last_progress == TODAY


def test_another_partner_is_asked_anew():
    amended = given(*PLANNED).when(AMEND.model_copy(update={"partner": "tugs"})).case().agreements["A1"]
    assert (amended.partner, amended.state, amended.responsible, amended.contributors) == ("tugs", "proposed", None, frozenset())


def test_a_refused_agreement_goes_to_another_partner():
    given(*ACTIVE, AGREED, REFUSED).when(AMEND.model_copy(update={"partner": "tugs"})).then_it("plan.agreement-amended")


def test_an_amendment_that_changes_nothing_is_none():
    same = AMEND.model_copy(update={"due": SOON, "partner": "seamens-home"})
    given(*PLANNED).when(same).then_nothing()
    given(*PLANNED).when(AMEND.model_copy(update={"due": LATER, "no_date": "continuous"})).then_refused("date-or-reason")


def test_a_day_replaces_the_reason_for_none():
    undated = AgreementAmended(agreement="A1", no_date="continuous")
    after = given(*PLANNED, undated).when(AMEND.model_copy(update={"due": LATER})).case().agreements["A1"]
    assert (after.due, after.no_date) == (LATER, None)


def test_there_is_no_endorsing_without_a_plan():
    given(*ACTIVE).when(Endorse(case=CASE)).then_refused("no-plan")
    given(*ACTIVE).when(NotEndorsed(case=CASE, why="x")).then_refused("no-plan")


def test_a_plan_begun_anew_is_to_be_endorsed_anew():
    endorsed = example("case.plan.endorsed")
    assert given(*PLANNED, endorsed).when(Draft(case=CASE)).case().endorsed is None


def test_a_goal_that_was_not_set_is_not_met():
    given(*ACTIVE).when(MeetGoal(case=CASE, goal="G9")).then_refused("unknown-goal")


def test_letting_go_of_a_rule_needs_a_mandate():
    given(*ACTIVE).by(TUG).when(DEVIATE).then_refused("mandate-needed")
    given(*ACTIVE).when(DEVIATE).then(DEVIATION)


def test_a_subgroup_may_lend_its_mandate():
    lent = DEVIATE.model_copy(update={"subgroup": "S1"})
    assert given(*ACTIVE, SUBGROUP).by(PILOT).when(lent).case().deviations["D1"].mandate == PILOT
    given(*ACTIVE, SUBGROUP).when(lent.model_copy(update={"mandate": TUG})).then_refused("not-in-subgroup")


def test_a_subgroup_lends_its_mandate_no_longer_than_it_has_it():
    brief = SUBGROUP.model_copy(update={"until": TODAY})
    lent = DEVIATE.model_copy(update={"subgroup": "S1", "mandate": PILOT})
    given(*ACTIVE, brief).when(lent).then_refused("date-out-of-range", field="until", last=TODAY)


@pytest.mark.parametrize("after", [(SubgroupDissolved(subgroup="S1"),), ()])
def test_a_subgroup_that_may_not_deviate_or_has_ended_lends_none(after: tuple[Event, ...]):
    group = SUBGROUP if after else SUBGROUP.model_copy(update={"mandate": "advise"})
    given(*ACTIVE, group, *after).when(DEVIATE.model_copy(update={"subgroup": "S1"})).then_refused("subgroup-may-not")


def test_a_deviation_has_an_end():
    open_ended = DEVIATE.model_copy(update={"until": None})
    assert given(*ACTIVE).when(open_ended).case().deviations["D1"].until == TODAY + timedelta(days=60)
    given(*ACTIVE).working_by(profile(plan__deviation_days=None)).when(open_ended).then_refused("end-needed")
    given(*ACTIVE).when(DEVIATE.model_copy(update={"until": PAST})).then_refused("date-passed")


def test_a_table_may_have_no_room_to_deviate():
    given(*ACTIVE).working_by(profile(plan__deviation=None)).when(DEVIATE).then_refused("no-deviation-here")
    given(*ACTIVE).when(EndDeviation(case=CASE, deviation="D9")).then_refused("unknown-deviation")


def test_no_more_is_reserved_than_there_is():
    given(*ACTIVE).when(RESERVE.model_copy(update={"cents": 100_001})).then_refused("budget-too-small", left=100_000)
    given(*PLANNED, RESERVED).when(RESERVE.model_copy(update={"cents": 60_001})).then_refused("budget-too-small", left=60_000)
    given(*PLANNED, RESERVED).when(RESERVE.model_copy(update={"cents": 60_000})).then_it()


def test_no_more_is_spent_or_released_than_was_reserved():
    spent = BudgetSpent(reservation="B1", cents=30_000)
    given(*PLANNED, RESERVED, spent).when(Spend(case=CASE, reservation="B1", cents=10_001)).then_refused("budget-too-small")
    given(*PLANNED, RESERVED, spent).when(Release(case=CASE, reservation="B1", cents=10_001)).then_refused("budget-too-small")
    given(*PLANNED, RESERVED, spent).when(Release(case=CASE, reservation="B1")).then(
        BudgetReleased(reservation="B1", cents=10_000)
    )


def test_money_is_not_spent_on_a_day_before_it_was_reserved():
    after = given(*PLANNED, RESERVED).on_day(date(2026, 9, 2), recorded=TODAY)
    after.when(Spend(case=CASE, reservation="B1", cents=1_000)).then_it()
    late = given(*PLANNED, on(TODAY, RESERVED)).on_day(PAST, recorded=TODAY)
    late.when(Spend(case=CASE, reservation="B1", cents=1_000)).then_refused("overtaken")


def test_the_budget_takes_a_mandate_and_a_profile_that_has_one():
    given(*ACTIVE).by(TUG).when(RESERVE).then_refused("mandate-needed")
    given(*ACTIVE).working_by(profile(plan__budget_cents=None)).when(RESERVE).then_refused("no-budget-here")
    given(*ACTIVE).when(RESERVE.model_copy(update={"agreement": "A9"})).then_refused("unknown-agreement")
    given(*ACTIVE).when(Spend(case=CASE, reservation="B9", cents=1)).then_refused("unknown-reservation")


def test_fulfilled_is_not_withdrawn():
    done = AgreementFulfilled(agreement="A1")
    given(*PLANNED, done).when(Withdraw(case=CASE, agreement="A1", why="x")).then_refused("agreement-not-open", state="fulfilled")


def test_a_partner_that_came_later_may_answer_too():
    joined = given(*ACTIVE).with_team(PartnerAdmitted(partner="customs", column="safety"))
    joined.when(agree(partner="customs")).then_it()
