"""Retention: which term of keeping a case is under, a hold on it, and destroying what was kept long enough."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from commands.retention import Assign, CarryOut, Hold, LiftHold, LiftTerm, destruction_of
from commands.rights import Erase
from domain.events.custody import CustodyCarriedOut
from domain.events.retention import DestructionDecided, HoldLifted, TermAssigned
from domain.events.rights import ErasureBegun
from domain.refusal import Refused
from domain.retention import applying
from tests.examples import ACTIVE, ASKED_FOR, CLOSED, GRANTED, HELD, KEPT, LATER, PAST, TERM, example, text, two
from tests.examples import CONFIRMED as CONFIRMED_RIGHT
from tests.scenario import CASE, TODAY, Situation, case, given, on
from tests.support.tables import HARBOUR, profile
from tests.support.terms import TERMS

ENDED = (*ACTIVE, on(TODAY, CLOSED))
OVER = date(2028, 12, 2)
CARRY_OUT = CarryOut(case=CASE)
CONFIRMED = two("destroy")
THIRD = example("case.intake.subject-noted")


def over(*steps: object, day: date = OVER) -> Situation:
    """A case that ended two years ago, of which destroying was asked and confirmed."""
    return given(*ENDED, *steps).with_team(*CONFIRMED).on_day(day)  # type: ignore[arg-type]


def test_a_case_or_one_subject_is_put_under_a_term_once():
    given(*ENDED).when(Assign(case=CASE, term="logbook")).then(TermAssigned(term="logbook"))
    given(*ENDED, KEPT).when(Assign(case=CASE, term="logbook")).then_nothing()
    given(*ENDED, KEPT).when(Assign(case=CASE, term="logbook", subject="s2")).then_it("retention.term-assigned")
    given(*ENDED).when(Assign(case=CASE, term="navy")).then_refused("unknown-code", field="term", choices=("cargo", "logbook"))
    given(*ENDED).when(Assign(case=CASE, term="cargo", subject="s9")).then_refused("unknown-subject")


def test_a_term_is_lifted_by_two_persons():
    lift = LiftTerm(case=CASE, term="wmo-2015", subject="s3", why="No such file")
    given(*ACTIVE, TERM).when(lift).then_refused("act-not-asked", act="change-retention")
    asked, confirmed = two("change-retention", term="wmo-2015")
    given(*ACTIVE, TERM).with_team(asked).when(lift).then_refused("act-not-confirmed", custody="K1")
    given(*ACTIVE, TERM).with_team(*two("change-retention", term="logbook")).when(lift).then_refused("act-not-asked")
    after = given(*ACTIVE, TERM).with_team(asked, confirmed).when(lift).then_it("retention.term-lifted", "custody.carried-out")
    after.when(lift).then_nothing()
    assert after.teams[HARBOUR].custody["K1"].state == "done"


def test_a_hold_is_placed_by_one_and_lifted_by_two():
    hold = Hold(case=CASE, why="A complaint", until=LATER)
    after = given(*ACTIVE).when(hold).then_it("retention.hold-placed")
    after.when(hold).then_nothing()
    given(*ACTIVE).when(Hold(case=CASE, why="x", until=PAST)).then_refused("date-passed", field="until")
    given(*ACTIVE).when(Hold(case=CASE, why="x", subject="s9")).then_refused("unknown-subject")
    lift = LiftHold(case=CASE, hold="H1", why="Settled")
    after.when(lift).then_refused("act-not-asked")
    after.when(LiftHold(case=CASE, hold="H9", why="x")).then_refused("unknown-hold")
    after.with_team(*two("change-retention")).when(lift).then(
        HoldLifted(hold="H1", why=text("Settled")), (HARBOUR, CustodyCarriedOut(custody="K1"))
    ).when(lift).then_nothing()


def test_what_was_confirmed_once_is_done_once():
    after = given(*ACTIVE, HELD).with_team(*two("change-retention")).when(LiftHold(case=CASE, hold="H1", why="x")).then_it()
    again = after.when(Hold(case=CASE, why="Another complaint")).then_it("retention.hold-placed")
    again.when(LiftHold(case=CASE, hold="H2", why="x")).then_refused("act-not-asked")


def test_what_was_kept_long_enough_is_destroyed_for_each_subject():
    over(KEPT, THIRD).when(CARRY_OUT).then(
        DestructionDecided(terms=("logbook",), subjects=("s1", "s2", "s3"), custody="K1"),
        ErasureBegun(right="V1", subject="s1"),
        ErasureBegun(right="V2", subject="s2"),
        ErasureBegun(right="V3", subject="s3"),
        (HARBOUR, CustodyCarriedOut(custody="K1")),
    ).when(CARRY_OUT).then_nothing()


def test_of_one_subject_alone():
    after = over(KEPT, THIRD).when(CarryOut(case=CASE, subject="s3")).then_it()
    assert case(*(r.event for r in after.own)).erased == {"s3"}
    over(KEPT).when(CarryOut(case=CASE, subject="s9")).then_refused("unknown-subject")


@pytest.mark.parametrize(
    ("situation", "why"),
    [
        (over(), "no-term"),
        (over(KEPT, day=OVER - timedelta(days=1)), "retention-runs"),
        (over(TermAssigned(term="cargo")), "retention-runs"),
        (over(TermAssigned(term="cargo"), day=date(2033, 1, 1)), "term-unverified"),
        (over(KEPT, TermAssigned(term="cargo", subject="s2"), day=date(2033, 1, 1)), "term-unverified"),
        (over(KEPT, example("case.retention.hold-placed").model_copy(update={"until": None})), "on-hold"),
    ],
)
def test_nothing_is_destroyed_while_something_keeps_it(situation: Situation, why: str):
    situation.when(CARRY_OUT).then_refused("kept", why=why)


def test_while_a_case_goes_on_it_is_said_that_it_has_to_end_first():
    given(*ACTIVE, KEPT).with_team(*CONFIRMED).on_day(OVER).when(CARRY_OUT).then_refused("kept-open", subject="s1")


def test_the_term_that_nobody_verified_is_named():
    both = over(KEPT, TermAssigned(term="cargo"), day=date(2033, 1, 1))
    both.when(CARRY_OUT).then_refused("kept", why="term-unverified", terms=("cargo",))


def test_destroying_takes_two_persons():
    alone = given(*ENDED, KEPT).on_day(OVER)
    alone.when(CARRY_OUT).then_refused("act-not-asked", act="destroy")
    alone.with_team(CONFIRMED[0]).when(CARRY_OUT).then_refused("act-not-confirmed")


def test_a_table_may_name_the_term_of_its_cases():
    usual = profile(closing__retention="logbook")
    over().working_by(usual).when(CARRY_OUT).then_it()
    longer = over(TermAssigned(term="cargo")).working_by(usual)
    longer.when(CARRY_OUT).then_refused("kept", why="retention-runs")


def test_a_term_that_is_no_longer_there_keeps_everything():
    gone = over(TermAssigned(term="gone"))
    gone.when(CARRY_OUT).then_refused("unknown-term", id="gone")
    with pytest.raises(Refused, match="unknown-term"):
        applying(case(*ENDED, TermAssigned(term="gone")), "s1", (), TERMS)


def test_a_destruction_has_a_number_of_its_own():
    assert [destruction_of(s) for s in ("s1", "s12")] == ["V1", "V12"]


def test_who_asks_to_be_erased_waits_for_a_hold_and_for_a_duty_to_keep():
    asked = (ASKED_FOR, GRANTED, CONFIRMED_RIGHT)
    erase = Erase(case=CASE, right="Q1")
    given(*ENDED, *asked).when(erase).then_it("rights.erasure-begun")
    given(*ENDED, *asked, HELD).when(erase).then_refused("kept-by-law", why="on-hold")
    given(*ENDED, *asked, KEPT).when(erase).then_refused("kept-by-law", why="retention-runs")
    given(*ENDED, *asked, KEPT).on_day(OVER).when(erase).then_it("rights.erasure-begun")
    unverified = given(*ENDED, *asked, TermAssigned(term="cargo"))
    unverified.when(erase).then_refused("kept-by-law", why="retention-runs")
