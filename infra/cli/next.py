"""`casus next`: what can be done now with a case, what is due first, as one would type it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from commands import resolve
from commands.next import Possible, possible
from infra.cli.kinds import params
from infra.cli.looking import look
from infra.cli.own import ASKER, CASE, JSON, leaf
from infra.cli.param import Param
from infra.cli.session import Session
from infra.texts import Words

ALL = Param("all", kind="yes-no")


def command(name: str, words: Words) -> click.Command:
    """The command."""
    return leaf(words, name, work, CASE, ALL, also=(*ASKER, JSON))


def work(session: Session, case: str, **given: Any) -> None:
    """List what is due and why; with `--all` also what the case's state allows beside it."""
    from infra.engine import Request

    settings = session.settings
    request = Request(login=session.login, acting_as=session.acting_as(), team=settings.team, assurance=session.assurance)
    look(session, "next-case", case, None, None)
    state, desk = session.engine.desk(case, request)
    found = [item for item in possible(state, desk) if given["all"] or item.why != "allowed"]
    words = session.words
    shown = {
        "why": lambda row: words.get("next", "why", row["why"]),
        "type": lambda row: " ".join((row["type"], *(_asked(p, words) for p in needed(row["command"])))),
    }
    session.out.rows([_row(item, case) for item in found], ("type", "why", "by"), shown)


def _row(item: Possible, case: str) -> Mapping[str, Any]:
    return {
        "command": item.command, "why": item.why, "entry": item.entry, "by": item.by, "type": typed(item, case),
        "needs": [p.option for p in needed(item.command)],
    }  # fmt: skip


def typed(item: Possible, case: str) -> str:
    """How the command begins on the command line, with the entry where it takes one."""
    takes = [p.shown for p in params(resolve(item.command)) if p.positional][1:]
    stage, _, verb = item.command.partition(".")
    entries = [item.entry or takes[0], *takes[1:]] if takes else []
    return " ".join(("casus", stage, verb, case, *entries))


def needed(command: str) -> list[Param]:
    """The options that a command can't do without."""
    return [p for p in params(resolve(command)) if p.required and not p.positional]


def _asked(param: Param, words: Words) -> str:
    """An option as somebody has yet to fill it in: `--motivation TEXT`."""
    if param.kind == "yes-no":
        return f"{param.option}|--not-{param.option[2:]}"
    return f"{param.option} {'|'.join(param.choices) or words.get('cli', 'kinds', param.kind)}"
