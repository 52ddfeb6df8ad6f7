"""All that a database says of a store's schemas: tables, columns, indexes, triggers, functions, rights; and what is in them."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from typing import Any

import psycopg

from infra.store import StoreConfig

Catalogue = frozenset[tuple[Any, ...]]
Contents = dict[str, tuple[tuple[str, ...], Counter[tuple[Any, ...]]]]
"""Of each table its columns, and its rows with how often each stands there."""

RANDOM = re.compile(r"_[0-9a-f]{8}_")
SCHEMAS = "('casus', 'casus_keys', 'casus_read')"
OF_A_SERVER = f"""
    SELECT 'column', n.nspname, c.relname, c.relkind::text, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text,
            a.attidentity::text, a.attgenerated::text, coalesce(pg_get_expr(d.adbin, d.adrelid), ''),
            a.attcollation::regcollation::text
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
        WHERE n.nspname IN {SCHEMAS} AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT 'constraint', n.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid), '', '', '', '', '', ''
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN {SCHEMAS}
    UNION ALL SELECT 'index', schemaname, tablename, indexname, indexdef, '', '', '', '', '', '' FROM pg_indexes
        WHERE schemaname IN {SCHEMAS}
    UNION ALL SELECT 'trigger', n.nspname, c.relname, t.tgname, pg_get_triggerdef(t.oid), t.tgenabled::text, '', '', '', '', ''
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN {SCHEMAS} AND NOT t.tgisinternal
    UNION ALL SELECT 'function', n.nspname, p.oid::regprocedure::text, pg_get_functiondef(p.oid), '', '', '', '', '', '', ''
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname IN {SCHEMAS} AND p.prokind IN ('f', 'p')
    UNION ALL SELECT 'view', schemaname, viewname, definition, '', '', '', '', '', '', '' FROM pg_views
        WHERE schemaname IN {SCHEMAS}
    UNION ALL SELECT 'policy', schemaname, tablename, policyname, permissive, roles::text, cmd, coalesce(qual, ''),
            coalesce(with_check, ''), '', ''
        FROM pg_policies WHERE schemaname IN {SCHEMAS}
    UNION ALL SELECT 'table', n.nspname, c.relname, c.relkind::text, c.relrowsecurity::text, c.relforcerowsecurity::text,
            (c.relowner = s.nspowner)::text, '', '', '', ''
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, pg_namespace s
        WHERE n.nspname IN {SCHEMAS} AND s.nspname = 'casus' AND c.relkind IN ('r', 'v', 'm', 'p', 'S')
    UNION ALL SELECT 'owner of a function', n.nspname, p.oid::regprocedure::text, (p.proowner = s.nspowner)::text,
            '', '', '', '', '', '', ''
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace, pg_namespace s
        WHERE n.nspname IN {SCHEMAS} AND s.nspname = 'casus'
"""


def catalogue(config: StoreConfig) -> Catalogue:
    """Everything that is defined in the schemas of a store, read models and rights included; not one name of an owner."""
    if config.dsn is None:
        return frozenset(
            _named((file.name, *row))
            for file in (config.events_file, config.keys_db)
            for row in _query(file, "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master")
        )
    from infra.store.roles.catalogue import RIGHTS

    with psycopg.connect(config.dsn) as connection:
        return frozenset(_named(row) for sql in (OF_A_SERVER, RIGHTS) for row in connection.execute(sql))


def _named(row: tuple[Any, ...]) -> tuple[str, ...]:
    """Without what is random in the name of an index of a read model."""
    return tuple(RANDOM.sub("_", str(part)) for part in row)


def contents(config: StoreConfig) -> Contents:
    """Every row of the log and of the keys; read models, which can be made again, are left out."""
    if config.dsn is None:
        return {
            f"{file.stem}.{name}": _rows(file, name)
            for file in (config.events_file, config.keys_db)
            for (name,) in _query(
                file, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%\\_v_%' ESCAPE '\\'"
            )
        }
    with psycopg.connect(config.dsn) as connection:
        tables = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('casus', 'casus_keys')"
        found: Contents = {}
        for (name,) in connection.execute(tables).fetchall():
            columns = tuple(column.name for column in connection.execute(f"SELECT * FROM {name} LIMIT 0").description or ())
            picked = ", ".join(f'"{column}"::text' for column in columns)
            found[name] = (columns, Counter(connection.execute(f"SELECT {picked} FROM {name}").fetchall()))
        return found


def lost(before: Contents, after: Contents, *, but: frozenset[str] = frozenset()) -> list[str]:
    """What was there before and is not any longer: a table, a column or a row. In: the tables that do change."""
    found = []
    for name, (columns, rows) in before.items():
        if name.partition(".")[2] in but:
            continue
        now_columns, now_rows = after.get(name, ((), Counter()))
        if not set(columns) <= set(now_columns):
            found.append(f"{name}: columns {set(columns) - set(now_columns)}")
            continue
        picked = [now_columns.index(column) for column in columns]
        now = Counter[tuple[Any, ...]]()
        for row, times in now_rows.items():
            now[tuple(row[at] for at in picked)] += times
        if gone := rows - now:
            found.append(f"{name}: {gone.total()} rows")
    return found


def _query(file: Any, sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(file)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def _rows(file: Any, name: str) -> tuple[tuple[str, ...], Counter[tuple[Any, ...]]]:
    columns = tuple(row[1] for row in _query(file, f"PRAGMA table_info({name})"))
    return columns, Counter(_query(file, f"SELECT * FROM {name}"))
