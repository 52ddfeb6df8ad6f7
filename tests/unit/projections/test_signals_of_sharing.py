"""Signals of sharing: that it has stopped, rests on nothing, or that somebody still has to hear it has."""

from __future__ import annotations

from datetime import timedelta

from domain.events import consent, escalation
from projections.signals import signals_of
from projections.tables import Tables
from tests.examples import ACTIVE, CLOSED, GROUND, INVITED, LATER, NEW_CASE, PAST, UNNAMED, example
from tests.scenario import SUBMITTED_ON, TODAY, Step, on
from tests.support.tables import LOCK, adopted, profile
from tests.unit.projections.reading import a_case, history_of_case, on_the_day

GIVEN = consent.ConsentGiven(consent="C1", subject="s1", purpose="case-direction")
REFUSED = consent.ConsentRefused(consent="C1", subject="s1", purpose="case-direction")
WITHDRAWN = consent.ConsentWithdrawn(consent="C1")
JOINED = (INVITED, example("case.parties.partner-joined"))
REQUIRED = [on(SUBMITTED_ON, adopted(profile(submission__consent_required=True), 2))]


def found(tables: Tables, kind: str) -> list[tuple[str | None, str | None]]:
    """The signals of a kind about sharing: the entry and the partner."""
    return [(s.entry, s.partner) for s in signals_of(tables) if s.kind == kind and s.what == "consent"]


def stopped(*steps: Step) -> bool:
    return bool(found(a_case(*steps, day=TODAY), "stopped"))


def test_consent_that_was_refused_withdrawn_or_recorded_as_ended_is_a_signal_on_a_running_case():
    assert found(a_case(*ACTIVE, REFUSED, day=TODAY), "stopped") == [("C1", None)]
    assert stopped(*ACTIVE, GIVEN, WITHDRAWN)
    assert stopped(*ACTIVE, GIVEN, consent.ConsentExpired(consent="C1"))
    assert not stopped(*ACTIVE, GIVEN)
    assert not stopped(*ACTIVE, GIVEN, WITHDRAWN, CLOSED), "it no longer runs"


def test_consent_given_since_or_another_ground_ends_the_signal():
    assert not stopped(*ACTIVE, REFUSED, GIVEN.model_copy(update={"consent": "C2"}))
    assert not stopped(*ACTIVE, REFUSED, GROUND)
    others = GIVEN.model_copy(update={"consent": "C2", "subject": "s2"})
    assert stopped(*ACTIVE, REFUSED, others), "of somebody else"
    some = GIVEN.model_copy(update={"consent": "C2", "recipients": frozenset({"tugs"})})
    assert stopped(*ACTIVE, REFUSED, some), "it was refused for more than these"


def test_what_was_refused_for_evaluation_alone_stops_no_case():
    assert not stopped(*ACTIVE, REFUSED.model_copy(update={"purpose": "evaluation"}))


def test_consent_that_ended_and_was_given_anew_has_not_expired():
    ended = GIVEN.model_copy(update={"until": PAST})
    assert found(a_case(*ACTIVE, ended, day=TODAY), "expired") == [("C1", None)]
    anew = GIVEN.model_copy(update={"consent": "C2", "until": LATER})
    assert not found(a_case(*ACTIVE, ended, anew, day=TODAY), "expired")
    assert found(a_case(*ACTIVE, ended, anew, day=LATER - timedelta(days=1)), "expiring") == [("C2", None)]


def test_a_named_case_that_rests_on_nothing_is_a_signal_where_the_table_asks_consent():
    assert found(a_case(*ACTIVE, day=TODAY, table=REQUIRED), "missing") == [(None, None)]
    assert not found(a_case(*ACTIVE, day=TODAY), "missing")
    assert not found(a_case(*ACTIVE, GIVEN, day=TODAY, table=REQUIRED), "missing")
    assert not found(a_case(*ACTIVE, GROUND, day=TODAY, table=REQUIRED), "missing")
    assert not found(a_case(*NEW_CASE, day=TODAY, table=REQUIRED), "missing"), "in triage it is still being asked"
    assert not found(a_case(*UNNAMED[:1], day=TODAY, table=REQUIRED), "missing"), "nobody is named"


def test_a_case_from_another_table_came_without_consent():
    received = example("case.escalation.received")
    assert isinstance(received, escalation.CaseReceived)
    assert received.team == LOCK
    came = on_the_day(TODAY, history_of_case(received))
    assert found(came, "missing") == [(None, None)]
    assert not found(on_the_day(TODAY, history_of_case(received, GIVEN)), "missing")


def test_each_partner_that_had_a_part_is_a_signal_until_it_was_told_also_after_closing():
    ended = (*ACTIVE, GIVEN, *JOINED, WITHDRAWN)
    assert found(a_case(*ended, day=TODAY), "untold") == [("C1", "pilots"), ("C1", "tugs")]
    told = consent.RecipientTold(consent="C1", partner="tugs", subject="s1")
    assert found(a_case(*ended, told, day=TODAY), "untold") == [("C1", "pilots")]
    assert found(a_case(*ended, CLOSED, day=TODAY), "untold") == [("C1", "pilots"), ("C1", "tugs")]
    assert not found(a_case(*ACTIVE, GIVEN, *JOINED, day=TODAY), "untold")
