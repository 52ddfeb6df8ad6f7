"""`casus report`: a read model for reporting jobs, whole, as JSON Lines or CSV."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime

import click

from infra.cli.own import LOOKING, asked, leaf
from infra.cli.param import Param
from infra.cli.safe import json_safe
from infra.cli.session import Session
from infra.reports import FORMATS, report
from infra.reports.reporting import COUNTS, Format
from infra.texts import Words

WHICH = Param("report", "word", required=True, positional=True)
FORMAT = Param("format", "choice", choices=FORMATS, default="json")


def command(name: str, words: Words) -> click.Command:
    """The command."""
    return leaf(words, name, work, WHICH, FORMAT, also=LOOKING)


def work(session: Session, report: str, at: date | None, known_at: datetime | None, **how: Format) -> None:
    """Print it. What it holds is the contract of that version: nothing is translated."""
    form: Format = "json" if session.out.json else how["format"]
    least = session.gate.shows_from()
    lines = [json_safe(line) if form == "json" else line for line in _lines(session, report, form, at, known_at, least)]
    digest = hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
    session.gate.general("report", outcome="reported", digest=digest)
    for line in lines:
        session.out.verbatim(line)
    if least is not None and report.partition("@")[0] in COUNTS:
        session.out.warn("counts-withheld", least=least)


def _lines(
    session: Session, name: str, form: Format, at: date | None, known_at: datetime | None, least: int | None
) -> Iterator[str]:
    return report(asked(session, at, known_at), name, form, at, least)
