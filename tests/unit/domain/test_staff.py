"""What a copy for a subject leaves out of an event's facts: who of the staff it was, by the type of the field."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from domain.event import Event
from domain.events.escalation import CaseReceived
from domain.events.intake import CaseSubmitted
from domain.events.meeting import CaseDiscussed
from domain.staff import without_staff
from tests.examples import CARRIED, EVENTS

STAFF = re.compile(r"\b(?:pilots|tugs|seamens-home|lock-keepers|os)-\d+\b")
"""The professionals and the logins of the examples, by how they look: whatever type a field says it is."""


def staff_in(facts: Any) -> set[str]:
    return set(STAFF.findall(json.dumps(facts)))


def facts_of(event: Event) -> dict[str, Any]:
    return event.model_dump(mode="json", exclude=set(type(event).personal_fields()))


def example(kind: type[Event]) -> Event:
    return next(e for e in EVENTS if type(e) is kind)


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: e.TOPIC)
def test_no_event_tells_who_of_the_staff_it_was(event: Event):
    left = without_staff(event)
    assert not staff_in(left)
    for name, value in facts_of(event).items():
        assert staff_in(value) or left[name] == value, name


def test_the_examples_would_show_a_field_that_is_forgotten():
    assert len([e for e in EVENTS if staff_in(facts_of(e))]) > 20


def test_what_stands_within_a_fact_is_left_out_too():
    carried = CARRIED.model_copy(update={"responsible": "tugs-1"})
    received = example(CaseReceived).model_copy(update={"agreements": (carried,)})
    [left] = without_staff(received)["agreements"]
    assert "responsible" not in left
    assert left["partner"] == CARRIED.partner


def test_who_may_be_named_is_named():
    assert without_staff(example(CaseSubmitted), frozenset({"pilots-1"}))["holder"] == "pilots-1"
    discussed = example(CaseDiscussed).model_copy(update={"attended": frozenset({"pilots-1", "tugs-1"})})
    assert without_staff(discussed, frozenset({"tugs-1"}))["attended"] == ["tugs-1"]
    assert "attended" not in without_staff(discussed)
