"""How far each read model is: its position stands in the library's tracking table, and moves with its rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from infra.store.database import Database
from projections.base import Projection
from projections.registry import all_projections

READS = "read:"


def tracked(projection: Projection[Any]) -> str:
    """The name under which a projection's position is kept: another version is another reader."""
    return f"{READS}{projection.table}"


def positions(db: Database, *, lock: bool = False) -> dict[str, int]:
    """The last place that each read model has taken in, by name. `lock` keeps others from moving it (in a transaction;
    on SQLite a transaction that writes is alone anyway).
    """
    last = " FOR UPDATE" if lock and db.kind == "postgresql" else ""
    rows = db.query(
        f"SELECT application_name, notification_id FROM tracking WHERE application_name >= '{READS}' "
        f"AND application_name < '{READS[:-1]};' ORDER BY application_name{last}"
    )
    return {name: int(place) for name, place in rows}


def move(db: Database, names: Iterable[str], place: int) -> None:
    """Set the position of these read models, in the transaction that changes their rows."""
    known = list(names)
    marks = ", ".join("?" * len(known))
    db.execute(f"UPDATE tracking SET notification_id = ? WHERE application_name IN ({marks})", (place, *known))


def superseded(db: Database) -> list[str]:
    """The names of read models that are kept and that no projection of this program declares any more."""
    declared = {tracked(p) for p in all_projections()}
    return [name for name in positions(db) if name not in declared]
