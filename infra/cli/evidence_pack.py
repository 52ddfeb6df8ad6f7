"""`casus evidence pack` and `casus evidence verifier`: a case's history with its proofs as a file, and what checks it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, get_args

import click
from pydantic import StringConstraints

from domain.case import Case
from domain.event import Recorded, replay
from domain.ids import Code
from domain.personal import Ref
from domain.refusal import Conflict, Refused
from infra.cli.access_export import OUTPUT
from infra.cli.asking import written_over
from infra.cli.evidence_reach import earlier_of, reach_of, wanted_of
from infra.cli.looking import formed, through
from infra.cli.own import ASKER, CASE, JSON, YES, leaf
from infra.cli.param import Bad, Param
from infra.cli.proving import Proof
from infra.cli.session import Session
from infra.store.texts import Withheld
from infra.texts import Words

if TYPE_CHECKING:
    from infra.evidence.note import Checkpoint
    from infra.keys.sealing import Opened

ASKS = (
    Param("since", "file"), Param("place", "integer"), Param("known_at", "moment"), Param("recipient", "code", formed=True),
    Param("texts", "yes-no"), Param("with_access", "yes-no"),
)  # fmt: skip
MB = 1024 * 1024
FILE = Param("output", "file", short="-o")
_CODE = re.compile(next(str(c.pattern) for c in get_args(Code) if isinstance(c, StringConstraints)))


class _Asked(NamedTuple):
    """What is to be in the pack: up to which place, which one was asked for (None: all there is), proved with which checkpoint,
    from which earlier one on.
    """

    what: str
    upto: int
    wanted: int | None
    proof: Proof
    since: Checkpoint | None
    texts: bool
    with_access: bool

    @property
    def checkpoint(self) -> Checkpoint:
        """The one that goes along."""
        return self.proof.checkpoint


def pack(words: Words) -> click.Command:
    """The command that makes a pack."""
    return leaf(words, "evidence pack", make, CASE, OUTPUT, *ASKS, also=(*ASKER, YES, JSON))


def verifier(words: Words) -> click.Command:
    """The command that writes the verifier alone."""
    return leaf(words, "evidence verifier", write_verifier, FILE, also=(YES, JSON))


def write_verifier(session: Session, output: str | None, *, yes: bool) -> None:
    """The standalone verifier: for who wants it from elsewhere than the pack."""
    from infra.evidence.pack.packing import verifier as whole
    from infra.exports.files import written_whole

    written_over(session, (FILE, output), yes=yes)
    digest = sha256(whole()).hexdigest()
    if output is not None:
        with written_whole(Path(output)) as file:
            file.write(whole())
    if session.out.json:
        session.out.record({"file": output, "digest": digest} | ({} if output else {"verifier": whole().decode()}))
    elif output is None:
        session.out.verbatim(whole().decode())
    else:
        session.out.note("evidence.verifier", digest=digest)


def make(
    session: Session, case: str, output: str, *, since: str | None, place: int | None, known_at: datetime | None,
    recipient: str | None, texts: bool, with_access: bool, yes: bool,
) -> None:  # fmt: skip
    """One zip with a case's stored bytes, what proves them, and the texts that the reader may see. What leaves is stored, with
    whom it is for and its digest, before the file is in its place.
    """
    formed(case)
    if place is not None and known_at is not None:
        raise Bad("not-beside", param="--place", other="--known-at")
    if recipient is not None and not _CODE.fullmatch(recipient):
        raise Bad("bad-form", param="--recipient", form="code")
    written_over(session, (OUTPUT, output), yes=yes)
    # Stored first, so that nothing is read for somebody who may not; what leaves is stored again, with its digest.
    records = through(session, "evidence-pack", case)
    state = replay(Case(), records)
    what = _asked(session, state)
    if with_access:
        session.gate.general("access-log", seen=(case,))
    session.gate.case(what, state, records)  # the last one: who signs elsewhere looks for it
    wanted = wanted_of(session, place, known_at)
    proof, upto = reach_of(session, wanted, by_moment=known_at is not None)
    asked = _Asked(what, upto, wanted, proof, earlier_of(session, since), texts, with_access)
    records = through(session, what, case)  # what was recorded meanwhile is in the log, and in the pack
    _made(session, records, asked, Path(output), recipient)


def _asked(session: Session, case: Case) -> str:
    """The query as the policy knows it. Who works on cases exports one; who watches over them is given its evidence."""
    from infra.policy import WORKING

    return "export-case" if session.gate.seats.for_case(case).actor.functions & WORKING else "evidence-pack"


def _made(session: Session, records: list[Recorded], asked: _Asked, path: Path, recipient: str | None) -> None:
    from infra.evidence.pack.packing import Contents, erasures, pack, sealed_in, stored, verifier, zipped
    from infra.exports.files import written_whole

    number, state = records[0].stream, replay(Case(), records)
    events = stored(session.evidence, [number], asked.upto)
    if not events:
        raise Refused("place-before-case", place=asked.upto)
    sealed, last = sealed_in(events), max(e.version for e in events)
    refs = sealed if asked.texts else []
    texts = session.gate.provable(asked.what, state, records, refs, version=last) if refs else {}
    seen = _who_saw(session, number, asked.upto) if asked.with_access else {}
    if seen:
        events = sorted(events + stored(session.evidence, seen, asked.upto))
    closed = frozenset(stream for stream, many in seen.items() if many)
    made = pack(
        session.evidence,
        Contents(number, asked.upto, asked.checkpoint, events, texts, erasures(records), asked.since, closed),
    )  # fmt: skip
    facts = {"case": number, "size": asked.checkpoint.size, "sha256": sha256(verifier()).hexdigest()}
    whole = zipped(made, asked.checkpoint, asked.since, session.words.language, **facts)
    digest = sha256(whole).hexdigest()
    who = recipient or session.gate.seats.for_case(state).actor.professional
    opened = {ref: text for ref, text in texts.items() if not isinstance(text, Withheld)}
    with written_whole(path) as file:
        file.write(whole)
        leaving = session.gate.case(
            asked.what, state, records, opened, version=last, outcome="exported", recipient=who, digest=digest
        )  # fmt: skip
        if seen:
            session.gate.general("access-log", seen=(number,), outcome="exported", recipient=who, digest=digest)
        _as_opened(leaving, opened, number)
    _warn_if_unreadable(session, len(whole), asked)
    waiting = (r for r in records if asked.wanted is None or (r.place is not None and r.place <= asked.wanted))
    later = [r.version for r in waiting if r.version > last]
    kept = sum(isinstance(t, Withheld) for t in texts.values())
    told = {
        "number": number, "place": asked.upto, "size": asked.checkpoint.size, "events": len(events), "later": later,
        "opened": len(opened), "withheld": kept, "not_asked": len(sealed) - len(refs), "recipient": who, "digest": digest,
    }  # fmt: skip
    if session.out.json:
        session.out.record(told | asked.proof.facts)
        return
    unsaid = {"later", *(("not_asked",) if asked.texts or not sealed else ()), *(() if asked.texts else ("opened", "withheld"))}
    session.out.line(session.words.say("evidence.packed", **{k: v for k, v in told.items() if k not in unsaid}))
    if later:
        session.out.warn("evidence.not-yet", versions=", ".join(map(str, later)), size=asked.checkpoint.size)


def _warn_if_unreadable(session: Session, size: int, asked: _Asked) -> None:
    """A file (of so many bytes) that its own verifier refuses proves nothing to whoever gets it."""
    from infra.evidence.pack.verify import LIMIT

    if size > LIMIT:
        more = [f"`{option}`" for option, given in (("--with-access", asked.with_access), ("--texts", asked.texts)) if given]
        session.out.warn("evidence.too-large", size=-(-size // MB), limit=LIMIT // MB, without=", ".join(more) or None)


def _as_opened(leaving: Mapping[Ref, str | Withheld], opened: Mapping[Ref, Opened], number: str) -> None:
    """What may leave is what was put into the file: somebody may have been erased meanwhile."""
    if any(leaving[ref] != text.text for ref, text in opened.items()):
        raise Conflict("stream-moved", stream=number)


def _who_saw(session: Session, number: str, upto: int) -> dict[str, bool]:
    """The disclosures of a case up to a place, by their streams; and whether each names other cases too, which are nobody's
    business here.
    """
    from infra.readmodels.tracing import Wanted, traced

    return {
        row.disclosure: bool({*json.loads(row.seen), row.of} - {number, None})
        for page in traced(session.readmodels, Wanted(number, upto=upto))
        for row in page
    }
