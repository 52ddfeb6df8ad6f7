"""Intake: who may submit what, and what a case holds from then on."""

from __future__ import annotations

from datetime import date

from commands.intake import Identify, NoteSubject, RecordTried, Submit, Supplement, TakeUp
from domain.case import Status
from domain.events.correcting import EntryWithdrawn
from domain.events.intake import CaseSubmitted, SubjectIdentified, SubjectNoted
from domain.events.triage import MoreAsked
from tests.examples import ANONYMOUS, GROUND, IMPORTED, LOCK_SUBMITTED, NEW_CASE, SOON, text
from tests.scenario import CASE, LOCK_CASE, NEW, Situation, given
from tests.support.tables import COAST, HARBOUR, MASTER, TUG, professional, profile

PLAIN = Submit(question="Adrift", reasons=frozenset({"adrift"}), name="Wilma")
ASKED = MoreAsked(question=text(), by=SOON)


def submit(**changes: object) -> Submit:
    return PLAIN.model_copy(update=changes)


def test_a_submission_takes_a_question_a_reason_and_a_name():
    given().when(PLAIN).then(
        CaseSubmitted(
            team=HARBOUR, holder=MASTER, triage_by=date(2026, 12, 4), anonymous=False, submitter="pilots",
            reasons=frozenset({"adrift"}), question=text("Adrift"),
        ),
        SubjectIdentified(subject="s1", name=text("Wilma")),
    )  # fmt: skip


def test_a_new_case_is_held_by_the_triage_role_until_its_day():
    held = given().by(TUG).when(PLAIN).then_it("intake.submitted", "intake.subject-identified").own[0].event
    assert isinstance(held, CaseSubmitted)
    assert (held.holder, held.triage_by) == (MASTER, date(2026, 12, 4))


def test_a_submission_is_named_or_anonymous():
    given().when(submit(name=None)).then_refused("name-or-anonymous")
    given().when(submit(anonymous=True)).then_refused("identifier-in-anonymous-case", field="name")


def test_who_reported_is_a_person_of_their_own():
    reported = submit(reporter="neighbour", reporter_name="Joop", reporter_contact="number 12")
    found = given().when(reported).then_it("intake.submitted", "intake.subject-identified", "intake.subject-identified")
    assert found.own[2].event == SubjectIdentified(subject="s2", name=text("Joop", "s2"), contact=text("number 12", "s2"))
    given().when(submit(reporter_name="Joop")).then_refused("reporter-needed", field="reporter")


def test_who_reported_may_be_named_where_the_resident_is_not():
    unnamed = submit(name=None, anonymous=True, reporter="neighbour", reporter_name="Joop")
    given().when(unnamed).then_it("intake.submitted", "intake.subject-identified")


def test_a_citizen_number_is_refused_from_who_may_not_hold_one():
    given().by(TUG).when(submit(number="111222333")).then_refused("number-not-yours", partner="tugs")


def test_a_table_may_take_named_cases_only():
    given().working_by(profile(submission__anonymous=False)).when(submit(name=None, anonymous=True)).then_refused(
        "anonymous-not-allowed"
    )


def test_a_reason_a_flag_and_a_domain_are_of_the_profile():
    given().when(submit(reasons=frozenset({"bored"}))).then_refused("unknown-code", field="reasons", value="bored")
    given().when(submit(flags=frozenset({"bored"}))).then_refused("unknown-code", field="flags")
    given().when(submit(domains=frozenset({"bored"}))).then_refused("unknown-code", field="domains")


def test_a_network_takes_cases_from_its_own_partners():
    network = given().working_by(profile(submission__by="network"))
    network.when(submit(submitter="customs")).then_refused("submitter-not-allowed", by="network")
    network.when(submit(submitter="tugs")).then_it()


def test_a_table_of_professionals_takes_no_case_from_a_neighbour():
    given().working_by(profile(submission__by="professionals")).when(submit(reporter="neighbour")).then_refused(
        "submitter-not-allowed", by="professionals"
    )


