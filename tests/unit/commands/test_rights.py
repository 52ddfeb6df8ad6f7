"""Rights: a month, two more at most and once; a reason; two logins before anybody is erased; frozen means frozen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from commands import correcting, monitoring, parties, rights
from commands import team as table
from commands.base import Command
from commands.handle import decide
from domain.case import Case
from domain.days import months_after
from domain.event import Event
from domain.events import retention
from domain.events.rights import (
    DecisionConfirmed,
    ErasureBegun,
    RightDecided,
    RightRequested,
    SubjectRestricted,
    TermExtended,
)  # fmt: skip
from domain.refusal import Refused
from tests.examples import (
    ACTIVE,
    ASKED_FOR,
    BROKEN,
    CLOSED,
    CONFIRMED,
    ERASED,
    ERASING,
    GRANTED,
    LATER,
    PAST,
    RELATIVE,
    RESTRICTED,
    REVIEWED,
    SOON,
    text,
)  # fmt: skip
from tests.scenario import CASE, TODAY, Situation, case, given, given_table, on
from tests.support.tables import HARBOUR, HOME, PILOT

DAY = timedelta(days=1)
ACCESS = ASKED_FOR.model_copy(update={"kind": "access"})
READY = (*ACTIVE, CLOSED, ASKED_FOR, GRANTED, CONFIRMED)


def by_login(situation: Situation, command: Command, login: str, *, embedded: bool) -> list[object]:
    """What a command comes to when this login asks it, on a laptop or on a server."""
    desk = replace(situation.desk(command), login=login, embedded=embedded)
    return [event for _, event in decide(command, situation.state(command), desk)]


# --- the term


@pytest.mark.parametrize(
    ("received", "months", "last"),
    [
        (date(2026, 11, 20), 1, date(2026, 12, 20)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 10, 31), 1, date(2026, 11, 30)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
    ],
)
def test_a_term_in_months_ends_on_the_day_of_the_same_number_or_the_months_last(received: date, months: int, last: date):
    assert months_after(received, months) == last


def test_a_request_is_decided_within_a_month_of_its_receipt():
    command = rights.Request(case=CASE, kind="access", received=PAST, wish="Everything")
    given(*ACTIVE).when(command).then(
        RightRequested(
            right="Q1",
            kind="access",
            subject="s1",
            received=PAST,
            by=months_after(PAST, 1),
            login="nobody",
            wish=text("Everything"),
        )
    )


def test_received_today_unless_another_day_is_named_and_never_tomorrow():
    after = given(*ACTIVE).when(rights.Request(case=CASE, kind="access")).case()
    assert after.rights["Q1"].received == TODAY
    given(*ACTIVE).when(rights.Request(case=CASE, kind="access", received=TODAY + DAY)).then_refused(
        "in-the-future", field="received"
    )


def test_the_next_request_has_the_next_number_and_another_subject_is_another_request():
    given(*ACTIVE, RELATIVE, ACCESS).when(rights.Request(case=CASE, kind="access", subject="s3", received=PAST)).then_it(
        "rights.requested"
    )
    assert "Q2" in given(*ACTIVE, ACCESS).when(rights.Request(case=CASE, kind="erasure")).case().rights


def test_of_somebody_the_case_does_not_know_or_who_is_gone_nothing_is_asked():
    given(*ACTIVE).when(rights.Request(case=CASE, kind="access", subject="s9")).then_refused("unknown-subject", id="s9")
    given(*READY, ERASING, ERASED).when(rights.Request(case=CASE, kind="access")).then_refused("subject-erased")


def test_a_request_can_be_made_in_a_case_that_has_ended():
    given(*ACTIVE, CLOSED).when(rights.Request(case=CASE, kind="access")).then_it("rights.requested")


def test_a_term_is_extended_once_by_two_months_at_most_while_the_first_lasts():
    asked = on(TODAY, ACCESS)  # received before today, so that a month after is still to come
    last = months_after(PAST, 3)
    given(*ACTIVE, asked).when(rights.Extend(case=CASE, right="Q1", reason="Many")).then(
        TermExtended(right="Q1", by=last, reason=text("Many"))
    )
    late = rights.Extend(case=CASE, right="Q1", by=last + DAY, reason="Many")
    given(*ACTIVE, asked).when(late).then_refused("date-out-of-range", field="by", last=last)
    given(*ACTIVE, asked).when(rights.Extend(case=CASE, right="Q1", by=LATER, reason="No")).then_refused("date-out-of-range")
    extended = (*ACTIVE, asked, TermExtended(right="Q1", by=last, reason=text()))
    given(*extended).when(rights.Extend(case=CASE, right="Q1", by=last - DAY, reason="More")).then_refused(
        "already-extended", by=last
    )
    given(*extended).when(rights.Extend(case=CASE, right="Q1", by=last, reason="More")).then_nothing()


def test_a_term_that_has_passed_is_not_extended():
    command = rights.Extend(case=CASE, right="Q1", reason="Many")
    given(*ACTIVE, ACCESS).on_day(LATER).when(command).then_it("rights.extended")
    given(*ACTIVE, ACCESS).on_day(LATER + DAY).when(command).then_refused("term-passed", right="Q1", by=LATER)


def test_what_was_decided_is_not_extended():
    given(*ACTIVE, ACCESS, GRANTED).when(rights.Extend(case=CASE, right="Q1", reason="Many")).then_refused("already-decided")


# --- decided and confirmed


@pytest.mark.parametrize("outcome", ["granted", "partly", "refused"])
def test_a_decision_stands_with_its_reason_and_who_took_it(outcome: str):
    command = rights.Decide(case=CASE, right="Q1", outcome=outcome, reason="So")  # type: ignore[arg-type]
    given(*ACTIVE, ACCESS).when(command).then(
        RightDecided(right="Q1", outcome=outcome, login="nobody", reason=text("So"))  # type: ignore[arg-type]
    )


def test_a_decision_is_taken_once():
    command = rights.Decide(case=CASE, right="Q1", outcome="refused", reason="No")
    given(*ACTIVE, ACCESS, GRANTED).when(command).then_refused("already-decided", right="Q1", state="granted")


def test_a_request_that_is_not_there_is_not_found():
    given(*ACTIVE).when(rights.Decide(case=CASE, right="Q7", outcome="granted", reason="Yes")).then_refused(
        "unknown-right", id="Q7"
    )


def test_another_login_confirms_and_it_takes_two_persons():
    command = rights.Confirm(case=CASE, right="Q1")
    for embedded in (True, False):
        found = by_login(given(*ACTIVE, ASKED_FOR, GRANTED), command, "os-1001", embedded=embedded)
        assert found == [DecisionConfirmed(right="Q1", login="os-1001", alone=False)]


def test_the_same_login_confirms_on_a_laptop_alone_and_it_says_so():
    command = rights.Confirm(case=CASE, right="Q1")
    assert by_login(given(*ACTIVE, ASKED_FOR, GRANTED), command, GRANTED.login, embedded=True) == [
        DecisionConfirmed(right="Q1", login=GRANTED.login, alone=True)
    ]
    with pytest.raises(Refused, match="other-login-needed"):
        by_login(given(*ACTIVE, ASKED_FOR, GRANTED), command, GRANTED.login, embedded=False)


def test_only_an_erasure_that_was_granted_is_confirmed():
    confirm = rights.Confirm(case=CASE, right="Q1")
    given(*ACTIVE, ACCESS, GRANTED).when(confirm).then_refused("needs-no-confirmation", kind="access")
    given(*ACTIVE, ASKED_FOR).when(confirm).then_refused("not-granted", state="asked")
    no = GRANTED.model_copy(update={"outcome": "refused"})
    given(*ACTIVE, ASKED_FOR, no).when(confirm).then_refused("not-granted", state="refused")


def test_only_what_was_granted_is_carried_out_and_some_by_its_own_command():
    done = rights.CarryOut(case=CASE, right="Q1")
    given(*ACTIVE, ACCESS).when(done).then_refused("not-granted", state="asked")
    given(*ACTIVE, ASKED_FOR, GRANTED).when(done).then_refused("has-its-own-command", command="rights.erase")
    given(*ACTIVE, ACCESS, GRANTED).when(done).then_it("rights.carried-out")


# --- erasing begins


def test_an_erasure_begins_once_it_was_granted_and_confirmed():
    erase = rights.Erase(case=CASE, right="Q1")
    given(*READY).when(erase).then(ErasureBegun(right="Q1", subject="s1"))
    given(*ACTIVE, CLOSED, ASKED_FOR).when(erase).then_refused("not-granted", state="asked")
    given(*ACTIVE, CLOSED, ASKED_FOR, GRANTED).when(erase).then_refused("not-confirmed-yet", right="Q1")
    given(*ACTIVE, CLOSED, ACCESS, GRANTED).when(erase).then_refused("another-right", kind="access")


def test_begun_or_done_it_goes_on_without_anything_new():
    erase = rights.Erase(case=CASE, right="Q1")
    given(*READY, ERASING).when(erase).then_nothing()
    given(*READY, ERASING, ERASED).when(erase).then_nothing()


def test_the_resident_of_an_open_case_stays_and_somebody_else_in_it_can_go():
    erase = rights.Erase(case=CASE, right="Q1")
    given(*ACTIVE, ASKED_FOR, GRANTED, CONFIRMED).when(erase).then_refused("case-still-open", case=CASE)
    relative = ASKED_FOR.model_copy(update={"subject": "s3", "wish": None})
    given(*ACTIVE, RELATIVE, relative, GRANTED, CONFIRMED).when(erase).then(ErasureBegun(right="Q1", subject="s3"))


def test_who_is_on_hold_is_not_erased():
    held = retention.HoldPlaced(hold="H1", subject="s1", until=LATER, why=text("A complaint"))
    erase = rights.Erase(case=CASE, right="Q1")
    given(*READY, held).when(erase).then_refused("kept-by-law", subject="s1", why="on-hold")
    given(*READY, held).on_day(LATER + DAY).when(erase).then_it("rights.erasure-begun")
    given(*READY, held.model_copy(update={"subject": "s2"})).when(erase).then_it("rights.erasure-begun")


def test_from_the_beginning_on_the_case_knows_no_way_to_the_person():
    before, after = case(*READY), case(*READY, ERASING)
    assert before.subjects["s1"].named()
    assert not after.subjects["s1"].named()
    assert after.erased == {"s1"}
    assert after.rights["Q1"].state == "erasing"
    assert case(*READY, ERASING, ERASED).rights["Q1"].state == "done"


def test_what_else_they_asked_lapses_with_them_and_what_others_asked_stands():
    other = ACCESS.model_copy(update={"right": "Q2"})
    sister = ACCESS.model_copy(update={"right": "Q3", "subject": "s3", "wish": None})
    after = case(*READY, RELATIVE, other, sister, ERASING)
    assert {k: r.state for k, r in after.rights.items()} == {"Q1": "erasing", "Q2": "lapsed", "Q3": "asked"}


def test_the_resident_stays_until_broken_glass_was_reviewed():
    erase = rights.Erase(case=CASE, right="Q1")
    given(*READY, BROKEN).when(erase).then_refused("glass-unreviewed", glass=("BG1",))
    given(*READY, BROKEN, REVIEWED).when(erase).then_it("rights.erasure-begun")


def test_nothing_is_written_about_who_is_erased_and_of_others_it_is():
    erased = (*ACTIVE, RELATIVE, ERASING.model_copy(update={"subject": "s3"}))
    given(*erased).when(correcting.AddStatement(case=CASE, about="s3", statement="No")).then_refused(
        "subject-erased", subject="s3"
    )
    given(*erased).when(correcting.AddStatement(case=CASE, statement="Yes")).then_it("correcting.statement-added")


def test_what_was_put_back_without_its_request_keeps_the_number_taken():
    after: Case = case(*ACTIVE, ERASED)
    assert after.next_entry("Q", after.rights) == "Q2"


# --- frozen


def test_frozen_for_the_resident_the_case_is_frozen_but_for_rights_and_their_own_statement():
    frozen = given(*ACTIVE, RESTRICTED)
    frozen.when(monitoring.Check(case=CASE, observed="It floats", progress=True)).then_refused("case-restricted", case=CASE)
    frozen.when(parties.AssignContactPoint(case=CASE, professional=HOME)).then_refused("case-restricted")
    frozen.when(rights.Request(case=CASE, kind="access", wish="What?")).then_it("rights.requested")
    frozen.when(correcting.AddStatement(case=CASE, statement="It is not so")).then_it("correcting.statement-added")


def test_frozen_for_somebody_else_only_what_is_about_them_is_refused():
    frozen = given(*ACTIVE, RELATIVE, RESTRICTED.model_copy(update={"subject": "s3"}))
    frozen.when(monitoring.Check(case=CASE, observed="It floats", progress=True)).then_it("monitoring.check-recorded")
    about = monitoring.Check(case=CASE, observed="She floats", progress=True, about="s3")
    frozen.when(about).then_refused("subject-restricted", subject="s3")


def test_a_table_goes_on_without_who_leaves_though_a_case_is_frozen():
    """Somebody always holds it (rule 1); who holds it says nothing of the resident."""
    command = table.ProfessionalLeaves(team=HARBOUR, professional=PILOT, successor=HOME)
    holder = parties.AssignHolder(case=CASE, professional=PILOT)
    frozen = given(*ACTIVE).when(holder).then_it("parties.holder-assigned")
    steps = [on(TODAY, r.event) for r in frozen.own]
    given_table().beside(CASE, *steps, RESTRICTED).when(command).then_it(
        "team.professional-left", "parties.professional-replaced"
    )


def test_restricting_answers_a_request_that_was_granted():
    asked = ASKED_FOR.model_copy(update={"kind": "restriction"})
    restrict = rights.Restrict(case=CASE, right="Q1", reason="Contested")
    given(*ACTIVE, asked, GRANTED).when(restrict).then(SubjectRestricted(subject="s1", right="Q1", reason=text("Contested")))
    assert case(*ACTIVE, asked, GRANTED, RESTRICTED).rights["Q1"].state == "done"
    given(*ACTIVE, asked).when(restrict).then_refused("not-granted")
    given(*ACTIVE, ACCESS, GRANTED).when(restrict).then_refused("another-right", kind="access")


def test_lifted_it_can_be_worked_with_again_and_the_subject_was_told_first():
    lift = rights.LiftRestriction(case=CASE, told=TODAY, reason="It was right")
    after = given(*ACTIVE, RESTRICTED).when(lift).then_it("rights.restriction-lifted")
    after.when(monitoring.Check(case=CASE, observed="It floats", progress=True, next_check=SOON)).then_it(
        "monitoring.check-recorded"
    )
    early = rights.LiftRestriction(case=CASE, told=TODAY + DAY, reason="It was right")
    given(*ACTIVE, RESTRICTED).when(early).then_refused("in-the-future", field="told")
    given(*ACTIVE).when(lift).then_nothing()


# --- what stands


@pytest.mark.parametrize("event", [ASKED_FOR, GRANTED, CONFIRMED, ERASING, ERASED])
def test_what_was_decided_about_rights_is_not_taken_back_by_correcting(event: Event):
    steps = (*ACTIVE, event)
    given(*steps).when(correcting.Withdraw(case=CASE, entry=len(steps), why="Oops")).then_refused("settled-entry")


def test_a_fact_of_a_request_stands_and_its_words_can_be_corrected():
    steps = (*ACTIVE, ASKED_FOR)
    fact = correcting.Correct(case=CASE, entry=len(steps), field="by", value="2030-01-01")
    given(*steps).when(fact).then_refused("settled-entry", topic="case.rights.requested")
    words = correcting.Correct(case=CASE, entry=len(steps), field="wish", value="Forget all of it")
    given(*steps).when(words).then_it("correcting.entry-corrected")
