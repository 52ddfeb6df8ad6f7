"""`casus import`: a case log of elsewhere into the store, once; with progress, and again where it was broken off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from infra.cli.own import JSON, leaf
from infra.cli.param import Bad, Param
from infra.cli.session import Session
from infra.texts import Words

FORMATS = ("xes", "csv", "jsonl")
PARAMS = (
    Param("log", "file", required=True, positional=True),
    Param("source", "code", required=True),
    Param("map", "file"),
    Param("format", "choice", choices=FORMATS),
    Param("encoding", "word", default="utf-8"),
    Param("delimiter", "word"),
    Param("columns", "word", many=True),
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
    from domain.event import Header
    from infra.cli.running import word
    from infra.imports import import_log
    from infra.logs import LogOptions, open_log
    from infra.logs.mapping import NOTHING_MAPPED, load_map

    word(PARAMS[1], source)
    kinds = load_map(Path(how["map"])) if how["map"] else NOTHING_MAPPED
    store, out, say = session.store, session.out, session.words.say
    options = LogOptions(
        format=how["format"], encoding=how["encoding"], delimiter=how["delimiter"], columns=_columns(how["columns"]),
        zone=how["zone"], time_format=how["time_format"], case_prefix=how["case_prefix"] or "",
    )  # fmt: skip
    header = Header(
        actor=session.login, team="", organisation="", role="import", purpose="import", command=f"import-{source}",
        assurance=session.assurance,
    )  # fmt: skip

    def reading(done: int, total: int) -> None:
        out.progress(say("reading", percent=100 * done // total if total else 0))

    with open_log(Path(log), options, reading) as steps:
        found = import_log(store, source, steps, kinds, header, lambda n: out.progress(say("storing", events=n)))
        out.progress_done()
        if steps.zoneless:
            out.warn("no-zones", count=steps.zoneless, zone=how["zone"])
    session.readmodels.catch_up(lambda p: out.progress(say("progress", done=p.done, total=p.total)))
    out.progress_done()
    if out.json:
        out.record({"source": source, "cases": found.cases, "events": found.events, "added": found.added,
                    "resources": found.resources})  # fmt: skip
    else:
        out.line(say("imported", source=source, cases=found.cases, events=found.events, added=found.added))


def _columns(named: list[str]) -> Any:
    from infra.logs import Columns

    chosen: dict[str, str] = {}
    for pair in named:
        field, _, name = pair.partition("=")
        if field not in FIELDS or not name:
            raise Bad("column", param="--column", choices=FIELDS)
        chosen[field] = name
    return Columns(**chosen)
