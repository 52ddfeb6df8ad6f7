from __future__ import annotations

from datetime import date

import pytest

from domain.events import consent as consents
from domain.events import parties as people
from domain.sharing import Basis, basis_of, may_share
from tests.examples import ACCEPTED, ACTIVE, GROUND, LATER, NEW_CASE, PAST, SUBMITTED, text
from tests.scenario import TODAY, Step, case

OURS, THEIRS, THIRD = "pilots", "tugs", "seamens-home"


def given(consent: str = "C1", *recipients: str, until: date | None = None, purpose: str = "case-direction") -> Step:
    return consents.ConsentGiven(consent=consent, subject="s1", purpose=purpose, recipients=frozenset(recipients), until=until)


def refused(consent: str = "C1", *recipients: str, purpose: str = "case-direction") -> Step:
    return consents.ConsentRefused(consent=consent, subject="s1", purpose=purpose, recipients=frozenset(recipients))


def narrowed(consent: str, *recipients: str) -> Step:
    return consents.ConsentLimited(consent=consent, recipients=frozenset(recipients))


def taken_back(consent: str = "C1") -> Step:
    return consents.ConsentWithdrawn(consent=consent)


def ground(partner: str = OURS, about: str = "s1") -> Step:
    return GROUND.model_copy(update={"partner": partner, "motivation": text("The law", about)})


def share(*steps: Step, to: str = THEIRS, purpose: str = "case-direction", on: date = TODAY, required: bool = True,
          subject: str = "s1", of: str = OURS) -> Basis:  # fmt: skip
    return may_share(case(*ACTIVE, *steps), subject, of, to, purpose, on, required=required)


def test_what_an_organisation_brought_in_is_open_to_it_whatever_was_said():
    assert share(refused(), to=OURS) == Basis(True, "own")
    assert share(refused(), to="", of="").allowed is False, "nobody's organisation is nobody's own"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ((given(),), Basis(True, "consent", "C1")),
        ((given("C1", THEIRS),), Basis(True, "consent", "C1")),
        ((given("C1", THIRD),), Basis(False, "other-recipients", "C1")),
        ((given("C1", THIRD), taken_back()), Basis(False, "other-recipients", "C1")),
        ((given("C1", THIRD, until=PAST),), Basis(False, "other-recipients", "C1")),
        ((given("C1", THIRD), taken_back(), given("C2", THEIRS)), Basis(True, "consent", "C2")),
        ((given(until=TODAY),), Basis(True, "consent", "C1")),
        ((given(until=PAST),), Basis(False, "expired", "C1")),
        ((refused(),), Basis(False, "refused", "C1")),
        ((refused("C1", THIRD), given("C2", THEIRS)), Basis(True, "consent", "C2")),
        ((given(), taken_back()), Basis(False, "withdrawn", "C1")),
        ((given(), narrowed("C1", THIRD)), Basis(False, "limited", "C1")),
        ((given("C1", THEIRS, THIRD), narrowed("C1", THEIRS)), Basis(True, "consent", "C1")),
        ((given(), refused("C2", THEIRS)), Basis(False, "refused", "C2")),
        ((refused(), given("C2", THEIRS)), Basis(True, "consent", "C2")),
        ((given("C1"), given("C2", THEIRS), taken_back("C1")), Basis(False, "withdrawn", "C1")),
        ((given("C1", until=PAST), given("C2", until=LATER)), Basis(True, "consent", "C2")),
        ((given("C1"), refused("C2", THEIRS), narrowed("C1", THEIRS)), Basis(False, "refused", "C2")),
        ((given("C1"), given("C2", THEIRS), narrowed("C1", THIRD)), Basis(False, "limited", "C1")),
        ((), Basis(False, "no-consent")),
    ],
)
def test_what_was_said_last_about_a_recipient_counts(said, answer):
    assert share(*said) == answer


def test_what_was_refused_taken_back_or_ended_stops_where_consent_is_not_required_too():
    for said in ((refused(),), (given(), taken_back()), (given(until=PAST),), (given(), narrowed("C1", THIRD)),
                 (given("C1", THIRD), taken_back()), (given("C1", THIRD, until=PAST),)):  # fmt: skip
        assert not share(*said, required=False).allowed


