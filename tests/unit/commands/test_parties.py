"""Parties: who takes part, who holds and directs, who takes over from whom."""

from __future__ import annotations

from datetime import timedelta

from commands.parties import (
    AddToCircle,
    AssignContactPoint,
    AssignDirector,
    AssignHolder,
    AssignProfessional,
    CoverAbsence,
    Decline,
    Invite,
    Join,
    Leave,
    LeaveCircle,
    Replace,
)
from domain.events.parties import AbsenceCovered, ContactPointAssigned, HolderAssigned, PartnerInvited, PartnerWithdrew
from domain.events.team import ProfessionalLeft
from tests.examples import ACTIVE, ANONYMOUS, INVITED, PAST, PLANNED, RELATIVE, SOON, SUBGROUP, example
from tests.scenario import CASE, TODAY, case, given
from tests.support.tables import HOME, HOME_TOO, MASTER, PILOT, TUG, profile

LEAVE = Leave(case=CASE, partner="seamens-home", successor="tugs", professional=TUG)
AWAY = CoverAbsence(case=CASE, professional=MASTER, cover=PILOT, start=TODAY, until=SOON)
COVERED = AbsenceCovered(professional=MASTER, cover=PILOT, start=TODAY, until=SOON)


def test_a_partner_that_sits_at_the_table_is_invited():
    given(*ACTIVE).when(Invite(case=CASE, partner="tugs")).then(PartnerInvited(partner="tugs"))
    given(*ACTIVE).when(Invite(case=CASE, partner="navy")).then_refused("unknown-partner")


def test_a_partner_that_declined_may_be_invited_again():
    declined = example("case.parties.partner-declined")
    given(*ACTIVE, INVITED, declined).when(Invite(case=CASE, partner="tugs")).then_it("parties.partner-invited")


def test_a_partner_may_join_without_being_asked():
    given(*ACTIVE).when(Join(case=CASE, partner="tugs")).then_it("parties.partner-joined")


def test_who_was_not_invited_has_nothing_to_decline():
    given(*ACTIVE).when(Decline(case=CASE, partner="tugs", reason="x")).then_refused("not-invited")


def test_a_partner_that_leaves_hands_over_what_it_holds_in_the_same_act():
    left = given(*PLANNED).when(LEAVE).case()
    assert (left.agreements["A1"].partner, left.agreements["A1"].responsible) == ("tugs", TUG)
    assert (left.agreements["A1"].state, left.partners["seamens-home"].state) == ("proposed", "left")


def test_a_partner_that_holds_something_does_not_leave_without_a_successor():
    without = LEAVE.model_copy(update={"successor": None})
    given(*PLANNED).when(without).then_refused("would-be-forgotten", missing="successor", agreements=("A1",))
    nobody = LEAVE.model_copy(update={"professional": None})
    given(*PLANNED).when(nobody).then_refused("would-be-forgotten", missing="professional", professionals=(HOME,))


def test_a_partner_does_not_hand_over_to_itself():
    given(*PLANNED).when(LEAVE.model_copy(update={"successor": "seamens-home"})).then_refused("to-yourself", field="successor")
    given(*PLANNED).when(LEAVE.model_copy(update={"professional": HOME_TOO})).then_refused("to-yourself", field="professional")
    given(*PLANNED).when(LEAVE.model_copy(update={"professional": PILOT})).then_refused("not-of-partner")


def test_a_partner_that_has_no_part_in_the_case_does_not_leave_it():
    given(*ACTIVE).when(Leave(case=CASE, partner="tugs")).then_refused("unknown-partner")


def test_a_partner_that_left_and_holds_something_again_may_leave_again():
    left = PartnerWithdrew(partner="pilots")
    held = given(*ACTIVE, left).when(Leave(case=CASE, partner="pilots", professional=TUG)).case()
    assert held.holder == TUG


def test_the_holders_organisation_does_not_leave_without_a_new_holder():
    given(*ACTIVE).when(Leave(case=CASE, partner="pilots")).then_refused("would-be-forgotten", missing="professional")


def test_only_somebody_on_the_roster_is_assigned():
    for kind in (AssignContactPoint, AssignDirector, AssignHolder, AssignProfessional):
        given(*ACTIVE).when(kind(case=CASE, professional="navy-1")).then_refused("unknown-professional")


