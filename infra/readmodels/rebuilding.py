"""Rebuilding: all streams folded anew into tables beside those in use, which they then take the place of. Needs no key."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from infra.readmodels.catching_up import Progress, Tables, Told
from infra.readmodels.faults import ProjectionStopped
from infra.readmodels.folding import Portion, everything, kept, portions, touched
from infra.readmodels.locks import one_at_a_time
from infra.readmodels.positions import move, positions, tracked
from infra.readmodels.swapping import swap
from infra.readmodels.tables import Table
from infra.store.database import Database
from infra.store.reading import uncollected
from projections.registry import reads_access

if TYPE_CHECKING:
    from infra.store.store import Store

BESIDE = "_beside_"
NEAR = 200
"""How many places may be left to take in while the tables in use are held."""


def rebuild(store: Store, tables: Tables, tell: Told | None = None) -> int:
    """Build these tables anew. Out: the place up to which they are built.

    Readers see the tables in use until the new ones take their place, all in one transaction; what was appended
    meanwhile is in them. No transaction stays open while histories are folded: that would hold the one order back.
    """
    db = store.connection()
    with one_at_a_time(db):
        _drop_leftovers(db)
        tag = secrets.token_hex(4)
        beside = [Table(t.projection, db, f"{t.name}{BESIDE}{tag}") for t in tables]
        for t in beside:
            t.create()
        at = _fill(store, beside, tell)
        for t in beside:
            t.index(tag)
            if db.kind == "postgresql":
                db.execute(f"ANALYZE {t.name}")
        while (head := store.head()) - at > NEAR:
            at = _more(store, beside, at, head)
        with db.transaction():
            live = positions(db, lock=True)
            furthest = max((live[tracked(t.projection)] for t in tables), default=0)
            at = _more(store, beside, at, max(at, furthest))
            swap(tables, beside)
            move(db, [tracked(t.projection) for t in tables], at)
        return at


def _fill(store: Store, beside: Tables, tell: Told | None) -> int:
    """Fold every stream into tables that are empty. Out: the place up to which."""
    db, head, done = store.connection(), store.head(), 0
    with uncollected():
        for of in everything(store, head, access=reads_access(t.projection for t in beside)):
            made = [(t, kept(t, of)) for t in beside]
            with db.transaction():
                for t, rows in made:
                    t.add(rows)
            done += sum(len(history.records) for history in of)
            if tell is not None:
                tell(Progress(done, head))
    return head


def _more(store: Store, beside: Tables, at: int, end: int) -> int:
    """Bring the new tables from one place to a later one."""
    if end > at:
        streams = touched(store, at, end, access=reads_access(t.projection for t in beside))
        for made in list(_all_or_stop(store, beside, streams, end)):
            with store.connection().transaction():
                for t in beside:
                    t.replace(*made[t.name])
    return end


def _all_or_stop(store: Store, beside: Tables, streams: Sequence[str], end: int) -> Iterator[dict[str, Portion]]:
    stopped: dict[str, ProjectionStopped] = {}
    for made in portions(store, beside, streams, end, {}, stopped):
        if stopped:
            raise next(iter(stopped.values()))
        yield made


def _drop_leftovers(db: Database) -> None:
    """Drop what a rebuild that was killed left behind: nobody else is at work now."""
    if db.kind == "postgresql":
        sql = "SELECT tablename FROM pg_tables WHERE schemaname = 'casus_read'"
    else:
        sql = "SELECT name FROM sqlite_master WHERE type = 'table'"
    for (name,) in db.query(sql):
        if BESIDE in name:
            db.execute(f"DROP TABLE {name}")
