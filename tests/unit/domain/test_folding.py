"""Folding never fails, whatever order events come in; corrections take effect in place; budget and numbers hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from commands import plan
from domain.case import Case
from domain.disclosure import Disclosure
from domain.event import Event, Recorded, in_order, replay, steps
from domain.events.correcting import EntryCorrected, EntryWithdrawn
from domain.personal import Ref
from domain.refusal import Refused
from domain.source import Source
from domain.team import Team
from tests.examples import ACTIVE, AGREED, EVENTS, LATER, PLANNED, SOON, text
from tests.scenario import CASE, SUBMITTED_ON, TODAY, given, history, noon, on
from tests.support.tables import HARBOUR, NOBODY, PROFILE

START = datetime(2026, 9, 1, 10, tzinfo=UTC)
OF_CASE = [e for e in EVENTS if e.TOPIC.startswith("case.")]
OF_TEAM = [e for e in EVENTS if e.TOPIC.startswith("team.")]
OF_SOURCE = [e for e in EVENTS if e.TOPIC.startswith("source.")]
OF_ACCESS = [e for e in EVENTS if e.TOPIC.startswith("access.")]


def recorded(events: list[tuple[Event, int]], stream: str = CASE) -> list[Recorded]:
    """Events, each with the day after the first on which it happened, as the records of a stream."""
    return [Recorded(stream, n, e, START + timedelta(days=d), NOBODY) for n, (e, d) in enumerate(events, start=1)]


def any_order(events: list[Event]) -> st.SearchStrategy[list[tuple[Event, int]]]:
    return st.lists(st.tuples(st.sampled_from(events), st.integers(0, 90)), max_size=40)


@settings(max_examples=400)
@over(any_order(OF_CASE))
def test_a_case_folds_from_any_events_in_any_order(events: list[tuple[Event, int]]):
    records = recorded(events)
    assert isinstance(replay(Case(), records), Case)
    assert replay(Case(), records) == replay(Case(), list(reversed(records)))


@over(any_order(OF_TEAM))
def test_a_team_folds_from_any_events_in_any_order(events: list[tuple[Event, int]]):
    assert isinstance(replay(Team(), recorded(events, HARBOUR)), Team)


@over(any_order(OF_SOURCE))
def test_a_source_folds_from_any_events_in_any_order(events: list[tuple[Event, int]]):
    assert isinstance(replay(Source(), recorded(events, "source:logbook")), Source)


@over(any_order(OF_ACCESS))
def test_a_disclosure_folds_from_any_events_in_any_order(events: list[tuple[Event, int]]):
    assert isinstance(replay(Disclosure(), recorded(events, "access:0a")), Disclosure)


@settings(max_examples=300)
@over(any_order(OF_CASE))
def test_stepping_through_a_case_ends_where_folding_does(events: list[tuple[Event, int]]):
    records = recorded(events)
    last = [after for _, _, after in steps(Case(), records)]
    assert not records or not last or last[-1] == replay(Case(), records)


@over(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 90)), max_size=8), any_order(OF_CASE))
def test_a_history_with_corrections_and_withdrawals_folds(changes: list[tuple[int, int]], events: list[tuple[Event, int]]):
    more: list[tuple[Event, int]] = [(EntryWithdrawn(entry=n, why=text()), d) for n, d in changes[::2]]
    more += [(EntryCorrected(entry=n, field="partner", value="tugs"), d) for n, d in changes[1::2]]
    assert isinstance(replay(Case(), recorded([*events, *more])), Case)


def test_a_correction_takes_effect_where_the_entry_stands():
    later = EntryCorrected(entry=5, field="due", value=LATER.isoformat())
    folded = replay(Case(), history(CASE, (*PLANNED, later)))
    assert folded.agreements["A1"].due == LATER
    assert folded.agreements["A1"].state == "accepted"


def test_the_last_correction_of_a_field_wins_by_when_it_was_recorded():
    first, second = (EntryCorrected(entry=5, field="due", value=d.isoformat()) for d in (LATER, SOON))
    records = history(CASE, (*PLANNED, first, on(SUBMITTED_ON, second)))
    assert replay(Case(), records).agreements["A1"].due == SOON


def test_a_corrected_text_is_read_where_the_correction_stands():
    better = EntryCorrected(entry=5, field="what", text=text("Chains"))
    assert replay(Case(), history(CASE, (*PLANNED, better))).agreements["A1"].what == Ref(CASE, 7, "text")


def test_a_correction_that_does_not_fit_leaves_the_entry_as_it_was():
    wrong = EntryCorrected(entry=5, field="due", value="yesterday")
    assert replay(Case(), history(CASE, (*PLANNED, wrong))).agreements["A1"].due == SOON


def test_a_withdrawn_entry_stays_in_the_stream_and_has_no_effect():
    records = history(CASE, (*PLANNED, EntryWithdrawn(entry=6, why=text())))
    assert replay(Case(), records).agreements["A1"].state == "proposed"
    assert len(records) == len(in_order(records)) + 1


def test_a_withdrawn_correction_has_no_effect():
    wrong = EntryCorrected(entry=5, field="due", value=LATER.isoformat())
    folded = replay(Case(), history(CASE, (*PLANNED, wrong, EntryWithdrawn(entry=7, why=text()))))
    assert folded.agreements["A1"].due == SOON


def test_an_entry_moved_to_an_earlier_day_takes_effect_there():
    moved = EntryCorrected(entry=4, moved_to=noon(SUBMITTED_ON) + timedelta(seconds=90))
    assert [r.version for r in in_order(history(CASE, (*ACTIVE, moved)))][:3] == [1, 4, 2]


def test_a_number_is_not_given_again_when_its_entry_was_withdrawn():
    gone = EntryWithdrawn(entry=5, why=text(), numbers=("A1",))
    agree = plan.Agree(case=CASE, what="Chains", partner="tugs", due=SOON, domain="berth", recovery="afloat")
    assert [*given(*ACTIVE, AGREED, gone).when(agree).case().agreements] == ["A2"]


# --- the small budget

AMOUNTS = st.integers(1, 60_000)
MOVES = st.lists(st.tuples(st.sampled_from(["reserve", "spend", "release", "back", "forth"]), AMOUNTS, st.integers(1, 3), st.integers(0, 40)), max_size=25)  # fmt: skip # noqa: E501


@settings(max_examples=300)
@over(MOVES)
def test_the_budget_is_never_below_zero(moves: list[tuple[str, int, int, int]]):
    """Over reservations, spending and releases, also recorded for an earlier day, and amounts corrected afterwards."""
    from commands import correcting

    assert PROFILE.plan is not None
    assert PROFILE.plan.budget_cents is not None
    total = PROFILE.plan.budget_cents.value
    situation = given(*ACTIVE)
    for what, cents, number, days in moves:
        reservation = f"B{number}"
        command = {
            "reserve": plan.Reserve(case=CASE, cents=cents, purpose_of="Ropes"),
            "spend": plan.Spend(case=CASE, reservation=reservation, cents=cents),
            "release": plan.Release(case=CASE, reservation=reservation, cents=cents),
            "back": correcting.Correct(case=CASE, entry=4 + number, field="cents", value=str(cents)),
            "forth": correcting.Withdraw(case=CASE, entry=4 + number, why="Wrong"),
        }[what]
        asked = situation.on_day(TODAY - timedelta(days=days), recorded=TODAY)
        try:
            situation = asked.after(command, asked.decide(command))
        except Refused:
            continue
        folded = replay(Case(), situation.own)
        assert folded.budget_left(total) >= 0
        assert all(r.spent + r.released <= r.reserved for r in folded.budget.values())
        assert all(min(r.reserved, r.spent, r.released) >= 0 for r in folded.budget.values())
