"""What changed in a case between two points: agreements by what became of them, and what days alone changed."""

from dataclasses import replace
from datetime import date, timedelta

from domain.case import Case
from domain.case_parts import Absence, Agreement, Consent, Direction
from domain.personal import Ref
from projections.between import between, entries_between, passed
from projections.changes import compared
from projections.history import Reach, reached
from tests.examples import ACTIVE, PLANNED
from tests.scenario import CASE, history

DAY = date(2026, 3, 1)
LATER = DAY + timedelta(days=30)


def agreement(entry: str, state: str = "accepted", due: date | None = LATER) -> Agreement:
    return Agreement(
        id=entry, partner="pilots", responsible=None, what=Ref(CASE, 3, "what"), due=due, no_date=None, domain="berth",
        recovery="afloat", contributors=frozenset(), state=state, agreed=DAY,
    )  # fmt: skip


def case(*agreements: Agreement) -> Case:
    return Case(number=CASE, team="harbour-table", holder="pilots-1", agreements={a.id: a for a in agreements})


def test_each_agreement_that_differs_is_new_changed_ended_or_gone():
    old = case(*(agreement(f"A{n}") for n in (1, 2, 3, 4)))
    new = case(
        agreement("A1"), agreement("A2", due=DAY), agreement("A3", "fulfilled", due=DAY), agreement("A5", "proposed"),
    )  # fmt: skip
    found = between(old, new)
    assert (found.added, found.changed, found.ended, found.gone) == (("A5",), ("A2",), ("A3",), ("A4",))
    assert found.before["agreements"].keys() == {"A2", "A3", "A4"}
    assert found.after["agreements"].keys() == {"A2", "A3", "A5"}


def test_one_that_is_open_again_changed_and_did_not_end():
    found = between(case(agreement("A1", "refused")), case(agreement("A1", "proposed")))
    assert (found.changed, found.ended) == (("A1",), ())


def test_nothing_differs_from_itself():
    same = case(agreement("A1"))
    found = between(same, same.but())
    assert (found.before, found.after, found.added, found.changed, found.ended, found.gone) == ({}, {}, (), (), (), ())


def test_a_text_is_closed_unless_it_is_opened():
    new = case(agreement("A1"))
    assert between(case(), new).after["agreements"]["A1"]["what"] == "text"
    assert between(case(), new, lambda ref: ref.field).after["agreements"]["A1"]["what"] == "what"
    moved = case(replace_text(agreement("A1")))
    assert compared(new, moved)[0] == {"agreements": {"A1": {"what": "text"}}}


def replace_text(one: Agreement) -> Agreement:
    return replace(one, what=Ref(CASE, 9, "text"))


def test_the_entries_between_are_those_that_count_for_the_second_alone():
    records = history(CASE, PLANNED)
    old, new = (reached(records, Reach(version=version)) for version in (2, None))
    assert old is not None
    assert new is not None
    assert entries_between(old, new) == {r.version for r in records} - {1, 2}
    assert len(ACTIVE) > 2


def test_days_alone_end_direction_and_absence_and_consent_and_make_late():
    consent = Consent("C1", "s1", "care", frozenset(), "given", DAY, until=DAY + timedelta(days=3))
    away = Absence("pilots-1", "pilots-2", DAY, DAY + timedelta(days=9))
    elsewhere = Direction("pilots-1", "lock-1", "lock-table", DAY + timedelta(days=5))
    stands = case(agreement("A1", due=DAY + timedelta(days=7)), agreement("A2", "fulfilled", due=DAY)).but(
        consents={"C1": consent}, absences=(away,), direction=elsewhere
    )
    assert passed(stands, DAY, LATER) == (
        {"holder": "pilots-2", "director": "lock-table/lock-1", "late": [], "consents": {"C1": "given"}},
        {"holder": "pilots-1", "director": "pilots-1", "late": ["A1"], "consents": {"C1": "expired"}},
    )
    assert passed(stands, DAY, DAY) == ({}, {})
