"""A subject's request shows before its last day, after it, and until it was carried out, also when the case has ended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.case import Case
from domain.event import Event, replay
from domain.events import rights
from projections.signals import RIGHT_DAYS, SignalRow, signals_of
from tests.examples import (
    ACTIVE,
    ASKED_FOR,
    CLOSED,
    CONFIRMED,
    ERASED,
    ERASING,
    GRANTED,
    LATER,
    RESTRICTED,
    text,
)  # fmt: skip
from tests.scenario import CASE, SUBMITTED_ON, TODAY, Step, given, history, on
from tests.support.tables import HARBOUR, MASTER, professional
from tests.unit.projections.reading import DAY, a_case

ACCESS = ASKED_FOR.model_copy(update={"kind": "access"})
FIRST = LATER - timedelta(days=RIGHT_DAYS)


def told(*steps: Step, day: object = TODAY, table: tuple[Step, ...] = ()) -> list[SignalRow]:
    found = signals_of(a_case(*ACTIVE, *steps, day=day, table=table))  # type: ignore[arg-type]
    return [s for s in found if s.what in ("right", "erasure")]


def test_a_request_is_due_soon_a_week_before_its_last_day_and_overdue_after_it():
    asked = on(TODAY, ASKED_FOR)
    assert told(asked, day=FIRST - DAY) == []
    [soon] = told(asked, day=FIRST)
    assert (soon.kind, soon.what, soon.entry, soon.on, soon.holder, soon.team) == (
        "expiring", "right", "Q1", LATER, MASTER, HARBOUR,
    )  # fmt: skip
    assert [s.kind for s in told(asked, day=LATER)] == ["expiring"]
    [late] = told(asked, day=LATER + DAY)
    assert (late.kind, late.days) == ("overdue", 1)


def test_a_term_that_was_extended_lasts_longer():
    longer = rights.TermExtended(right="Q1", by=LATER + 30 * DAY, reason=text())
    assert told(on(TODAY, ASKED_FOR), on(TODAY, longer), day=LATER + DAY) == []


@pytest.mark.parametrize("steps", [(GRANTED,), (GRANTED, CONFIRMED)])
def test_what_was_decided_and_not_carried_out_still_shows(steps: tuple[Event, ...]):
    assert [s.kind for s in told(ASKED_FOR, *steps, day=LATER + DAY)] == ["overdue"]


@pytest.mark.parametrize(
    "steps",
    [
        (ACCESS, GRANTED, rights.RightCarriedOut(right="Q1")),
        (ASKED_FOR, GRANTED.model_copy(update={"outcome": "refused"})),
        (ASKED_FOR, GRANTED, CONFIRMED, ERASING, ERASED),
        (ASKED_FOR.model_copy(update={"kind": "restriction"}), GRANTED, RESTRICTED),
    ],
)
def test_what_was_carried_out_or_refused_shows_no_more(steps: tuple[Event, ...]):
    assert told(*steps, day=LATER + DAY) == []


def test_an_erasure_that_was_begun_shows_until_it_is_finished():
    assert [(s.kind, s.what) for s in told(ASKED_FOR, GRANTED, CONFIRMED, ERASING, day=TODAY)] == [("overdue", "erasure")]


def test_it_shows_also_in_a_case_that_has_ended_and_to_each_privacy_officer():
    officers = tuple(on(SUBMITTED_ON, professional(who, "privacy-officer")) for who in ("pilots-8", "pilots-9"))
    found = told(CLOSED, ASKED_FOR, day=LATER, table=officers)
    assert [s.professional for s in found] == ["pilots-8", "pilots-9"]


def named(*steps: Step) -> list[tuple[str, str, str | None]]:
    """What is named first to be done in a case."""
    from commands.next import possible
    from commands.rights import Request

    situation = given(*ACTIVE, *steps)
    state: Case = replay(Case(), history(CASE, [*ACTIVE, *steps]))
    desk = situation.desk(Request(case=CASE, kind="access"))
    return [(p.command, p.why, p.entry) for p in possible(state, desk) if p.command.startswith("rights.") and p.why != "allowed"]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((ASKED_FOR,), [("rights.decide", "right-asked", "Q1"), ("rights.extend", "right-asked", "Q1")]),
        ((ASKED_FOR, GRANTED), [("rights.confirm", "right-unconfirmed", "Q1")]),
        ((ASKED_FOR, GRANTED, CONFIRMED), [("rights.erase", "right-granted", "Q1")]),
        ((ASKED_FOR, GRANTED, CONFIRMED, ERASING), [("rights.erase", "erasure-unfinished", "Q1")]),
        ((ASKED_FOR, GRANTED, CONFIRMED, ERASING, ERASED), []),
        ((ACCESS, GRANTED), [("rights.carry-out", "right-granted", "Q1")]),
        ((ASKED_FOR.model_copy(update={"kind": "restriction"}), GRANTED), [("rights.restrict", "right-granted", "Q1")]),
    ],
)
def test_what_comes_next_of_a_request_is_named(steps: tuple[Event, ...], expected: list[tuple[str, str, str | None]]):
    assert named(*steps) == expected


def test_of_a_case_whose_resident_is_frozen_only_what_can_be_done_is_named():
    from commands.next import possible
    from commands.rights import Request

    situation = given(*ACTIVE, RESTRICTED)
    request = Request(case=CASE, kind="access")
    stages = {p.command.partition(".")[0] for p in possible(situation.state(request), situation.desk(request))}
    assert stages == {"rights", "retention", "correcting", "access"}
