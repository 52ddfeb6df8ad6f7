"""Swapping a table that was built beside the one in use for it: with its grants and policies, checked, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.refusal import Refused
from infra.readmodels.tables import Table
from infra.store.database import Database, Row


def swap(tables: Sequence[Table[Any]], beside: Sequence[Table[Any]]) -> None:
    """Let each table of `beside` take the place of its like, in the transaction that is open. Who may read the one may
    read the other.
    """
    if tables and tables[0].db.kind == "postgresql":
        # All at once and in the order in which readers of several take theirs, so that no two wait for each other.
        names = ", ".join(sorted(t.name for t in tables))
        tables[0].db.execute(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
    for old, new in zip(tables, beside, strict=True):
        if old.db.kind == "postgresql":
            _carry_over(old.db, old.name, new.name)
        old.drop()
        old.db.execute(f"ALTER TABLE {new.name} RENAME TO {old.name}")


GRANTS = (
    "SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END, privilege_type, is_grantable "
    "FROM pg_class c, aclexplode(c.relacl) WHERE c.oid = to_regclass(?) ORDER BY 1, 2"
)
OF_COLUMNS = (
    "SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END, "
    "privilege_type || ' (' || quote_ident(attname) || ')', is_grantable "
    "FROM pg_attribute a, aclexplode(a.attacl) WHERE a.attrelid = to_regclass(?) AND NOT a.attisdropped ORDER BY 1, 2"
)
SECURITY = "SELECT relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner) FROM pg_class WHERE oid = to_regclass(?)"
POLICIES = (
    "SELECT quote_ident(polname), polpermissive, polcmd::text, pg_get_expr(polqual, polrelid), "
    "pg_get_expr(polwithcheck, polrelid), coalesce((SELECT string_agg(quote_ident(rolname), ', ' ORDER BY rolname) "
    "FROM pg_roles WHERE oid = ANY (polroles)), 'PUBLIC') FROM pg_policy WHERE polrelid = to_regclass(?) ORDER BY 1"
)
COMMANDS = {"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE", "*": "ALL"}


def _carry_over(db: Database, old: str, new: str) -> None:
    """Give the new table what the old one had, and refuse to swap when it does not have the same then."""
    for grantee, privilege, grantable in [*db.query(GRANTS, (old,)), *db.query(OF_COLUMNS, (old,))]:
        db.execute(f"GRANT {privilege} ON {new} TO {grantee}{' WITH GRANT OPTION' if grantable else ''}")
    for name, permissive, command, using, check, roles in db.query(POLICIES, (old,)):
        sql = (
            f"CREATE POLICY {name} ON {new} AS {'PERMISSIVE' if permissive else 'RESTRICTIVE'} FOR {COMMANDS[command]} TO {roles}"
        )
        db.execute(sql + (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else ""))
    enabled, forced, owner = db.query(SECURITY, (old,))[0]
    if db.query(SECURITY, (new,))[0][2] != owner:
        db.execute(f"ALTER TABLE {new} OWNER TO {owner}")
    if enabled:
        db.execute(f"ALTER TABLE {new} ENABLE ROW LEVEL SECURITY")
    if forced:
        db.execute(f"ALTER TABLE {new} FORCE ROW LEVEL SECURITY")
    if _rights(db, old) != _rights(db, new):
        raise Refused("swap-would-change-rights", table=old)


def _rights(db: Database, table: str) -> list[list[Row]]:
    return [db.query(sql, (table,)) for sql in (GRANTS, OF_COLUMNS, SECURITY, POLICIES)]
