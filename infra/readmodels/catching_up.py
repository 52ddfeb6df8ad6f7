"""Catching up: the streams that were touched since, folded anew, their rows replaced together with the position."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.refusal import Refused
from infra.readmodels.faults import ProjectionStopped
from infra.readmodels.folding import portions, touched
from infra.readmodels.positions import move, positions, tracked
from infra.readmodels.tables import Table
from projections.registry import reads_access

if TYPE_CHECKING:
    from infra.store.store import Store

BATCH = 10_000
"""How many places at most are taken in at once, in one transaction."""


class Progress(NamedTuple):
    """How far a run is: `done` of `total` events."""

    done: int
    total: int


Told = Callable[[Progress], None]
Tables = Sequence[Table[Any]]


def catch_up(store: Store, tables: Tables, tell: Told | None = None, batch: int = BATCH) -> int:
    """Take in everything up to the end of the log. Out: the place up to which all were brought.

    Each batch is one transaction, so an interrupted run goes on where it was, and nothing is taken in twice. A
    projection that fails stays where it is while the others go on; then `ProjectionStopped` says which.
    """
    head = store.head()
    stopped: dict[str, ProjectionStopped] = {}
    began: int | None = None
    while True:
        at = places_of(store, tables)
        start = min((at[t.name] for t in tables if t.name not in stopped), default=head)
        began = start if began is None else began
        if tell is not None:
            tell(Progress(start - began, head - began))
        if start >= head:
            break
        take_in(store, tables, at, start, min(start + batch, head), stopped)
    if stopped:
        raise next(iter(stopped.values()))
    return head


def places_of(store: Store, tables: Tables, *, lock: bool = False) -> dict[str, int]:
    """How far each table is. Refused when one was never made."""
    known = positions(store.connection(), lock=lock)
    missing = sorted(t.name for t in tables if tracked(t.projection) not in known)
    if missing:
        raise Refused("read-models-missing", tables=tuple(missing))
    return {t.name: known[tracked(t.projection)] for t in tables}


def take_in(
    store: Store, tables: Tables, at: dict[str, int], start: int, end: int, stopped: dict[str, ProjectionStopped]
) -> None:
    """Take in the places after `start` up to `end`, where a table is not there yet. The rows are made before anything
    is locked; when somebody else moved a table meanwhile, nothing is written.
    """
    behind = [t for t in tables if t.name not in stopped and at[t.name] < end]
    streams = touched(store, start, end, access=reads_access(t.projection for t in behind))
    made = list(portions(store, behind, streams, end, at, stopped))
    going = [t for t in behind if t.name not in stopped]
    db = store.connection()
    with db.transaction():
        now = places_of(store, going, lock=True) if going else {}
        if going and all(now[t.name] == at[t.name] for t in going):
            for portion in made:
                for t in going:
                    t.replace(*portion[t.name])
            move(db, [tracked(t.projection) for t in going], end)
