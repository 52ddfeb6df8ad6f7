"""What the exports of histories have in common: what they ask, what is read, what is stored of it, what is said."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from domain.refusal import NotFound
from infra.cli.access_export import OUTPUT, RECIPIENT
from infra.cli.asking import written_over
from infra.cli.own import TEAM
from infra.cli.param import Param
from infra.cli.proving import proof_of
from infra.cli.session import Session
from infra.cli.tracing import period

if TYPE_CHECKING:
    from infra.exports.course import Course, Histories, Pseudonyms, Which
    from infra.exports.course.coarsening import Grain

PLACE = Param("place", "integer")
WHICH = (Param("since", "date", flag="from"), Param("until", "date", flag="to"), TEAM)
COARSEN = Param("coarsen", "choice", choices=("none", "hour", "day", "week", "month"), default="none")
HIDE = Param("hide_organisations", "yes-no")
WITHHOLD = Param("withhold_small_counts", "yes-no")
ASKS = (OUTPUT, RECIPIENT, PLACE, *WHICH, COARSEN, HIDE, WITHHOLD)

Write = Callable[["Iterable[Course]", Path, Callable[[str], object]], int]


def export(
    session: Session, what: str, write: Write, *, output: str, recipient: str, place: int | None, which: Which,
    coarsen: Grain, hide_organisations: bool, withhold_small_counts: bool, yes: bool,
) -> None:  # fmt: skip
    """Write histories to a file, up to the place of the checkpoint that goes with it. What leaves is stored, with the cases in
    it, whom it is for and its digest, before the file is in its place.
    """
    written_over(session, (OUTPUT, output), yes=yes)
    least = session.gate.shows_from(withhold=withhold_small_counts)
    # Stored first, so that nothing is read for somebody who may not; what leaves is stored again, with its digest.
    session.gate.general(what)
    if which.table is not None and not session.team(which.table).exists():
        raise NotFound("team", which.table)
    names = pseudonyms(session, recipient, hide_organisations=hide_organisations)
    going = proof_of(session, place)
    checkpoint = going.checkpoint
    histories = read(session, checkpoint.size, names, which, least, coarsen=coarsen)
    told = {"recipient": recipient, "place": checkpoint.size}

    def leaving(digest: str) -> None:
        session.gate.general(what, outcome="exported", seen=histories.seen, recipient=recipient, digest=digest)
        told["digest"] = digest

    count = write(histories, Path(output), leaving)
    session.out.progress_done()
    if least is not None:
        session.out.warn("counts-withheld", least=least)
    cases = len(histories.seen)
    if session.out.json:
        proof = {"origin": checkpoint.origin, "root": b64encode(checkpoint.root).decode()}
        session.out.record({"cases": cases, "events": count, **told, **proof, **going.facts})
    else:
        session.out.line(session.words.say("exported", cases=cases, events=count))
        session.out.line(session.words.say("left-house", **told))


def pseudonyms(session: Session, recipient: str, *, hide_organisations: bool) -> Pseudonyms:
    """The pseudonyms of who it is for. Refused as `pseudonyms-need-key` under a login that the server hands no key to: to be
    asked before anything is read or made, for where there is nothing to tell no pseudonym is.
    """
    from domain.refusal import Refused
    from infra.exports.course import Pseudonyms

    try:
        session.store.tokens.digest(f"course {recipient}", b"")
    except Refused as refused:
        raise Refused("pseudonyms-need-key") if refused.code == "store-forbidden" else refused from None
    return Pseudonyms(recipient, session.store.tokens.digest, organisations=hide_organisations)


def read(
    session: Session, place: int, names: Pseudonyms, which: Which, least: int | None, *, coarsen: Grain
) -> Histories:  # fmt: skip
    """The histories under these pseudonyms, up to a place, without counts that are smaller than the least."""
    from infra.exports.course import Coarsening, Histories

    def told(read: int) -> None:
        session.out.progress(session.words.say("events-read", count=read))

    return Histories(
        session.store, place, names, which=which, coarsening=Coarsening(coarsen), least=least, told=told,
    )  # fmt: skip


def chosen(since: date | None, until: date | None, team: str | None, source: str | None = None) -> Which:
    """Which histories were asked for. Complains of a period that ends before it begins."""
    from infra.exports.course import Which

    period(since, until)
    return Which(team, source, since, until)
