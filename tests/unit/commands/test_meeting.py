"""Meeting: on the agenda, discussed with whom, and the subgroup with its mandate."""

from __future__ import annotations

from datetime import date, timedelta

from commands.meeting import Discuss, DissolveSubgroup, FormSubgroup, Propose, PutOn
from domain.events.meeting import PutOnAgenda, SubgroupDissolved
from domain.events.team import MeetingCancelled, MeetingHeld, ProfessionalLeft
from tests.examples import ACTIVE, LATER, PAST, SOON, SUBGROUP
from tests.scenario import CASE, TODAY, given
from tests.support.tables import HOME, HOME_TOO, MASTER, PILOT, profile

DISCUSS = Discuss(case=CASE, attended=frozenset({HOME}), conclusions="New ropes")
FORM = FormSubgroup(case=CASE, members=SUBGROUP.members, mandate="deviate", until=LATER)


def test_a_case_goes_on_the_next_agenda():
    given(*ACTIVE).when(PutOn(case=CASE)).then(PutOnAgenda(meeting=date(2026, 12, 10)))


def test_where_none_is_scheduled_the_rhythm_says_when_the_next_meeting_is():
    cancelled = MeetingCancelled(on=date(2026, 12, 10), kind="regular")
    after = given(*ACTIVE).with_team(cancelled).when(PutOn(case=CASE)).case()
    assert all(TODAY <= day <= TODAY + timedelta(days=14) for day in after.agenda)
    assert len(after.agenda) == 1


def test_without_a_meeting_ahead_a_day_is_needed():
    held = MeetingHeld(on=date(2026, 12, 10), kind="regular")
    no_rhythm = given(*ACTIVE).with_team(held).working_by(profile(rhythm__meeting_days=None))
    no_rhythm.when(PutOn(case=CASE)).then_refused("no-meeting-scheduled")
    given(*ACTIVE).when(PutOn(case=CASE, meeting=PAST)).then_refused("date-passed")


def test_a_discussion_shows_which_partners_were_there():
    discussed = given(*ACTIVE).when(DISCUSS).then_it("meeting.discussed").own[-1].event
    assert discussed.model_dump()["partners"] == {"seamens-home"}


def test_what_was_discussed_is_off_the_agenda():
    on_agenda = PutOnAgenda(meeting=TODAY)
    assert given(*ACTIVE, on_agenda).when(DISCUSS).case().agenda == frozenset()


def test_a_meeting_to_come_was_not_discussed():
    given(*ACTIVE).when(DISCUSS.model_copy(update={"meeting": SOON})).then_refused("in-the-future")


def test_who_has_left_since_may_have_attended():
    gone = given(*ACTIVE).with_team(ProfessionalLeft(professional=HOME, successor=HOME_TOO))
    gone.on_day(date(2026, 9, 1), recorded=TODAY).when(DISCUSS).then_it("meeting.discussed")
    gone.when(DISCUSS).then_refused("professional-left")


def test_where_residents_are_not_present_nobody_says_they_were():
    present = DISCUSS.model_copy(update={"resident_present": True})
    given(*ACTIVE).when(present).then_it()
    given(*ACTIVE).working_by(profile(resident__place="not-present")).when(present).then_refused("resident-not-present-here")


def test_a_subgroup_is_formed_with_a_mandate_until_a_day():
    given(*ACTIVE).when(FORM).then(SUBGROUP)
    given(*ACTIVE).when(FORM.model_copy(update={"until": PAST})).then_refused("date-passed")
    given(*ACTIVE).when(FORM.model_copy(update={"members": frozenset({"navy-1"})})).then_refused("unknown-professional")


def test_a_table_may_work_without_subgroups():
    given(*ACTIVE).working_by(profile(plan__subgroup=None)).when(FORM).then_refused("no-subgroups")


def test_the_same_subgroup_again_after_it_was_dissolved_is_another():
    again = given(*ACTIVE, SUBGROUP, SubgroupDissolved(subgroup="S1")).when(FORM).case()
    assert [*again.subgroups] == ["S1", "S2"]


def test_a_subgroup_that_is_gone_proposes_nothing():
    propose = Propose(case=CASE, subgroup="S1", proposal="x")
    given(*ACTIVE, SUBGROUP, SubgroupDissolved(subgroup="S1")).when(propose).then_refused("subgroup-dissolved")
    given(*ACTIVE).when(propose).then_refused("unknown-subgroup")
    given(*ACTIVE).when(DissolveSubgroup(case=CASE, subgroup="S1")).then_refused("unknown-subgroup")


def test_members_of_a_subgroup_take_part_in_the_case():
    assert {HOME, PILOT} <= given(*ACTIVE).when(FORM).case().professionals
    assert MASTER not in given(*ACTIVE).when(FORM).case().professionals
