"""Identity and consent: what was said about sharing, naming who was anonymous, a signal between tables."""

from __future__ import annotations

from datetime import timedelta

from commands.consent import AnswerOverlap, Expire, Give, Limit, Name, RecordGround, Refuse, Tell, Withdraw
from domain.case_parts import Consent
from domain.events.consent import ConsentGiven, ConsentRefused, ConsentWithdrawn, OverlapTold, RecipientTold
from tests.examples import (
    ACTIVE,
    ANONYMOUS,
    CLOSED,
    CONSENT,
    GROUND,
    INVITED,
    LATER,
    LOCK_SUBMITTED,
    PAST,
    PROBED,
    SOON,
    example,
    text,
)
from tests.scenario import CASE, LOCK_CASE, TODAY, given
from tests.support.tables import HARBOUR, PILOT, TUG

ENDED = CONSENT.model_copy(update={"until": PAST})
ANSWER = AnswerOverlap(case=CASE, probe="O1", tell=True, why="It helps")
NAME = Name(case=CASE, resident_name="Wilma", ground="public-task", necessity="n", proportionality="p", subsidiarity="s")

TOLD = RecipientTold(consent="C1", partner="pilots", subject="s1")
"""Who records that sharing stops knows it by that: the organisation of the one who asks."""
JOINED = (INVITED, example("case.parties.partner-joined"))
TELL = Tell(case=CASE, consent="C1", partner="tugs")
WITHDRAWN = ConsentWithdrawn(consent="C1")


def consent(**changes: object) -> Give:
    return Give(case=CASE, purpose="care", recipients=CONSENT.recipients, until=LATER).model_copy(update=changes)


def test_consent_names_purpose_recipients_and_end():
    given(*ACTIVE).when(consent()).then(CONSENT)


def test_the_same_consent_in_force_is_not_recorded_again():
    given(*ACTIVE, CONSENT).when(consent()).then_nothing()


def test_consent_that_ran_out_is_given_anew():
    given(*ACTIVE, CONSENT).on_day(LATER + timedelta(days=1)).when(consent(until=None)).then_it("consent.given")


def test_consent_is_for_partners_of_the_table_and_persons_of_the_case():
    given(*ACTIVE).when(consent(recipients=frozenset({"navy"}))).then_refused("unknown-partner")
    given(*ACTIVE).when(consent(subject="s9")).then_refused("unknown-subject")
    given(*ACTIVE).when(consent(until=PAST)).then_refused("date-passed")


def test_consent_has_expired_once_its_day_has_passed_whether_or_not_anyone_recorded_it():
    given_ = Consent("C1", "s1", "care", frozenset(), "given", PAST, until=SOON)
    assert (given_.state_on(SOON), given_.state_on(SOON + timedelta(days=1))) == ("given", "expired")


def test_a_refusal_is_recorded_once():
    refuse = Refuse(case=CASE, purpose="safety")
    given(*ACTIVE).when(refuse).then_it("consent.refused", "consent.recipient-told").when(refuse).then_nothing()


def test_consent_is_narrowed_never_widened():
    limited = given(*ACTIVE, CONSENT)
    limited.when(Limit(case=CASE, consent="C1", recipients=frozenset({"tugs"}))).then_it(
        "consent.limited", "consent.recipient-told"
    )
    limited.when(Limit(case=CASE, consent="C1", recipients=frozenset({"seamens-home"}))).then_refused("wider-than-given")
    limited.when(Limit(case=CASE, consent="C1", until=LATER + timedelta(days=1))).then_refused("wider-than-given", field="until")
    limited.when(Limit(case=CASE, consent="C1", recipients=frozenset({"navy"}))).then_refused("unknown-partner")
    limited.when(Limit(case=CASE, consent="C1", until=PAST)).then_refused("date-passed")
    limited.when(Limit(case=CASE, consent="C9", until=SOON)).then_refused("unknown-consent")


def test_consent_out_of_force_is_not_narrowed():
    given(*ACTIVE, ENDED).when(Limit(case=CASE, consent="C1", until=SOON)).then_refused("consent-not-in-force")


def test_consent_is_withdrawn_from_now_on():
    given(*ACTIVE, CONSENT).when(Withdraw(case=CASE, consent="C1")).then(ConsentWithdrawn(consent="C1"), TOLD)


def test_what_was_said_before_is_said_again_after_something_else_was():
    refusal = ConsentRefused(consent="C2", subject="s1", purpose="care")
    given(*ACTIVE, CONSENT, refusal).when(consent()).then_it("consent.given")
    refuse = Refuse(case=CASE, purpose="care")
    anew = ConsentGiven(consent="C2", subject="s1", purpose="care")
    given(*ACTIVE, ConsentRefused(consent="C1", subject="s1", purpose="care"), anew).when(refuse).then_it(
        "consent.refused", "consent.recipient-told"
    )


def test_each_partner_that_had_a_part_is_told_that_sharing_has_stopped():
    stopped = given(*ACTIVE, CONSENT, *JOINED, WITHDRAWN)
    stopped.when(TELL).then(RecipientTold(consent="C1", partner="tugs", subject="s1")).when(TELL).then_nothing()
    stopped.when(Tell(case=CASE, consent="C9", partner="tugs")).then_refused("unknown-consent")
    stopped.when(Tell(case=CASE, consent="C1", partner="seamens-home")).then_refused(
        "nothing-to-tell", choices=("pilots", "tugs")
    )
    given(*ACTIVE, CONSENT, *JOINED).when(TELL).then_refused("nothing-to-tell", choices=())


