"""What happened earlier and is entered later: what follows from it is computed anew, what was known stays known."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.case import Case, Status
from domain.days import day_of
from domain.event import replay
from domain.refusal import Refused
from infra.engine import Engine
from infra.readmodels import ReadModels
from infra.store import StoreConfig, open_store
from projections.cases import CASES
from projections.signals import SIGNALS
from tests.integration.engine.office import GRN, Office, opened
from tests.property.world import Clock

LONG_AGO = timedelta(days=60)


@pytest.fixture
def case(config: StoreConfig) -> str:
    """A case that was accepted sixty days ago and in which nothing happened since, by a store whose clock was there."""
    clock = Clock(datetime.now(UTC) - LONG_AGO)
    with open_store(config, clock) as store:
        models = ReadModels(store)
        office = Office(config, store, models, Engine(store, models))
        office.set_up(GRN)
        return office.accepted()


def overdue(office: Office, number: str) -> list[str]:
    """What signals say is overdue in a case today."""
    return [s.what for s in office.models.view(SIGNALS) if s.number == number and s.kind == "overdue"]


def test_a_check_that_is_entered_late_moves_the_next_one_and_ends_what_was_overdue(config: StoreConfig, case: str):
    with opened(config) as office:
        assert overdue(office, case) == ["check"]
        held = office.store.now() - timedelta(days=20)
        office.ask("monitoring.check", case=case, observed="Het ging goed", progress=True, at=held)
        found = office.case(case)
        assert found.next is not None
        assert found.next.on == day_of(held) + timedelta(days=28)
        assert (found.last_progress, overdue(office, case)) == (day_of(held), [])


def test_a_check_from_before_another_leaves_the_later_one_standing(config: StoreConfig, case: str):
    with opened(config) as office:
        later, earlier = (office.store.now() - timedelta(days=d) for d in (10, 40))
        office.ask("monitoring.check", case=case, observed="Later", progress=False, at=later)
        office.ask("monitoring.check", case=case, observed="Eerder", progress=True, at=earlier)
        found = office.case(case)
        assert [c.on for c in found.checks] == [day_of(earlier), day_of(later)]
        assert found.next is not None
        assert found.next.on == day_of(later) + timedelta(days=28)
        assert found.last_progress == day_of(earlier)


def test_what_was_known_stays_what_was_known(config: StoreConfig, case: str):
    with opened(config) as office:
        head = office.store.head()
        known = replay(Case(), office.store.load_many([case], head)[case])
        told = office.models.as_of(known_at=office.store.now()).rows(CASES, number=case)
        then = office.store.now()
        held = office.store.now() - timedelta(days=20)
        office.ask("monitoring.check", case=case, observed="Het ging goed", progress=True, at=held)
        office.ask("correcting.correct", case=case, entry=2, field="name", value="Bo Bedacht")
        assert replay(Case(), office.store.load_many([case], head)[case]) == known
        assert office.models.as_of(known_at=then).rows(CASES, number=case) == told
        assert office.models.rows(CASES, number=case) != told


def test_the_day_it_was_entered_is_beside_the_day_it_happened(config: StoreConfig, case: str):
    with opened(config) as office:
        held = office.store.now() - timedelta(days=20)
        (record,) = office.ask("monitoring.check", case=case, observed="Goed", progress=True, at=held).events
        assert record.occurred_at == held
        assert record.recorded_at is not None
        assert record.recorded_at > held + timedelta(days=19)


@pytest.mark.parametrize(("back", "code"), [(timedelta(days=90), "before-the-case"), (-timedelta(days=1), "in-the-future")])
def test_what_happened_before_the_case_or_has_not_happened_is_refused(config: StoreConfig, case: str, back: timedelta, code: str):
    with opened(config) as office, pytest.raises(Refused) as refused:
        office.ask("monitoring.check", case=case, observed="Kan niet", progress=True, at=office.store.now() - back)
    assert refused.value.code in (code, "before-the-team")


def test_an_hour_before_the_case_is_before_the_case(config: StoreConfig, case: str):
    with opened(config) as office:
        first = office.records(case)[0].occurred_at
        with pytest.raises(Refused) as refused:
            office.ask("parties.join", case=case, partner="vnn", at=first - timedelta(seconds=1))
    assert refused.value.code == "before-the-case"


def test_what_later_entries_would_undo_is_refused(config: StoreConfig, case: str):
    """Closed on a day before it was woken: it would not be closed."""
    with opened(config) as office:
        day = timedelta(days=1)
        now = office.store.now()
        office.ask("monitoring.rest", case=case, until=day_of(now) + 9 * day, why="Rust", at=now - 30 * day)
        office.ask("monitoring.wake", case=case, at=now - 20 * day)
        with pytest.raises(Refused) as refused:
            office.ask("monitoring.rest", case=case, until=day_of(now) + 9 * day, why="Rust", at=now - 25 * day)
        assert refused.value.code == "overtaken"
        assert office.case(case).status is Status.ACTIVE


def test_a_leaving_that_is_entered_late_hands_over_what_came_since(config: StoreConfig, case: str):
    """They left two weeks ago; until it was entered they held the case, and from then on somebody else does."""
    with opened(config) as office:
        office.ask("parties.assign-holder", case=case, professional="vnn-1")
        left = office.store.now() - timedelta(days=14)
        office.ask("team.professional-leaves", professional="vnn-1", successor="ggd-1", at=left)
        assert office.engine.team(GRN).roster["vnn-1"].left == day_of(left)
        assert office.case(case).holder == "ggd-1"
        assert office.records(case)[-1].occurred_at > left + timedelta(days=13)


def test_a_clock_that_is_set_back_changes_no_order(config: StoreConfig, case: str):
    clock = Clock(datetime.now(UTC))
    with open_store(config, clock) as store:
        office = Office(config, store, ReadModels(store), Engine(store, ReadModels(store)))
        office.ask("monitoring.check", case=case, observed="Eerst", progress=True)
        clock.at -= timedelta(hours=1)
        office.ask("monitoring.rest", case=case, until=day_of(clock.at) + timedelta(days=9), why="Daarna")
        order = [r.topic for r in sorted(office.records(case), key=lambda r: (r.occurred_at, r.version))]
        assert order == [r.topic for r in office.records(case)]
        assert office.case(case).status is Status.RESTING
