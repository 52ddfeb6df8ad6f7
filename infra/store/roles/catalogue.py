"""What the catalogue of a server says of a store's roles, rights and policies; and what should be said there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from infra.store.database import Database
from infra.store.roles import GROUPS, OWNER
from infra.store.roles.rights import POLICIES, Right, RowPolicy, policies_on_reading, rights, rights_on_reading, topic_rights
from projections.registry import all_projections

SCHEMAS = "('casus', 'casus_keys', 'casus_read')"
BESIDE = "_beside_"
"""A table that a rebuild is building: it gets its rights when it is swapped in."""

GRANTED = f"""
    SELECT 'schema', n.nspname::text, a.privilege_type, a.grantee
        FROM pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
        WHERE n.nspname IN {SCHEMAS} AND a.grantee <> n.nspowner
    UNION SELECT 'table', n.nspname || '.' || c.relname, a.privilege_type, a.grantee
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
            aclexplode(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))) a
        WHERE n.nspname IN {SCHEMAS} AND c.relkind IN ('r', 'v', 'm', 'p', 'f', 'S') AND a.grantee <> c.relowner
    UNION SELECT 'column', n.nspname || '.' || c.relname || '.' || t.attname, a.privilege_type, a.grantee
        FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace,
            aclexplode(t.attacl) a
        WHERE n.nspname IN {SCHEMAS} AND a.grantee <> c.relowner AND NOT t.attisdropped
    UNION SELECT 'function', n.nspname || '.' || p.proname, a.privilege_type, a.grantee
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace,
            aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
        WHERE n.nspname IN {SCHEMAS} AND a.grantee <> p.proowner
"""
RIGHTS = f"SELECT k, o, p, CASE g WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g)::text END FROM ({GRANTED}) x(k, o, p, g)"

OWNERS = f"""
    SELECT 'schema', n.nspname::text, pg_get_userbyid(n.nspowner)::text FROM pg_namespace n WHERE n.nspname IN {SCHEMAS}
    UNION SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END, n.nspname || '.' || c.relname,
            pg_get_userbyid(c.relowner)::text
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN {SCHEMAS} AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
    UNION SELECT 'function', p.oid::regprocedure::text, pg_get_userbyid(p.proowner)::text
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname IN {SCHEMAS}
    UNION SELECT 'type', n.nspname || '.' || t.typname, pg_get_userbyid(t.typowner)::text
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_class c ON c.oid = t.typrelid
        WHERE n.nspname IN {SCHEMAS} AND c.relkind = 'c'
"""

HELD = f"""
    SELECT n.nspname || '.' || c.relname, p.polname::text, p.polcmd::text,
        coalesce((SELECT string_agg(rolname::text, ' ' ORDER BY rolname) FROM pg_roles WHERE oid = ANY (p.polroles)), 'PUBLIC'),
        pg_get_expr(p.polqual, p.polrelid), coalesce(pg_get_expr(p.polwithcheck, p.polrelid), ''), p.polpermissive
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN {SCHEMAS}
"""
SECURED = f"""
    SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN {SCHEMAS} AND c.relrowsecurity
"""


class Wanted(NamedTuple):
    """What there should be."""

    rights: frozenset[Right]
    policies: frozenset[RowPolicy]
    topics: frozenset[tuple[str, str, str]]


def wanted(tables: Iterable[str]) -> Wanted:
    """What there should be, of the tables that are there: a read model that was not made yet has no rights yet."""
    known = set(tables)
    projections = all_projections()
    everything = {*rights(), *rights_on_reading(projections)}
    policies = {*POLICIES, *policies_on_reading(projections)}
    return Wanted(
        frozenset(r for r in everything if r.kind != "table" or r.object in known),
        frozenset(p for p in policies if p.table in known),
        frozenset(topic_rights()),
    )


def tables(db: Database) -> set[str]:
    """The tables of a store, those left out that a rebuild is building."""
    return {name for kind, name, _ in db.query(OWNERS) if kind == "table" and BESIDE not in name}


def granted(db: Database) -> set[Right]:
    """Every right that anybody but an object's owner has on an object of the store."""
    return {Right(*row) for row in db.query(RIGHTS) if BESIDE not in row[1]}


def policies(db: Database) -> set[RowPolicy]:
    """The policies there are. One that is restrictive, or checks what is written, is ours in no case: its expression says so."""
    path = db.query("SELECT current_setting('search_path')")[0][0]
    with db.transaction():  # an expression is printed with the schemas that are not searched
        db.query("SELECT set_config('search_path', 'pg_catalog', true)")
        rows = db.query(HELD)
        db.query("SELECT set_config('search_path', ?, true)", (path,))
    found = set()
    for table, name, command, roles, using, check, permissive in rows:
        if BESIDE in table:
            continue
        plain = " ".join((using or "").split())
        told = plain if permissive and not check else f"{plain} / {check} / {permissive}"
        found.add(RowPolicy(table, name, command, tuple(roles.split()), told))
    return found


def secured(db: Database) -> set[str]:
    """The tables with row security."""
    return {row[0] for row in db.query(SECURED)}


def foreign(db: Database) -> list[tuple[str, str, str]]:
    """What does not belong to the owner role: kind, object, whose it is."""
    return sorted(row for row in db.query(OWNERS) if row[2] != OWNER and BESIDE not in row[1])


def topics(db: Database) -> set[tuple[str, str, str]]:
    """Which function may record which topic, as the database has it."""
    return set(db.query("SELECT function, relation, topic FROM casus.topic_rights"))


def groups(db: Database) -> set[str]:
    """Which of the group roles there are."""
    return {row[0] for row in db.query("SELECT rolname::text FROM pg_roles WHERE rolname = ANY (?)", (list(GROUPS),))}


def installed(db: Database) -> bool:
    """Whether this database gave the group roles their rights."""
    rows = db.query(
        "SELECT EXISTS (SELECT FROM pg_namespace n, aclexplode(n.nspacl) a JOIN pg_roles r ON r.oid = a.grantee "
        "WHERE n.nspname = 'casus' AND r.rolname = 'casus_professional')"
    )
    return bool(rows[0][0])
