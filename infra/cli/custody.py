"""`casus custody list`: the acts of a table that take two persons, and how far each is."""

from __future__ import annotations

from typing import Any

import click

from domain.refusal import NotFound
from infra.cli.own import ASKER, JSON, leaf, yes_or_no
from infra.cli.param import Param
from infra.cli.session import Session
from infra.texts import Words

OF = Param("team", "team", required=True, positional=True)
COLUMNS = ("custody", "act", "state", "asked_on", "asked_by", "alone", "case", "professional", "term")


def command(words: Words) -> click.Command:
    """The command."""
    return leaf(words, "custody list", acts, OF, also=(*ASKER, JSON))


def acts(session: Session, team: str) -> None:
    """List them, the first asked first."""
    found = session.team(team)
    if not found.exists():
        raise NotFound("team", team)
    session.gate.team("custody-list", found)
    rows: list[dict[str, Any]] = [
        {
            "custody": c.id, "act": c.act, "state": c.state, "asked_on": c.asked, "asked_by": c.asked_by, "alone": c.alone,
            "case": c.case, "professional": c.professional, "term": c.term,
        }
        for c in found.custody.values()
    ]  # fmt: skip
    session.out.rows(rows, COLUMNS, yes_or_no(session, "alone"))
