"""`casus export jsonl`: the whole store up to a place, with the checkpoint of it, in a form that anybody can read."""

from __future__ import annotations

from pathlib import Path

from infra.cli.access_export import OUTPUT
from infra.cli.asking import written_over
from infra.cli.proving import proof_of
from infra.cli.session import Session

WHAT = "export-jsonl"


def export(session: Session, output: str, recipient: str, place: int | None, *, yes: bool) -> None:
    """Write it, the same bytes for the same place. What leaves is stored, with whom it is for and its digest, before the file
    is in its place.
    """
    from infra.backup.rows import snapshot
    from infra.exports.files import Digested, packed, written_whole
    from infra.exports.lines.form import packed as base64
    from infra.exports.lines.vouching import vouched_for
    from infra.exports.lines.writing import write

    written_over(session, (OUTPUT, output), yes=yes)
    session.gate.general(WHAT)  # so that nothing is read for somebody who may not
    path, db = Path(output).expanduser(), session.store.connection()

    def tell(rows: int) -> None:
        session.out.progress(session.words.say("copying", rows=rows))

    proof = proof_of(session, place, tell)
    checkpoint = proof.checkpoint
    vouched = vouched_for(db, checkpoint.origin, checkpoint.size)
    with written_whole(path) as file:
        digested = Digested(file)
        with packed(digested, path) as out, snapshot(db):
            totals = write(out, db, vouched, tell)
        digest = digested.digest.hexdigest()
        session.gate.general(WHAT, outcome="exported", recipient=recipient, digest=digest)
    session.out.progress_done()
    told = {"recipient": recipient, "place": checkpoint.size, "digest": digest}
    held = {"events": totals.events, "sealed": totals.sealed, "receipts": totals.receipts}
    if session.out.json:
        session.out.record({**told, **held, "origin": checkpoint.origin, "root": base64(checkpoint.root), **proof.facts})
    else:
        session.out.line(session.words.say("lines-written", **held))
        session.out.line(session.words.say("left-house", **told))
