"""`casus export parquet`: the log as segments of Parquet for reporting; what is whole is written once, and more as it grows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.cli.history_export import pseudonyms
from infra.cli.param import Bad, Param
from infra.cli.proving import Proof, proof_of
from infra.cli.session import Session

if TYPE_CHECKING:
    from infra.exports.course.coarsening import Grain
    from infra.exports.parquet_folder import Folder
    from infra.exports.segments import Stretch

WHAT = "export-parquet"
SEGMENT = Param("segment", "integer", default="10000")
LEAST = 100
"""Smaller segments are files for the sake of files."""
MOST = 999_999_999
"""The places in the name of a segment have nine digits."""


def export(
    session: Session, *, output: str, recipient: str, place: int | None, segment: int, coarsen: Grain, hide_organisations: bool,
    withhold_small_counts: bool,
) -> None:  # fmt: skip
    """Write the segments that are missing. What leaves is stored for each of them, with the cases in it, whom it is for and its
    digest, before it is in its place.
    """
    from infra.exports.course import Coarsening
    from infra.exports.parquet import schema
    from infra.exports.parquet_folder import Folder, Terms
    from infra.exports.segments import Segments

    if segment < LEAST:
        raise Bad("outside", param=SEGMENT.shown, least=LEAST, most=MOST)
    schema()  # refused before anything is stored where pyarrow is not installed
    least = session.gate.shows_from(withhold=withhold_small_counts)
    session.gate.general(WHAT)  # so that nothing is read for somebody who may not
    names = pseudonyms(session, recipient, hide_organisations=hide_organisations)
    proof = proof_of(session, place, lambda rows: session.out.progress(session.words.say("copying", rows=rows)))
    checkpoint = proof.checkpoint
    terms = Terms(checkpoint.origin, recipient, segment, coarsen, hide_organisations, least)
    folder = Folder(Path(output).expanduser(), terms, checkpoint.size)
    folder.checkpoint = checkpoint.note
    segments = Segments(session.store, names, Coarsening(coarsen), least)
    wanted = list(folder.stretches())
    missing = [(first, last, file) for first, last, file in wanted if not folder.has(file, last)]
    made = []
    for first, last, file in missing:
        stretch = segments.stretch(first, last)
        _write(session, folder, file, stretch, recipient)
        made.append(stretch)
        session.out.progress(session.words.say("events-read", count=last))
    digest = folder.write()
    session.out.progress_done()
    told = {"recipient": recipient, "place": checkpoint.size, "digest": digest}
    _say(session, made, told, proof, len(wanted), least)


def _write(session: Session, folder: Folder, file: str, stretch: Stretch, recipient: str) -> None:
    from infra.exports.files import Digested, written_whole
    from infra.exports.parquet import write

    with written_whole(folder.path / file) as raw:
        digested = Digested(raw)
        write(digested, stretch)
        digest = digested.digest.hexdigest()
        session.gate.general(WHAT, outcome="exported", seen=stretch.seen, recipient=recipient, digest=digest)
    folder.keep(file, stretch, digest)


def _say(
    session: Session, made: list[Stretch], told: dict[str, Any], proof: Proof, segments: int, least: int | None
) -> None:  # fmt: skip
    from infra.exports.parquet_folder import MANIFEST

    if least is not None:
        session.out.warn("counts-withheld", least=least)
    withheld = sum(stretch.withheld for stretch in made)
    if withheld:
        session.out.warn("segments-withheld", count=withheld, least=least)
    counts = {"segments": segments, "written": len(made), "rows": sum(len(stretch.rows) for stretch in made)}
    if session.out.json:
        session.out.record({**told, **counts, "withheld": withheld, **proof.facts})
    else:
        session.out.line(session.words.say("segments-written", **counts))
        session.out.line(session.words.say("left-house-folder", file=MANIFEST, **told))
