"""The same person at two tables: a signal without content, to the holder of the other case first."""

from typing import Any

import pytest

from domain.refusal import Refused
from tests.integration.engine.office import GRN, ZEI, Office

ADA: dict[str, Any] = {"name": "Ada Verzonnen", "birth_date": "1980-05-17"}


def test_the_other_case_hears_that_somebody_asked_and_nothing_of_what(office: Office):
    known = office.accepted(ZEI, **ADA)
    asking = office.submitted(GRN, question="Hij dreigt de buren", **ADA)
    notice = office.records(known)[-1]
    assert notice.topic == "case.consent.overlap-noticed"
    assert notice.event.model_dump() == {"probe": "O1", "team": GRN, "case": asking}
    assert not type(notice.event).personal_fields()
    assert office.case(asking).overlaps == frozenset(), "that a table knows somebody is itself content"


@pytest.mark.parametrize("tell", [True, False])
def test_the_asker_hears_what_the_holder_decides(office: Office, tell: bool):
    known = office.accepted(ZEI, **ADA)
    asking = office.submitted(GRN, **ADA)
    before = office.records(asking)
    holder = office.case(known).holder
    office.ask("consent.answer-overlap", ZEI, who=holder, case=known, probe="O1", tell=tell, why="Samen optrekken")
    assert office.case(known).probes["O1"].told is tell
    assert office.case(asking).overlaps == (frozenset({ZEI}) if tell else frozenset())
    assert len(office.records(asking)) == len(before) + tell


def test_nobody_but_the_holder_decides(office: Office):
    known = office.accepted(ZEI, **ADA)
    office.submitted(GRN, **ADA)
    office.ask("parties.assign-holder", ZEI, case=known, professional="altrecht-1")
    with pytest.raises(Refused) as refused:
        office.ask("consent.answer-overlap", ZEI, case=known, probe="O1", tell=True, why="Haast")
    assert refused.value.code == "holder-only"


def test_a_name_that_came_before_the_birth_date_is_matched_once_that_comes(office: Office):
    known = office.accepted(ZEI, **ADA)
    asking = office.submitted(GRN, name="ada verzonnen")
    assert not office.case(known).probes
    office.ask("intake.identify", case=asking, birth_date="1980-05-17")
    assert [p.case for p in office.case(known).probes.values()] == [asking]


def test_it_works_the_other_way_round_too(office: Office):
    """The case that is completed later is found by the one that was complete."""
    slow = office.submitted(GRN, name="Ada  Verzonnen")
    office.submitted(ZEI, **ADA)
    assert not office.case(slow).probes
    office.ask("intake.identify", case=slow, birth_date="1980-05-17")
    assert office.submitted(ZEI, **ADA)
    assert office.case(slow).probes


def test_a_citizen_number_matches_whatever_the_name(office: Office):
    known = office.accepted(ZEI, name="A. Verzonnen", number="111222333")
    office.submitted(GRN, who="vnn-1", name="Ada van der Verzonnen", number="111.222.333")
    assert office.case(known).probes


@pytest.mark.parametrize("other", [{"name": "Ada Verzonnen"}, {"name": "Ada Verzonnen", "birth_date": "1980-05-18"}])
def test_somebody_else_gives_no_signal(office: Office, other: dict[str, Any]):
    known = office.accepted(ZEI, **ADA)
    office.submitted(GRN, **other)
    assert not office.case(known).probes


def test_an_anonymous_case_is_matched_when_it_is_named(office: Office):
    known = office.accepted(GRN, **ADA)
    asking = office.submitted(ZEI, anonymous=True)
    office.ask("consent.record-ground", ZEI, case=asking, kind="public-task", motivation="Het moet")
    why: dict[str, Any] = {"necessity": "x", "proportionality": "x", "subsidiarity": "x"}
    assert not office.case(known).probes
    office.ask(
        "consent.name", ZEI, case=asking, resident_name=ADA["name"], birth_date=ADA["birth_date"], ground="public-task", **why
    )
    assert [p.team for p in office.case(known).probes.values()] == [ZEI]


def test_an_own_case_of_the_same_person_is_told_to_who_submits(office: Office):
    first = office.submitted(GRN, **ADA)
    again = office.ask("intake.submit", question="Nog eens", reasons=["overlast"], **ADA)
    assert again.duplicates == (first,)
    assert not office.case(first).probes, "what one's own table knows is no signal to another"


def test_no_event_holds_anything_a_person_could_be_matched_by(office: Office):
    office.accepted(ZEI, number="111222333", **ADA)
    prefix = "casus_keys." if office.store.connection().kind == "postgresql" else ""
    tokens = office.store.keys_connection().query(f"SELECT token FROM {prefix}tokens")
    assert tokens
    for (state,) in office.store.connection().query("SELECT state FROM stored_events"):
        for (token,) in tokens:
            assert bytes(token).hex().encode() not in bytes(state)
        assert b"111222333" not in bytes(state)


def identified(office: Office, case: str) -> int:
    """The number of the entry that says who the resident is."""
    return next(r.version for r in office.records(case) if r.topic == "case.intake.subject-identified")


def test_an_identification_that_was_withdrawn_matches_nobody(office: Office):
    known = office.accepted(ZEI, **ADA)
    office.ask("correcting.withdraw", ZEI, case=known, entry=identified(office, known), why="Van een ander")
    office.submitted(GRN, **ADA)
    assert not office.case(known).probes


def test_a_name_that_was_corrected_matches_as_it_should_have_been(office: Office):
    known = office.accepted(ZEI, **ADA)
    office.ask("correcting.correct", ZEI, case=known, entry=identified(office, known), field="name", value="Eva Verzonnen")
    office.submitted(GRN, **ADA)
    assert not office.case(known).probes, "as it was wrong"
    office.submitted(GRN, **{**ADA, "name": "Eva Verzonnen"})
    assert office.case(known).probes


def test_who_was_withdrawn_and_named_anew_is_known_again(office: Office):
    known = office.accepted(ZEI, **ADA)
    office.ask("correcting.withdraw", ZEI, case=known, entry=identified(office, known), why="Verkeerd")
    office.ask("intake.identify", ZEI, case=known, **ADA)
    office.submitted(GRN, **ADA)
    assert office.case(known).probes


def test_without_looking_whether_it_stands_it_would_match(office: Office, monkeypatch: pytest.MonkeyPatch):
    known = office.accepted(ZEI, **ADA)
    office.ask("correcting.withdraw", ZEI, case=known, entry=identified(office, known), why="Van een ander")
    monkeypatch.setattr("infra.engine.matching.stands", lambda *_: True)
    office.submitted(GRN, **ADA)
    assert office.case(known).probes
