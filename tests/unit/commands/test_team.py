"""The team: its way of working, who comes and goes, its meetings."""

from __future__ import annotations

from datetime import date, timedelta

from commands.parties import AssignContactPoint, AssignHolder, AssignProfessional
from commands.team import (
    AddProfessional,
    AdmitPartner,
    Adopt,
    AppointChair,
    CancelMeeting,
    ChangeRoles,
    CoverAbsence,
    Establish,
    ExpireSharing,
    HoldMeeting,
    PartnerLeaves,
    ProfessionalLeaves,
    Schedule,
    SignSharing,
)
from domain.case import Case
from domain.event import replay
from domain.events.escalation import DirectionAccepted, DirectionOffered
from domain.events.parties import AbsenceCovered, ContactPointAssigned
from domain.events.team import MeetingHeld, MeetingScheduled, ProfessionalLeft, SharingSigned
from tests.examples import ACTIVE, LATER, LOCK_SUBMITTED, OFFERED, PAST, PLANNED, SOON, text
from tests.scenario import CASE, LOCK_CASE, TODAY, Situation, given, given_table
from tests.support.tables import (
    HARBOUR,
    HOME,
    HOME_TOO,
    LOCK,
    MASTER,
    PILOT,
    PROFILE,
    REGION_PROFILE,
    TUG,
    document,
    professional,
    profile,
)

HOME_LEAVES = ProfessionalLeaves(team=HARBOUR, professional=HOME, successor=HOME_TOO)
PILOTS_LEAVE = PartnerLeaves(team=HARBOUR, partner="pilots", successor="tugs", professional=TUG)


def folded(after: Situation, number: str = CASE) -> Case:
    return replay(Case(), after.cases[number])


def test_a_table_is_set_up_with_the_partners_of_its_profile():
    set_up = given_table().when(Establish(team="pier-table", profile=document(PROFILE)))
    set_up.then_it("team.established", "team.profile-adopted", *["team.partner-admitted"] * 3)


def test_a_partner_that_comes_later_is_not_admitted_yet():
    early = given_table().on_day(date(2024, 5, 1)).when(Establish(team="pier-table", profile=document(PROFILE))).then_it()
    earlier = (
        given_table().by(None).on_day(date(2024, 4, 1)).when(Establish(team="pier-table", profile=document(PROFILE))).then_it()
    )
    assert (early.teams["pier-table"].seated("seamens-home"), earlier.teams["pier-table"].seated("seamens-home")) == (True, False)


def test_a_table_is_set_up_once():
    given_table().when(Establish(team=HARBOUR, profile=document(PROFILE))).then_refused("team-exists")
    given_table().when(Establish(team="pier-table", profile='{"id": "x"}')).then_refused("profile-invalid")


def test_a_new_version_is_adopted_beside_the_old():
    after = given_table().when(Adopt(team=HARBOUR, profile=document(profile(monitoring__check_days=6)))).then_it()
    assert after.teams[HARBOUR].profile_version == 2


def test_a_table_stays_a_table_with_its_prefix():
    given_table().when(Adopt(team=HARBOUR, profile=document(REGION_PROFILE))).then_refused("other-kind-of-profile")
    other = PROFILE.model_copy(update={"prefix": "HAV"})
    given_table().when(Adopt(team=HARBOUR, profile=document(other))).then_refused("prefix-is-permanent")
    given_table().when(Adopt(team=HARBOUR, profile="{")).then_refused("profile-invalid")


def test_a_partner_sits_in_the_column_of_the_profile_or_the_one_that_is_named():
    given_table().when(AdmitPartner(team=HARBOUR, partner="navy")).then_refused("column-needed")
    given_table().when(AdmitPartner(team=HARBOUR, partner="tugs")).then_nothing()


def test_a_professional_is_of_a_partner_with_roles_of_the_profile_and_a_login_of_their_own():
    add = AddProfessional(team=HARBOUR, partner="tugs", roles=frozenset({"deckhand"}), name="Tom Touw")
    assert "tugs-2" in given_table().when(add).then_it().teams[HARBOUR].roster
    given_table().when(add.model_copy(update={"partner": "navy"})).then_refused("unknown-partner")
    given_table().when(add.model_copy(update={"roles": frozenset({"admiral"})})).then_refused("unknown-code")
    given_table().when(add.model_copy(update={"login": "os-1000"})).then_refused("login-taken")


def test_the_id_of_who_left_is_not_given_to_another():
    add = AddProfessional(team=HARBOUR, partner="tugs", roles=frozenset({"deckhand"}), name="Tom Touw")
    gone = given_table(ProfessionalLeft(professional=TUG, successor=PILOT))
    assert "tugs-2" in gone.when(add).then_it().teams[HARBOUR].roster


