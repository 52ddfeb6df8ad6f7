"""The contract of read models: declared columns hold what they say, never a text or a reference; nothing makes them fail."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from domain.event import Event, Recorded
from domain.events.imported import ActivityImported
from domain.personal import Personal, Ref
from infra.reports import read_models_page
from projections.base import Kind, Projection, View, ref_of
from projections.history import Step, history_of
from projections.registry import PROJECTIONS, VIEWS, all_projections, all_views, projection, reports, view
from projections.tables import READS, Tables
from tests.examples import EVENTS
from tests.scenario import CASE, TODAY
from tests.support.tables import HARBOUR
from tests.unit.domain.test_folding import OF_ACCESS, OF_CASE, OF_SOURCE, OF_TEAM, START, any_order, recorded

PYTHON: dict[Kind, type] = {
    "text": str, "integer": int, "boolean": bool, "date": date, "moment": datetime, "decimal": Decimal, "codes": tuple,
    "json": str,
}  # fmt: skip
PLANTED = "Wilma-Waterman-0612345678"


def planted(event: Event) -> Event:
    """The event with a text in every sealed field, as it is just after it was made."""
    fields = {n: Personal(subject=v.subject, text=PLANTED) for n in event.personal_fields() if (v := getattr(event, n))}
    return event.model_copy(update=fields)


def streams(case: list[Any], team: list[Any], source: list[Any], access: list[Any]) -> list[list[Recorded]]:
    return [
        recorded(case, CASE), recorded(team, HARBOUR), recorded(source, "source:logbook"), recorded(access, "access:0a")
    ]  # fmt: skip


def check(model: Projection[Any] | View[Any], row: Any) -> None:
    for column, value in zip(model.columns, row, strict=True):
        if value is None:
            assert column.optional, f"{model.name}.{column.name} is empty"
        else:
            assert type(value) is PYTHON[column.kind], f"{model.name}.{column.name} is a {type(value).__name__}"


@settings(max_examples=60)
@over(any_order(OF_CASE), any_order(OF_TEAM), any_order(OF_SOURCE), any_order(OF_ACCESS))
def test_any_history_gives_rows_as_declared_with_no_text_and_no_reference(case: Any, team: Any, source: Any, access: Any):
    for records in streams([(planted(e), d) for e, d in case], team, source, access):
        history = history_of(records)
        if history is None:
            continue
        for p in all_projections():
            rows = list(p.rows(history))
            names = [c.name for c in p.columns]
            key = [names.index(n) for n in (p.stream, *p.key)]
            assert len({tuple(row[i] for i in key) for row in rows}) == len(rows), f"{p.name} names two rows alike"
            for row in rows:
                check(p, row)
                assert row[0] == records[0].stream
                assert PLANTED not in str(row)
                assert p.internal or not any("#" in str(v) for v in row)


@settings(max_examples=40)
@over(any_order(OF_CASE), any_order(OF_TEAM), st.integers(-5, 200))
def test_any_rows_give_views_as_declared(case: Any, team: Any, after: int):
    of = [h for records in streams(case, team, [], []) if (h := history_of(records))]
    day = TODAY + timedelta(days=after)
    for v in all_views():
        rows = v.of(*[[row for h in of for row in p.rows(h)] for p in v.reads], day)
        for row in rows:
            check(v, row)


@settings(max_examples=60)
@over(any_order(OF_CASE), st.integers(0, 95))
def test_as_far_as_a_day_is_the_history_without_what_happened_later(case: Any, days: int):
    records = recorded(case)
    until = START + timedelta(days=days)
    history = history_of(records, until)
    assert history is None or all(s.record.occurred_at <= until for s in history.steps)


@over(st.lists(st.tuples(st.sampled_from(OF_CASE), st.integers(0, 30)), max_size=6), st.lists(st.booleans(), max_size=12))
def test_the_short_way_through_an_imported_history_ends_as_the_long_way(own: Any, correct: list[bool]):
    steps = [
        ActivityImported(source="logbook", position=p, activity="Arrival", resource=f"r{p}") for p in range(len(correct) + 1)
    ]
    events = [(e, 3 * n) for n, e in enumerate(steps)] + own
    records = recorded(events, "logbook:17")
    short = history_of(records)
    assert short is not None
    state: Any = type(short.state)()
    from domain.event import in_order

    long = []
    for record in in_order(records):
        after = record.event.apply(state.but(stamp=record.stamp))
        long.append(Step(record, state, after))
        state = after
    assert state == short.state
    other = type(short)(short.kind, short.stream, short.records, long, state)
    for p in all_projections():
        assert list(p.rows(short)) == list(p.rows(other)), p.name


def test_every_event_leaves_a_row_in_a_trail_and_every_field_it_changes_is_told_in_codes():
    for event in EVENTS:
        kind = event.TOPIC.partition(".")[0]
        stream = {"case": CASE, "team": HARBOUR, "source": "source:logbook", "access": "access:0a"}[kind]
        history = history_of(recorded([(event, 0)], stream))
        assert history is not None
        rows = [*projection("trail").rows(history), *projection("team_trail").rows(history)]
        assert [r.topic for r in rows] == ([] if kind in ("source", "access") else [event.TOPIC])
        assert len([*projection("disclosures").rows(history)]) == (kind == "access")
        for row in rows:
            assert row.before is None or json.loads(row.before).keys() == json.loads(row.after).keys()


def test_names_and_columns_are_as_registered():
    assert [p.name for p in all_projections()] == list(PROJECTIONS)
    assert [v.name for v in all_views()] == list(VIEWS)
    models: list[Projection[Any] | View[Any]] = [*all_projections(), *all_views()]
    for model in models:
        assert all(c.about and not c.about.endswith(".") for c in model.columns), model.name
        assert model.row.__doc__
    assert Tables.__dataclass_fields__.keys() == {p.name for p in READS} | {"on"}


def test_what_is_internal_is_no_report_and_not_on_the_page():
    internal = {p.name for p in all_projections() if p.internal}
    assert internal == {"texts", "logins", "involved", "disclosures", "disclosed"}
    assert not internal & set(reports())
    page = read_models_page()
    assert all(f"### {name}, version" in page for name in reports())
    assert not any(f"### {name}," in page for name in internal)


def test_an_unknown_name_is_not_found():
    with pytest.raises(LookupError):
        projection("nothing")
    with pytest.raises(LookupError):
        view("cases")


@pytest.mark.parametrize("stream", ["LEL-2026-0007", "logbook:a#b.c"])
def test_a_reference_comes_back_from_its_text(stream: str):
    ref = Ref(stream, 12, "question")
    assert ref_of(str(ref)) == ref
