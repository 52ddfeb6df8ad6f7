"""`casus evidence status` and `list`: how far the evidence log is, what holds it back, and who was given which checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from infra.cli.session import Session
from projections.disclosures import DISCLOSURES, DisclosureRow

HAND_OUT = "evidence-hand-out"
COLUMNS = ("size", "made_at", "made_by", "origin", "recipients")


def status(session: Session) -> None:
    """How far the log and its checkpoints are, whether one is due and can be signed here, and the last hand-outs."""
    evidence, lag = session.evidence, session.store.lag()
    last, key, problem = evidence.last(), evidence.key, evidence.problem()
    outside = evidence.outside() if problem is None else None  # what is wrong may be that note itself
    size = last.checkpoint.size if last else 0
    sizes = _sizes(session)
    known: dict[str, Any] = {
        "origin": key.name if key else None, "key": str(key) if key else None, "head": lag.head, "leaves": evidence.tree.size,
        "waiting": lag.waiting, "waiting_since": lag.since, "held_by": lag.held_by, "held_since": lag.held_since,
        "size": size, "made_at": last.made_at if last else None, "made_by": last.made_by if last else None,
        "after": lag.head - size, "due": evidence.due(), "signs": problem is None and evidence.can_sign(),
        "outside": outside.size if outside else None, "problem": problem.code if problem else None,
    }  # fmt: skip
    handed = [
        {"recipient": row.recipient, "at": row.at, "size": sizes.get(row.digest or ""), "digest": row.digest}
        for row in _last_each(hand_outs(session))
    ]
    if session.out.json:
        session.out.record(known | {"handed_out": handed})
        return
    _tell(session, known)
    if problem is not None:
        from infra.cli.failures import refusal

        session.out.line(refusal(problem, session.words))
    if handed:
        session.out.heading(session.words.say("evidence.given"))
        session.out.rows(handed, ("recipient", "at", "size"))
    else:
        session.out.note("evidence.given-nobody")


def _tell(session: Session, known: dict[str, Any]) -> None:
    say, line = session.words.say, session.out.line
    line(say("evidence.log", **known))
    if known["waiting"]:
        line(say("evidence.held", **known))
    line(say("evidence.last" if known["size"] else "evidence.none", **known))
    line(say("evidence.due" if known["due"] else "evidence.not-due"))
    if known["problem"] is None:
        line(say("evidence.signs" if known["signs"] else "evidence.signs-not"))


def listed(session: Session) -> None:
    """Every checkpoint that was signed, and who was given it."""
    given: dict[str, set[str]] = {}
    for row in hand_outs(session):
        given.setdefault(row.digest or "", set()).add(row.recipient or "")
    rows: list[dict[str, Any]] = [
        {
            "size": m.checkpoint.size, "made_at": m.made_at, "made_by": m.made_by, "origin": m.checkpoint.origin,
            "recipients": frozenset(given.get(_digest(m.checkpoint.note), ())), "note": m.checkpoint.note,
        }
        for m in session.evidence.all()
    ]  # fmt: skip
    session.out.rows(rows, COLUMNS)


def hand_outs(session: Session) -> list[DisclosureRow]:
    """The disclosures with which checkpoints were handed out, oldest first, as far as this login reads them. On a server they are
    as the follower has them: who looks whether it still follows must not wait for it.
    """
    from domain.refusal import Refused

    ask = session.readmodels.kept if session.settings.store else session.readmodels.rows
    try:
        rows: Sequence[DisclosureRow] = ask(DISCLOSURES, outcome="exported", what=HAND_OUT)
    except Refused as refused:
        if refused.code != "store-forbidden":
            raise
        return []
    return sorted(rows, key=lambda row: (row.at, row.disclosure))


def _last_each(rows: Sequence[DisclosureRow]) -> list[DisclosureRow]:
    return list({row.recipient: row for row in rows}.values())


def _sizes(session: Session) -> dict[str, int]:
    return {_digest(m.checkpoint.note): m.checkpoint.size for m in session.evidence.all()}


def _digest(note: str) -> str:
    return sha256(note.encode()).hexdigest()