def test_a_refusal_that_names_others_says_nothing_of_who_was_never_named():
    assert share(refused("C1", THIRD), required=False) == Basis(True, "unsettled")


def test_a_ground_of_the_contributing_organisation_allows_and_one_of_another_does_not():
    assert share(refused(), ground(OURS)) == Basis(True, "public-task", "J1")
    assert share(refused(), ground(THEIRS)) == Basis(False, "refused", "C1")
    assert share(refused(), ground(OURS, "s2")) == Basis(False, "refused", "C1"), "a ground is for one subject"
    assert share(given(), ground(OURS)) == Basis(True, "consent", "C1")


def test_evaluation_rests_on_consent_for_evaluation_alone():
    assert not share(given(), ground(OURS), purpose="evaluation", required=False).allowed
    assert share(given(purpose="evaluation"), purpose="evaluation") == Basis(True, "consent", "C1")
    assert share(refused(purpose="evaluation"), required=False) == Basis(True, "unsettled")


def test_a_refusal_for_case_direction_is_not_passed_by_naming_care():
    assert share(refused(), purpose="care", required=False) == Basis(False, "refused", "C1")
    assert share(refused(), given("C2", purpose="care"), purpose="care") == Basis(True, "consent", "C2")


def test_nothing_said_is_unsettled_in_triage_and_where_nothing_is_required():
    assert share(required=False) == Basis(True, "unsettled")
    assert may_share(case(*NEW_CASE), "s1", OURS, THEIRS, "case-direction", TODAY, required=True) == Basis(True, "unsettled")
    assert share(subject="s2") == Basis(True, "unsettled"), "consent is required of the resident"
    unnamed = case(SUBMITTED.model_copy(update={"anonymous": True}), ACCEPTED)
    assert may_share(unnamed, "s1", OURS, THEIRS, "case-direction", TODAY, required=True) == Basis(True, "unsettled")


def test_each_subject_is_asked_apart():
    theirs = consents.ConsentRefused(consent="C2", subject="s2", purpose="case-direction")
    assert share(given(), theirs).allowed
    assert share(given(), theirs, subject="s2") == Basis(False, "refused", "C2")


def test_a_subject_is_not_asked_about_data_protection():
    assert share(refused(), purpose="data-protection") == Basis(True, "not-asked")


def test_a_whole_look_rests_on_consent_then_on_a_ground_the_own_first():
    def look(*steps: Step) -> Basis:
        return basis_of(case(*ACTIVE, *steps), THEIRS, "case-direction", TODAY, required=True)

    assert look(given()) == Basis(True, "consent", "C1")
    assert look(refused(), ground(OURS)) == Basis(True, "public-task", "J1")
    own = consents.GroundRecorded(ground="J2", kind="legal-duty", partner=THEIRS, motivation=text())
    assert look(refused(), ground(OURS), own) == Basis(True, "legal-duty", "J2")
    assert look(refused()) == Basis(False, "refused", "C1")
    assert look() == Basis(False, "no-consent")


def test_who_had_a_part_while_it_was_shared_is_remembered_when_it_stops():
    joined = (people.PartnerInvited(partner=THEIRS), people.PartnerJoined(partner=THEIRS))
    stopped = case(
        *ACTIVE, given(), *joined, taken_back(), people.PartnerInvited(partner=THIRD), people.PartnerJoined(partner=THIRD)
    )
    assert stopped.consents["C1"].saw == {OURS, THEIRS}


def test_a_refusal_is_not_passed_by_handing_over_or_merging():
    def carried(*there: Step, here: tuple[Step, ...] = ()) -> Basis:
        return may_share(
            case(*ACTIVE, *here), "s1", OURS, THEIRS, "case-direction", TODAY, required=False, origin=case(*ACTIVE, *there)
        )

    assert carried(refused()) == Basis(False, "refused", "C1")
    assert carried(given(), taken_back()) == Basis(False, "withdrawn", "C1")
    assert carried(given("C1", THIRD)) == Basis(False, "other-recipients", "C1")
    assert carried(refused(), ground(OURS)) == Basis(True, "unsettled")
    assert carried() == Basis(True, "unsettled")
    assert carried(refused(), here=(given("C1"),)) == Basis(True, "consent", "C1"), "said here since"
    assert carried(given(), here=(refused("C1"),)) == Basis(False, "refused", "C1")
