"""Whether the triggers that keep history from being changed are there. They stop a slip; who means harm takes them away first."""

from __future__ import annotations

from infra.evidence.checks.reading import Tables

GUARDED = ("stored_events", "places", "leaves", "tiles", "checkpoints", "evidence_keys")
KEEPS = {"stay": "UPDATE", "remain": "DELETE"}
"""On a laptop two to a table: how their names end, and what each keeps from happening."""
ON_SERVER = """
    SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'casus' AND t.tgname = c.relname || '_stay' AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL
            AND t.tgtype & 58 = 58 AND t.tgnargs = 0 AND t.tgattr::text = ''
"""
"""Those that are on, before (2) every delete (8), update (16) and truncate (32): the bits of PostgreSQL's `pg_trigger.tgtype`."""


def unguarded(tables: Tables) -> tuple[str, ...]:
    """The tables that can be changed without anything standing in the way."""
    if tables.server:
        there = {name for (name,) in tables.database.query(ON_SERVER)}
        return tuple(table for table in GUARDED if table not in there)
    found: dict[str, str] = dict(tables.database.query("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"))
    return tuple(
        table for table in GUARDED
        if not all(
            str(found.get(f"{table}_{name}")).startswith(
                f"CREATE TRIGGER {table}_{name} BEFORE {what} ON {table}\nBEGIN SELECT RAISE(ABORT,"
            )
            for name, what in KEEPS.items()
        )
    )  # fmt: skip
