"""What an event says is the same in every run: its sets are in order, and nothing else is touched."""

import pytest
from pydantic import BaseModel

from domain.event import Event
from domain.events.intake import CaseSubmitted
from infra.cli.facts import facts
from tests.examples import EVENTS, SUBMITTED

MANY = frozenset(f"reason-{n}" for n in range(50))


def test_a_set_is_in_order():
    assert facts(SUBMITTED.model_copy(update={"reasons": MANY}))["reasons"] == sorted(MANY)


def test_as_it_is_dumped_a_set_is_in_none():
    """Else the test above would hold without doing anything."""
    assert SUBMITTED.model_copy(update={"reasons": MANY}).model_dump(mode="json")["reasons"] != sorted(MANY)


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: e.TOPIC)
def test_all_else_is_as_it_is_stored(event: Event):
    told, dumped = facts(event), event.model_dump(mode="json")
    assert told.keys() == dumped.keys()
    for name, value in dumped.items():
        given = getattr(event, name)
        if not isinstance(given, frozenset | tuple | BaseModel):
            assert told[name] == value
    assert type(event).model_validate(told) == event or event.personal_fields()


def test_what_came_of_it_reads_as_the_same_event():
    event = SUBMITTED.model_copy(update={"question": SUBMITTED.question.model_copy(update={"text": None}), "tried": None})
    assert CaseSubmitted.model_validate(facts(event)) == event
