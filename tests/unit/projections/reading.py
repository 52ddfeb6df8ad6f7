"""Reads projections and views from invented histories, without a store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from domain.event import Event, Recorded
from projections.base import Projection, Row
from projections.history import History, history_of
from projections.tables import READS, Tables
from tests.scenario import CASE, SUBMITTED_ON, Step, history
from tests.support.tables import COAST, FOUNDED, FOUNDING, HARBOUR, LOCK, LOCK_FOUNDING, NOBODY, REGION_FOUNDING

R = TypeVar("R", bound=Row)
DAY = timedelta(days=1)


def history_of_case(*steps: Step, number: str = CASE) -> History[Any]:
    """The history of a case from its events."""
    found = history_of(history(number, steps))
    assert found is not None
    return found


def history_of_team(stream: str, founding: Sequence[Event], later: Iterable[Step] = ()) -> History[Any]:
    """The history of a team: how it came about, and what happened since the first submission."""
    begun = [Recorded(stream, n, e, FOUNDED, NOBODY) for n, e in enumerate(founding, start=1)]
    since = [Recorded(stream, len(begun) + r.version, r.event, r.occurred_at, NOBODY) for r in history(stream, later)]
    found = history_of([*begun, *since])
    assert found is not None
    return found


def rows(projection: Projection[R], *of: History[Any]) -> list[R]:
    """The rows that histories come to."""
    return [row for one in of for row in projection.rows(one)]


def everything(*cases: History[Any], table: Iterable[Step] = ()) -> list[History[Any]]:
    """Some cases with all the tables there are; `table` happened at the harbour's."""
    return [
        *cases, history_of_team(HARBOUR, FOUNDING, table), history_of_team(LOCK, LOCK_FOUNDING),
        history_of_team(COAST, REGION_FOUNDING),
    ]  # fmt: skip


def on_the_day(day: date, *cases: History[Any], table: Iterable[Step] = ()) -> Tables:
    """What views read, on a day."""
    of = everything(*cases, table=table)
    found: list[Any] = [rows(p, *of) for p in READS]
    return Tables(*[*found, day])


def a_case(*steps: Step, day: date, table: Iterable[Step] = ()) -> Tables:
    """What views read of one case, on a day."""
    return on_the_day(day, history_of_case(*steps), table=table)


FIRST = SUBMITTED_ON
