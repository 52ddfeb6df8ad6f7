"""Goes on with the one order after a log was put back: places of before are kept, and counting goes on after them."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.refusal import Refused
from infra.backup.parts import AT, EVENTS, PLACES
from infra.store.database import Database, iso


def place(db: Database, events: int) -> None:
    """In: the database with the restored rows, and how many events there are. To be called in the restoring transaction.

    What had no place yet when the backup was made gets the next ones. Refused as `backup-damaged` where places and events
    do not belong together.
    """
    table = PLACES.table(db)
    last, count = db.query(f"SELECT coalesce(max(place), 0), count(*) FROM {table}")[0]
    placed = db.query(f"SELECT count(*) FROM {table} p JOIN {EVENTS.table(db)} t ON {AT}")[0][0]
    if not last == count == placed <= events:
        raise Refused("backup-damaged", field="events", part=PLACES.name)
    (_on_laptop if db.kind == "sqlite" else _on_server)(db, last)


def _on_laptop(db: Database, last: int) -> None:
    moment = iso(datetime.now(UTC))
    db.execute(
        "INSERT INTO places SELECT ? + row_number() OVER (ORDER BY t.rowid), t.originator_id, t.originator_version, "
        "max(?, coalesce((SELECT max(placed_at) FROM places), ?)) "
        f"FROM stored_events t LEFT JOIN places p ON {AT} WHERE p.place IS NULL",
        (last, moment, moment),
    )


def _on_server(db: Database, last: int) -> None:
    """Ids were given anew, in the order of the file: the sequencer goes on above the last one that has a place."""
    db.execute(
        "UPDATE casus.place_head SET place = ?, xid = '0', id = 0, "
        f"base = (SELECT coalesce(max(t.id), 0) FROM {EVENTS.table(db)} t JOIN {PLACES.table(db)} p ON {AT}), "
        f"placed_at = (SELECT coalesce(max(placed_at), '-infinity') FROM {PLACES.table(db)})",
        (last,),
    )
