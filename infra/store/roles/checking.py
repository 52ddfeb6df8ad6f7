"""Holds a server against what it should be: roles, owners, rights, policies, topics, logins, settings, who is in which case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from infra.store.database import Database
from infra.store.roles import GROUPS, OWNER, shapes
from infra.store.roles import catalogue as found

if TYPE_CHECKING:
    from infra.store.store import Store

SETTINGS = {
    "log_error_verbosity": ("terse",),
    "log_parameter_max_length_on_error": ("0",),
    "password_encryption": ("scram-sha-256",),
}
"""What has to stand in the server's settings, so that its log holds no values and a password is kept as SCRAM does."""

TOO_MUCH = (
    "SELECT rolname::text FROM pg_roles WHERE rolname = ANY (?) AND (rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole "
    "OR rolcreatedb OR rolreplication) ORDER BY 1"
)
LOGINS = """
    SELECT l.rolname::text, l.rolsuper OR l.rolbypassrls OR l.rolcreaterole OR l.rolreplication,
        array(SELECT o.rolname::text FROM pg_auth_members n JOIN pg_roles o ON o.oid = n.roleid
              WHERE n.member = l.oid AND o.rolname <> ALL (?) ORDER BY 1)
    FROM pg_roles l WHERE l.rolcanlogin AND EXISTS (
        SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = l.oid AND g.rolname = ANY (?)
            AND g.rolname <> 'casus_owner')
    ORDER BY 1
"""
PEOPLES = """
    SELECT l.rolname::text FROM pg_roles l WHERE l.rolcanlogin AND EXISTS (
        SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = l.oid
            AND g.rolname IN ('casus_professional', 'casus_privacy', 'casus_auditor'))
        AND NOT EXISTS (SELECT FROM casus.roster r WHERE r.login = l.rolname AND r.here)
        AND coalesce(shobj_description(l.oid, 'pg_authid') NOT LIKE 'casusregie %'
            OR shobj_description(l.oid, 'pg_authid') = 'casusregie ' || (SELECT store_id FROM casus.casus_store), true)
    ORDER BY 1
"""
KNOCKED = """
    SELECT DISTINCT k.number, k.place FROM casus.knocks k WHERE k.until < now() AND NOT EXISTS (
        SELECT FROM casus.stored_events e WHERE e.originator_id = k.number AND e.topic = 'case.access.glass-broken'
            AND e.recorded_by = k.login AND e.recorded_at BETWEEN k.at AND k.until)
    ORDER BY 1, 2
"""
STAMPED = """
    SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname IN ('casus', 'casus_keys') AND p.prosecdef
        AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false) ORDER BY 1
"""


class Finding(NamedTuple):
    """One difference: `kind` (role, owner, right, policy, row-security, topic, login, setting, function, members, knock), what
    it is of, and what is the matter.
    """

    kind: str
    what: str
    matter: str


def check(store: Store) -> list[Finding]:
    """Everything that differs. Nothing is changed."""
    db = store.connection()
    return [*_roles(db), *_rights(db), *_policies(db), *_logins(db), *_settings(db), *_kept(store)]


def _roles(db: Database) -> Iterator[Finding]:
    there = found.groups(db)
    yield from (Finding("role", group, "missing") for group in GROUPS if group not in there)
    yield from (Finding("role", row[0], "may-too-much") for row in db.query(TOO_MUCH, (list(GROUPS),)))
    yield from (Finding("owner", name, f"belongs-to:{whose}") for _, name, whose in found.foreign(db))
    yield from (Finding("function", row[0], "search-path") for row in db.query(STAMPED))


def _rights(db: Database) -> Iterator[Finding]:
    wanted, granted = found.wanted(found.tables(db)), found.granted(db)
    yield from (Finding("right", r.object, f"missing:{r.privilege}:{r.role}") for r in sorted(wanted.rights - granted))
    yield from (Finding("right", r.object, f"too-much:{r.privilege}:{r.role}") for r in sorted(granted - wanted.rights))
    topics = found.topics(db)
    yield from (Finding("topic", topic, f"missing:{f}:{how}") for f, how, topic in sorted(wanted.topics - topics))
    yield from (Finding("topic", topic, f"too-much:{f}:{how}") for f, how, topic in sorted(topics - wanted.topics))
    differing = {s.topic for s in shapes.event_shapes() ^ shapes.held(db)}
    yield from (Finding("topic", topic, "shape-differs") for topic in sorted(differing))


def _policies(db: Database) -> Iterator[Finding]:
    wanted, held = found.wanted(found.tables(db)), found.policies(db)
    yield from (Finding("policy", p.table, f"missing:{p.name}") for p in sorted(wanted.policies - held))
    yield from (Finding("policy", p.table, f"too-much:{p.name}") for p in sorted(held - wanted.policies))
    open_to_all = {p.table for p in wanted.policies} - found.secured(db)
    yield from (Finding("row-security", table, "off") for table in sorted(open_to_all))


def _logins(db: Database) -> Iterator[Finding]:
    for login, much, others in db.query(LOGINS, (list(GROUPS), list(GROUPS))):
        if much:
            yield Finding("login", login, "may-too-much")
        yield from (Finding("login", login, f"member-of:{other}") for other in others)
    yield from (Finding("login", row[0], "not-on-a-roster") for row in db.query(PEOPLES))
    if db.query("SELECT has_table_privilege('pg_authid', 'SELECT')")[0][0]:  # a superuser alone sees how passwords are kept
        rows = db.query(
            "SELECT a.rolname::text FROM pg_authid a WHERE a.rolpassword NOT LIKE 'SCRAM-SHA-256$%' AND EXISTS "
            "(SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = a.oid "
            "AND g.rolname = ANY (?)) ORDER BY 1",
            (list(GROUPS),),
        )
        yield from (Finding("login", row[0], "password-not-scram") for row in rows)
    owners = db.query(
        "SELECT l.rolname::text FROM pg_roles l WHERE EXISTS (SELECT FROM casus.roster r WHERE r.login = l.rolname AND r.here) "
        "AND (l.rolsuper OR pg_has_role(l.oid, (SELECT oid FROM pg_roles WHERE rolname = ?), 'MEMBER')) ORDER BY 1",
        (OWNER,),
    )
    yield from (Finding("login", row[0], "owner-on-a-roster") for row in owners)


def _settings(db: Database) -> Iterator[Finding]:
    names = list(SETTINGS)
    for name, value in db.query("SELECT name, setting FROM pg_settings WHERE name = ANY (?) ORDER BY name", (names,)):
        if value not in SETTINGS[name]:
            yield Finding("setting", name, f"is:{value}")


def _kept(store: Store) -> Iterator[Finding]:
    from infra.store.roles.filling import differing

    for members in differing(store):
        yield from (Finding("members", number, "differ-from-the-log") for number in sorted(members))
    # Whoever knocked and then broke no glass has seen facts, and no event says so.
    yield from (Finding("knock", number, f"unbroken:{place}") for number, place in store.connection().query(KNOCKED))