def test_a_region_takes_no_cases():
    coast = Situation(team=COAST, actor="pilots-1").with_team(professional("pilots-1"), team=COAST)
    coast.when(PLAIN).then_refused("region-takes-no-cases")


def test_a_reporter_is_a_person_of_the_case():
    case = given().when(submit(reporter="neighbour")).then_it().own
    assert given(*(r.event for r in case)).state(Supplement(case=CASE, text="x")).submitter_subject == "s2"


def test_a_resident_known_at_another_table_sets_off_a_signal_there_without_content():
    after = given().beside(LOCK_CASE, *LOCK_SUBMITTED, known=True).when(PLAIN).then_it(
        "intake.submitted", "intake.subject-identified", "consent.overlap-noticed"
    )  # fmt: skip
    notice = after.cases[LOCK_CASE][-1].event
    assert notice.model_dump() == {"probe": "O1", "team": HARBOUR, "case": NEW}


def test_naming_a_person_twice_signals_once():
    known = given(*NEW_CASE).beside(LOCK_CASE, *LOCK_SUBMITTED, known=True)
    identify = Identify(case=CASE, number="111222333")
    after = known.when(identify).then_it("intake.subject-identified", "consent.overlap-noticed")
    after.when(identify).then_it("intake.subject-identified")


def test_what_is_added_answers_what_was_asked():
    case = given(*NEW_CASE, ASKED).when(Supplement(case=CASE, text="At the pier")).case()
    assert (case.status, case.asked, case.next and case.next.kind) == (Status.SUBMITTED, None, "triage")


def test_a_later_addition_leaves_the_next_moment_alone():
    command = Supplement(case=CASE, text="At the pier")
    assert given(*NEW_CASE).when(command).case().next == given(*NEW_CASE).state(command).next


def test_an_added_reason_is_of_the_profile():
    given(*NEW_CASE).when(Supplement(case=CASE, text="x", reasons=frozenset({"bored"}))).then_refused("unknown-code")


def test_each_person_gets_a_number_of_their_own():
    given(*NEW_CASE).when(NoteSubject(case=CASE, kind="child")).then(SubjectNoted(subject="s3", kind="child"))


def test_a_persons_number_is_never_given_to_another():
    noted = SubjectNoted(subject="s3", kind="child")
    gone = EntryWithdrawn(entry=3, why=text(), numbers=("s3",))
    given(*NEW_CASE, noted, gone).when(NoteSubject(case=CASE, kind="other")).then(SubjectNoted(subject="s4", kind="other"))


def test_a_child_of_somebody_unnamed_is_not_named():
    given(ANONYMOUS).when(NoteSubject(case=CASE, kind="child", name="Kim")).then_refused("identifier-in-anonymous-case")


def test_a_resident_is_identified_once_named():
    given(ANONYMOUS, GROUND).when(Identify(case=CASE, name="Wilma")).then_refused("still-anonymous")
    given(*NEW_CASE).when(Identify(case=CASE)).then_refused("nothing-given")
    given(*NEW_CASE).when(Identify(case=CASE, subject="s9", name="Kim")).then_refused("unknown-subject")


def test_who_reported_an_anonymous_case_may_be_known():
    given(ANONYMOUS).when(Identify(case=CASE, subject="s2", name="Buurman")).then_it("intake.subject-identified")


def test_what_was_tried_is_kept_with_who_tried():
    given(*NEW_CASE).when(RecordTried(case=CASE, tried="Anchors", by="pilots")).then_it("intake.tried-recorded")


def test_a_case_from_elsewhere_is_held_from_the_moment_it_is_taken_up():
    case = given(IMPORTED, number="logbook:7").when(TakeUp(case="logbook:7")).case()
    assert (case.status, case.holder, case.next and case.next.kind) == (Status.ACTIVE, MASTER, "check")


def test_a_case_that_another_table_took_up_is_theirs():
    given(*LOCK_SUBMITTED).when(TakeUp(case=CASE)).then_refused("not-your-case")
