"""What stands in the tables of read models, to lay beside what should."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infra.readmodels import ReadModels
from infra.readmodels.positions import positions
from infra.readmodels.tables import Table
from infra.store import Draft, Receipt
from infra.store.store import Store
from projections.registry import all_projections

Contents = dict[str, list[Any]]


def contents(store: Store) -> Contents:
    """All rows of all read models, by their key, as they stand: nothing is caught up."""
    return {p.name: Table(p, store.connection()).read({}) for p in all_projections()}


def folded(models: ReadModels) -> Contents:
    """The same, folded afresh from the whole log."""
    found = models.as_of()
    return {p.name: found.rows(p) for p in all_projections()}


def places(store: Store) -> set[int]:
    """The positions of the read models."""
    return set(positions(store.connection()).values())


def append(store: Store, *drafts: Draft, command: str) -> None:
    """Store drafts at the end of their streams."""
    expected = {d.stream: store.version(d.stream) for d in drafts}
    store.append(list(drafts), expected=expected, receipt=Receipt.of(command, {}))


def differing(one: Contents, other: Contents) -> list[str]:
    """What differs, a line for each row: empty when they are the same."""
    found = []
    for name in one:
        left, right = set(one[name]), set(other[name])
        found += [f"{name}: only in the first: {row}" for row in sorted(map(str, left - right))]
        found += [f"{name}: only in the second: {row}" for row in sorted(map(str, right - left))]
    return found


def topics(lived: Sequence[Any]) -> set[str]:
    """The kinds of event there are among acts."""
    return {d.event.TOPIC for act in lived for d in act.drafts}
