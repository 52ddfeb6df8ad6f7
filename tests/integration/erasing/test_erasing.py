"""Somebody is erased: unreadable everywhere, the history and everybody else as they were, and found again nowhere."""

import json
import os

import pytest

from domain.case import Case
from domain.event import replay
from domain.refusal import Refused
from infra.erasing.carrying_out import STEPS
from infra.erasing.keeper import Keeper, keeper_of
from infra.erasing.ledger import Ledger
from infra.erasing.standing import standings
from infra.store.texts import Withheld
from projections.texts import TEXTS
from tests.integration.engine.office import GRN, Office, opened
from tests.integration.erasing.archive import CHILD, NAME, QUESTION, Archive, erasing, finish, texts
from tests.support.seeing import READER

GONE = Withheld("erased")


def test_who_was_erased_is_a_marker_and_everybody_else_stays_readable(office: Office, archive: Archive):
    number = archive.closed()
    before = texts(office.store, number)
    assert NAME in before.values()
    assert QUESTION in before.values()
    assert CHILD in before.values()
    done = archive.erased(number)
    assert (done.subject, done.keys, done.others) == ("s1", 1, ())
    after = texts(office.store, number)
    assert {k for k, v in after.items() if v == CHILD} == {"case.intake.subject-noted.name"}
    assert set(after.values()) == {CHILD, GONE}


def test_the_case_replays_and_knows_no_way_to_the_person(office: Office, archive: Archive):
    number = archive.closed()
    before = office.case(number)
    archive.erased(number)
    after = replay(Case(), office.store.load(number))
    assert (after.status, after.reasons, after.opened) == (before.status, before.reasons, before.opened)
    assert after.erased == {"s1"}
    assert before.subjects["s1"].named()
    assert not after.subjects["s1"].named()
    assert after.subjects["s2"].named()
    assert office.models.rows(TEXTS, stream=number, what="subjects", entry="s1") == []


def test_the_last_event_says_it_without_a_person_in_it(office: Office, archive: Archive):
    number = archive.closed()
    done = archive.erased(number)
    last = office.store.load(number)[-1]
    assert last.topic == "case.rights.subject-erased"
    assert last.event.model_dump() == {"right": "Q1", "subject": "s1", "keys": 1, "receipt": done.receipt}
    assert done.receipt == Ledger(office.config.ledger_in).lines(office.store.store_id)[0].digest()


def test_nothing_can_be_written_about_who_was_erased(office: Office, archive: Archive):
    number = archive.closed()
    archive.erased(number)
    with pytest.raises(Refused, match="subject-erased"):
        office.ask("correcting.state", case=number, statement="Toch nog iets")
    with pytest.raises(Refused, match="subject-erased"):
        office.ask("closing.reopen", case=number, why="Toch weer")
    office.ask("correcting.state", case=number, about="s2", statement="Over het kind wel")


def test_from_the_fence_on_nothing_is_written_though_the_key_is_there(office: Office, archive: Archive):
    number = archive.closed()
    archive.begun(number)
    with pytest.raises(Refused, match="subject-erased"):
        office.ask("correcting.state", case=number, statement="Net te laat")


def test_who_had_the_case_in_mind_before_the_fence_writes_nothing_after_it(office: Office, archive: Archive):
    number = archive.closed()
    with opened(office.config) as late:
        late.ask("correcting.state", case=number, statement="Nog op tijd")
        archive.erased(number)
        with pytest.raises(Refused, match="subject-erased"):
            late.ask("correcting.state", case=number, statement="Te laat")
    assert not [t for t in texts(office.store, number).values() if t == "Te laat"]


def test_who_was_erased_is_not_found_again(office: Office, archive: Archive):
    number = archive.closed(name=NAME, birth_date="1980-02-03")
    archive.erased(number)
    again = office.ask("intake.submit", question=QUESTION, reasons=["overlast"], name=NAME, birth_date="1980-02-03")
    assert again.duplicates == ()


def test_the_other_cases_of_the_same_person_are_named_before_the_way_to_them_goes(office: Office, archive: Archive):
    number = archive.closed(name=NAME, birth_date="1980-02-03")
    other = office.ask("intake.submit", question=QUESTION, reasons=["overlast"], name=NAME, birth_date="1980-02-03").stream
    office.ask("intake.submit", question=QUESTION, reasons=["overlast"], name="Bo Bedacht", birth_date="1980-02-03")
    assert archive.erased(number).others == (other,), "who only shares a birth date is somebody else"
    assert texts(office.store, other)["case.intake.subject-identified.name"] == NAME
    keeper = _keeper(office)
    assert all(n.found == "" for n in keeper.noted() if n.step == "others"), "the journal keeps no link"


def _keeper(office: Office) -> Keeper:
    return keeper_of(office.store)


def test_a_case_it_went_on_as_or_was_merged_with_is_named_though_nothing_is_matched(office: Office, archive: Archive):
    first, second = office.submitted(), office.submitted(name="Bo Bedacht")
    office.ask("closing.merge", case=second, into=first, why="Dezelfde")
    number = archive.begun(second)
    assert finish(office, second, number).others == (first,)


