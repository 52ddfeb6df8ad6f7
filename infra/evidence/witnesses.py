"""What the history itself tells of its checkpoints: those that were handed out, and that every place still has its event."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING

from domain.refusal import Refused
from infra.evidence.due import SEEN
from infra.store.database import encoder

if TYPE_CHECKING:
    from datetime import datetime

    from infra.store.database import Database

GIVEN = b'"what":"evidence-hand-out"'
WITH_ONE = (b'"what":"evidence-pack"', b'"what":"export-case"', b'"what":"export-jsonl"', b'"what":"export-parquet"')
"""What leaves the house with a checkpoint always: where there is none, there was one."""
LEFT = b'"outcome":"exported"'
DIGEST = re.compile(rb'"digest":"([0-9a-f]{64})"')
AT = "e.originator_id = p.originator_id AND e.originator_version = p.originator_version"


def all_there(database: Database) -> None:
    """Count: each place up to the last has its event, and no leaf is of a place that is gone.

    Counts, and no reading: bytes that were changed are found by a verification alone. Refused: `evidence-gap`, with the place.
    """
    head, places, events, leaves = database.query(_COUNTS)[0]
    if head == places and events >= places and (leaves or 0) <= (head or 0):
        return
    place = next(_missing(database, head or 0, leaves or 0), None)
    if place is not None:
        raise Refused("evidence-gap", place=place)


def handed_out_and_gone(database: Database, after: int, since: datetime) -> int | None:
    """The place of the first hand-out after a place, recorded from a moment on, of a checkpoint that the store does not have.
    From the beginning (0: the store has none at all) also of the first file that left with one.

    What was handed out up to a checkpoint that stands and holds needs no look: its root is of all of that.
    """
    encode = encoder(database, "moment") or (lambda v: v)
    rows = database.query(
        f"SELECT p.place, e.state FROM places p JOIN stored_events e ON {AT} "
        "WHERE p.place > ? AND e.topic = ? AND e.recorded_at >= ? ORDER BY p.place",
        (after, SEEN, encode(since)),
    )
    given: dict[int, bytes] = {}
    for place, data in rows:
        state = bytes(data)
        if LEFT not in state:
            continue
        if GIVEN in state and (found := DIGEST.search(state)):
            given[place] = found[1]
        elif after == 0 and any(word in state for word in WITH_ONE):
            given[place] = b""
    if not given:
        return None
    notes = database.query("SELECT note FROM checkpoints")
    known = {sha256(note.encode()).hexdigest().encode() for (note,) in notes}
    return next((place for place, digest in given.items() if digest not in known), None)


def _missing(database: Database, head: int, leaves: int) -> Iterator[int]:
    """Where it is not whole, the first place first. Nothing where events are fewer and still each place has one: then one that
    waited for its place is gone meanwhile, or was never to have one.
    """
    found = [place for sql in (_EVENTLESS, _SKIPPED) for (place,) in database.query(sql) if place is not None]
    if leaves > head:
        found.append(head + 1)
    yield from sorted(found)


_EVENTLESS = f"SELECT min(p.place) FROM places p LEFT JOIN stored_events e ON {AT} WHERE e.originator_id IS NULL"
_SKIPPED = """
    SELECT CASE WHEN min(place) > 1 THEN 1
        ELSE (SELECT min(p.place) + 1 FROM places p LEFT JOIN places n ON n.place = p.place + 1
            WHERE n.place IS NULL AND p.place < (SELECT max(place) FROM places)) END FROM places
"""
_COUNTS = """
    SELECT (SELECT max(place) FROM places), (SELECT count(*) FROM places), (SELECT count(*) FROM stored_events),
        (SELECT max(place) FROM leaves)
"""
