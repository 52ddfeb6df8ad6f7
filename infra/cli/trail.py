"""`casus trail`: every entry of a case, corrected and withdrawn ones too: who, when and why."""

from __future__ import annotations

import json
from datetime import date, datetime

import click

from infra.cli.entries import as_they_count, by_entry, label_of, refs_of, what, who
from infra.cli.facts import facts
from infra.cli.labels import labels
from infra.cli.looking import look
from infra.cli.own import CASE, LOOKING, leaf
from infra.cli.param import Param
from infra.cli.session import Session
from infra.cli.tables_then import TablesThen
from infra.texts import Words
from infra.texts.sentences import people
from projections.trail import TRAIL

TEXTS = Param("texts", "yes-no")
COLUMNS = ("version", "occurred_at", "recorded_at", "actor", "role", "what")


def command(name: str, words: Words) -> click.Command:
    """The command."""
    return leaf(words, name, trail, CASE, TEXTS, also=LOOKING)


def trail(session: Session, case: str, texts: bool, at: date | None, known_at: datetime | None) -> None:
    """The audit trail, in the order of recording; corrected and withdrawn entries stay to be seen."""
    found, told = look(session, "trail", case, at, known_at, lambda h: refs_of(r for r, _ in as_they_count(h)) if texts else ())
    shown = {r.version: r for r, _ in as_they_count(found)}
    opened = by_entry(shown.values(), told) if texts else {}
    label, own, tables = label_of(session, found), found.state.team, TablesThen(session)
    rows = []
    for row in TRAIL.rows(found):
        made = row._asdict()
        made["before"], made["after"] = (json.loads(v) if v else None for v in (row.before, row.after))
        record = shown[row.version]
        if session.out.json:
            rows.append(made | {"facts": facts(record.event)} | ({"texts": opened.get(row.version, {})} if texts else {}))
        else:
            made["actor"] = who(session.words, record, own, tables)
            made["what"] = what(session, record, row.state, opened.get(row.version), label)
            rows.append(made)
    roles = {"role": lambda row: people("role", row["role"], session.words, labels(session, row["team"]))}
    session.out.rows(rows, COLUMNS, roles)