def test_one_of_several_is_erased_alone_also_in_an_open_case(office: Office, archive: Archive):
    number = office.submitted()
    office.ask("intake.note-subject", case=number, kind="neighbour", name="Buur Verzonnen")
    archive.erased(number, "s2")
    found = texts(office.store, number)
    assert found["case.intake.subject-noted.name"] == GONE
    assert NAME in found.values()
    office.ask("correcting.state", case=number, statement="Gaat gewoon door")


def test_asked_again_it_is_done_already(office: Office, archive: Archive):
    number = archive.closed()
    first = archive.erased(number)
    before = office.topics(number)
    assert finish(office, number, "Q1") == first
    assert office.topics(number) == before


def test_the_ledger_has_one_line_and_nothing_of_a_person(office: Office, archive: Archive):
    number = archive.closed()
    archive.erased(number)
    content = office.config.ledger_in.read_text()
    assert content.count("\n") == 1
    line = json.loads(content)
    assert (line["store"], line["stream"], line["subject"], line["request"]) == (office.store.store_id, number, "s1", "Q1")
    assert "Verzonnen" not in content
    assert office.config.ledger_in.stat().st_mode & 0o777 == 0o600
    assert office.config.home not in office.config.ledger_in.parents


def test_how_far_it_is_can_be_told(office: Office, archive: Archive):
    number = archive.closed()
    ledger = Ledger(office.config.ledger_in)
    assert standings(office.store, ledger) == []
    archive.erased(number)
    [one] = standings(office.store, ledger)
    assert (one.number, one.subject, one.request, one.state, one.missing, one.rotated) == (
        number,
        "s1",
        "Q1",
        "done",
        None,
        False,
    )


@pytest.mark.parametrize("step", STEPS)
def test_broken_off_after_any_step_the_same_goes_on(office: Office, archive: Archive, step: str):
    number = archive.closed()
    right = archive.begun(number)

    def killed(done: str) -> None:
        if done == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        finish(office, number, right, killed)
    following = STEPS[STEPS.index(step) + 1 :]
    [one] = standings(office.store, Ledger(office.config.ledger_in))
    assert (one.state, one.missing) == (("incomplete", following[0]) if following else ("done", None))
    done = finish(office, number, right)
    assert done.keys == 1
    [one] = standings(office.store, Ledger(office.config.ledger_in))
    assert one.state == "done"
    assert office.topics(number).count("rights.subject-erased") == 1
    assert texts(office.store, number)["case.intake.submitted.question"] == GONE


@pytest.mark.parametrize("step", STEPS)
def test_broken_off_before_a_step_is_noted_it_is_done_twice_without_harm(
    office: Office, archive: Archive, step: str, monkeypatch: pytest.MonkeyPatch
):
    number = archive.closed()
    right = archive.begun(number)
    kind = type(_keeper(office))
    real = kind.note

    def killed(self: Keeper, stream: str, subject: str, request: str, noted: str, found: str = "") -> None:
        if noted == step:
            raise KeyboardInterrupt
        real(self, stream, subject, request, noted, found)

    monkeypatch.setattr(kind, "note", killed)
    with pytest.raises(KeyboardInterrupt):
        finish(office, number, right)
    monkeypatch.undo()
    assert finish(office, number, right).keys == 1
    assert office.topics(number).count("rights.subject-erased") == 1
    assert office.config.ledger_in.read_text().count("\n") == 1
    assert texts(office.store, number)["case.intake.submitted.question"] == GONE


def test_an_erasure_that_has_not_begun_is_not_carried_out(office: Office, archive: Archive):
    number = archive.closed()
    right = archive.decided(number)
    with pytest.raises(Refused, match="erasure-not-begun"):
        erasing(office, number).carry_out(number, right, READER)
    assert QUESTION in texts(office.store, number).values()


def test_the_resident_of_an_open_case_is_not_erased(office: Office, archive: Archive):
    number = office.submitted()
    right = archive.decided(number)
    with pytest.raises(Refused, match="case-still-open"):
        office.ask("rights.erase", GRN, who=archive.officer, case=number, right=right)


def test_a_disk_that_was_full_at_the_ledger_stops_it_and_once_there_is_room_it_is_done(
    office: Office, archive: Archive, monkeypatch: pytest.MonkeyPatch
):
    archive.erased(archive.closed())
    number = archive.closed()
    right = archive.begun(number)
    real = os.write
    room = [50]

    def write(file: int, data: bytes) -> int:
        fits = real(file, bytes(data)[: room[0]]) if room[0] else 0
        room[0] -= fits
        return fits

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(Refused, match="ledger-unwritable"):
        finish(office, number, right)
    monkeypatch.undo()
    assert QUESTION in texts(office.store, number).values()
    assert finish(office, number, right).keys == 1
    assert set(texts(office.store, number).values()) == {CHILD, GONE}


def test_a_line_that_went_from_the_ledger_halfway_is_written_again(office: Office, archive: Archive):
    number = archive.closed()
    right = archive.begun(number)

    def killed(step: str) -> None:
        if step == "ledger":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        finish(office, number, right, killed)
    office.config.ledger_in.write_bytes(b"")
    done = finish(office, number, right)
    [line] = Ledger(office.config.ledger_in).lines(office.store.store_id)
    assert done.receipt == line.digest()
