"""`casus import`: a case log of elsewhere into the store, once; with progress, and again where it was broken off."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from infra.cli.own import JSON, leaf
from infra.cli.param import Bad, Param
from infra.cli.session import Session
from infra.texts import Words

if TYPE_CHECKING:
    from domain.event import Header

PURPOSE = "import"
FORMATS = ("xes", "csv", "jsonl")
PARAMS = (
    Param("log", "file", required=True, positional=True),
    Param("source", "code", required=True),
    Param("map", "file"),
    Param("format", "choice", choices=FORMATS),
    Param("encoding", "word", default="utf-8"),
    Param("delimiter", "word"),
    Param("columns", "text", many=True),  # a column's name may hold a comma
    Param("zone", "word", default="UTC"),
    Param("time_format", "word"),
    Param("case_prefix", "word"),
)
FIELDS = ("case", "activity", "when", "lifecycle", "resource", "group", "position")


def command(name: str, words: Words) -> click.Command:
    """The command."""
    return leaf(words, name, work, *PARAMS, also=(JSON,))


def work(session: Session, log: str, source: str, **how: Any) -> None:
    """Import a log."""
    from infra.imports import checked, import_log
    from infra.logs import LogOptions, open_log
    from infra.logs.mapping import NOTHING_MAPPED, load_map

    checked(source)
    kinds = load_map(Path(how["map"])) if how["map"] else NOTHING_MAPPED
    out, say = session.out, session.words.say
    options = LogOptions(
        format=how["format"], encoding=how["encoding"], delimiter=how["delimiter"], columns=_columns(how["columns"]),
        zone=how["zone"], time_format=how["time_format"], case_prefix=how["case_prefix"] or "",
    )  # fmt: skip
    header = _header(session)
    permit = session.gate.allow("import")

    def reading(done: int, total: int) -> None:
        out.progress(say("reading", percent=100 * done // total if total else 0))

    with open_log(Path(log), options, reading) as steps:
        found = import_log(
            session.store, source, steps, kinds, header, lambda n: out.progress(say("storing", events=n)), permit=permit
        )
        out.progress_done()
        if steps.zoneless:
            out.warn("no-zones", count=steps.zoneless, zone=how["zone"])
        came_to = {"source": source, **asdict(found), "zoneless": steps.zoneless}
    _caught_up(session)
    if out.json:
        out.record(came_to)
    else:
        out.line(say("imported", source=source, cases=found.cases, events=found.events, added=found.added))


def _header(session: Session) -> Header:
    """Who imports: a member of a table, or whoever keeps the store; then the login stands for them."""
    from domain.event import Header
    from domain.refusal import Refused
    from infra.engine import Request
    from infra.engine.identity import header_of, on_roster
    from infra.seeing.owning import ASSURANCE as OWNER

    settings = session.settings
    request = Request(session.login, session.acting_as(), settings.team, purpose=PURPOSE, assurance=session.assurance)
    tables = [settings.team] if settings.team else session.readmodels.teams_of(request.login, request.acting_as)
    found = [(team, actor) for team in map(session.team, tables) if (actor := on_roster(team, request))]
    if len(found) == 1:
        return header_of(request, "", *found[0], None)
    if settings.actor or settings.team:
        raise Refused("not-on-roster", team=settings.team, who=settings.actor or request.login)
    assurance = OWNER if session.store.in_owners_hands() else request.assurance
    return Header(request.login, "", "", PURPOSE, PURPOSE, "", assurance)


def _caught_up(session: Session) -> None:
    """Let the read models take it in, where this login may write them; else whoever follows the log does."""
    from domain.refusal import Refused

    out, say = session.out, session.words.say
    try:
        session.readmodels.catch_up(lambda p: out.progress(say("progress", done=p.done, total=p.total)))
    except Refused as refused:
        if refused.code not in ("store-forbidden", "store-read-only"):
            raise
    finally:
        out.progress_done()


def _columns(named: list[str]) -> Any:
    from infra.logs import Columns

    chosen: dict[str, str] = {}
    for pair in named:
        field, _, name = pair.partition("=")
        if field not in FIELDS or not name or field in chosen:
            raise Bad("column", param="--column", choices=FIELDS)
        chosen[field] = name
    return Columns(**chosen)