def test_roles_are_of_the_profile_and_a_login_of_one():
    change = ChangeRoles(team=HARBOUR, professional=TUG, roles=frozenset({"deckhand"}), login="os-1000")
    given_table().when(change).then_refused("login-taken")
    given_table().when(change.model_copy(update={"roles": frozenset({"admiral"})})).then_refused("unknown-code")
    given_table().when(change.model_copy(update={"professional": "navy-1"})).then_refused("unknown-professional")
    given_table().when(AppointChair(team=HARBOUR, professional="navy-1")).then_refused("unknown-professional")


def test_who_leaves_hands_over_in_every_case_in_the_same_act():
    held = (*PLANNED, ContactPointAssigned(professional=HOME))
    after = given_table().beside(CASE, *held).when(HOME_LEAVES).then_it("team.professional-left", "parties.professional-replaced")
    assert HOME not in folded(after).holdings()


def test_the_chair_passes_to_the_successor():
    leave = HOME_LEAVES.model_copy(update={"professional": MASTER, "successor": PILOT})
    assert given_table().when(leave).then_it().teams[HARBOUR].chair == PILOT


def test_a_successor_is_somebody_else_who_is_here():
    given_table().when(HOME_LEAVES.model_copy(update={"successor": HOME})).then_refused("to-yourself")
    given_table().when(HOME_LEAVES.model_copy(update={"successor": "navy-1"})).then_refused("unknown-professional")
    given_table().when(HOME_LEAVES.model_copy(update={"professional": "navy-1"})).then_refused("unknown-professional")


def test_who_directs_elsewhere_hands_that_over_too():
    directed = (*LOCK_SUBMITTED, DirectionAccepted(by=HARBOUR, director=HOME, until=LATER))
    after = given_table().beside(LOCK_CASE, *directed).when(HOME_LEAVES).then_it()
    assert folded(after, LOCK_CASE).direction.director == HOME_TOO


def test_somebody_elsewhere_with_the_same_id_is_somebody_else():
    """Ids are each table's own: `pilots-1` there is not `pilots-1` here."""
    theirs = LOCK_SUBMITTED[0].model_copy(update={"holder": HOME})  # type: ignore[union-attr]
    directed = (theirs, DirectionAccepted(by=HARBOUR, director=HOME, until=LATER))
    case = folded(
        given_table().with_team(professional(HOME), team=LOCK).beside(LOCK_CASE, *directed).when(HOME_LEAVES).then_it(), LOCK_CASE
    )
    assert (case.holder, case.direction.director) == (HOME, HOME_TOO)


def test_a_director_from_elsewhere_with_the_id_of_who_leaves_stays():
    directed = (*ACTIVE, OFFERED, DirectionAccepted(by=LOCK, director=HOME, until=LATER))
    given_table().beside(CASE, *directed).when(HOME_LEAVES).then_it("team.professional-left")


def test_a_partner_that_leaves_hands_over_what_it_and_its_people_hold():
    after = given_table().beside(CASE, *PLANNED).when(PILOTS_LEAVE).then_it("team.partner-left", "parties.partner-left")
    assert (folded(after).holder, after.teams[HARBOUR].chair) == (TUG, TUG)


def test_a_partner_that_directs_elsewhere_hands_that_over_too():
    directed = (*LOCK_SUBMITTED, DirectionOffered(to=HARBOUR, until=LATER, why=text()))
    taken = (*directed, DirectionAccepted(by=HARBOUR, director=MASTER, until=LATER))
    after = given_table().beside(LOCK_CASE, *taken).when(PILOTS_LEAVE).then_it()
    assert folded(after, LOCK_CASE).direction.director == TUG


def test_a_partner_does_not_leave_what_it_holds_behind():
    given_table().beside(CASE, *PLANNED).when(PartnerLeaves(team=HARBOUR, partner="seamens-home", professional=TUG)).then_refused(
        "would-be-forgotten", missing="successor"
    )
    given_table().when(PILOTS_LEAVE.model_copy(update={"professional": None})).then_refused("would-be-forgotten", missing="chair")


def test_a_partner_hands_over_to_another_that_is_here():
    given_table().when(PILOTS_LEAVE.model_copy(update={"professional": PILOT})).then_refused("to-yourself")
    given_table().when(PILOTS_LEAVE.model_copy(update={"successor": "pilots"})).then_refused("to-yourself", field="successor")
    given_table().when(PILOTS_LEAVE.model_copy(update={"successor": "navy"})).then_refused("unknown-partner")
    given_table().when(PILOTS_LEAVE.model_copy(update={"partner": "navy"})).then_refused("unknown-partner")


def test_an_absence_is_covered_in_every_case_that_asks_something_of_them():
    cover = CoverAbsence(team=HARBOUR, professional=MASTER, cover=PILOT, start=TODAY, until=SOON)
    after = given_table().beside(CASE, *ACTIVE).when(cover).then_it("parties.absence-covered")
    assert folded(after).holder_on(TODAY) == PILOT
    kept = AbsenceCovered(professional=MASTER, cover=PILOT, start=TODAY, until=SOON)
    given_table().beside(CASE, *ACTIVE, kept).when(cover).then_nothing()
    given_table().when(cover.model_copy(update={"cover": MASTER})).then_refused("to-yourself")


