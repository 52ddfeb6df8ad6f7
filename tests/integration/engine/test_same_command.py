"""The same command twice is stored once, and what it says of a person is nowhere in the open."""

from typing import Any

import pytest

from domain.refusal import Conflict, Refused
from infra.engine.content import content_digest
from infra.engine.rehearsal import Rehearsal
from infra.engine.request import Request
from tests.integration.engine.office import GRN, Office, opened
from tests.property.world import LOGIN, command

SECRET = "Verjaagt geesten met wierook"


def test_the_same_command_again_gives_what_it_gave_and_stores_nothing(office: Office):
    number = office.accepted()
    first = office.ask("monitoring.check", case=number, observed=SECRET, progress=True, id_="check-1")
    before = office.records(number)
    again = office.ask("monitoring.check", case=number, observed=SECRET, progress=True, id_="check-1")
    assert (again.again, again.stream, again.streams, again.events) == (True, number, first.streams, ())
    assert office.records(number) == before


def test_another_engine_knows_it_too(office: Office):
    first = office.ask("intake.submit", question=SECRET, reasons=["overlast"], name="Bo Bedacht", id_="submit-1")
    with opened(office.config) as other:
        again = other.ask("intake.submit", question=SECRET, reasons=["overlast"], name="Bo Bedacht", id_="submit-1")
        assert (again.again, again.stream) == (True, first.stream)
    assert office.store.streams("GRN-") == [first.stream]


@pytest.mark.parametrize("other", [{"observed": "Iets anders"}, {"progress": False}, {"who": "vnn-1"}])
def test_the_same_id_with_other_content_conflicts(office: Office, other: dict[str, str]):
    number = office.accepted()
    asked: dict[str, Any] = {"case": number, "observed": SECRET, "progress": True, "id_": "check-1"}
    office.ask("monitoring.check", **asked)
    before = office.records(number)
    with pytest.raises(Conflict) as refused:
        office.ask("monitoring.check", **(asked | other))
    assert refused.value.code == "command-id-reused"
    assert office.records(number) == before


def test_a_command_that_led_to_nothing_is_remembered_too(office: Office):
    number = office.accepted()
    office.ask("parties.join", case=number, partner="vnn")
    assert office.ask("parties.join", case=number, partner="vnn", id_="join-2").events == ()
    office.ask("parties.leave", case=number, partner="vnn")
    assert office.ask("parties.join", case=number, partner="vnn", id_="join-2").again
    assert office.case(number).partners["vnn"].state == "left"


def test_a_refused_command_leaves_nothing_and_its_id_is_free(office: Office):
    number = office.submitted()
    with pytest.raises(Refused):
        office.ask("monitoring.check", case=number, observed=SECRET, progress=True, id_="early")
    assert office.store.receipt("early") is None
    office.ask("intake.record-tried", case=number, tried=SECRET, id_="early")


def test_a_receipt_holds_no_digest_that_a_text_could_be_guessed_by(office: Office):
    number = office.accepted()
    asked = command("monitoring.check", case=number, observed="ja", progress=True)
    request = Request(LOGIN, acting_as=office.chair(GRN), team=GRN, command_id="check-1")
    office.engine.run(asked, request)
    stored = office.store.receipt("check-1")

    guess = content_digest(Rehearsal(), asked, request)  # a log without a key
    assert stored is not None
    assert stored.digest == content_digest(office.store, asked, request)
    assert stored.digest != guess


def test_a_text_stands_nowhere_in_the_open(office: Office):
    number = office.submitted(question=SECRET, name="Zonneklaar Testpersoon")
    office.ask("intake.record-tried", case=number, tried=SECRET, id_="tried-1")
    office.models.catch_up()
    for table in ("stored_events", "receipts", "sealed_fields", "places"):
        for row in office.store.connection().query(f"SELECT * FROM {table}"):
            kept = b"".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row)
            assert SECRET.encode() not in kept
            assert b"Zonneklaar" not in kept
