"""`casus export ocel`: the histories of cases as events and objects, for tools that follow several objects at once."""

from __future__ import annotations

from datetime import date
from typing import Any

from infra.cli.history_export import chosen, export
from infra.cli.session import Session

WHAT = "export-ocel"


def ocel(
    session: Session, since: date | None, until: date | None, team: str | None, source: str | None, **how: Any
) -> None:  # fmt: skip
    """OCEL 2.0 (JSON): the same bytes for the same place, recipient and choices."""
    from infra.exports.ocel import export_ocel

    export(session, WHAT, export_ocel, which=chosen(since, until, team, source), **how)
