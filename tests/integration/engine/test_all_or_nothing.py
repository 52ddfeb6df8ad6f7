"""What stands in two streams changes in both, or in neither."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from domain.case import Status
from domain.refusal import Refused
from infra.store.store import Store
from tests.integration.engine.office import GRN, ZEI, Office
from tests.support.seeing import seen

FAILED = "failing|stream-moved"
"""How it shows: on SQLite a statement that aborts looks like somebody else having been first, on every try."""


@contextmanager
def failing_at(store: Store, topic: str) -> Iterator[None]:
    """While this stands, the database fails in the middle of an append: at an event with this topic."""
    db = store.connection()
    if db.kind == "sqlite":
        db.execute(
            f"CREATE TRIGGER failing BEFORE INSERT ON stored_events WHEN NEW.topic = '{topic}' "
            "BEGIN SELECT RAISE(ABORT, 'failing'); END"
        )
    else:
        db.script(
            "CREATE FUNCTION casus.failing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF NEW.topic = '{topic}' THEN RAISE EXCEPTION 'failing'; END IF; RETURN NEW; END $$; "
            "CREATE TRIGGER failing BEFORE INSERT ON casus.stored_events FOR EACH ROW EXECUTE FUNCTION casus.failing()"
        )
    yield
    if db.kind == "sqlite":
        db.execute("DROP TRIGGER failing")
    else:
        db.script("DROP TRIGGER failing ON casus.stored_events; DROP FUNCTION casus.failing()")


@contextmanager
def nothing_changes(office: Office, *streams: str) -> Iterator[None]:
    before = {s: office.records(s) for s in streams}
    yield
    assert {s: office.records(s) for s in streams} == before


def test_a_merge_changes_both_cases(office: Office):
    stays, double = office.accepted(), office.accepted()
    agreement = office.agreed(double)
    own = office.agreed(stays)
    merged = office.ask("closing.merge", case=double, into=stays, why="Twee keer aangemeld")
    assert set(merged.streams) == {stays, double}
    assert (office.case(double).status, office.case(double).merged_into) == (Status.MERGED, stays)
    taken = [a for a in office.case(stays).agreements.values() if a.carried_from == double]
    assert (own, agreement, [a.id for a in taken]) == ("A1", "A1", ["A2"])
    assert seen(office.store, [taken[0].what]) == {taken[0].what: "Elke week langs"}


def test_undoing_it_changes_both_back(office: Office):
    stays, double = office.accepted(), office.accepted()
    office.agreed(double)
    office.ask("closing.merge", case=double, into=stays, why="Twee keer aangemeld")
    office.ask("closing.undo-merge", case=double, why="Twee zussen")
    assert (office.case(double).status, office.case(double).merged_into) == (Status.ACTIVE, None)
    assert list(office.case(double).agreements) == ["A1"]
    assert (office.case(stays).duplicates, office.case(stays).agreements) == (frozenset(), {})


@pytest.mark.parametrize("topic", ["case.closing.merged", "case.closing.duplicate-taken-in"])
def test_a_merge_that_fails_halfway_changes_neither(office: Office, topic: str):
    stays, double = office.accepted(), office.accepted()
    with nothing_changes(office, stays, double), failing_at(office.store, topic), pytest.raises(Exception, match=FAILED):
        office.ask("closing.merge", case=double, into=stays, why="Twee keer", id_="merge-1")
    assert office.store.receipt("merge-1") is None
    assert office.ask("closing.merge", case=double, into=stays, why="Twee keer", id_="merge-1").events


@pytest.mark.parametrize("topic", ["case.closing.merge-undone", "case.closing.duplicate-released"])
def test_an_undoing_that_fails_halfway_changes_neither(office: Office, topic: str):
    stays, double = office.accepted(), office.accepted()
    office.ask("closing.merge", case=double, into=stays, why="Twee keer aangemeld")
    with nothing_changes(office, stays, double), failing_at(office.store, topic), pytest.raises(Exception, match=FAILED):
        office.ask("closing.undo-merge", case=double, why="Twee zussen", id_="undo-1")
    assert office.store.receipt("undo-1") is None


def test_a_leaving_that_fails_at_the_last_case_leaves_everybody_where_they_were(office: Office):
    cases = [office.accepted() for _ in range(3)]
    for number in cases:
        office.ask("parties.assign-contact-point", case=number, professional="vnn-1")
    failing = failing_at(office.store, "case.parties.professional-replaced")
    with nothing_changes(office, GRN, *cases), failing, pytest.raises(Exception, match=FAILED):
        office.ask("team.professional-leaves", professional="vnn-1", successor="ggd-1")
    left = office.ask("team.professional-leaves", professional="vnn-1", successor="ggd-1")
    assert set(left.streams) == {GRN, *cases}
    assert {office.case(n).contact_point for n in cases} == {"ggd-1"}


def test_a_case_that_is_handed_over_is_in_one_place(office: Office):
    """Offered by one table, received by the other, under a number there; nothing in between."""
    office.set_up("zorg-voor-zeist")
    number = office.ask(
        "intake.submit", "zorg-voor-zeist", question="Vroeg erbij", reasons=_reason(office), name="Ada Verzonnen"
    ).stream
    office.ask("triage.redirect", "zorg-voor-zeist", case=number, to=ZEI, why="Al vastgelopen")
    assert office.case(number).is_open(), "it stays with the sender until it is taken"
    failing = failing_at(office.store, "case.escalation.received")
    with nothing_changes(office, number), failing, pytest.raises(Exception, match=FAILED):
        office.ask("escalation.receive", ZEI, case=number)
    assert office.store.streams("ZEI-") == []
    received = office.ask("escalation.receive", ZEI, case=number)
    there = next(s for s in received.streams if s != number)
    assert (office.case(number).status, office.case(number).successor) == (Status.REDIRECTED, there)
    assert (office.case(there).team, office.case(there).predecessor, office.case(there).is_open()) == (ZEI, number, True)
    with pytest.raises(Refused) as refused:
        office.ask("escalation.receive", ZEI, case=number)
    assert refused.value.facts["code"] == "former-member", "what was asked and answered gives nothing any more"


def test_a_table_that_was_not_asked_takes_nothing(office: Office):
    number = office.accepted(GRN)
    with nothing_changes(office, number), pytest.raises(Refused) as refused:
        office.ask("escalation.receive", ZEI, case=number)
    assert (refused.value.code, refused.value.facts["code"]) == ("not-allowed", "not-member")


def _reason(office: Office) -> list[str]:
    from domain.profile import Profile

    profile = Profile.model_validate_json(office.engine.team("zorg-voor-zeist").profile_json)
    assert profile.submission is not None
    return [profile.submission.reasons[0].id]
