"""What held on a day and what was known at a moment agree with a naive fold; what was known never changes afterwards."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from infra.readmodels import ReadModels
from infra.readmodels.asking import Rows
from infra.store.store import Store
from projections.cases import CASES
from projections.plan import PLAN
from projections.registry import all_projections, view
from projections.trail import TRAIL
from tests.integration.projections import naive
from tests.integration.projections.contents import append
from tests.support.lived import Act, acts
from tests.support.lived import store as store_acts
from tests.support.stores import told

LIVED = 500


def seen(rows: Rows) -> dict[str, dict[str, Any]]:
    """What the read models say, as the naive fold says it."""
    found: dict[str, dict[str, Any]] = {
        r.number: {
            "status": r.status, "holder": r.holder, "next": (r.next_kind, r.next_on) if r.next_kind else None,
            "domains": list(r.domains), "agreements": {}, "goals": [], "budget": {}, "entries": [],
        }
        for r in rows.rows(CASES)
    }  # fmt: skip
    for p in rows.rows(PLAN):
        if p.part == "agreement":
            found[p.number]["agreements"][p.entry] = (p.state, p.partner, p.due)
        elif p.part == "goal":
            found[p.number]["goals"] = sorted([*found[p.number]["goals"], p.entry])
        elif p.part == "reservation":
            found[p.number]["budget"][p.entry] = (p.cents_reserved, p.cents_spent, p.cents_released)
    for t in rows.rows(TRAIL):
        if t.state != "withdrawn" and t.number in found:
            found[t.number]["entries"].append(t.version)
    return found


def entries(lived: tuple[Act, ...]) -> list[naive.Entry]:
    """What these acts stored, as the naive fold takes it."""
    found: list[naive.Entry] = []
    versions: dict[str, int] = {}
    for act in lived:
        for d in act.drafts:
            versions[d.stream] = versions.get(d.stream, 0) + 1
            assert d.occurred_at is not None
            found.append(naive.Entry(d.stream, versions[d.stream], d.occurred_at, d.event))
    return found


def all_placed(store: Store) -> None:
    """Wait until everything has its place: the server itself (its autovacuum, say) may hold the order back for a moment."""
    store.head()
    until = time.monotonic() + 30
    while store.lag().waiting and time.monotonic() < until:
        time.sleep(0.01)


def test_any_day_as_known_at_any_moment_agrees_with_a_naive_fold(store: Store, models: ReadModels):
    lived, chance = acts(LIVED), Random(11)
    marks: list[tuple[datetime, int]] = []
    at = 0
    while at < len(lived):
        more = chance.randint(20, 120)
        store_acts(store, lived[at : at + more])
        at += more
        all_placed(store)  # somebody looks, as a follower does all the time: what was stored gets its place
        marks.append((store.now(), min(at, len(lived))))
        time.sleep(0.002)
    days: list[date | None] = [None, *(lived[0].at.date() + (lived[-1].at - lived[0].at) * chance.random() for _ in range(4))]
    compared = 0
    asked: list[tuple[datetime | None, int]] = [*marks, (None, len(lived))]
    for known, count in asked:
        for day in days:
            wanted = naive.cases(entries(lived[:count]), day)
            assert seen(models.as_of(day, known)) == wanted, f"on {day} as known at {known}"
            compared += len(wanted)
    assert compared > 500
    assert len({str(naive.cases(entries(lived), day)) for day in days}) == len(days), "all days were alike"


def test_what_was_known_at_a_moment_never_changes_afterwards(store: Store, models: ReadModels):
    lived = acts(LIVED)
    store_acts(store, lived[:200])
    all_placed(store)
    known = store.now()
    then = {p.name: models.as_of(known_at=known).rows(p) for p in all_projections()}
    assert then["trail"]
    store_acts(store, lived[200:])  # corrections and backdated entries among them
    assert {p.name: models.as_of(known_at=known).rows(p) for p in all_projections()} == then
    assert models.as_of().rows(TRAIL) != then["trail"]


def test_a_day_is_whole_and_ends_at_midnight_in_amsterdam(store: Store, models: ReadModels):
    late = replace(told("LEL-2026-0001", "a"), occurred_at=datetime(2026, 3, 1, 22, 59, 59, tzinfo=UTC))
    next_day = replace(told("LEL-2026-0001", "b"), occurred_at=datetime(2026, 3, 1, 23, 0, tzinfo=UTC))
    append(store, late, next_day, command="1")
    assert [r.version for r in models.as_of(date(2026, 3, 1)).rows(TRAIL)] == [1]
    assert [r.version for r in models.as_of(date(2026, 3, 2)).rows(TRAIL)] == [1, 2]
    assert models.as_of(date(2026, 2, 28)).rows(TRAIL) == []


def test_nothing_was_known_before_the_first_was_recorded(store: Store, models: ReadModels):
    before = store.now() - timedelta(seconds=5)
    append(store, told("LEL-2026-0001", "a"), command="1")
    assert models.as_of(known_at=before).rows(TRAIL) == []
    assert len(models.as_of(known_at=store.now()).rows(TRAIL)) == 1


def test_some_streams_alone_give_their_own_rows(store: Store, models: ReadModels):
    store_acts(store, acts(LIVED))
    number = models.rows(CASES)[0].number
    assert models.as_of(streams=[number]).rows(PLAN) == models.rows(PLAN, number=number)
    assert {r.number for r in models.as_of(streams=[number]).rows(TRAIL)} == {number}
    assert models.as_of(streams=["LEL-2026-9999"]).rows(TRAIL) == []


def test_a_view_of_the_past_is_of_that_day(store: Store, models: ReadModels):
    lived = acts(LIVED)
    store_acts(store, lived)
    day = lived[len(lived) // 2].at.date()
    past = models.as_of(day)
    assert past.on == day
    tables = [past.rows(p) for p in view("signals").reads]
    assert past.view(view("signals")) == view("signals").of(*tables, day)
    assert models.view(view("signals"), day) != past.view(view("signals"))
    assert models.rows(CASES, status="active", team=None) == []
    active = [r for r in models.rows(CASES) if r.status in ("active", "resting")]
    assert models.rows(CASES, status=["active", "resting"]) == active == models.as_of().rows(CASES, status=["active", "resting"])