def test_who_came_after_sharing_stopped_has_nothing_to_hear():
    given(*ACTIVE, CONSENT, WITHDRAWN, *JOINED).when(TELL).then_refused("nothing-to-tell")


def test_consent_given_anew_leaves_nobody_to_tell():
    anew = ConsentGiven(consent="C2", subject="s1", purpose="care")
    given(*ACTIVE, CONSENT, *JOINED, WITHDRAWN, anew).when(TELL).then_refused("nothing-to-tell")


def test_those_narrowed_away_are_told_and_those_who_stay_are_not():
    limited = Limit(case=CASE, consent="C1", recipients=frozenset({"pilots"}))
    narrowed = given(*ACTIVE, CONSENT, *JOINED).when(limited).then_it("consent.limited")
    narrowed.when(TELL).then_it("consent.recipient-told")
    narrowed.when(Tell(case=CASE, consent="C1", partner="pilots")).then_refused("nothing-to-tell")


def test_what_was_refused_for_evaluation_was_never_shared():
    refused = ConsentRefused(consent="C1", subject="s1", purpose="evaluation")
    given(*ACTIVE, *JOINED, refused).when(TELL).then_refused("nothing-to-tell")


def test_telling_is_still_to_be_done_when_the_case_has_ended():
    given(*ACTIVE, CONSENT, *JOINED, WITHDRAWN, CLOSED).when(TELL).then_it("consent.recipient-told")


def test_a_ground_is_for_one_subject():
    about = RecordGround(case=CASE, kind="vital-interest", motivation="x", about="s3")
    ground = given(*ACTIVE, example("case.intake.subject-noted")).when(about).case().grounds["J1"]
    assert ground.subject == "s3"
    case = given(ANONYMOUS, example("case.intake.subject-noted"), GROUND.model_copy(update={"motivation": text("x", "s3")}))
    case.when(NAME).then_refused("no-ground-recorded")


def test_what_was_not_given_is_not_withdrawn():
    refused = example("case.consent.refused")
    given(*ACTIVE, refused).when(Withdraw(case=CASE, consent="C2")).then_refused("consent-not-in-force", state="refused")


def test_consent_that_still_runs_has_not_expired():
    given(*ACTIVE, CONSENT).when(Expire(case=CASE, consent="C1")).then_refused("consent-still-runs", until=LATER)


def test_a_ground_is_that_of_the_actors_own_organisation():
    ground = RecordGround(case=CASE, kind="vital-interest", motivation="x")
    case = given(*ACTIVE).by(TUG).when(ground).case()
    assert case.grounds["J1"].partner == "tugs"


def test_naming_needs_the_ground_it_rests_on():
    given(ANONYMOUS).when(NAME).then_refused("no-ground-recorded", kind="public-task")
    given(ANONYMOUS, GROUND).when(NAME).then_it("consent.named")


def test_naming_on_consent_needs_consent_in_force():
    on_consent = NAME.model_copy(update={"ground": "consent"})
    given(ANONYMOUS, ENDED).when(on_consent).then_refused("no-consent-recorded")
    given(ANONYMOUS, ConsentGiven(consent="C1", subject="s2", purpose="care")).when(on_consent).then_refused(
        "no-consent-recorded"
    )
    given(ANONYMOUS, CONSENT).when(on_consent).then_it("consent.named")


def test_a_case_is_named_once():
    given(*ACTIVE).when(NAME).then_refused("already-named")


def test_naming_signals_to_the_holder_of_the_other_case():
    known = given(ANONYMOUS, GROUND).beside(LOCK_CASE, *LOCK_SUBMITTED, known=True)
    known.when(NAME).then_it("consent.named", "consent.overlap-noticed")


def test_a_final_case_is_not_signalled():
    known = given(ANONYMOUS, GROUND).beside(LOCK_CASE, *LOCK_SUBMITTED, CLOSED, known=True)
    known.when(NAME).then_it("consent.named")


def test_the_holder_decides_what_the_asker_hears():
    asked = given(*ACTIVE, PROBED).beside(LOCK_CASE, *LOCK_SUBMITTED)
    asked.by(TUG).when(ANSWER).then_refused("holder-only")
    told = asked.when(ANSWER).then_it("consent.overlap-answered", "consent.overlap-told")
    assert told.cases[LOCK_CASE][-1].event == OverlapTold(team=HARBOUR)


def test_the_cover_decides_while_the_holder_is_away():
    away = example("case.parties.absence-covered")
    given(*ACTIVE, PROBED, away).by(PILOT).on_day(TODAY).when(ANSWER).then_it()


def test_what_is_not_told_stays_here():
    asked = given(*ACTIVE, PROBED).beside(LOCK_CASE, *LOCK_SUBMITTED)
    asked.when(ANSWER.model_copy(update={"tell": False})).then_it("consent.overlap-answered")


def test_an_answer_is_given_once():
    answered = example("case.consent.overlap-answered")
    given(*ACTIVE, PROBED, answered).when(ANSWER.model_copy(update={"tell": False})).then_refused("already-answered")
    given(*ACTIVE).when(ANSWER).then_refused("unknown-overlap")