def test_somebody_who_left_is_not_assigned():
    gone = given(*ACTIVE).with_team(ProfessionalLeft(professional=HOME, successor=HOME_TOO))
    gone.when(AssignHolder(case=CASE, professional=HOME)).then_refused("professional-left", professional=HOME)


def test_the_holder_changes_in_one_act():
    given(*ACTIVE).when(AssignHolder(case=CASE, professional=PILOT)).then(HolderAssigned(professional=PILOT))


def test_one_person_takes_over_all_that_another_holds():
    before = (*PLANNED, ContactPointAssigned(professional=HOME), SUBGROUP)
    after = given(*before).when(Replace(case=CASE, professional=HOME, successor=HOME_TOO)).case()
    assert HOME not in after.holdings()
    assert (after.contact_point, after.agreements["A1"].responsible) == (HOME_TOO, HOME_TOO)


def test_nobody_takes_over_from_themselves():
    given(*PLANNED).when(Replace(case=CASE, professional=HOME, successor=HOME)).then_refused("to-yourself")


def test_replacing_the_cover_by_who_is_away_leaves_no_cover():
    covered = case(*ACTIVE, COVERED, example("case.parties.professional-replaced").model_copy(
        update={"professional": PILOT, "successor": MASTER, "of": None}
    ))  # fmt: skip
    assert covered.absences == ()
    assert covered.holder_on(TODAY) == MASTER


def test_an_agreement_goes_to_somebody_of_the_partner_that_answers_for_it():
    replace = Replace(case=CASE, professional=HOME, successor=TUG)
    given(*PLANNED).when(replace).then_refused("agreements-of-partner", agreements=("A1",))


def test_the_cover_is_not_replaced_by_who_is_away():
    replace = Replace(case=CASE, professional=PILOT, successor=MASTER)
    given(*ACTIVE, COVERED).when(replace).then_refused("successor-away", professional=MASTER)


def test_the_cover_holds_while_the_holder_is_away_and_no_longer():
    away = case(*ACTIVE, COVERED)
    days = (TODAY - timedelta(days=1), TODAY, SOON, SOON + timedelta(days=1))
    assert [away.holder_on(day) for day in days] == [MASTER, PILOT, PILOT, MASTER]


def test_when_the_cover_is_away_too_its_cover_holds():
    also = AbsenceCovered(professional=PILOT, cover=TUG, start=TODAY, until=SOON)
    assert case(*ACTIVE, COVERED, also).holder_on(TODAY) == TUG


def test_two_who_cover_for_one_another_leave_the_case_with_one_of_them():
    back = AbsenceCovered(professional=PILOT, cover=MASTER, start=TODAY, until=SOON)
    assert case(*ACTIVE, COVERED, back).holder_on(TODAY) in (MASTER, PILOT)


def test_an_absence_has_a_cover_and_an_end_ahead():
    given(*ACTIVE).when(AWAY.model_copy(update={"cover": MASTER})).then_refused("to-yourself", field="cover")
    given(*ACTIVE).when(AWAY.model_copy(update={"start": SOON, "until": TODAY})).then_refused("ends-before-start")
    given(*ACTIVE).when(AWAY.model_copy(update={"start": PAST, "until": PAST})).then_refused("date-passed")
    given(*ACTIVE).when(AWAY.model_copy(update={"professional": TUG})).then_refused("holds-nothing-here")


def test_the_support_circle_holds_people_with_and_without_an_account():
    given(*ACTIVE).when(AddToCircle(case=CASE, kind="professional", professional=HOME)).then_it("parties.circle-member-added")
    given(*ACTIVE).when(AddToCircle(case=CASE, kind="relative")).then_refused("name-or-professional")


def test_a_relative_of_somebody_unnamed_is_not_named():
    given(ANONYMOUS).when(AddToCircle(case=CASE, kind="relative", name="Ina")).then_refused("identifier-in-anonymous-case")


def test_a_table_may_work_without_a_support_circle():
    given(*ACTIVE).working_by(profile(resident__support_circle=False)).when(
        AddToCircle(case=CASE, kind="relative", name="Ina")
    ).then_refused("no-support-circle")


def test_a_professional_joins_the_circle_once():
    add = AddToCircle(case=CASE, kind="professional", professional=HOME)
    given(*ACTIVE).when(add).then_it().when(add).then_nothing()


def test_who_is_not_in_the_circle_does_not_leave_it():
    given(*ACTIVE, RELATIVE).when(LeaveCircle(case=CASE, member="M9")).then_refused("unknown-circle-member")
