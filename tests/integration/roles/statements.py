"""Every statement on every object for every role: whether the catalogue allows it, and the server when it is tried."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

ROLES = {"r": "reporting", "a": "auditor", "p": "privacy", "f": "member", "j": "projector", "s": "sequencer"}
"""The letters of the expectation, each with one of the house who has the role."""

OF_TABLES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
TRIED = {
    "SELECT": "SELECT 1 FROM {t} LIMIT 0",
    "INSERT": "INSERT INTO {t} DEFAULT VALUES",
    "UPDATE": "UPDATE {t} SET {c} = DEFAULT WHERE false",
    "DELETE": "DELETE FROM {t} WHERE false",
    "TRUNCATE": "TRUNCATE {t}",
    "REFERENCES": None,
    "TRIGGER": "CREATE TRIGGER mine BEFORE INSERT ON {t} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "COPY TO": "COPY {t} TO STDOUT",
    "COPY FROM": "COPY {t} FROM STDIN",
    "LOCK": "LOCK TABLE {t} IN ACCESS EXCLUSIVE MODE",
}
"""How each statement is tried. What could be done is undone; REFERENCES can't be tried by who may create no table."""

NEEDS = {"COPY TO": "SELECT", "COPY FROM": "INSERT", "LOCK": ""}
"""Which right of the expectation allows a statement that has none of its own; LOCK of this kind is nobody's but who may write."""

TRIGGER = "SELECT prorettype = 'trigger'::regtype FROM pg_proc WHERE oid = %s::regprocedure"


class Cell(NamedTuple):
    """One role, one object, one statement: what is expected, what the catalogue says (None: it has no word for it), and
    what happened.
    """

    role: str
    object: str
    statement: str
    expected: bool
    catalogue: bool | None
    tried: bool | None

    def holds(self) -> bool:
        return self.catalogue in (None, self.expected) and self.tried in (None, self.expected)


def expectation() -> dict[str, Any]:
    """What was written by hand."""
    return tomllib.loads((Path(__file__).parent / "matrix.toml").read_text(encoding="utf-8"))


def objects(owner: psycopg.Connection[Any]) -> dict[str, dict[str, Any]]:
    """What there is: schemas; tables, each with a column; functions, each with its signatures."""
    of = "n.nspname IN ('casus', 'casus_keys', 'casus_read')"
    tables = owner.execute(
        "SELECT n.nspname || '.' || c.relname, (SELECT quote_ident(attname) FROM pg_attribute a WHERE a.attrelid = c.oid "
        "AND attnum > 0 AND NOT attisdropped AND attidentity = '' AND attgenerated = '' ORDER BY attnum LIMIT 1) "
        f"FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {of} AND c.relkind IN ('r', 'v', 'm', 'p', 'f')"
    ).fetchall()
    functions: dict[str, list[tuple[str, str]]] = {}
    for name, signature, types in owner.execute(
        "SELECT n.nspname || '.' || p.proname, p.oid::regprocedure::text, "
        "(SELECT coalesce(string_agg('NULL::' || t::regtype, ', ' ORDER BY o), '') "
        "FROM unnest(p.proargtypes) WITH ORDINALITY u(t, o)) "
        f"FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {of}"
    ):
        functions.setdefault(name, []).append((signature, f"SELECT {name}({types})"))
    schemas = owner.execute(f"SELECT n.nspname::text FROM pg_namespace n WHERE {of}").fetchall()
    return {"schema": {s: None for (s,) in schemas}, "table": dict(tables), "function": functions}


def cells(
    owner: psycopg.Connection[Any], as_role: dict[str, psycopg.Connection[Any]], logins: dict[str, str], about: str = ""
) -> Iterator[Cell]:
    """Every cell. In: the owner's client, one of each role's, and their logins; `about`: of one object alone."""
    expected, there = expectation(), objects(owner)
    if about:
        there = {kind: {name: told for name, told in each.items() if name == about} for kind, each in there.items()}
    for letter, who in ROLES.items():
        client, login = as_role[who], logins[who]
        for schema in there["schema"]:
            for privilege in ("USAGE", "CREATE"):
                told = _asked(owner, "SELECT has_schema_privilege(%s, %s, %s)", login, schema, privilege)
                allowed = privilege == "USAGE" and letter in expected["schema"].get(schema, "")
                yield Cell(who, schema, privilege, allowed, told, None)
        for table, column in there["table"].items():
            for statement, allowed in _of_table(letter, expected["table"].get(table, {})):
                tried = TRIED[statement]
                happened = None if tried is None else _may(client, tried.format(t=table, c=column))
                yield Cell(who, table, statement, allowed, _catalogue(owner, login, table, statement), happened)
        for function, each in there["function"].items():
            allowed = letter in expected["function"].get(function, "")
            for signature, call in each:
                told = _asked(owner, "SELECT has_function_privilege(%s, %s, 'EXECUTE')", login, signature)
                trigger = _asked(owner, TRIGGER, signature)
                yield Cell(who, signature, "EXECUTE", allowed, told, None if trigger else _may(client, call))
        for statement in () if about else expected["never"]["statements"]:
            yield Cell(who, "", statement, False, None, _may(client, statement))


def _of_table(letter: str, may: dict[str, str]) -> Iterator[tuple[str, bool]]:
    """Each statement, and whether it is expected to be allowed on a table of which this is written."""
    for statement in TRIED:
        if statement == "LOCK":
            yield statement, any(letter in may.get(p, "") for p in ("UPDATE", "DELETE", "TRUNCATE"))
        else:
            yield statement, letter in may.get(NEEDS.get(statement, statement), "")


def _catalogue(owner: psycopg.Connection[Any], login: str, table: str, statement: str) -> bool | None:
    """What the catalogue says, of the whole table or of any column; None for a statement that has no right of its own."""
    if statement not in OF_TABLES:
        return None
    if statement in ("SELECT", "INSERT", "UPDATE", "REFERENCES"):
        return _asked(owner, "SELECT has_any_column_privilege(%s, %s, %s)", login, table, statement)
    return _asked(owner, "SELECT has_table_privilege(%s, %s, %s)", login, table, statement)


def _asked(owner: psycopg.Connection[Any], query: str, *values: str) -> bool:
    row = owner.execute(query, values).fetchone()
    assert row is not None
    return bool(row[0])


def _may(client: psycopg.Connection[Any], statement: str) -> bool:
    """Whether a role may do this; whatever it did is undone. What fails for another reason than a right was allowed."""
    words = statement.encode()
    if statement.startswith(("VACUUM", "ALTER SYSTEM", "CREATE DATABASE")):  # not for a transaction
        return _outcome(client, words)
    client.execute("BEGIN")
    try:
        return _outcome(client, words)
    finally:
        client.execute("ROLLBACK")
        client.execute("RESET ALL")


def _outcome(client: psycopg.Connection[Any], words: bytes) -> bool:
    try:
        if words.startswith(b"COPY") and b" STD" in words:
            with client.cursor().copy(words) as copying:
                if b" TO " in words:
                    for _ in copying:
                        pass
            return True
        client.execute(words)
    except psycopg.errors.InsufficientPrivilege as error:
        return (error.diag.message_primary or "").startswith("casus: ")  # it was called, and said no itself
    except psycopg.Error as error:
        return not _forbidden(error)
    return not words.startswith(b"VACUUM")  # without the right it warns and leaves the table alone


def _forbidden(error: psycopg.Error) -> bool:
    """Refusals that come under another code than the one for rights: what is not there for us, or not to be done by us."""
    told = str(error)
    return any(words in told for words in ("permission denied", "must be", "could not open extension", "could not access file"))
