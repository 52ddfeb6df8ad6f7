"""Triage: criteria weighed one by one, accepted, declined, redirected, or more asked."""

from __future__ import annotations

from datetime import date, timedelta

from commands.triage import Accept, Ask, Assess, Decline, Redirect, weigh
from domain.case import Status
from domain.events.consent import ConsentGiven, ConsentRefused
from domain.events.triage import CaseAccepted, CaseDeclined, CriterionAssessed
from tests.examples import ANONYMOUS, CONSENT, GROUND, LATER, MET, NEW_CASE, PAST, REDIRECT, SOON, text
from tests.scenario import CASE, TODAY, case, given
from tests.support.tables import HARBOUR, LOCK, MASTER, PILOT, PROFILE, TUG, profile


def weighed(criterion: str, *, met: bool) -> CriterionAssessed:
    return CriterionAssessed(criterion=criterion, met=met, motivation=text())


CALM = tuple(weighed(c, met=False) for c in ("storm", "leak", "fog"))
ACCEPT = Accept(case=CASE)


def test_a_case_is_accepted_on_the_criteria_that_hold():
    given(*NEW_CASE, MET).when(ACCEPT).then(CaseAccepted(met=("storm",), holder=MASTER, next_check=date(2026, 12, 6)))


def test_two_of_two_are_as_good_as_the_one():
    fits = (weighed("leak", met=True), weighed("fog", met=True))
    given(*NEW_CASE, *fits).when(ACCEPT).then_it("triage.accepted")


def test_what_is_not_weighed_yet_is_named():
    given(*NEW_CASE).when(ACCEPT).then_refused("criteria-unassessed", criteria=("storm", "leak", "fog"))


def test_against_a_criterion_a_mandate_is_needed():
    given(*NEW_CASE, *CALM).by(TUG).when(ACCEPT).then_refused("mandate-needed", roles=("harbour-master",))


def test_against_a_criterion_a_motivation_is_needed():
    given(*NEW_CASE, *CALM).when(ACCEPT).then_refused("motivation-needed", criteria=("storm", "leak", "fog"))


def test_accepting_against_a_criterion_shows_which_and_on_whose_mandate():
    decided = given(*NEW_CASE, *CALM).when(Accept(case=CASE, motivation="Nobody else will")).case()
    assert decided.against == ("storm", "leak", "fog")


def test_the_explanation_says_which_parts_hold():
    verdict = weigh(case(*NEW_CASE, weighed("storm", met=False), weighed("leak", met=True), weighed("fog", met=True)), PROFILE)
    assert (verdict.held, [p.held for p in verdict.parts], verdict.parts[1].needed) == (True, [False, True], 2)


def test_a_criterion_weighed_again_counts_as_it_was_weighed_last():
    given(*NEW_CASE, MET, weighed("storm", met=False)).when(ACCEPT).then_refused("criteria-unassessed")


def test_a_criterion_is_of_the_profile():
    given(*NEW_CASE).when(Assess(case=CASE, criterion="bored", met=True, motivation="x")).then_refused("unknown-code")


def test_where_the_profile_asks_for_consent_a_case_is_not_accepted_without():
    asks = given(*NEW_CASE, MET).working_by(profile(submission__consent_required=True))
    asks.when(ACCEPT).then_refused("no-consent-recorded")


def test_consent_or_another_ground_or_no_name_settles_it():
    consent = CONSENT.model_copy(update={"purpose": "case-direction"})
    for settled in ((*NEW_CASE, consent), (*NEW_CASE, GROUND), (ANONYMOUS,)):
        given(*settled, MET).working_by(profile(submission__consent_required=True)).when(ACCEPT).then_it()


