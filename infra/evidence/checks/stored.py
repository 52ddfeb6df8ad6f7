"""What is looked at beside the events themselves: the store's own row, events without a place, leaves and tiles of nothing."""

from __future__ import annotations

import re

from infra.evidence.checks.reading import Tables, digest
from infra.evidence.checks.report import Check, Finding
from infra.evidence.checks.roots import Tower
from infra.evidence.leaf import BadStampError, micros
from infra.evidence.tree import HEIGHT, WIDTH

_ID = re.compile(r"[0-9a-f]{32}")
AT = "p.originator_id = e.originator_id AND p.originator_version = e.originator_version"
UNPLACED = f"""
    SELECT e.originator_id, e.originator_version, false FROM stored_events e LEFT JOIN places p ON {AT} WHERE p.place IS NULL
"""
UNPLACED_ON_SERVER = f"""
    SELECT e.originator_id, e.originator_version, (e.xid, e.id) > (h.xid, h.id) AND e.id > h.base
        FROM stored_events e LEFT JOIN place_head h ON true LEFT JOIN places p ON {AT} WHERE p.place IS NULL
"""


def well_formed(store_id: object) -> bool:
    """Whether this may be a store's id."""
    return isinstance(store_id, str) and _ID.fullmatch(store_id) is not None


def check_store(tables: Tables, finding: Finding) -> None:
    """There is one row about the store, with an id."""
    rows = tables.database.query(f"SELECT store_id, {tables.moment('created_at')} FROM casus_store")
    if len(rows) != 1 or not well_formed(rows[0][0]):
        finding.fault(Check.STORE, "store-malformed")
    for _, created_at in rows:
        try:
            micros(created_at, "created_at")
        except BadStampError:
            finding.fault(Check.STAMPS, "stamp-malformed", column="casus_store.created_at")


def last_place(tables: Tables, finding: Finding) -> int:
    """Up to where there are places; for a login that may not read every event, up to where there are leaves."""
    if not tables.all:
        return last_leaf(tables)
    if not tables.server:
        return int(tables.database.query("SELECT coalesce(max(place), 0) FROM places")[0][0])
    last, head = tables.database.query(
        "SELECT (SELECT coalesce(max(place), 0) FROM places), (SELECT max(place) FROM place_head)"
    )[0]
    if head is None or head < last:
        finding.fault(Check.PLACES, "head-differs", last)
    return max(int(last), int(head or 0))


def last_given(tables: Tables) -> int:
    """Up to where places were given, as far as this login is told: how many there are everybody may read, of whom not."""
    if not tables.server:
        return 0
    rows = tables.database.query(
        "SELECT coalesce(greatest((SELECT max(place) FROM place_head), (SELECT max(place) FROM places)), 0)"
    )
    return int(rows[0][0])


def last_leaf(tables: Tables) -> int:
    """Up to where there are leaves."""
    return int(tables.database.query("SELECT coalesce(max(place), 0) FROM leaves")[0][0])


def edge(tables: Tables, size: int) -> Tower | None:
    """Where a tree of that size is to be gone on from, of what is stored; None where some of that is not there."""
    levels, level = [], 0
    while size >> HEIGHT * level or level == 0:
        upto = size >> HEIGHT * level
        first = upto - upto % WIDTH
        sql, params = (
            ("SELECT hash FROM tiles WHERE level = ? AND number >= ? AND number < ? ORDER BY number", (level, first, upto))
            if level
            else ("SELECT hash FROM leaves WHERE place > ? AND place <= ? ORDER BY place", (first, upto))
        )
        found = [hashed for row in tables.database.query(sql, params) if (hashed := digest(row[0])) is not None]
        if len(found) != upto - first:
            return None
        levels.append(found)
        level += 1
    return Tower(size, levels)


def check_unplaced(tables: Tables, finding: Finding) -> int:
    """Every event has a place. Out: how many wait for one, as on a server the last ones may."""
    waiting = 0
    for stream, version, waits in tables.database.stream(UNPLACED_ON_SERVER if tables.server else UNPLACED):
        if waits:
            waiting += 1
        else:
            finding.fault(Check.EVENTS, "event-unplaced", None, stream, version)
    return waiting


def check_leaves(tables: Tables, finding: Finding) -> None:
    """No leaf without a place."""
    rows = tables.database.query(
        "SELECT l.place FROM leaves l LEFT JOIN places p ON p.place = l.place WHERE p.place IS NULL ORDER BY l.place LIMIT ?",
        (finding.most,),
    )
    for (place,) in rows:
        finding.fault(Check.LEAVES, "leaf-extra", place)


def check_tiles(tables: Tables, finding: Finding) -> None:
    """No tile of what there are no leaves for, and each once."""
    rows = tables.database.query(
        "SELECT level, count(*), max(number), (SELECT coalesce(max(place), 0) FROM leaves) FROM tiles "
        "GROUP BY level ORDER BY level"
    )
    for level, count, last, leaves in rows:
        there = leaves >> HEIGHT * level if type(level) is int and level > 0 else 0
        if count != there or (type(last) is not int or last != there - 1):
            finding.fault(
                Check.TILES, "tile-extra" if count > there else "tile-missing", level=level if type(level) is int else 0
            )
