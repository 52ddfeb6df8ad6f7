"""A batch is tried whole over the store, and the store stays as it was."""

import pytest

from domain.refusal import Conflict, Refused
from infra.engine import Engine, Request
from infra.engine.finding import Scan
from infra.engine.rehearsal import Rehearsal
from tests.integration.engine.office import GRN, Office, opened
from tests.property.world import LOGIN, command
from tests.support.seeing import seen


def tried(office: Office) -> Engine:
    log = Rehearsal(office.store)
    return Engine(log, Scan(log))


def ask(engine: Engine, office: Office, name: str, /, id_: str | None = None, **fields: object) -> str:
    request = Request(LOGIN, acting_as=office.chair(GRN), team=GRN, command_id=id_)
    return engine.run(command(name, **fields), request).stream


def test_what_is_tried_is_stored_nowhere_and_goes_the_same_way_after(office: Office):
    head, engine = office.store.head(), tried(office)
    number = ask(engine, office, "intake.submit", question="Er is hulp nodig", reasons=["overlast"], name="Ada Verzonnen")
    ask(engine, office, "triage.assess", case=number, criterion="care", met=True, motivation="Gezien")
    assert (office.store.head(), office.store.load(number), office.store.last_number(number[:9])) == (head, [], None)
    assert office.submitted() == number


def test_a_later_command_of_a_batch_is_tried_on_what_an_earlier_one_led_to(office: Office):
    number, engine = office.accepted(), tried(office)
    ask(engine, office, "plan.reserve", case=number, cents=200_000, purpose_of="Een slot")
    with pytest.raises(Refused) as refused:
        ask(engine, office, "plan.reserve", case=number, cents=200_000, purpose_of="Nog een")
    assert refused.value.code == "budget-too-small"
    assert not office.case(number).budget


def test_what_was_stored_before_is_known_when_a_batch_is_tried_again(office: Office):
    number = office.submitted()
    office.ask("intake.record-tried", case=number, tried="Schuldhulp", id_="line-1")
    engine = tried(office)
    request = Request(LOGIN, acting_as=office.chair(GRN), team=GRN, command_id="line-1")
    assert engine.run(command("intake.record-tried", case=number, tried="Schuldhulp"), request).again
    with pytest.raises(Conflict):
        engine.run(command("intake.record-tried", case=number, tried="Iets anders"), request)


def test_the_same_person_is_found_in_the_store_and_in_the_batch(office: Office):
    known = office.submitted(birth_date="1980-05-17")
    engine = tried(office)
    who = {"question": "x", "reasons": ["overlast"], "name": "Ada Verzonnen", "birth_date": "1980-05-17"}
    request = Request(LOGIN, acting_as=office.chair(GRN), team=GRN)
    first = engine.run(command("intake.submit", **who), request)
    second = engine.run(command("intake.submit", **who), request)
    assert (first.duplicates, second.duplicates) == ((known,), (known, first.stream))


def test_a_text_of_the_batch_can_be_read_in_it_and_nowhere_else(office: Office):
    engine = tried(office)
    number = ask(engine, office, "intake.submit", question="Stil verdriet", reasons=["overlast"], name="Ada Verzonnen")
    state = engine.case(number).state
    (ref,) = state.questions  # type: ignore[union-attr]
    assert seen(engine.store, [ref]) == {ref: "Stil verdriet"}
    assert all(getattr(r.event, "question", None) is None or r.event.question.text is None for r in engine.store.load(number))  # type: ignore[attr-defined]


def test_what_another_stores_meanwhile_does_not_reach_a_rehearsal_under_way(office: Office):
    number, engine = office.accepted(), tried(office)
    ask(engine, office, "plan.set-goal", case=number, goal="Rust")
    with opened(office.config) as other:
        other.ask("plan.set-goal", case=number, goal="Anders")
    ask(engine, office, "plan.set-goal", case=number, goal="Dagbesteding")
    assert list(engine.case(number).state.goals) == ["G1", "G2"]  # type: ignore[union-attr]
