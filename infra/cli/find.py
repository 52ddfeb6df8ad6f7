"""`casus find`: the cases in which somebody is known, by name, birth date or citizen service number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from commands.identifying import birth_date, citizen_number
from infra.cli.asking import text_from
from infra.cli.invalid import Complaint, Invalid
from infra.cli.own import ASKER, JSON, leaf
from infra.cli.param import Bad, Param
from infra.cli.session import Session
from infra.texts import Words

NAME = Param("name", "line")
ASKED = (NAME, Param("birth_date", "line"), Param("number", "line"))
CHECKS: dict[str, Callable[[str], str]] = {"birth_date": birth_date, "number": citizen_number}
COLUMNS = ("number", "subject", "team", "status", "holder")


def command(name: str, words: Words) -> click.Command:
    """The command."""
    return leaf(words, name, work, *ASKED, also=(*ASKER, JSON))


def work(session: Session, **given: str | None) -> None:
    """Find the cases of somebody that you may know of. What is typed for it need not stand in the shell's history."""
    from infra.seeing.persons import find

    rows = [found._asdict() for found in find(session.gate, session.store.load, _sought(session, given))]
    session.out.rows(rows, COLUMNS, {"subject": lambda row: f"{row['subject']} ({session.words.code(row['kind'], 'kind')})"})


def _sought(session: Session, given: dict[str, Any]) -> dict[str, str]:
    """What to look for: as it was given, read from input or a file, or asked for where nothing was given at all."""
    taken = sum(value == "-" for value in given.values())
    if not any(given.values()):
        if not session.interactive():
            raise Bad("missing", param=NAME.shown, kind=NAME.kind)
        given["name"] = text_from(session, Param("name", "line", required=True), None, case=None)
    found: dict[str, str] = {}
    wrong: list[Complaint] = []
    for param in ASKED:
        text = text_from(session, param, given[param.name], case=None, alone=taken < 2)
        if text is None or not text.strip():
            wrong += [(param.shown, "empty-text", {})] if text is not None else []
            continue
        try:
            found[param.name] = CHECKS.get(param.name, str)(text.strip())
        except ValueError as error:
            wrong.append((param.shown, str(error), {}))
    if wrong:
        raise Invalid(wrong)
    return found
