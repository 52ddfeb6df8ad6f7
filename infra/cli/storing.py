"""`casus store`: how the store is, and bringing it up to date."""

from __future__ import annotations

from typing import Any

import click

from infra.cli.asking import sure
from infra.cli.backing import command as backing
from infra.cli.own import JSON, YES, branch, leaf
from infra.cli.roles import command as roles
from infra.cli.session import Session
from infra.texts import Words


def command(name: str, words: Words) -> click.Command:
    """The group."""
    return branch(
        words, name,
        {
            "status": lambda w: leaf(w, "store status", status),
            "upgrade": lambda w: leaf(w, "store upgrade", upgrade, also=(YES, JSON)),
            "backup": lambda w: backing("backup", w),
            "restore": lambda w: backing("restore", w),
            "roles": roles,
        },
    )  # fmt: skip


def status(session: Session) -> None:
    """How far each schema is, whether this program can use it, and on a server what waits for its place."""
    from infra.store import store_status

    found = store_status(session.store_config)
    rows: list[dict[str, Any]] = [
        {"schema": name, "found": s.found, "known": s.known, "state": _state(s.found, s.known)} for name, s in found.items()
    ]
    session.out.rows(rows, ("schema", "found", "known", "state"))
    if all(row["state"] == "current" for row in rows):
        lag = session.store.lag()
        session.out.note("store-ready", events=session.store.head(), waiting=lag.waiting)


def _state(found: int, known: int) -> str:
    return "missing" if found == 0 else "current" if found == known else "older" if found < known else "newer"


def upgrade(session: Session, yes: bool) -> None:
    """Bring the schemas, and the tables of the read models, up to date."""
    from infra.store import store_status, upgrade_store

    if any(0 < s.found < s.known for s in store_status(session.store_config).values()):
        sure(session, "store upgrade", yes=yes)
    ran = upgrade_store(session.store_config)
    made = session.readmodels.prepare()
    session.out.rows([{"ran": name} for name in (*ran, *made)], ("ran",))