def test_an_absence_of_who_holds_nothing_is_not_taken_for_kept():
    cover = CoverAbsence(team=HARBOUR, professional=TUG, cover=PILOT, start=TODAY, until=SOON)
    given_table().when(cover).then_refused("holds-nothing", professional=TUG)
    given_table().beside(CASE, *ACTIVE).when(cover).then_refused("holds-nothing")


def test_a_meeting_is_scheduled_ahead():
    given_table().when(Schedule(team=HARBOUR, on=PAST)).then_refused("date-passed")


def test_a_meeting_that_was_held_is_not_cancelled():
    held = MeetingHeld(on=TODAY, kind="regular")
    given_table(held).when(CancelMeeting(team=HARBOUR, on=TODAY)).then_refused("meeting-held")
    given_table().when(CancelMeeting(team=HARBOUR, on=LATER)).then_nothing()


def test_after_a_meeting_the_next_one_follows_from_the_rhythm():
    hold = HoldMeeting(team=HARBOUR, on=date(2026, 12, 10))
    given_table().on_day(date(2026, 12, 10)).when(hold).then(
        MeetingHeld(on=date(2026, 12, 10), kind="regular"), MeetingScheduled(on=date(2026, 12, 24), kind="regular")
    )


def test_a_meeting_recorded_late_is_followed_by_one_that_is_still_to_come():
    held = MeetingHeld(on=date(2026, 12, 10), kind="regular")
    late = given_table(held).on_day(date(2026, 12, 10)).when(HoldMeeting(team=HARBOUR, on=date(2026, 10, 1)))
    assert late.then_it().teams[HARBOUR].next_meeting(TODAY) == date(2026, 12, 24)


def test_a_meeting_to_come_was_not_held():
    given_table().when(HoldMeeting(team=HARBOUR, on=SOON)).then_refused("in-the-future")
    given_table().when(HoldMeeting(team=HARBOUR, on=TODAY, attended=frozenset({"navy-1"}))).then_refused("unknown-professional")


def test_partners_of_the_table_sign_until_a_day_ahead():
    given_table().when(SignSharing(team=HARBOUR, partners=frozenset({"navy"}))).then_refused("unknown-partner")
    given_table().when(SignSharing(team=HARBOUR, until=PAST)).then_refused("date-passed")


def test_an_agreement_on_sharing_that_runs_has_not_expired():
    signed = SharingSigned(partners=frozenset({"pilots"}), until=TODAY + timedelta(days=1))
    given_table(signed).when(ExpireSharing(team=HARBOUR)).then_refused("sharing-still-runs")


def add(*roles: str) -> AddProfessional:
    return AddProfessional(team=HARBOUR, partner="tugs", roles=frozenset(roles), name="Somebody New")


def test_every_table_has_a_privacy_officer_and_the_like_without_its_way_of_working_naming_them():
    for role in ("privacy-officer", "auditor", "reporting", "administrator"):
        given_table().when(add(role)).then_it("team.professional-added")
    given_table().when(add("deckhand", "cleared")).then_it("team.professional-added")
    refused = given_table().when(add("ombudsman")).then_refused("unknown-code", field="roles")
    assert "privacy-officer" in refused.facts["choices"]  # type: ignore[operator]


def test_who_watches_over_a_table_works_on_no_cases():
    given_table().when(add("privacy-officer", "deckhand")).then_refused("office-alone", role="privacy-officer")
    given_table().when(add("privacy-officer", "cleared")).then_refused("office-alone", role="privacy-officer")
    given_table().when(add("cleared")).then_refused("office-alone", role="cleared")
    given_table().when(add("privacy-officer", "auditor")).then_it("team.professional-added")
    officer = professional("tugs-2", "privacy-officer")
    into = ChangeRoles(team=HARBOUR, professional=TUG, roles=frozenset({"privacy-officer"}))
    given_table().when(into).then_refused("office-apart", professional=TUG)
    back = ChangeRoles(team=HARBOUR, professional="tugs-2", roles=frozenset({"deckhand"}))
    given_table(officer).when(back).then_refused("office-apart", professional="tugs-2")
    chair = AppointChair(team=HARBOUR, professional="tugs-2")
    given_table(officer).when(chair).then_refused("no-case-worker", professionals=("tugs-2",))


def test_who_watches_over_a_table_is_given_nothing_to_hold():
    situation = given(*ACTIVE).with_team(professional("tugs-2", "privacy-officer"))
    for command in (AssignHolder, AssignContactPoint, AssignProfessional):
        situation.when(command(case=CASE, professional="tugs-2")).then_refused("no-case-worker", professionals=("tugs-2",))
    leave = (
        given_table(professional("tugs-2", "auditor"))
        .beside(CASE, *ACTIVE)
        .when(ProfessionalLeaves(team=HARBOUR, professional=MASTER, successor="tugs-2"))
    )
    leave.then_refused("no-case-worker")
