"""Makes the group roles, makes a store the owner role's, and brings rights, policies and topics to what they should be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from infra.store.database import Database
from infra.store.roles import GROUPS, OWNER, shapes
from infra.store.roles import catalogue as found
from infra.store.roles.rights import Right, RowPolicy

COMMANDS = {"r": "SELECT", "*": "ALL"}


@contextmanager
def as_owner(db: Database) -> Iterator[None]:
    """Make things as the role that owns the store, where another role does whose rights are ours: they are its own then."""
    rows = db.query(
        "SELECT quote_ident(o::text) FROM (SELECT pg_get_userbyid(nspowner) AS o FROM pg_namespace WHERE nspname = 'casus') x "
        "WHERE o <> current_user AND pg_has_role(o, 'MEMBER')"
    )
    if not rows:
        yield
        return
    db.execute(f"SET ROLE {rows[0][0]}")
    try:
        yield
    finally:
        db.execute("RESET ROLE")


def install(db: Database) -> list[str]:
    """Bring everything to what it should be, in one transaction. Out: what was done, in codes: `role:...`, `owner:...`,
    `grant:...`, `revoke:...`, `policy:...`, `topics`, `shapes`. Nothing when all was so already.

    To be run by a superuser, or by whoever may create roles and owns the database. What it takes from others than our
    groups it takes as well: a right that is not named may be a hole.
    """
    with db.transaction():
        done = [*_groups(db), *_owned(db), *secure(db)]
        if (wanted := found.wanted(()).topics) != found.topics(db):
            db.execute("DELETE FROM casus.topic_rights")
            db.executemany("INSERT INTO casus.topic_rights VALUES (?, ?, ?)", sorted(wanted))
            done.append("topics")
        if (known := shapes.event_shapes()) != shapes.held(db):
            shapes.put(db, known)
            done.append("shapes")
    return done


def secure_read_models(db: Database) -> None:
    """Give tables of read models that were made just now their owner, rights and policies, where roles have any."""
    if found.installed(db):
        for kind, name, _ in found.foreign(db):
            db.execute(f"ALTER {kind.upper()} {name} OWNER TO {OWNER}")
        for _ in secure(db):
            pass


def secure(db: Database) -> Iterator[str]:
    """Rights and policies alone: also for tables of read models that were made just now."""
    tables = found.tables(db)
    wanted, rights, policies = found.wanted(tables), found.granted(db), found.policies(db)
    for right in sorted(rights - wanted.rights):
        yield from _revoke(db, right)
    for right in sorted(wanted.rights - rights):
        db.execute(f"GRANT {_on(db, right)} TO {right.role}")
        yield f"grant:{right.object}:{right.privilege}:{right.role}"
    for policy in sorted(policies - wanted.policies):
        db.execute(f"DROP POLICY {_quoted(db, policy.name)} ON {policy.table}")
        yield f"policy-dropped:{policy.table}:{policy.name}"
    for policy in sorted(wanted.policies - policies):
        _make(db, policy)
        yield f"policy:{policy.table}:{policy.name}"
    for table in sorted({p.table for p in wanted.policies} - found.secured(db)):
        db.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        yield f"row-security:{table}"


def _groups(db: Database) -> Iterator[str]:
    """Made where they are missing: another database of the cluster may have them already."""
    missing = [g for g in GROUPS if g not in found.groups(db)]
    for group in missing:
        db.script(
            f"DO $$ BEGIN CREATE ROLE {group} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION; "
            "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
        yield f"role:{group}"
    if not db.query(f"SELECT pg_has_role(current_user, '{OWNER}', 'MEMBER')")[0][0]:
        db.execute(f"GRANT {OWNER} TO CURRENT_USER")
        yield f"member:{OWNER}"


def _owned(db: Database) -> Iterator[str]:
    """All of the store becomes the owner role's. Whose it was becomes a member of that role, and can do what they could."""
    theirs = found.foreign(db)
    if not theirs:
        return
    database = _quoted(db, str(db.query("SELECT current_database()::text")[0][0]))
    db.execute(f"GRANT CREATE ON DATABASE {database} TO {OWNER}")
    plain = "SELECT rolname::text FROM pg_roles WHERE rolname = ANY (?) AND NOT rolsuper"
    for (role,) in db.query(plain, (sorted({whose for _, _, whose in theirs}),)):
        db.execute(f"GRANT {OWNER} TO {_quoted(db, role)}")
        yield f"member:{role}"
    for kind, name, _ in sorted(theirs, key=lambda each: each[0] != "schema"):
        db.execute(f"ALTER {kind.upper()} {name} OWNER TO {OWNER}")
        yield f"owner:{name}"


def _revoke(db: Database, right: Right) -> Iterator[str]:
    role = right.role if right.role == "PUBLIC" else _quoted(db, right.role)
    db.execute(f"REVOKE {_on(db, right)} FROM {role}")
    yield f"revoke:{right.object}:{right.privilege}:{right.role}"


def _on(db: Database, right: Right) -> str:
    """A privilege and its object, as a grant names them."""
    if right.kind == "column":
        table, _, column = right.object.rpartition(".")
        return f"{right.privilege} ({_quoted(db, column)}) ON {table}"
    if right.kind == "function":
        schema, _, name = right.object.partition(".")
        every = "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = ?::regnamespace AND p.proname = ?"
        return f"{right.privilege} ON FUNCTION {', '.join(row[0] for row in db.query(every, (schema, name)))}"
    return f"{right.privilege} ON {right.kind.upper()} {right.object}"


def _make(db: Database, policy: RowPolicy) -> None:
    db.execute(
        f"CREATE POLICY {policy.name} ON {policy.table} FOR {COMMANDS[policy.command]} TO {', '.join(policy.roles)} "
        f"USING ({policy.using})"
    )


def _quoted(db: Database, name: str) -> str:
    return str(db.query("SELECT quote_ident(?)", (name,))[0][0])
