"""What each group role may do with each object of a store: the whole of it, as data. What is not named here nobody may."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from infra.store.roles import AUDITOR, GROUPS, OWNER, PRIVACY, PROFESSIONAL, PROJECTOR, REPORTING
from projections.base import Projection

EVERYBODY = tuple(g for g in GROUPS if g != OWNER)
PEOPLE = (AUDITOR, PRIVACY, PROFESSIONAL)
"""The groups whose rows go by who they are."""
WORKERS = (PRIVACY, PROFESSIONAL)


class Right(NamedTuple):
    """A privilege on an object for a role. `kind`: schema, table or function; a function by its name alone."""

    kind: str
    object: str
    privilege: str
    role: str


class RowPolicy(NamedTuple):
    """Which rows of a table a role may read. `using` stands as the catalogue gives it back, in one line."""

    table: str
    name: str
    command: str
    roles: tuple[str, ...]
    using: str


SCHEMAS: Mapping[str, tuple[str, ...]] = {"casus": EVERYBODY, "casus_keys": EVERYBODY, "casus_read": EVERYBODY}

TABLES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "casus.casus_schema": {"SELECT": EVERYBODY},
    "casus.casus_store": {"SELECT": EVERYBODY},
    "casus.place_head": {"SELECT": EVERYBODY},
    "casus.tracking": {"SELECT": EVERYBODY, "UPDATE": (PROJECTOR,)},
    "casus.stored_events": {"SELECT": (*PEOPLE, PROJECTOR, REPORTING)},
    "casus.places": {"SELECT": (*PEOPLE, PROJECTOR, REPORTING)},
    "casus.receipts": {"SELECT": PEOPLE},
    "casus_keys.casus_schema": {"SELECT": EVERYBODY},
    # Everybody may check; the follower grows the evidence log and signs. Nobody changes it: triggers see to that.
    **{f"casus.{t}": {"SELECT": EVERYBODY, "INSERT": (PROJECTOR,)} for t in ("leaves", "tiles", "checkpoints", "evidence_keys")},
}

FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "casus.append": (*WORKERS, PROJECTOR),
    "casus.disclose": (*PEOPLE, REPORTING),
    "casus.homes": (*PEOPLE, REPORTING),
    "casus.is_there": (*PEOPLE, REPORTING),
    "casus.knock": (PROFESSIONAL,),
    "casus.last_number": (PROFESSIONAL,),
    "casus.notice_given": (PROJECTOR,),
    "casus.notices_due": (PROJECTOR,),
    "casus.place_new": EVERYBODY,
    "casus.my_streams": (*PEOPLE, REPORTING),
    "casus.sees": PEOPLE,
    "casus_keys.add": WORKERS,
    "casus_keys.find": WORKERS,
    "casus_keys.keep_secret": WORKERS,
    "casus_keys.put_tokens": WORKERS,
    "casus_keys.release": WORKERS,
    "casus_keys.secret": WORKERS,
    "casus_keys.states": WORKERS,
    "casus_keys.erasure_close": (PRIVACY,),
    "casus_keys.erasure_destroy": (PRIVACY,),
    "casus_keys.erasure_drop_tokens": (PRIVACY,),
    "casus_keys.erasure_keys": (PRIVACY,),
    "casus_keys.erasure_left": (PRIVACY,),
    "casus_keys.erasure_logged": (PRIVACY,),
    "casus_keys.erasure_note": (PRIVACY,),
    "casus_keys.erasure_same_person": (PRIVACY,),
    "casus_keys.erasure_steps": PEOPLE,
    "casus_keys.erasures_outstanding": EVERYBODY,
    "casus_keys.erasures_unlisted": PEOPLE,
    "casus_keys.keks_in_use": PEOPLE,
    "casus_keys.ledger_standing": EVERYBODY,
}


def _seen(column: str, *, streams: bool = True, disclosures: bool = False) -> str:
    """Which rows people read, by the column that holds a stream: as the catalogue gives it back. That of a read model names no
    table, so that it holds for the one that a rebuild swaps in.
    """
    mine = f"({column} IN ( SELECT casus.my_streams() AS my_streams))"
    if not disclosures:
        return mine
    its = f"casus.sees({column})"
    return f"CASE WHEN ({column} ~~ 'access:%'::text) THEN {its} ELSE {mine} END" if streams else its


POLICIES = (
    RowPolicy("casus.stored_events", "casus_people", "r", PEOPLE, _seen("originator_id", disclosures=True)),
    RowPolicy("casus.stored_events", "casus_projector", "r", (PROJECTOR,), "true"),
    RowPolicy("casus.stored_events", "casus_reporting", "r", (REPORTING,), _seen("originator_id")),  # tables' own streams
    RowPolicy("casus.places", "casus_people", "r", PEOPLE, _seen("originator_id", disclosures=True)),
    RowPolicy("casus.places", "casus_projector", "r", (PROJECTOR,), "true"),
    RowPolicy("casus.places", "casus_reporting", "r", (REPORTING,), _seen("originator_id")),
    RowPolicy("casus.receipts", "casus_people", "r", PEOPLE, "(recorded_by = SESSION_USER)"),
)


def rights() -> Iterator[Right]:
    """Every right on the log and on the keys."""
    for schema, roles in SCHEMAS.items():
        yield from (Right("schema", schema, "USAGE", role) for role in roles)
    for table, granted in TABLES.items():
        yield from (Right("table", table, privilege, role) for privilege, roles in granted.items() for role in roles)
    for function, roles in FUNCTIONS.items():
        yield from (Right("function", function, "EXECUTE", role) for role in roles)


def rights_on_reading(projections: tuple[Projection[Any], ...]) -> Iterator[Right]:
    """Every right on the tables of read models. What holds references or logins is not for reporting."""
    for p in projections:
        table = f"casus_read.{p.table}"
        for privilege in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            yield Right("table", table, privilege, PROJECTOR)
        yield from (Right("table", table, "SELECT", role) for role in PEOPLE)
        if not p.internal:
            yield Right("table", table, "SELECT", REPORTING)


def policies_on_reading(projections: tuple[Projection[Any], ...]) -> Iterator[RowPolicy]:
    """Which rows of the read models' tables each group sees: its people those of the streams that they may read."""
    for p in projections:
        table = f"casus_read.{p.table}"
        access = "access" in p.of
        using = _seen(p.stream, streams=bool(set(p.of) - {"access"}), disclosures=access)
        yield RowPolicy(table, "casus_people", "r", PEOPLE, using)
        yield RowPolicy(table, "casus_projector", "*", (PROJECTOR,), "true")
        if not p.internal:
            yield RowPolicy(table, "casus_reporting", "r", (REPORTING,), "true")


def topic_rights() -> set[tuple[str, str, str]]:
    """Which function may record which topic, standing how to a case: as rows of `casus.topic_rights`."""
    document = tomllib.loads((Path(__file__).parent / "topics.toml").read_text(encoding="utf-8"))
    return {(f, relation, topic) for f, by in document.items() for relation, topics in by.items() for topic in topics}
