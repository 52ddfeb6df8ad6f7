"""Figures of hand-overs: who follows whom directly in a case, resource by resource and group by group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from projections.stats_steps import History, StepRow, histories, ranked


def handovers(rows: Iterable[StepRow], limit: int = 10) -> dict[str, object]:
    """Directly consecutive events of different resources, those of the same one apart, and the commonest pairs."""
    pairs = Counter(pair for case in histories(rows) for pair in _resource_pairs(case))
    passed = _to_another(pairs)
    return {
        "directly_follows_pairs": pairs.total(),
        "self_pairs": pairs.total() - passed.total(),
        "handovers": passed.total(),
        f"handover_top{limit}": _listed(passed, limit),
    }


def group_handovers(rows: Iterable[StepRow], limit: int = 10) -> dict[str, object]:
    """Directly consecutive events of different groups, the commonest pairs, and the case with the most of them."""
    cases = {case.case: _to_another(Counter(_group_pairs(case))) for case in histories(rows)}
    passed: Counter[tuple[str, str]] = Counter()
    for pairs in cases.values():
        passed.update(pairs)
    counts = {case: pairs.total() for case, pairs in cases.items() if pairs}
    return {
        "group_handovers": passed.total(),
        f"group_handover_top{limit}": _listed(passed, limit),
        "cases_with_group_handover": len(counts),
        "max_group_handovers_in_case": [*ranked(counts, 1)[0]] if counts else None,
    }


def _resource_pairs(case: History) -> Iterator[tuple[str, str]]:
    for earlier, later in pairwise(case.steps):
        if earlier.resource is not None and later.resource is not None:
            yield earlier.resource, later.resource


def _group_pairs(case: History) -> Iterator[tuple[str, str]]:
    for earlier, later in pairwise(case.steps):
        if earlier.group is not None and later.group is not None:
            yield earlier.group, later.group


def _to_another(pairs: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    return Counter({pair: count for pair, count in pairs.items() if pair[0] != pair[1]})


def _listed(pairs: Counter[tuple[str, str]], limit: int) -> list[list[object]]:
    return [[*pair, count] for pair, count in ranked(pairs, limit)]
