"""Escalation and hand-over: offered, then accepted or declined by who was asked; the sender keeps it until then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commands.base import CaseCommand
from commands.escalation import (
    Accept,
    AcceptDirection,
    Decline,
    DeclineDirection,
    DeclineTransfer,
    OfferDirection,
    OfferTransfer,
    Raise,
    Receive,
    RecordTransfer,
    Resolve,
    ReturnDirection,
    Withdraw,
    WithdrawDirection,
)
from commands.handle import decide
from domain.case import Case, Status
from domain.event import replay
from domain.events.access import ClearanceSet
from domain.events.escalation import CaseReceived, DirectionReturned, EscalationAccepted
from domain.events.parties import DirectorAssigned
from domain.refusal import Refused
from tests.examples import (
    ACTIVE,
    DIRECTED,
    LATER,
    NEW_CASE,
    OFFERED,
    PAST,
    PLANNED,
    RAISED,
    RAISED_TO_LOCK,
    REDIRECT,
    RESTED,
    SOON,
    TO_PARTY,
    TRANSFER,
    example,
)
from tests.scenario import CASE, LOCK_NEW, TODAY, Situation, case, given, on
from tests.support.tables import COAST, HARBOUR, LOCK, LOCK_HAND, LOCK_MASTER, MASTER, PILOT, professional, profile

RAISE = Raise(case=CASE, to="coastguard", why="Storm")
OFFER = OfferDirection(case=CASE, to=LOCK, why="No progress", until=LATER)
TAKE = AcceptDirection(case=CASE)
RECEIVE = Receive(case=CASE)
IDENTIFIED = example("case.intake.subject-identified")


def at_the_lock(*steps: object) -> Situation:
    return given(*steps).by(LOCK_MASTER, LOCK)  # type: ignore[arg-type]


# --- calls on another


def test_a_call_stays_open_until_it_is_answered():
    assert given(*ACTIVE).when(RAISE).case().escalations["E1"].state == "raised"
    given(*ACTIVE, RAISED).when(RAISE).then_refused("already-raised", escalation="E1")


def test_a_call_is_on_who_is_on_the_list_with_an_answer_ahead():
    given(*ACTIVE).when(RAISE.model_copy(update={"to": "navy"})).then_refused("unknown-code", field="to")
    given(*ACTIVE).when(RAISE.model_copy(update={"answer_by": PAST})).then_refused("date-passed", field="answer_by")


@pytest.mark.parametrize("answer", [Accept(case=CASE, escalation="E1"), Decline(case=CASE, escalation="E1", why="Full")])
def test_a_table_answers_for_itself(answer: CaseCommand):
    given(*ACTIVE, RAISED_TO_LOCK).when(answer).then_refused("recipient-answers", to=LOCK)
    at_the_lock(*ACTIVE, RAISED_TO_LOCK).when(answer).then_it()


@pytest.mark.parametrize("answer", [Accept(case=CASE, escalation="E1"), Decline(case=CASE, escalation="E1", why="Full")])
def test_a_party_outside_is_answered_for_by_who_called(answer: CaseCommand):
    at_the_lock(*ACTIVE, RAISED).when(answer).then_refused("recipient-answers", to=HARBOUR)
    given(*ACTIVE, RAISED).when(answer).then_it()


def test_what_was_declined_is_not_accepted_and_what_was_not_accepted_not_resolved():
    declined = given(*ACTIVE, RAISED).when(Decline(case=CASE, escalation="E1", why="Full")).then_it()
    declined.when(Accept(case=CASE, escalation="E1")).then_refused("escalation-not-open", state="declined")
    given(*ACTIVE, RAISED).when(Resolve(case=CASE, escalation="E1", how="x")).then_refused("escalation-not-open")
    given(*ACTIVE).when(Withdraw(case=CASE, escalation="E9", why="x")).then_refused("unknown-escalation")


# --- direction for a time


def test_direction_stays_with_the_sender_until_it_is_accepted():
    offered = given(*ACTIVE).when(OFFER).case()
    assert (offered.director_team(TODAY), offered.director_on(TODAY)) == (HARBOUR, MASTER)
    taken = at_the_lock(*ACTIVE, OFFERED).when(TAKE).case()
    assert (taken.director_team(TODAY), taken.director_on(TODAY)) == (LOCK, LOCK_MASTER)


def test_temporary_direction_has_ended_once_its_day_has_come_whether_or_not_anyone_recorded_it():
    directed = case(*ACTIVE, OFFERED, DIRECTED)
    assert [directed.director_team(d) for d in (LATER - timedelta(days=1), LATER)] == [LOCK, HARBOUR]
    assert [directed.director_on(d) for d in (LATER - timedelta(days=1), LATER)] == [LOCK_MASTER, MASTER]


def test_it_returns_to_who_is_local_director_by_then():
    directed = case(*ACTIVE, OFFERED, DIRECTED, DirectorAssigned(professional=PILOT))
    assert (directed.director_on(TODAY), directed.director_on(LATER)) == (LOCK_MASTER, PILOT)


def test_the_case_stays_held_at_its_own_table_while_another_directs():
    assert case(*ACTIVE, OFFERED, DIRECTED).holder == MASTER


def test_direction_is_offered_within_the_profiles_term():
    given(*ACTIVE).when(OFFER.model_copy(update={"until": TODAY})).then_refused("date-out-of-range", field="until")
    given(*ACTIVE).when(OFFER.model_copy(update={"until": TODAY + timedelta(days=31)})).then_refused("date-out-of-range")


def test_direction_is_offered_to_a_table_that_takes_cases():
    given(*ACTIVE).when(OFFER.model_copy(update={"to": COAST})).then_refused("no-temporary-direction")
    given(*ACTIVE).when(OFFER.model_copy(update={"to": "navy"})).then_refused("unknown-team")
    given(*ACTIVE).working_by(profile(escalation__direction_days=None)).when(OFFER).then_refused("no-temporary-direction")


def test_direction_is_offered_to_one_at_a_time():
    given(*ACTIVE, OFFERED).when(OFFER.model_copy(update={"to": HARBOUR})).then_refused("already-offered", to=LOCK)
    given(*ACTIVE, OFFERED, DIRECTED).when(OFFER.model_copy(update={"to": HARBOUR})).then_refused("direction-elsewhere")


def test_only_who_was_asked_accepts_or_declines():
    given(*ACTIVE, OFFERED).when(TAKE).then_refused("no-direction-offered", team=HARBOUR)
    given(*ACTIVE, OFFERED).when(DeclineDirection(case=CASE, why="x")).then_refused("no-direction-offered")
    at_the_lock(*ACTIVE).when(TAKE).then_refused("no-direction-offered")


def test_an_offer_ends_with_the_term_it_was_for():
    at_the_lock(*ACTIVE, OFFERED).on_day(LATER).when(TAKE).then_refused("offer-ended")


def test_an_offer_is_not_accepted_on_a_day_before_it_was_made():
    at_the_lock(*ACTIVE, on(TODAY, OFFERED)).on_day(PAST, recorded=TODAY).when(TAKE).then_refused("overtaken")


def test_an_offer_made_before_a_case_came_to_rest_is_answered_all_the_same():
    at_the_lock(*ACTIVE, OFFERED, RESTED).when(TAKE).then_it()
    at_the_lock(*ACTIVE, OFFERED, RESTED).when(DeclineDirection(case=CASE, why="x")).then_it()


def test_somebody_of_the_asked_table_directs():
    assert (
        at_the_lock(*ACTIVE, OFFERED).when(TAKE.model_copy(update={"director": LOCK_HAND})).case().direction.director == LOCK_HAND
    )
    at_the_lock(*ACTIVE, OFFERED).when(TAKE.model_copy(update={"director": MASTER})).then_refused("unknown-professional")


def test_who_directs_gives_it_back_and_the_sender_does_not_take_it():
    back = ReturnDirection(case=CASE)
    given(*ACTIVE, OFFERED, DIRECTED).when(back).then_refused("direction-elsewhere", team=LOCK)
    at_the_lock(*ACTIVE, OFFERED, DIRECTED).when(back).then(DirectionReturned())
    given(*ACTIVE, OFFERED, DIRECTED).on_day(LATER).when(back).then(DirectionReturned())


def test_an_answered_offer_is_not_taken_back():
    given(*ACTIVE, OFFERED, DIRECTED).when(WithdrawDirection(case=CASE)).then_nothing()


def test_without_a_local_director_there_is_nothing_to_offer():
    undirected = given(*ACTIVE)
    state = undirected.state(OFFER).but(direction=Case().direction)
    with pytest.raises(Refused, match="no-local-director"):
        decide(OFFER, state, undirected.desk(OFFER))


# --- the whole case


def test_a_case_stays_with_the_sender_until_it_is_taken():
    assert given(*ACTIVE).when(OfferTransfer(case=CASE, to=LOCK, why="x")).case().status is Status.ACTIVE
    given(*ACTIVE, TRANSFER).when(OfferTransfer(case=CASE, to="lifeboat", why="x")).then_refused("already-offered", to=LOCK)


def test_a_taken_case_goes_on_under_a_number_there_with_its_open_agreements():
    after = at_the_lock(*PLANNED, TRANSFER).when(RECEIVE).then_it("escalation.transferred", "escalation.received")
    there = replay(Case(), after.cases[LOCK_NEW])
    assert (there.number, there.team, there.holder, there.predecessor) == (LOCK_NEW, LOCK, LOCK_MASTER, CASE)
    assert {(a.partner, a.state) for a in there.agreements.values()} == {("lock-keepers", "proposed")}
    assert there.agreements["A1"].what.stream == CASE


def test_a_redirected_case_is_weighed_at_the_table_that_takes_it():
    after = at_the_lock(*NEW_CASE, REDIRECT).when(RECEIVE).then_it()
    there = after.cases[LOCK_NEW][0].event
    assert isinstance(there, CaseReceived)
    assert there.next_kind == "triage"


def test_a_case_is_not_taken_while_somebody_called_on_has_not_answered():
    at_the_lock(*PLANNED, RAISED, TRANSFER).when(RECEIVE).then_refused("escalation-open")
    given(*ACTIVE, RAISED, EscalationAccepted(escalation="E1"), TO_PARTY).when(RecordTransfer(case=CASE)).then_refused(
        "escalation-open"
    )


def test_only_who_was_asked_takes_a_case():
    given(*ACTIVE, TRANSFER).when(RECEIVE).then_refused("no-case-offered", team=HARBOUR)
    at_the_lock(*ACTIVE).when(RECEIVE).then_refused("no-case-offered")


def test_a_region_takes_no_case():
    to_coast = TRANSFER.model_copy(update={"to": COAST})
    coast = given(*ACTIVE, to_coast).with_team(professional("pilots-1"), team=COAST).by("pilots-1", COAST)
    coast.when(RECEIVE).then_refused("region-takes-no-cases")


def test_a_table_of_ours_takes_a_case_itself_a_party_outside_is_recorded():
    given(*ACTIVE, TRANSFER).when(RecordTransfer(case=CASE)).then_refused("recipient-answers", to=LOCK)
    assert given(*ACTIVE, TO_PARTY).when(RecordTransfer(case=CASE)).case().status is Status.TRANSFERRED
    given(*ACTIVE).when(RecordTransfer(case=CASE)).then_refused("no-case-offered")


def test_who_was_asked_declines():
    decline = DeclineTransfer(case=CASE, why="Full")
    given(*ACTIVE, TRANSFER).when(decline).then_refused("recipient-answers", to=LOCK)
    given(*ACTIVE, TO_PARTY).when(decline).then_it("escalation.transfer-declined")
    given(*ACTIVE).when(decline).then_refused("no-case-offered")


def test_what_was_handed_over_is_not_on_an_agenda_here():
    after = given(*ACTIVE, TO_PARTY).when(RecordTransfer(case=CASE)).case()
    assert (after.agenda, after.next) == (frozenset(), None)


def test_answers_are_expected_ahead():
    given(*ACTIVE).when(OfferTransfer(case=CASE, to=LOCK, why="x", answer_by=SOON)).then_it()


def test_a_case_that_is_handed_over_keeps_who_it_is_about_and_what_was_asked():
    known = case(*ACTIVE, IDENTIFIED)
    after = at_the_lock(*ACTIVE, IDENTIFIED, TRANSFER).when(RECEIVE).then_it()
    received = replay(Case(), after.cases[LOCK_NEW])
    assert received.subjects == known.subjects, "the texts stay where they were recorded"
    assert (received.questions, received.tried) == (known.questions, known.tried)
    assert {r.stream for r in received.questions} == {CASE}


def test_a_case_that_is_handed_over_keeps_its_clearance():
    for level in ("restricted", "normal"):
        after = at_the_lock(*ACTIVE, ClearanceSet(level=level), TRANSFER).when(RECEIVE).then_it()
        assert replay(Case(), after.cases[LOCK_NEW]).clearance == level
