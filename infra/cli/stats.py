"""`casus stats`: figures over imported histories."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from infra.cli.own import ASKER, JSON, asked, branch, leaf
from infra.cli.param import Param
from infra.cli.session import Session
from infra.texts import Words
from projections import stats
from projections.stats_steps import StepRow

if TYPE_CHECKING:
    from infra.imports.figures import Opener

SOURCE = Param("source", "code")
AT = Param("at", "moment")
DAYS = Param("days", "integer", default="30")
ALSO = (Param("known_at", "moment"), *ASKER, JSON)
Figures = Mapping[str, Any]

SIMPLE: dict[str, Callable[[Iterable[StepRow]], Figures]] = {
    "totals": stats.totals, "throughput": stats.throughput, "handovers": stats.handovers,
    "group-handovers": stats.group_handovers,
}  # fmt: skip
MOMENTARY: dict[str, Callable[[Iterable[StepRow], datetime], Figures]] = {
    "open": stats.open_cases, "holders": stats.holders, "touched": stats.touched,
}  # fmt: skip


def command(name: str, words: Words) -> click.Command:
    """The group."""
    return branch(words, name, {figure: _maker(figure) for figure in (*SIMPLE, *MOMENTARY, "silent", "gaps")})


def _maker(name: str) -> Callable[[Words], click.Command]:
    def make(words: Words) -> click.Command:
        own = (AT, DAYS) if name in ("silent", "gaps") else (AT,)
        return leaf(words, f"stats {name}", lambda session, **given: work(session, name, **given), SOURCE, *own, also=ALSO)

    return make


def work(
    session: Session, name: str, source: str | None, at: datetime | None, known_at: datetime | None, days: int = 30
) -> None:  # fmt: skip
    """One figure over one source, or over all there is."""
    from infra.imports.figures import steps_of

    rows = steps_of(session.store, asked(session, None, known_at), _opener(session), source)
    found, among = figure_of(name, rows, at, session.now(), days)
    least = session.gate.shows_from()
    if least is not None:
        from projections.small_counts import of_figures

        found = of_figures(found, least, among)
        session.out.note("small-counts", least=least)
    if session.out.json:
        session.out.record(found)
        return
    from infra.cli.figures import tell

    tell(session, found)


def figure_of(name: str, rows: Sequence[StepRow], at: datetime | None, now: datetime, days: int) -> tuple[Figures, int]:
    """A figure, and over how many cases it is: the very cases it was reckoned from, for that says whether it may be shown."""
    if name == "silent" or name in MOMENTARY:
        found = stats.silent(rows, at or now, days) if name == "silent" else MOMENTARY[name](rows, at or now)
        return found, stats.open_cases(rows, at or now)["open"]
    had_been = [row for row in rows if row.occurred_at <= at] if at else rows
    found = stats.gaps(had_been, days) if name == "gaps" else SIMPLE[name](had_been)
    return found, stats.totals(had_been)["cases"]


def _opener(session: Session) -> Opener:
    """What gives the names of a source's resources; that the figures are seen is stored here and now."""
    session.gate.general("stats")
    return lambda refs: session.gate.general("stats", refs=refs)
