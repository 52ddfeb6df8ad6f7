"""`casus next`: what can be done now with a case, what is due first, as one would type it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from commands import resolve
from commands.next import Possible, possible
from infra.cli.own import CASE, JSON, leaf
from infra.cli.param import Param
from infra.cli.session import Session
from infra.texts import Words

ALL = Param("all", kind="yes-no")


def command(name: str, words: Words) -> click.Command:
    """The command."""
    return leaf(words, name, work, CASE, ALL, also=(JSON,))


def work(session: Session, case: str, **given: Any) -> None:
    """List what is due and why; with `--all` also what the case's state allows beside it."""
    from infra.engine import Request

    settings = session.settings
    request = Request(login=session.login, acting_as=settings.actor, team=settings.team, assurance=session.assurance)
    state, desk = session.engine.desk(case, request)
    found = [item for item in possible(state, desk) if given["all"] or item.why != "allowed"]
    session.out.rows([_row(item, case) for item in found], ("type", "why", "by"), {"why": _why(session)})


def _row(item: Possible, case: str) -> Mapping[str, Any]:
    return {"command": item.command, "why": item.why, "entry": item.entry, "by": item.by, "type": typed(item, case)}


def typed(item: Possible, case: str) -> str:
    """How the command begins on the command line, with the entry where it takes one."""
    extras = [f.json_schema_extra for f in resolve(item.command).model_fields.values()]
    takes_entry = any(isinstance(e, dict) and e.get("position") == 1 for e in extras)
    stage, _, verb = item.command.partition(".")
    return f"casus {stage} {verb} {case}" + (f" {item.entry}" if takes_entry and item.entry else "")


def _why(session: Session) -> Any:
    return lambda row: session.words.get("next", "why", row["why"])
