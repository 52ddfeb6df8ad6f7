"""`casus export xes`: the histories of a source as a file for another house."""

from __future__ import annotations

from pathlib import Path

from infra.cli.session import Session

WHAT = "export-xes"


def export(session: Session, source: str, output: str, recipient: str) -> None:
    """One source's histories as XES; the same bytes each time. What leaves is stored, with whom it is for and its digest,
    before the file is in its place.
    """
    from infra.exports.xes import export_xes
    from infra.imports.figures import in_document_order, steps_of

    told: dict[str, str] = {"recipient": recipient}

    def leaving(digest: str) -> None:
        seen = {f"{row.source}:{row.case}" for row in rows}
        session.gate.general(WHAT, outcome="exported", seen=seen, recipient=recipient, digest=digest)
        told["digest"] = digest

    # Stored first, so that nothing is read for somebody who may not; what leaves is stored again, with its digest.
    session.gate.general(WHAT)
    rows = in_document_order(
        steps_of(session.store, session.readmodels, lambda refs: session.gate.general(WHAT, refs=refs), source)
    )
    place = session.store.head()
    count = export_xes(rows, Path(output), leaving)
    cases = len({row.case for row in rows})
    if session.out.json:
        session.out.record({"source": source, "cases": cases, "events": count, "place": place, **told})
    else:
        session.out.line(session.words.say("exported", cases=cases, events=count))
        session.out.line(session.words.say("left-house", place=place, **told))
