"""Figures at one moment: which cases were open then, who held or had touched them, which had fallen silent.

A case is open at a moment when its first event was then or before, and its last event comes after.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from projections.stats_steps import DAY, History, StepRow, histories, ranked


def open_cases(rows: Iterable[StepRow], at: datetime) -> dict[str, int]:
    """How many cases were open at that moment."""
    return {"open": len(_open(rows, at))}


def holders(rows: Iterable[StepRow], at: datetime, limit: int = 10) -> dict[str, dict[str, int]]:
    """Per resource, of how many open cases the latest event until then was theirs: the largest numbers."""
    latest = (case.until(at)[-1].resource for case in _open(rows, at))
    held = Counter(resource for resource in latest if resource is not None)
    return {f"holder_top{limit}": dict(ranked(held, limit))}


def touched(rows: Iterable[StepRow], at: datetime, limit: int = 10) -> dict[str, object]:
    """Per resource, in how many open cases they had an event until then, the largest numbers; and how many they are."""
    seen = Counter(resource for case in _open(rows, at) for resource in _resources(case, at))
    return {f"touched_top{limit}": dict(ranked(seen, limit)), "touched_resources": len(seen)}


def silent(rows: Iterable[StepRow], at: datetime, days: int, limit: int = 5) -> dict[str, object]:
    """How many open cases had had no event for more than so many days; and the longest silences of all."""
    silences = {case.case: at - case.until(at)[-1].occurred_at for case in _open(rows, at)}
    return {
        f"gt_{days}d": sum(silence > timedelta(days=days) for silence in silences.values()),
        "longest_silent": [[case, round(silence / DAY, 3)] for case, silence in ranked(silences, limit)],
    }


def _open(rows: Iterable[StepRow], at: datetime) -> list[History]:
    return [case for case in histories(rows) if case.first <= at < case.last]


def _resources(case: History, at: datetime) -> set[str]:
    return {step.resource for step in case.until(at) if step.resource is not None}
