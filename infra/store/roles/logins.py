"""Logins of people and services: made with a password that the server never sees, or for a certificate."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

from psycopg import sql

from domain.refusal import Refused
from infra.store.database import Database
from infra.store.postgresql import PostgreSQLDatabase
from infra.store.roles import GROUPS, OF_FUNCTION, SERVICES

OPAQUE = re.compile(r"^[a-z_][a-z0-9_-]{0,62}$")


def groups_of(db: Database, login: str) -> list[str]:
    """The group roles that a login belongs to, by what it is on rosters now."""
    rows = db.query(
        "SELECT DISTINCT f FROM casus.roster r, unnest(r.functions) f WHERE r.login = ? AND r.here ORDER BY f", (login,)
    )
    return sorted({OF_FUNCTION[row[0]] for row in rows if row[0] in OF_FUNCTION})


def make_login(db: PostgreSQLDatabase, login: str, service: str | None = None, *, certificate: bool = False) -> str | None:
    """Make a login role, or give one that is there the groups that it should have and take the others.

    Roles are of the whole cluster: a comment says which store it was made for.

    In: its name (opaque: nobody's name), and for a login that nobody sits behind which service it is; whether it comes
    with a certificate, and so without a password. Out: the password of a new one, which is kept nowhere.
    Refused: `login-name`, `login-not-on-roster`, `login-is-more` for a role that is a superuser or passes row security.
    """
    if OPAQUE.match(login) is None or login in GROUPS:
        raise Refused("login-name", login=login)
    wanted = [SERVICES[service]] if service else groups_of(db, login)
    if not wanted:
        raise Refused("login-not-on-roster", login=login)
    there = db.query(
        "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolreplication FROM pg_roles WHERE rolname = ?", (login,)
    )
    if there and there[0][0]:
        raise Refused("login-is-more", login=login)
    name = _name(db, login)
    password = None
    with db.transaction():
        if not there:
            password = None if certificate else secrets.token_urlsafe(24)
            db.execute(f"CREATE ROLE {name} LOGIN{_verifier(db, login, password)}")
        _put_in(db, name, login, wanted)
        db.execute(f"COMMENT ON ROLE {name} IS 'casusregie {db.query('SELECT store_id FROM casus.casus_store')[0][0]}'")
    return password


def _put_in(db: Database, name: str, login: str, wanted: Sequence[str]) -> None:
    rows = db.query(
        "SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles l ON l.oid = m.member "
        "WHERE l.rolname = ? AND g.rolname = ANY (?)",
        (login, list(GROUPS)),
    )
    has = {row[0] for row in rows}
    for group in sorted(has - set(wanted)):
        db.execute(f"REVOKE {group} FROM {name}")
    for group in sorted(set(wanted) - has):
        db.execute(f"GRANT {group} TO {name}")


def _verifier(db: PostgreSQLDatabase, login: str, password: str | None) -> str:
    """The clause with the SCRAM verifier of a password: made here, so that no log of the server can hold the password."""
    if password is None:
        return ""
    verifier = db.datastore.raw.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()
    return f" PASSWORD {sql.Literal(verifier).as_string(None)}"


def _name(db: Database, login: str) -> str:
    return str(db.query("SELECT quote_ident(?)", (login,))[0][0])
