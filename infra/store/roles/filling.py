"""Fills what a server keeps of rosters, cases and disclosures from a log that came from elsewhere; and compares the two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from infra.store.members import Grain, as_json, grains

if TYPE_CHECKING:
    from infra.store.store import Store

PORTION = 500
KEPT_UP = """
    SELECT casus.keep_up(array_agg(e.originator_id::text ORDER BY e.xid, e.id), array_agg(e.topic ORDER BY e.xid, e.id),
        array_agg(e.state ORDER BY e.xid, e.id), clock_timestamp())
    FROM casus.stored_events e WHERE e.topic LIKE 'team.%' OR e.topic IN ('case.intake.submitted', 'case.intake.taken-up',
        'case.escalation.received', 'case.closing.duplicate-taken-in', 'case.access.clearance-set')
    HAVING count(*) > 0
"""
DISCLOSED = """
    INSERT INTO casus.disclosures
        SELECT substr(e.originator_id, 8), a.facts ->> 'of', e.recorded_by, coalesce(a.who ->> 'team', ''), e.xid,
            ARRAY(SELECT jsonb_array_elements_text(coalesce(a.facts -> 'subjects', '[]'))),
            ARRAY(SELECT jsonb_array_elements_text(coalesce(a.facts -> 'fields', '[]'))), a.facts ->> 'outcome', e.recorded_at
        FROM casus.stored_events e, LATERAL casus.taken_apart(e.state) a
        WHERE e.originator_id >= 'access:' AND e.originator_id < 'access;'
            AND NOT EXISTS (SELECT FROM casus.disclosures d WHERE d.id = substr(e.originator_id, 8))
        ON CONFLICT DO NOTHING
"""
LIVE = (
    "SELECT number, grain, nullif(starts, '-infinity')::text, nullif(ends, 'infinity')::text FROM casus.case_members "
    "WHERE until IS NULL AND number = ANY (?) AND grain ~ '^(professional|partner|table):'"
)


def fill(store: Store) -> int:
    """Bring rosters, cases, who is in them and what was disclosed to what the log says. To be run by the owner, before others
    are let in, and safe to run again. Out: in how many cases it changed anybody's part.
    """
    db = store.connection()
    changed = 0
    with db.transaction():
        db.query(KEPT_UP)
        db.execute(DISCLOSED)
        for members in differing(store):
            db.query("SELECT casus.keep_members(?::text::jsonb, clock_timestamp())", (as_json(members),))
            changed += len(members)
    return changed


def differing(store: Store) -> Iterator[dict[str, list[Grain]]]:
    """Where the log says of a case that others are in it than the server has kept: all their parts, by number."""
    for portion in _cases(store):
        kept: dict[str, list[Grain]] = {number: [] for number in portion}
        for number, grain, start, until in store.connection().query(LIVE, (list(portion),)):
            kept[number].append((grain, start, until))
        found = {n: told for n, told in portion.items() if sorted(kept[n], key=str) != told}
        if found:
            yield found


def _cases(store: Store) -> Iterator[dict[str, list[Grain]]]:
    """Every case that a table took up, with all the parts that somebody has in it, in portions."""
    from domain.case import Case
    from domain.event import replay

    rows = store.connection().query("SELECT number FROM casus.cases ORDER BY number")
    numbers = [row[0] for row in rows]
    for start in range(0, len(numbers), PORTION):
        loaded = store.load_many(numbers[start : start + PORTION])
        yield {number: grains(replay(Case(), records)) for number, records in loaded.items()}
