"""`casus stats`: figures over imported histories, and `casus export`: the histories themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from domain.refusal import NotFound
from infra.cli.own import JSON, branch, leaf
from infra.cli.param import Param
from infra.cli.session import Session
from infra.texts import Words
from projections import stats
from projections.registry import projection
from projections.stats_steps import StepRow
from projections.steps import figures

SOURCE = Param("source", "code")
AT = Param("at", "moment")
DAYS = Param("days", "integer", default="30")
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
        own = {"silent": (AT, DAYS), "gaps": (DAYS,)}.get(name, (AT,) if name in MOMENTARY else ())
        return leaf(words, f"stats {name}", lambda session, **given: work(session, name, **given), SOURCE, *own, also=(JSON,))

    return make


def work(session: Session, name: str, source: str | None, at: datetime | None = None, days: int = 30) -> None:
    """One figure over one source, or over all there is."""
    rows = steps(session, source)
    if name in SIMPLE:
        found = SIMPLE[name](rows)
    elif name == "gaps":
        found = stats.gaps(rows, days)
    elif name == "silent":
        found = stats.silent(rows, at or session.now(), days)
    else:
        found = MOMENTARY[name](rows, at or session.now())
    if session.out.json:
        session.out.record(found)
        return
    session.out.rows(list(_flat(found)), ("figure", "value"), {"figure": lambda r: r["figure"], "value": lambda r: r["value"]})


def steps(session: Session, source: str | None) -> Iterator[StepRow]:
    """The steps of one source or of all, with the names of its resources for who may see them."""
    from infra.imports.sources import SourceBook

    kept = projection("steps")
    rows = session.readmodels.rows(kept, **({"source": source} if source else {}))
    if source is not None and not rows:
        raise NotFound("source", source)
    names = {which: SourceBook(session.store, which).names() for which in {row.source for row in rows}}
    for step in figures(rows):
        yield step._replace(resource=names[step.source].get(step.resource, step.resource)) if step.resource else step


def _flat(found: Figures) -> Iterator[dict[str, str]]:
    """Each figure on a line: its name, its value; of a list one line each."""
    for name, value in found.items():
        if isinstance(value, Mapping):
            yield from ({"figure": f"{name}  {key}", "value": str(v)} for key, v in value.items())
        elif isinstance(value, list | tuple):
            for item in value:
                *key, last = item if isinstance(item, list | tuple) else (item,)
                yield {"figure": f"{name}  {' → '.join(map(str, key))}", "value": str(last)}
        else:
            yield {"figure": name, "value": str(value)}


def export(session: Session, source: str, output: str) -> None:
    """One source's histories as XES; the same bytes each time."""
    from infra.exports.xes import export_xes

    rows = sorted(steps(session, source), key=lambda s: (s.case, s.position))
    count = export_xes(rows, Path(output))
    cases = len({s.case for s in rows})
    if session.out.json:
        session.out.record({"source": source, "cases": cases, "events": count})
    else:
        session.out.line(session.words.say("exported", cases=cases, events=count))
