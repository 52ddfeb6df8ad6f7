"""`casus export xes`: the histories of cases, or of a source by its own names, as a file for another house."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from domain.refusal import Refused
from infra.cli.access_export import OUTPUT
from infra.cli.asking import written_over
from infra.cli.history_export import chosen
from infra.cli.history_export import export as export_histories_of
from infra.cli.param import Bad
from infra.cli.session import Session

WHAT = "export-xes"


def export(
    session: Session, source: str | None, since: date | None, until: date | None, team: str | None, **how: Any
) -> None:  # fmt: skip
    """The histories of cases, pseudonyms for names; with a source that one's steps, as they came."""
    if source is None:
        from infra.exports.xes_histories import export_histories

        export_histories_of(session, WHAT, export_histories, which=chosen(since, until, team), **how)
        return
    coarser = how.pop("coarsen") != "none"
    given = {
        "--from": since, "--to": until, "--team": team, "--coarsen": coarser,
        "--hide-organisations": how.pop("hide_organisations"), "--withhold-small-counts": how.pop("withhold_small_counts"),
    }  # fmt: skip
    for option in (option for option, value in given.items() if value):
        raise Bad("not-beside", param=option, other="--source")
    of_source(session, source, **how)


def of_source(session: Session, source: str, output: str, recipient: str, place: int | None, *, yes: bool) -> None:
    """One source's histories as XES; the same bytes each time. What leaves is stored, with whom it is for and its digest,
    before the file is in its place. Cases whose resident's data is frozen today (AVG art. 18) are left out, whatever the place.
    Refused as `export-not-as-it-came` for who is shown no small counts.
    """
    from infra.exports.course.histories import frozen_now
    from infra.exports.xes import export_xes
    from infra.imports.figures import in_document_order, steps_of

    written_over(session, (OUTPUT, output), yes=yes)
    least = session.gate.shows_from()
    told: dict[str, Any] = {"recipient": recipient}

    def leaving(digest: str) -> None:
        seen = {f"{row.source}:{row.case}" for row in rows}
        session.gate.general(WHAT, outcome="exported", seen=seen, recipient=recipient, digest=digest)
        told["digest"] = digest

    # Stored first, so that nothing is read for somebody who may not; what leaves is stored again, with its digest.
    session.gate.general(WHAT)
    if least is not None:
        raise Refused("export-not-as-it-came", least=least)
    upto = None if place is None else session.evidence.at(place).size
    models = session.readmodels if upto is None else session.readmodels.up_to(upto, session.store.streams(f"{source}:"))
    steps = steps_of(session.store, models, lambda refs: session.gate.general(WHAT, refs=refs), source)
    closed = frozen_now(session.store)
    rows = in_document_order([row for row in steps if f"{row.source}:{row.case}" not in closed])
    if upto is None:
        upto = session.store.head()
    count = export_xes(rows, Path(output), leaving)
    cases = len({row.case for row in rows})
    if session.out.json:
        session.out.record({"source": source, "cases": cases, "events": count, "place": upto, **told})
    else:
        session.out.line(session.words.say("exported", cases=cases, events=count))
        session.out.line(session.words.say("left-house", place=upto, **told))
