"""Closing: the result and after-care, reopening, merging a duplicate and undoing that."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commands.closing import CheckAftercare, Close, Merge, Reopen, UndoMerge
from commands.handle import decide
from domain.case import Case, Status
from domain.case_parts import NextMoment
from domain.event import replay
from domain.events.access import ClearanceSet
from domain.events.closing import DuplicateTakenIn
from domain.events.parties import ContactPointAssigned
from domain.events.plan import PlanDrafted
from domain.events.team import PartnerLeft, ProfessionalLeft
from domain.refusal import Refused
from tests.examples import (
    A1_FULFILLED,
    ACTIVE,
    AFTERCARE,
    ANONYMOUS,
    CLOSED,
    LATER,
    MERGED,
    NEW_CASE,
    OFFERED,
    PAST,
    PLANNED,
    RAISED,
    SOON,
    TOOK_IN,
    TRANSFER,
    TWIN_CASE,
    example,
)
from tests.scenario import CASE, NEW, TODAY, TWIN, given
from tests.support.tables import HOME, HOME_TOO, LOCK, MASTER, TUG, profile

CLOSE = Close(case=CASE, result="moored", note="Moored")
MERGE = Merge(case=CASE, into=TWIN, why="The same boat")
UNDO = UndoMerge(case=CASE, why="Two boats")
REOPEN = Reopen(case=CASE, why="Loose again")
DECLINED = example("case.triage.declined")
ASKED_BY_ANOTHER = example("case.consent.overlap-noticed")
RESERVED = example("case.plan.budget-reserved")
SPENT = example("case.plan.budget-spent")
DEVIATED = example("case.plan.deviation-recorded")


def test_a_closed_case_is_looked_at_again():
    closed = given(*ACTIVE).when(CLOSE).case()
    assert (closed.status, closed.next) == (Status.AFTERCARE, NextMoment("aftercare", TODAY + timedelta(days=30)))
    assert closed.holder == MASTER


def test_where_no_term_is_set_the_closer_names_the_day():
    no_term = given(*ACTIVE).working_by(profile(closing__aftercare_days=None))
    no_term.when(CLOSE).then_refused("aftercare-needed")
    no_term.when(CLOSE.model_copy(update={"aftercare_on": LATER})).then_it()
    given(*ACTIVE).when(CLOSE.model_copy(update={"aftercare_on": PAST})).then_refused("date-passed")


def test_where_no_aftercare_is_asked_closing_is_final():
    free = given(*ACTIVE).working_by(profile(closing__aftercare_required=False))
    assert free.when(CLOSE).case().status is Status.CLOSED


def test_nothing_is_left_open_behind_a_closed_case():
    given(*PLANNED).when(CLOSE).then_refused("agreements-open", agreements=("A1",))
    given(*PLANNED, A1_FULFILLED).when(CLOSE).then_it()
    given(*ACTIVE, RAISED).when(CLOSE).then_refused("escalation-open", escalations=("E1",))
    given(*ACTIVE, TRANSFER).when(CLOSE).then_refused("offer-open", to=LOCK)
    given(*ACTIVE, OFFERED).when(CLOSE).then_refused("offer-open", to=LOCK)
    given(*ACTIVE, ASKED_BY_ANOTHER).when(CLOSE).then_refused("overlap-open", overlaps=("O1",))


def test_closing_gives_back_what_was_not_spent_and_lets_rules_hold_again():
    closed = given(*PLANNED, A1_FULFILLED, RESERVED, SPENT, DEVIATED).when(CLOSE).case()
    assert [r.standing() for r in closed.budget.values()] == [r.spent for r in closed.budget.values()]
    assert [d.ended for d in closed.deviations.values()] == [TODAY]


def test_where_residents_endorse_a_plan_it_is_endorsed_or_said_why_not():
    asks = profile(resident__endorsement_required=True)
    given(*ACTIVE, PlanDrafted()).working_by(asks).when(CLOSE).then_refused("endorsement-open")
    given(*ACTIVE, PlanDrafted(), example("case.plan.not-endorsed")).working_by(asks).when(CLOSE).then_it()


def test_a_result_is_of_the_profile_and_given_once():
    given(*ACTIVE).when(CLOSE.model_copy(update={"result": "bored"})).then_refused("unknown-code", field="result")
    given(*ACTIVE, AFTERCARE).when(CLOSE.model_copy(update={"result": "sold"})).then_refused("wrong-state")


def test_aftercare_goes_on_by_another_day_or_ends():
    ended = given(*ACTIVE, AFTERCARE).when(CheckAftercare(case=CASE, observed="x")).case()
    assert (ended.status, ended.next) == (Status.CLOSED, None)
    given(*ACTIVE, AFTERCARE).when(CheckAftercare(case=CASE, observed="x", next_on=PAST)).then_refused("date-passed")


def test_a_reopened_case_is_held_and_checked():
    reopened = given(*ACTIVE, CLOSED).when(REOPEN).case()
    assert (reopened.status, reopened.holder, reopened.next and reopened.next.kind) == (Status.ACTIVE, MASTER, "check")
    given(*ACTIVE, CLOSED).when(REOPEN.model_copy(update={"next_check": PAST})).then_refused("date-passed")


def test_a_declined_case_goes_back_to_triage():
    again = given(*NEW_CASE, DECLINED).when(REOPEN).case()
    assert (again.status, again.next, again.accepted_on) == (
        Status.SUBMITTED, NextMoment("triage", TODAY + timedelta(days=3)), None,
    )  # fmt: skip


def test_what_people_held_who_left_meanwhile_goes_to_the_holder():
    held = (*ACTIVE, ContactPointAssigned(professional=HOME), CLOSED)
    gone = given(*held).with_team(ProfessionalLeft(professional=HOME, successor=HOME_TOO))
    assert gone.when(REOPEN).case().contact_point == MASTER


def test_a_holder_who_left_meanwhile_is_followed_by_who_does_triage_now():
    gone = given(*ACTIVE, CLOSED).with_team(ProfessionalLeft(professional=MASTER, successor=TUG)).by(TUG)
    gone.when(REOPEN).then_it("closing.reopened", "parties.professional-replaced")


def test_both_cases_change_or_neither():
    after = given(*PLANNED).beside(TWIN, *TWIN_CASE).when(MERGE).then_it("closing.merged", "closing.duplicate-taken-in")
    twin = replay(Case(), after.cases[TWIN])
    assert (twin.duplicates, [*twin.agreements], twin.agreements["A2"].carried_from) == (frozenset({CASE}), ["A1", "A2"], CASE)


def test_a_case_is_merged_into_another_open_one_of_the_table():
    given(*ACTIVE).beside(TWIN, *ACTIVE, CLOSED).when(MERGE).then_refused("wrong-state", case=TWIN)
    given(*ACTIVE).when(MERGE).then_refused("unknown-case", id=TWIN)
    given(*ACTIVE).when(MERGE.model_copy(update={"into": CASE})).then_refused("to-yourself")
    theirs = ACTIVE[0].model_copy(update={"team": LOCK})  # type: ignore[union-attr]
    given(*ACTIVE).beside(TWIN, theirs).when(MERGE).then_refused("not-your-case", team=LOCK)


def test_open_agreements_do_not_go_to_a_case_that_is_not_worked_on():
    given(*PLANNED).beside(TWIN, *ACTIVE, AFTERCARE).when(MERGE).then_refused("wrong-state", case=TWIN)
    given(*PLANNED).beside(TWIN, *NEW_CASE).when(MERGE).then_refused("wrong-state", case=TWIN)
    given(*ACTIVE).beside(TWIN, *ACTIVE, AFTERCARE).when(MERGE).then_it()


def test_a_case_with_somebody_asked_is_not_merged():
    given(*ACTIVE, RAISED).beside(TWIN, *ACTIVE).when(MERGE).then_refused("escalation-open")
    given(*ACTIVE, TRANSFER).beside(TWIN, *ACTIVE).when(MERGE).then_refused("offer-open")


def test_a_merged_case_is_not_merged_elsewhere():
    given(*ACTIVE, MERGED).beside(NEW, *ACTIVE).when(MERGE.model_copy(update={"into": NEW})).then_refused(
        "already-merged", into=TWIN
    )


def test_an_undone_merge_leaves_each_case_its_own():
    merged = given(*PLANNED).beside(TWIN, *TWIN_CASE).when(MERGE).then_it()
    undone = merged.when(UNDO).then_it("closing.merge-undone", "closing.duplicate-released")
    twin, own = replay(Case(), undone.cases[TWIN]), replay(Case(), undone.own)
    assert ([*twin.agreements], twin.duplicates, own.status, [*own.agreements]) == (["A1"], frozenset(), Status.ACTIVE, ["A1"])
    assert twin.next_entry("A", twin.agreements) == "A3"


def test_merges_are_undone_the_last_one_first():
    onwards = MERGED.model_copy(update={"into": NEW})
    given(*PLANNED, MERGED).beside(TWIN, *TWIN_CASE, TOOK_IN, onwards).when(UNDO).then_refused("already-merged", into=NEW)


def test_a_merge_is_undone_after_the_other_case_was_closed():
    given(*ACTIVE, MERGED).beside(TWIN, *ACTIVE, DuplicateTakenIn(duplicate=CASE), CLOSED).when(UNDO).then_it()


def test_what_a_partner_held_that_left_meanwhile_goes_to_the_holder():
    merged = given(*PLANNED).beside(TWIN, *TWIN_CASE).when(MERGE).then_it()
    left = merged.with_team(PartnerLeft(partner="seamens-home", successor="tugs", professional=TUG))
    own = left.when(UNDO).case()
    assert (own.agreements["A1"].partner, own.agreements["A1"].responsible) == ("pilots", MASTER)


def test_a_moment_that_passed_while_it_was_merged_is_due_now():
    merged = given(*ACTIVE, MERGED).beside(TWIN, *ACTIVE, DuplicateTakenIn(duplicate=CASE)).on_day(LATER)
    own = merged.when(UNDO).case()
    assert own.next == NextMoment("check", LATER)
    assert SOON < LATER


def test_what_was_never_merged_is_not_undone():
    situation = given(*ACTIVE, MERGED)
    with pytest.raises(Refused, match="not-merged"):
        decide(UNDO, situation.state(UNDO).but(merged_into=None), situation.desk(UNDO))


def test_a_named_case_does_not_go_into_an_anonymous_one():
    given(*ACTIVE).beside(TWIN, ANONYMOUS).when(MERGE).then_refused("still-anonymous", case=TWIN)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [("restricted", "normal", "restricted"), ("normal", "restricted", "restricted"), ("normal", "normal", "normal")],
)
def test_of_two_cases_that_turn_out_to_be_one_the_strictest_clearance_holds(one: str, other: str, both: str):
    merged = given(*ACTIVE, ClearanceSet(level=one)).beside(TWIN, *TWIN_CASE, ClearanceSet(level=other)).when(MERGE).then_it()
    assert replay(Case(), merged.cases[TWIN]).clearance == both
    assert replay(Case(), merged.when(UNDO).then_it().cases[TWIN]).clearance == both, "what was learned meanwhile is there"