def test_consent_that_has_run_out_or_is_a_childs_settles_nothing():
    given_ = ConsentGiven(consent="C1", subject="s1", purpose="case-direction")
    ended, childs = given_.model_copy(update={"until": PAST}), given_.model_copy(update={"subject": "s2"})
    refused = ConsentRefused(consent="C2", subject="s1", purpose="case-direction")
    given(*NEW_CASE, given_, MET).working_by(profile(submission__consent_required=True)).when(ACCEPT).then_it()
    given(*NEW_CASE, given_, refused, MET).working_by(profile(submission__consent_required=True)).when(ACCEPT).then_refused(
        "no-consent-recorded"
    )
    for unsettled in (ended, childs, CONSENT):  # the last is for care alone
        asks = given(*NEW_CASE, unsettled, MET).working_by(profile(submission__consent_required=True))
        asks.when(ACCEPT).then_refused("no-consent-recorded")


def test_the_next_check_lies_ahead():
    given(*NEW_CASE, MET).when(Accept(case=CASE, next_check=PAST)).then_refused("date-passed")


def test_a_check_in_a_far_year_is_forgetting():
    far = Accept(case=CASE, next_check=date(9999, 12, 31))
    given(*NEW_CASE, MET).when(far).then_refused("date-out-of-range", last=TODAY + timedelta(days=730))


def test_an_accepted_case_may_be_held_by_another():
    assert given(*NEW_CASE, MET).when(Accept(case=CASE, holder=PILOT)).case().holder == PILOT


def test_the_case_director_is_who_was_named_before_or_the_holder():
    assert given(*NEW_CASE, MET).when(ACCEPT).case().direction.local == MASTER


def test_a_decline_says_which_criteria_did_not_hold():
    given(*NEW_CASE, *CALM).when(Decline(case=CASE, reason="Calm")).then(
        CaseDeclined(met=(), not_met=("fog", "leak", "storm"), reason=text("Calm"), told_by=MASTER)
    )


def test_a_declined_case_is_final():
    declined = given(*NEW_CASE).when(Decline(case=CASE, reason="Calm")).case()
    assert (declined.status, declined.next, declined.agenda) == (Status.DECLINED, None, frozenset())


def test_asking_for_more_sets_the_next_moment():
    asked = given(*NEW_CASE).when(Ask(case=CASE, question="Which berth?", by=SOON)).case()
    assert (asked.status, asked.next and asked.next.on) == (Status.ASKED, SOON)
    given(*NEW_CASE).when(Ask(case=CASE, question="Which berth?", by=PAST)).then_refused("date-passed")


def test_a_redirected_case_stays_until_it_is_taken():
    offered = given(*NEW_CASE).when(Redirect(case=CASE, to=LOCK, why="Fresh water")).case()
    assert (offered.status, offered.holder) == (Status.SUBMITTED, MASTER)


def test_while_it_is_offered_it_is_neither_accepted_nor_declined():
    given(*NEW_CASE, MET, REDIRECT).when(ACCEPT).then_refused("offer-open")
    given(*NEW_CASE, REDIRECT).when(Decline(case=CASE, reason="Calm")).then_refused("offer-open")


def test_a_case_is_offered_to_one_at_a_time():
    given(*NEW_CASE, REDIRECT).when(Redirect(case=CASE, to="lifeboat", why="x")).then_refused("already-offered", to=LOCK)


def test_a_case_is_redirected_to_who_is_on_the_list():
    given(*NEW_CASE).when(Redirect(case=CASE, to="navy", why="x")).then_refused("unknown-code", field="to")
    given(*NEW_CASE).when(Redirect(case=CASE, to=LOCK, why="x", answer_by=PAST)).then_refused("date-passed")


def test_a_case_is_not_redirected_to_its_own_table():
    own = profile(escalation__recipients=[{"id": HARBOUR, "label": {"nl": "x", "en": "x"}, "source": "chosen", "kind": "team"}])
    given(*NEW_CASE).working_by(own).when(Redirect(case=CASE, to=HARBOUR, why="x")).then_refused("to-yourself")


def test_deadlines_of_a_backdated_act_follow_from_its_own_day():
    early = date(2026, 9, 10)
    case = given(*NEW_CASE, MET).on_day(early, recorded=LATER).when(ACCEPT).case()
    assert case.next is not None
    assert case.next.on == early + timedelta(days=5)
