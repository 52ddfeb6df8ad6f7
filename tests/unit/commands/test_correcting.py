"""Correcting: what an entry should have been, withdrawn, or answered; nothing that rests on it is left hanging."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from commands.correcting import AddStatement, Correct, Withdraw
from domain.case import Case
from domain.event import Event, replay
from domain.events.closing import CaseReopened
from domain.events.correcting import EntryCorrected, EntryWithdrawn
from domain.events.escalation import DirectionAccepted
from domain.events.monitoring import CheckRecorded
from domain.events.parties import HolderAssigned, ProfessionalReplaced
from domain.events.plan import BudgetSpent
from domain.events.team import ProfessionalLeft
from tests.examples import (
    A1_ACCEPTED,
    ACTIVE,
    AGREED,
    ANONYMOUS,
    ANSWERED,
    ASKED_FOR,
    BROKEN,
    CLOSED,
    DEVIATION,
    FLAGGED,
    GROUND,
    LATER,
    MERGED,
    MET,
    OFFERED,
    PLANNED,
    RAISED,
    RAISED_TO_LOCK,
    RESERVED,
    SUBGROUP,
    TRANSFER,
    text,
)  # fmt: skip
from tests.scenario import CASE, SUBMITTED_ON, TODAY, Situation, given, noon, on
from tests.support.tables import HARBOUR, HOME, HOME_TOO, LOCK, LOCK_MASTER, MASTER, PILOT, TUG

SPENT = BudgetSpent(reservation="B1", cents=30_000)


def correct(entry: int, field: str, value: str) -> Correct:
    return Correct(case=CASE, entry=entry, field=field, value=value)


def withdraw(entry: int) -> Withdraw:
    return Withdraw(case=CASE, entry=entry, why="Wrong boat")


def test_a_corrected_day_is_the_day():
    assert given(*PLANNED).when(correct(5, "due", "2026-12-21")).case().agreements["A1"].due == LATER


def test_correcting_to_what_it_says_already_is_nothing_new():
    given(*PLANNED).when(correct(5, "due", "2026-12-10")).then_nothing()


def test_a_text_is_corrected_as_a_text():
    given(*PLANNED).when(correct(5, "what", "Chains")).then(EntryCorrected(entry=5, field="what", text=text("Chains")))


def test_a_correction_says_what_of_which_entry():
    given(*PLANNED).when(Correct(case=CASE, entry=5)).then_refused("nothing-given")
    given(*PLANNED).when(Correct(case=CASE, entry=5, field="due")).then_refused("nothing-given", field="value")
    given(*PLANNED).when(correct(99, "due", "x")).then_refused("unknown-entry")
    given(*PLANNED).when(correct(5, "colour", "x")).then_refused("unknown-field")
    given(*PLANNED).when(correct(4, "motivation", "x")).then_refused("field-was-empty")


@pytest.mark.parametrize(("field", "value"), [("due", "yesterday"), ("holder", "A person"), ("next_check", "31-02-2026")])
def test_a_value_that_does_not_fit_is_refused(field: str, value: str):
    given(*PLANNED).when(correct(4 if field != "due" else 5, field, value)).then_refused("does-not-fit", field=field)


@pytest.mark.parametrize("field", ["agreement", "team", "anonymous"])
def test_which_one_an_entry_is_about_is_not_corrected(field: str):
    given(*PLANNED).when(correct(5 if field == "agreement" else 1, field, "x")).then_refused("identity-field")


@pytest.mark.parametrize(("field", "value"), [("kind", "party"), ("to", "lifeboat"), ("reason", "redirect")])
def test_who_a_case_was_offered_to_is_not_corrected_for_then_nobody_would_have_taken_it(field: str, value: str):
    given(*ACTIVE, TRANSFER).when(correct(5, field, value)).then_refused("identity-field", field=field)


def test_direction_that_was_taken_does_not_last_longer_by_a_correction():
    taken = DirectionAccepted(by=HARBOUR, director=MASTER, until=LATER)
    given(*ACTIVE, OFFERED, taken).when(correct(6, "until", "2027-12-31")).then_refused("identity-field", field="until")


def test_who_was_called_on_is_not_corrected_once_they_answered():
    given(*ACTIVE, RAISED_TO_LOCK, ANSWERED).when(correct(5, "to", "lifeboat")).then_refused("identity-field", field="to")


def test_an_identifier_does_not_come_into_the_clear_as_a_corrected_code():
    deviation = given(*ACTIVE, DEVIATION)
    deviation.when(correct(5, "rule", "123456782")).then_refused("identifier-in-code", field="rule", kind="citizen-number")


def test_a_corrected_mandate_is_that_of_somebody_who_has_one():
    given(*ACTIVE, DEVIATION).when(correct(5, "mandate", PILOT)).then_refused("mandate-needed")
    given(*ACTIVE, DEVIATION).when(correct(5, "mandate", "navy-99")).then_refused("unknown-professional")
    of_group = DEVIATION.model_copy(update={"mandate": HOME, "subgroup": "S1"})
    given(*ACTIVE, SUBGROUP, of_group).when(correct(6, "mandate", PILOT)).then_it()
    given(*ACTIVE, SUBGROUP, of_group).when(correct(6, "mandate", MASTER)).then_refused("not-in-subgroup")


@pytest.mark.parametrize(("asked", "code"), [(AGREED, "agreements-open"), (RAISED, "escalation-open"), (TRANSFER, "offer-open")])
def test_a_case_does_not_end_by_a_withdrawal_while_something_is_asked_of_somebody(asked: Event, code: str):
    reopened = CaseReopened(why=text("It drifts"), holder=MASTER, next_check=TODAY)
    given(*ACTIVE, CLOSED, reopened, asked).when(withdraw(6)).then_refused(code)
    given(*ACTIVE, CLOSED, reopened).when(withdraw(6)).then_it()


def test_a_flag_is_not_corrected_away_unless_there_was_progress_before_it():
    flagged = given(*ACTIVE, on(TODAY, FLAGGED))
    flagged.when(withdraw(5)).then_refused("decision-due")
    flagged.when(correct(5, "decide_by", "2027-06-01")).then_refused("decision-due")
    flagged.when(correct(5, "decide_by", "2026-12-02")).then_it()
    seen = CheckRecorded(observed=text(), progress=True, next_check=LATER)
    given(*ACTIVE, on(TODAY - timedelta(days=1), seen), on(TODAY, FLAGGED)).when(withdraw(6)).then_it()


def test_a_case_is_not_named_by_a_correction():
    given(ANONYMOUS).when(correct(1, "anonymous", "false")).then_refused("identity-field")


def test_a_correction_leaves_no_case_without_a_holder():
    given(*ACTIVE).when(correct(4, "holder", "navy-1")).then_refused("unknown-professional")
    gone = given(*ACTIVE).with_team(ProfessionalLeft(professional=HOME, successor=HOME_TOO))
    gone.when(correct(4, "holder", HOME)).then_refused("professional-left")


def test_a_correction_names_only_partners_codes_and_days_that_can_be():
    given(*PLANNED).when(correct(5, "partner", "navy")).then_refused("unknown-partner")
    given(*PLANNED).when(correct(5, "domain", "bored")).then_refused("unknown-code", field="domain")
    given(*ACTIVE).when(correct(4, "next_check", "9999-12-31")).then_refused("date-out-of-range")


def test_a_corrected_amount_does_not_push_the_budget_below_zero():
    budget = given(*PLANNED, RESERVED, SPENT)
    budget.when(correct(7, "cents", "29999")).then_refused("budget-too-small")
    budget.when(correct(8, "cents", "40001")).then_refused("budget-too-small")
    budget.when(correct(7, "cents", "100001")).then_refused("budget-too-small")
    budget.when(correct(8, "cents", "-1")).then_refused("does-not-fit")
    budget.when(correct(8, "cents", "40000")).then_it()


def test_an_entry_that_others_rest_on_is_not_withdrawn():
    given(*PLANNED).when(withdraw(5)).then_refused("entry-rested-on", entries=(6,))
    given(*PLANNED, RESERVED, SPENT).when(withdraw(7)).then_refused("entry-rested-on", entries=(8,))


def test_what_rests_on_it_first_then_the_entry_itself():
    given(*PLANNED).when(withdraw(6)).then_it().when(withdraw(5)).then_it("correcting.entry-withdrawn")


def test_a_withdrawal_remembers_the_numbers_that_were_given():
    given(*ACTIVE, AGREED).when(withdraw(5)).then(EntryWithdrawn(entry=5, why=text("Wrong boat"), numbers=("A1",)))


def test_an_entry_is_not_moved_before_what_it_rests_on():
    early = Correct(case=CASE, entry=6, moved_to=noon(SUBMITTED_ON) + timedelta(minutes=2))
    given(*PLANNED).when(early).then_refused("entry-rested-on", entries=(6,))


def test_a_moved_entry_has_happened_with_its_zone_within_the_case():
    move = Correct(case=CASE, entry=4)
    given(*ACTIVE).when(move.model_copy(update={"moved_to": datetime(2026, 9, 3)})).then_refused("zone-needed")  # noqa: DTZ001
    given(*ACTIVE).when(move.model_copy(update={"moved_to": noon(LATER)})).then_refused("in-the-future", field="moved_to")
    given(*ACTIVE).when(move.model_copy(update={"moved_to": datetime(2020, 1, 1, tzinfo=UTC)})).then_refused("before-the-case")
    given(*ACTIVE).when(move.model_copy(update={"moved_to": noon(TODAY)})).then_it()


def test_what_opened_the_case_is_neither_moved_nor_withdrawn():
    given(*ACTIVE).when(Correct(case=CASE, entry=1, moved_to=noon(TODAY))).then_refused("opening-entry")
    given(*ACTIVE).when(withdraw(1)).then_refused("opening-entry")


def test_what_stands_in_two_cases_is_undone_by_its_own_command():
    given(*ACTIVE, MERGED).when(withdraw(5)).then_refused("paired-entry")
    given(*ACTIVE, MERGED).when(correct(5, "into", "HBR-2026-0009")).then_refused("paired-entry")
    given(*ACTIVE, MERGED).when(Correct(case=CASE, entry=5, moved_to=noon(TODAY))).then_refused("paired-entry")


def test_another_tables_answer_is_not_ours_to_take_back():
    taken = DirectionAccepted(by=LOCK, director=LOCK_MASTER, until=LATER)
    situation = given(*ACTIVE, OFFERED, taken)
    last = situation.own[-1]
    theirs = replace(last, header=replace(last.header, team=LOCK))
    answered = Situation(own=(*situation.own[:-1], theirs))
    answered.when(withdraw(6)).then_refused("recipient-answers", to=LOCK)
    answered.when(correct(6, "until", "2026-12-02")).then_refused("recipient-answers", to=LOCK)


def test_who_has_left_gets_nothing_back_by_a_withdrawal():
    handed = given(*ACTIVE, HolderAssigned(professional=PILOT), ProfessionalReplaced(professional=PILOT, successor=MASTER))
    gone = handed.with_team(ProfessionalLeft(professional=PILOT, successor=MASTER))
    gone.when(withdraw(6)).then_refused("professional-left", professional=PILOT)


def test_a_correction_is_corrected_by_correcting_its_entry_once_more():
    corrected = EntryCorrected(entry=4, field="next_check", value="2026-12-05")
    given(*ACTIVE, corrected).when(correct(5, "value", "x")).then_refused("correction-itself")
    assert given(*ACTIVE, corrected).when(correct(4, "next_check", "2026-12-07")).case().next is not None


def test_a_withdrawn_entry_stays_to_be_seen():
    after = given(*ACTIVE, SUBGROUP).when(withdraw(5)).then_it()
    assert after.own[4].event == SUBGROUP
    assert replay(Case(), after.own).subgroups == {}


def test_a_weighing_may_be_withdrawn():
    given(*ACTIVE[:2], MET).when(withdraw(3)).then_it()


def test_a_statement_stands_beside_what_it_is_about():
    given(*ACTIVE, A1_ACCEPTED).when(AddStatement(case=CASE, statement="No", entry=99)).then_refused("unknown-entry")
    assert len(given(*ACTIVE).when(AddStatement(case=CASE, statement="No", entry=2)).case().statements) == 1


def test_what_says_who_looked_stays_as_it_is():
    entry = len(ACTIVE) + 1
    given(*ACTIVE, BROKEN).when(Withdraw(case=CASE, entry=entry, why="Never mind")).then_refused("access-entry", entry=entry)


def test_what_was_asked_and_decided_about_a_subjects_data_stays_as_it_is():
    entry = len(ACTIVE) + 1
    given(*ACTIVE, ASKED_FOR).when(withdraw(entry)).then_refused("settled-entry", entry=entry)


def test_a_ground_is_changed_by_the_organisation_that_recorded_it_alone():
    recorded = given(*ACTIVE, GROUND)
    entry = len(ACTIVE) + 1
    motivation = Correct(case=CASE, entry=entry, field="motivation", value="Another law")
    recorded.when(motivation).then_it()
    recorded.by(TUG).when(motivation).then_refused("not-your-ground", partner="pilots")
    recorded.by(TUG).when(Withdraw(case=CASE, entry=entry, why="Not ours")).then_refused("not-your-ground")
    recorded.when(Withdraw(case=CASE, entry=entry, why="It does not hold")).then_it()
    given_to = Correct(case=CASE, entry=entry, field="partner", value="tugs")
    recorded.when(given_to).then_refused("identity-field", field="partner")
