"""Figures over whole histories: how much there is, how long cases take, how long they lie still.

Keys and rounding are those of the published reference figures, so that the two can be laid side by side. A figure
takes step rows in any order. The figures at one moment are in `stats_moment`, those of hand-overs in `stats_handover`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise
from math import floor

from projections.stats_handover import group_handovers, handovers
from projections.stats_moment import holders, open_cases, silent, touched
from projections.stats_steps import DAY, History, StepRow, histories, ranked

__all__ = [
    "StepRow",
    "gaps",
    "group_handovers",
    "handovers",
    "holders",
    "open_cases",
    "silent",
    "throughput",
    "totals",
    "touched",
]


def totals(rows: Iterable[StepRow]) -> dict[str, int]:
    """How many cases, events, different activities and resources, and different courses (variants) there are."""
    cases = histories(rows)
    steps = [step for case in cases for step in case.steps]
    return {
        "cases": len(cases),
        "events": len(steps),
        "activities": len({step.activity for step in steps}),
        "resources": len({step.resource for step in steps if step.resource is not None}),
        "variants": len({tuple(step.activity for step in case.steps) for case in cases}),
    }


def throughput(rows: Iterable[StepRow]) -> dict[str, float | None]:
    """Days from a case's first event to its last: mean, median, 75th and 90th percentile, maximum. None: no cases."""
    spans = sorted((case.last - case.first) / DAY for case in histories(rows))
    if not spans:
        return dict.fromkeys(("mean", "median", "p75", "p90", "max"))
    figures = {
        "mean": sum(spans) / len(spans),
        "median": _quantile(spans, 0.5),
        "p75": _quantile(spans, 0.75),
        "p90": _quantile(spans, 0.9),
        "max": spans[-1],
    }
    return {name: round(value, 4) for name, value in figures.items()}


def gaps(rows: Iterable[StepRow], days: int, limit: int = 10) -> dict[str, object]:
    """How many cases lay still for more than so many days between two events, and the longest such gap of the worst."""
    longest = {case.case: _longest_gap(case) for case in histories(rows)}
    return {
        f"cases_gap_gt_{days}d": sum(gap > timedelta(days=days) for gap in longest.values()),
        f"gap_top{limit}_days": [[case, round(gap / DAY, 3)] for case, gap in ranked(longest, limit)],
    }


def _longest_gap(case: History) -> timedelta:
    return max((later.occurred_at - earlier.occurred_at for earlier, later in pairwise(case.steps)), default=timedelta(0))


def _quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which that share lies, between two neighbours by their distance."""
    place = share * (len(ordered) - 1)
    below = floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
