"""`casus evidence`: how far the evidence log is, checkpoints of it, and giving them to those who are to hold us to them."""

from __future__ import annotations

import base64
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from domain.refusal import NotFound, Refused
from infra.cli.access_export import OUTPUT
from infra.cli.asking import sure, written_over
from infra.cli.own import ASKER, JSON, YES, branch, leaf
from infra.cli.param import Bad, Param
from infra.cli.proving import proof_of
from infra.cli.session import Session
from infra.texts import Words

if TYPE_CHECKING:
    from infra.evidence.note import Checkpoint

FILE = Param("output", "file", short="-o")
TO = Param("to", "professional")
RECIPIENT = Param("recipient", "code", formed=True)
REASON = Param("reason", "code", required=True)
HOLDERS = frozenset({"privacy-officer", "auditor"})
"""The roles of those who watch over a team's work and have no part in it."""


def command(name: str, words: Words) -> click.Command:
    """The group."""
    return branch(
        words, name,
        {
            "status": _status,
            "list": _list,
            "key": lambda w: leaf(w, "evidence key", key),
            "checkpoint": lambda w: leaf(w, "evidence checkpoint", checkpoint, FILE, also=(*ASKER, YES, JSON)),
            "hand-out": lambda w: leaf(w, "evidence hand-out", hand_out, TO, RECIPIENT, OUTPUT, also=(*ASKER, YES, JSON)),
            "verify": _verify,
            "pack": _pack,
            "verifier": _verifier,
            "begin-anew": lambda w: leaf(w, "evidence begin-anew", begin_anew, REASON, also=(*ASKER, YES, JSON)),
        },
    )  # fmt: skip


def _status(words: Words) -> click.Command:
    from infra.cli.evidence_status import status

    return leaf(words, "evidence status", status)


def _list(words: Words) -> click.Command:
    from infra.cli.evidence_status import listed

    return leaf(words, "evidence list", listed, Param("handed_out", "yes-no"))


def _verify(words: Words) -> click.Command:
    from infra.cli.evidence_verify import verify

    return verify(words)


def _pack(words: Words) -> click.Command:
    from infra.cli.evidence_pack import pack

    return pack(words)


def _verifier(words: Words) -> click.Command:
    from infra.cli.evidence_pack import verifier

    return verifier(words)


def key(session: Session) -> None:
    """The verifier key that signs now; as JSON all there were, the first one first."""
    keys = session.evidence.keys()
    if not keys:
        raise Refused("evidence-no-key")
    if session.out.json:
        for one in keys:
            session.out.record({"key": str(one), "origin": one.name, "current": one == keys[-1]})
        return
    session.out.verbatim(str(keys[-1]))
    if len(keys) > 1:
        session.out.note("evidence.more-keys", count=len(keys) - 1)


def checkpoint(session: Session, output: str | None, *, yes: bool) -> None:
    """Sign one now, of all that has a place, and print it; or, where somebody else signs, wait for theirs."""
    written_over(session, (FILE, output), yes=yes)
    session.gate.general("evidence-checkpoint")
    proof = proof_of(session, tell=teller(session))
    made = proof.checkpoint
    if output is not None:
        _write(made, Path(output))
    if session.out.json:
        session.out.record(facts(made) | proof.facts | {"waiting": session.store.lag().waiting, "file": output})
        return
    if output is None:
        session.out.verbatim(made.note)
    session.out.note("evidence.signed", size=made.size, waiting=session.store.lag().waiting)


def hand_out(session: Session, to: str | None, recipient: str | None, output: str, *, yes: bool) -> None:
    """Give the last checkpoint to somebody who is to hold us to it: a privacy officer or an auditor of a partner."""
    if (to is None) == (recipient is None):
        raise Bad("one-of-two", param=TO.option, other=RECIPIENT.option)
    written_over(session, (OUTPUT, output), yes=yes)
    session.gate.general("evidence-hand-out")
    if to is not None:
        _must_watch_over(session, to)
    proof = proof_of(session, tell=teller(session))
    made = proof.checkpoint
    whom = to or recipient or ""
    digest = sha256(made.note.encode()).hexdigest()
    _write(
        made, Path(output),
        lambda: session.gate.general("evidence-hand-out", outcome="exported", recipient=whom, digest=digest),
    )  # fmt: skip
    verifier = next(str(k) for k in reversed(session.evidence.keys()) if k.name == made.origin)
    if session.out.json:
        told = {"recipient": whom, "digest": digest, "key": verifier, "file": output}
        session.out.record(facts(made) | proof.facts | told)
        return
    session.out.line(session.words.say("evidence.handed-out", size=made.size, recipient=whom, digest=digest))
    session.out.verbatim(verifier)
    session.out.note("evidence.give-key")


def begin_anew(session: Session, reason: str, yes: bool) -> None:
    """Go on with another log and key, once the end of the history or the key is lost for good. Why stands in the log's name."""
    session.gate.allow("evidence-begin-anew")
    before = session.evidence.last()
    session.out.warn("evidence.what-anew-means")
    sure(session, "evidence begin-anew", yes=yes)
    session.gate.general("evidence-begin-anew")  # from here on it is done, so only now it is recorded
    session.evidence.begin_anew(reason)
    made = session.evidence.checkpoint(tell=teller(session))
    session.out.progress_done()
    if session.out.json:
        last = before.checkpoint.size if before else None
        session.out.record(facts(made) | {"key": str(session.evidence.key), "before": last, "reason": reason})
        return
    session.out.line(session.words.say("evidence.begun-anew", origin=made.origin, size=made.size))
    session.out.verbatim(str(session.evidence.key))


def facts(made: Checkpoint) -> dict[str, Any]:
    """A checkpoint as JSON has it: the root as its note has it."""
    return {"origin": made.origin, "size": made.size, "root": base64.b64encode(made.root).decode(), "note": made.note}


def teller(session: Session) -> Any:
    """Tells how many leaves there are, on the terminal."""
    return lambda leaves: session.out.progress(session.words.say("evidence.growing", count=leaves))


def _must_watch_over(session: Session, professional: str) -> None:
    """Whoever it is given to is on a roster, and watches over the work: who does it could gain by another history. By the
    tables' own events: what leaves waits for no follower.
    """
    from infra.seeing.rostered import Rostered

    found = Rostered(session.store).seated(professional)
    if not found:
        raise NotFound("professional", professional)
    if not any(HOLDERS & one.roles for one in found):
        raise Refused("not-a-holder", professional=professional)


def _write(made: Checkpoint, path: Path, before: Any = None) -> None:
    """The note in a file, as it was signed; what must be stored first is stored before it is in its place."""
    from infra.exports.files import written_whole

    with written_whole(path) as file:
        file.write(made.note.encode())
        if before is not None:
            before()
