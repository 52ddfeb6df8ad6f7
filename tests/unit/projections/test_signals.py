"""Signals: each kind shows when it should, and no sooner. Take a rule out, and its test fails."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain.events import consent, escalation, intake, meeting, monitoring, parties, plan, team, triage
from domain.ids import Code
from projections.signals import SILENT_DAYS, SignalRow, signals_of
from projections.tables import Tables
from tests import examples
from tests.examples import (
    ACCEPTED,
    ACTIVE,
    AFTERCARE,
    AGREED,
    BROKEN,
    CONSENT,
    DEVIATION,
    DIRECTED,
    FLAGGED,
    IMPORTED,
    INVITED,
    LATER,
    MET,
    NEW_CASE,
    OFFERED,
    PLANNED,
    PROBED,
    RAISED,
    RAISED_TO_LOCK,
    RESTED,
    REVIEWED,
    SOON,
    SUBGROUP,
    SUBMITTED,
    TRANSFER,
    text,
)  # fmt: skip
from tests.scenario import CASE, SUBMITTED_ON, TODAY, Step, on
from tests.support.tables import COAST, HARBOUR, HOME, LOCK, LOCK_MASTER, MASTER, PILOT, TUG, professional
from tests.unit.projections.reading import DAY, a_case, history_of_case, on_the_day


def found(tables: Tables, kind: Code, what: Code, **wanted: Any) -> list[SignalRow]:
    """The signals of a kind about something."""
    return [
        s for s in signals_of(tables)
        if (s.kind, s.what) == (kind, what) and all(getattr(s, k) == v for k, v in wanted.items())
    ]  # fmt: skip


def from_the_day(kind: Code, what: Code, first: date, *steps: Step, **wanted: Any) -> SignalRow:
    """There is such a signal on that day, and none the day before."""
    assert not found(a_case(*steps, day=first - DAY), kind, what)
    signals = found(a_case(*steps, day=first), kind, what, **wanted)
    assert len(signals) == 1
    return signals[0]


# --- overdue


@pytest.mark.parametrize(
    ("what", "due", "steps"),
    [
        ("triage", date(2026, 9, 4), NEW_CASE),
        ("check", date(2026, 12, 3), ACTIVE),
        ("decision", SOON, (*ACTIVE, on(TODAY, FLAGGED))),
        ("wake", LATER, (*ACTIVE, on(TODAY, RESTED))),
        ("aftercare", LATER, (*ACTIVE, on(TODAY, AFTERCARE))),
        ("agreement", SOON, (*ACTIVE, on(TODAY, AGREED))),
    ],
)
def test_what_was_to_happen_by_a_day_is_overdue_from_the_day_after(what: Code, due: date, steps: tuple[Step, ...]):
    signal = from_the_day("overdue", what, due + DAY, *steps, number=CASE, holder=MASTER, on=due, days=1)
    assert signal.team == HARBOUR


def test_a_decision_is_overdue_also_when_a_check_comes_first():
    check = monitoring.CheckRecorded(observed=text(), progress=False, next_check=SOON - 2 * DAY)
    tables = a_case(*ACTIVE, on(TODAY, FLAGGED), on(TODAY + DAY, check), day=SOON + DAY)
    assert {s.what for s in signals_of(tables) if s.kind == "overdue" and s.number} == {"check", "decision"}


def test_an_overdue_agreement_names_who_answers_for_it():
    signal = from_the_day("overdue", "agreement", SOON + DAY, *ACTIVE, on(TODAY, AGREED))
    assert (signal.entry, signal.partner, signal.professional) == ("A1", "seamens-home", HOME)


def test_what_is_done_is_not_overdue():
    done = (*PLANNED, on(SOON, examples.A1_FULFILLED))
    assert not found(a_case(*done, day=LATER), "overdue", "agreement")


def test_a_meeting_that_was_never_held_is_overdue():
    held = team.MeetingHeld(on=date(2026, 12, 10), kind="regular")
    assert not found(on_the_day(date(2026, 12, 10)), "overdue", "meeting")
    assert found(on_the_day(date(2026, 12, 11)), "overdue", "meeting", team=HARBOUR, entry="regular", days=1)
    assert not found(on_the_day(LATER, table=[on(SOON, held)]), "overdue", "meeting")


# --- stagnating


def test_a_flagged_case_stagnates_until_progress_is_forced():
    flagged = (*ACTIVE, on(TODAY, FLAGGED))
    assert found(a_case(*flagged, day=TODAY), "stagnating", "flagged", on=TODAY, days=0)
    forced = monitoring.ProgressForced(decision="agreement", why=text(), next_check=SOON)
    assert not found(a_case(*flagged, on(TODAY + DAY, forced), day=TODAY + DAY), "stagnating", "flagged")


def test_a_case_stagnates_by_its_own_tables_measure():
    from_the_day("stagnating", "unflagged", SUBMITTED_ON + timedelta(days=10), *ACTIVE)


def test_another_measure_gives_another_day():
    from tests.support.tables import adopted, profile

    longer = [on(SUBMITTED_ON, adopted(profile(monitoring__stagnation_days=60), 2))]
    day = SUBMITTED_ON + timedelta(days=60)
    assert not found(a_case(*ACTIVE, day=day - DAY, table=longer), "stagnating", "unflagged")
    assert found(a_case(*ACTIVE, day=day, table=longer), "stagnating", "unflagged")


def test_a_case_that_rests_does_not_stagnate():
    assert not found(a_case(*ACTIVE, RESTED, day=TODAY), "stagnating", "unflagged")


# --- unanswered


@pytest.mark.parametrize(
    ("what", "by", "steps"),
    [
        ("question", SOON, (*NEW_CASE, on(TODAY, triage.MoreAsked(question=text(), of="tugs", by=SOON)))),
        ("invitation", TODAY + 2 * DAY, (*ACTIVE, on(TODAY, INVITED))),
        ("agreement", TODAY + 2 * DAY, (*ACTIVE, on(TODAY, AGREED))),
        ("escalation", SOON, (*ACTIVE, on(TODAY, RAISED))),
        ("direction-offer", TODAY + 2 * DAY, (*ACTIVE, on(TODAY, OFFERED))),
        ("transfer", SOON, (*ACTIVE, on(TODAY, TRANSFER))),
        ("probe", TODAY + 2 * DAY, (*ACTIVE, on(TODAY, PROBED))),
    ],
)
def test_what_was_asked_is_unanswered_once_its_term_has_passed(what: Code, by: date, steps: tuple[Step, ...]):
    from_the_day("unanswered", what, by + DAY, *steps, on=by, days=1)


@pytest.mark.parametrize(
    ("what", "steps"),
    [
        ("invitation", (INVITED, parties.PartnerJoined(partner="tugs"))),
        ("agreement", (AGREED, plan.AgreementAccepted(agreement="A1"))),
        ("escalation", (RAISED, escalation.EscalationAccepted(escalation="E1"))),
        ("direction-offer", (OFFERED, escalation.DirectionDeclined(by=LOCK, why=text()))),
        ("transfer", (TRANSFER, escalation.TransferDeclined(why=text()))),
        ("probe", (PROBED, consent.OverlapAnswered(probe="O1", tell=False, why=text()))),
    ],
)
def test_what_was_answered_is_not_unanswered(what: Code, steps: tuple[Step, ...]):
    assert not found(a_case(*ACTIVE, *steps, day=LATER + 90 * DAY), "unanswered", what)


def test_an_answer_that_is_late_is_told_once():
    asked = triage.MoreAsked(question=text(), by=SOON)
    kinds = [s.kind for s in signals_of(a_case(*NEW_CASE, on(TODAY, asked), day=SOON + DAY)) if s.number]
    assert kinds == ["unanswered"]


# --- asked


def test_the_holder_sees_at_once_that_another_table_asks_after_the_resident_and_not_which():
    [signal] = found(a_case(*ACTIVE, on(TODAY, PROBED), day=TODAY), "asked", "probe", holder=MASTER, team=HARBOUR)
    assert signal.to is None


@pytest.mark.parametrize(
    ("what", "event"), [("escalation", RAISED_TO_LOCK), ("direction-offer", OFFERED), ("transfer", TRANSFER)]
)
def test_a_table_sees_at_once_what_another_offers_it(what: Code, event: Any):
    assert found(a_case(*ACTIVE, on(TODAY, event), day=TODAY), "asked", what, team=LOCK, to=LOCK, number=CASE)


def test_what_is_asked_of_a_party_that_does_not_work_here_is_no_tables_signal():
    assert not found(a_case(*ACTIVE, RAISED, day=TODAY), "asked", "escalation")


# --- glass


def test_broken_glass_is_seen_at_once_by_who_holds_the_case():
    [signal] = found(a_case(*ACTIVE, BROKEN, day=SUBMITTED_ON), "glass", "review", holder=MASTER, team=HARBOUR, number=CASE)
    assert (signal.entry, signal.to, signal.professional) == ("BG1", LOCK, None)


def test_broken_glass_is_seen_by_each_privacy_officer_of_the_table():
    officers = [professional(who, "privacy-officer") for who in ("pilots-8", "pilots-9")]
    table = [on(SUBMITTED_ON, o) for o in officers] + [on(SUBMITTED_ON, professional("pilots-7", "auditor"))]
    seen = found(a_case(*ACTIVE, BROKEN, day=TODAY, table=table), "glass", "review", holder=MASTER)
    assert [s.professional for s in seen] == ["pilots-8", "pilots-9"]


@pytest.mark.parametrize("later", [(), (examples.CLOSED,), (AFTERCARE,), (examples.MERGED,)])
def test_broken_glass_is_seen_until_it_was_reviewed_also_when_the_case_has_ended(later: tuple[Step, ...]):
    assert found(a_case(*ACTIVE, BROKEN, *later, day=LATER), "glass", "review", holder=MASTER)
    assert not found(a_case(*ACTIVE, BROKEN, *later, REVIEWED, day=LATER), "glass", "review")


# --- expiring and expired


@pytest.mark.parametrize(
    ("what", "last", "event"),
    [
        ("consent", LATER, CONSENT),
        ("deviation", LATER, DEVIATION),
        ("subgroup", LATER, SUBGROUP),
        ("direction", LATER - DAY, DIRECTED),
    ],
)
def test_what_ends_on_a_day_expires_within_the_margin_and_has_expired_after_it(what: Code, last: date, event: Any):
    from_the_day("expiring", what, last - DAY, *ACTIVE, on(TODAY, event), on=LATER)  # the harbour's margin is a day
    assert found(a_case(*ACTIVE, on(TODAY, event), day=last), "expiring", what)
    from_the_day("expired", what, last + DAY, *ACTIVE, on(TODAY, event), on=LATER)
    assert not found(a_case(*ACTIVE, on(TODAY, event), day=last + DAY), "expiring", what)


@pytest.mark.parametrize(
    ("what", "begun", "ended"),
    [
        ("consent", CONSENT, consent.ConsentWithdrawn(consent="C1")),
        ("deviation", DEVIATION, plan.DeviationEnded(deviation="D1")),
        ("subgroup", SUBGROUP, meeting.SubgroupDissolved(subgroup="S1")),
        ("direction", DIRECTED, escalation.DirectionReturned()),
    ],
)
def test_what_somebody_ended_does_not_expire(what: Code, begun: Any, ended: Any):
    for day in (LATER - DAY, LATER, LATER + DAY):
        signals = signals_of(a_case(*ACTIVE, begun, ended, day=day))
        assert not [s for s in signals if s.kind in ("expiring", "expired") and s.what == what]


def test_cover_of_an_absence_expires_and_then_needs_nothing():
    covered = parties.AbsenceCovered(professional=MASTER, cover=PILOT, start=SOON, until=LATER)
    from_the_day("expiring", "cover", LATER - DAY, *ACTIVE, on(TODAY, covered), professional=MASTER, to=PILOT)
    assert not found(a_case(*ACTIVE, covered, day=LATER + DAY), "expired", "cover")


def test_the_agreement_on_data_sharing_expires_and_has_expired():
    signed = [on(TODAY, team.SharingSigned(partners=frozenset({"pilots"}), until=LATER))]
    assert not found(on_the_day(LATER - 2 * DAY, table=signed), "expiring", "sharing")
    assert found(on_the_day(LATER - DAY, table=signed), "expiring", "sharing", team=HARBOUR, days=-1)
    assert found(on_the_day(LATER + DAY, table=signed), "expired", "sharing", team=HARBOUR)


# --- unheld and forgotten: no command leads there


def test_a_case_whose_holder_has_left_is_unheld():
    left = [on(TODAY, team.ProfessionalLeft(professional=MASTER, successor=PILOT))]
    assert not found(a_case(*ACTIVE, day=TODAY), "unheld", "holder")
    assert found(a_case(*ACTIVE, day=TODAY, table=left), "unheld", "holder", number=CASE)


def test_a_case_whose_cover_has_left_is_unheld_while_its_holder_is_away():
    covered = parties.AbsenceCovered(professional=MASTER, cover=PILOT, start=TODAY, until=SOON)
    left = [on(TODAY, team.ProfessionalLeft(professional=PILOT, successor=MASTER))]
    assert found(a_case(*ACTIVE, covered, day=SOON, table=left), "unheld", "cover")
    assert not found(a_case(*ACTIVE, covered, day=SOON + DAY, table=left), "unheld", "cover")


def test_an_agreement_whose_professional_or_partner_has_left_is_unheld():
    gone = [on(TODAY, team.ProfessionalLeft(professional=HOME, successor=TUG))]
    assert found(a_case(*PLANNED, day=TODAY, table=gone), "unheld", "agreement", entry="A1")
    away = [on(TODAY, team.PartnerLeft(partner="seamens-home"))]
    nobody = AGREED.model_copy(update={"responsible": None})
    assert found(a_case(*ACTIVE, nobody, day=TODAY, table=away), "unheld", "agreement", partner="seamens-home")


def test_direction_and_contact_of_somebody_who_left_are_unheld():
    gone = [on(TODAY, team.ProfessionalLeft(professional=HOME, successor=TUG))]
    steps = (*ACTIVE, parties.DirectorAssigned(professional=HOME), parties.ContactPointAssigned(professional=HOME))
    tables = a_case(*steps, day=TODAY, table=gone)
    assert found(tables, "unheld", "director", professional=HOME)
    assert found(tables, "unheld", "contact-point", professional=HOME)
    assert not [s for s in signals_of(a_case(*steps, day=TODAY)) if s.kind == "unheld"]


def test_a_director_at_the_table_that_took_direction_is_not_looked_for_on_this_roster():
    assert DIRECTED.director == LOCK_MASTER
    assert not found(a_case(*ACTIVE, on(TODAY, DIRECTED), day=TODAY), "unheld", "director")


def test_an_open_case_without_a_next_moment_is_forgotten():
    lost = history_of_case(*ACTIVE)
    forgotten = on_the_day(TODAY, lost)
    without = [c._replace(next_kind=None, next_on=None) for c in forgotten.cases]
    assert not found(forgotten, "forgotten", "next-moment")
    assert found(Tables(without, (), *[getattr(forgotten, n) for n in ("teams", "members", "roster", "meetings", "on")]),
                 "forgotten", "next-moment", number=CASE)  # fmt: skip


# --- imported histories


def test_an_imported_history_is_silent_after_so_many_days_and_no_other_rule_is_its():
    number = "logbook:17"
    last = SUBMITTED_ON + timedelta(days=SILENT_DAYS)
    imported = history_of_case(IMPORTED, number=number)
    assert not signals_of(on_the_day(last, imported))[:0]
    assert not [s for s in signals_of(on_the_day(last, imported)) if s.number == number]
    [signal] = [s for s in signals_of(on_the_day(last + DAY, imported)) if s.number == number]
    assert (signal.kind, signal.source, signal.professional, signal.team) == ("silent", "logbook", "r1", None)


def test_from_the_day_a_table_takes_it_up_every_rule_holds_for_it():
    taken = intake.CaseTakenUp(team=HARBOUR, holder=MASTER, next_check=SOON - 2 * DAY)
    tables = on_the_day(SOON, history_of_case(IMPORTED, on(TODAY, taken), number="logbook:17"))
    assert {(s.kind, s.what) for s in signals_of(tables) if s.number} == {("overdue", "check")}


def test_a_final_case_gives_no_signal():
    over = (*PLANNED, examples.CLOSED)
    assert not [s for s in signals_of(a_case(*over, day=LATER + 400 * DAY)) if s.number]


def test_a_healthy_table_gives_no_signal():
    tables = a_case(SUBMITTED, MET, ACCEPTED, day=SUBMITTED_ON)
    assert signals_of(tables) == []
    assert COAST in tables.team
