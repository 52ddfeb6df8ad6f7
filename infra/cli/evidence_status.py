"""`casus evidence status` and `list`: how far the evidence log is, what holds it back, and who was given which checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from infra.cli.session import Session
from projections.disclosures import DISCLOSURES, DisclosureRow

if TYPE_CHECKING:
    from infra.evidence.evidence import Evidence

HAND_OUT = "evidence-hand-out"
COLUMNS = ("size", "made_at", "made_by", "origin", "recipients")
AWAY = frozenset({"signer-missing", "signer-other-keys"})
"""What stands in the way of signing where the key is on another machine, or on none."""
GIVEN = ("recipient", "at", "size", "former")


def status(session: Session) -> None:
    """How far the log and its checkpoints are, whether one is due and can be signed here, what stands in the way, since when the
    log goes on anew, and the last hand-outs.
    """
    evidence, lag = session.evidence, session.store.lag()
    last, key, problem = evidence.last(), evidence.key, evidence.problem()
    outside, anew = _outside(session), begun_anew(evidence)
    elsewhere, partly = evidence.keyring.is_elsewhere(), _sees_partly(session)
    if problem is not None and problem.code in AWAY and elsewhere and session.store.in_owners_hands():
        problem = None  # the follower's machine signs; there it would be one
    size = last.checkpoint.size if last else 0
    known: dict[str, Any] = {
        "origin": key.name if key else None, "key": str(key) if key else None, "head": lag.head, "leaves": evidence.tree.size,
        "waiting": lag.waiting, "waiting_since": lag.since, "held_by": lag.held_by, "held_since": lag.held_since,
        "size": size, "made_at": last.made_at if last else None, "made_by": (last.made_by or None) if last else None,
        "after": lag.head - size, "due": evidence.due(), "signs": problem is None and evidence.can_sign(),
        "elsewhere": elsewhere, "outside": outside, "outside_gone": None if elsewhere else _outside_gone(evidence, size),
        "problem": problem.code if problem else None, "anew": anew,
    }  # fmt: skip
    handed = _handed(session, latest=True)
    if session.out.json:
        session.out.record(known | {"handed_out": handed if handed or not partly else None, "handed_out_all": not partly})
        return
    _tell(session, known)
    if problem is not None:
        from infra.cli.failures import refusal

        session.out.line(refusal(problem, session.words))
    _tell_anew(session, anew)
    if handed:
        session.out.heading(session.words.say("evidence.given"))
        session.out.rows(handed, GIVEN)
    if partly or not handed:
        session.out.note(
            "evidence.given-nobody" if not partly else "evidence.given-partly" if handed else "evidence.given-unseen"
        )  # fmt: skip


def _sees_partly(session: Session) -> bool:
    """Whether this login may not see every hand-out: on a server each reads what concerns them."""
    from infra.evidence.checks.reading import Tables

    return not Tables(session.store.connection()).all


def _outside_gone(evidence: Evidence, size: int) -> bool:
    """Whether nothing is kept outside the store by who signs, though one was. In: the size of the last in the store."""
    return size > 0 and evidence.keyring.may_write and not evidence.kept.path.exists()


def _outside(session: Session) -> int | None:
    """The size of the checkpoint outside the store; None where there is none, or none that can be read: that is the problem."""
    from infra.evidence.kept import OutsideError

    try:
        said = session.evidence.outside()
    except OutsideError:
        return None
    return said.size if said else None


def _tell(session: Session, known: dict[str, Any]) -> None:
    say, line = session.words.say, session.out.line
    line(say("evidence.log", **known))
    if known["waiting"]:
        line(say("evidence.held", **known))
    line(say("evidence.last" if known["size"] else "evidence.none", **known))
    if known["outside_gone"]:
        line(say("evidence.outside-gone", path=str(session.evidence.kept.path)))
    line(say("evidence.due" if known["due"] else "evidence.not-due"))
    if known["problem"] is None:
        keyring = session.evidence.keyring
        away = "evidence.signs-elsewhere" if known["elsewhere"] and keyring.may_write else "evidence.signs-not"
        line(say("evidence.signs" if known["signs"] else away, path=str(keyring.file)))


def _tell_anew(session: Session, anew: dict[str, Any] | None) -> None:
    """Openly: whoever holds a checkpoint of the former log will ask."""
    if anew is not None:
        session.out.line(session.words.say("evidence.anew", **anew))
        session.out.line(session.words.say("evidence.anew-fits" if anew["fits"] else "evidence.anew-fits-none", **anew))


def listed(session: Session, *, handed_out: bool = False) -> None:
    """Every checkpoint that was signed, and who was given it; or each time that one was handed out, to whom and when."""
    anew = begun_anew(session.evidence)
    if handed_out:
        session.out.rows(_handed(session, latest=False), GIVEN)
    else:
        given: dict[str, set[str]] = {}
        for row in hand_outs(session):
            given.setdefault(row.digest or "", set()).add(row.recipient or "")
        rows: list[dict[str, Any]] = [
            {
                "size": m.checkpoint.size, "made_at": m.made_at, "made_by": m.made_by or None, "origin": m.checkpoint.origin,
                "recipients": frozenset(given.get(_digest(m.checkpoint.note), ())), "note": m.checkpoint.note,
            }
            for m in session.evidence.all()
        ]  # fmt: skip
        session.out.rows(rows, COLUMNS)
    if not session.out.json:
        _tell_anew(session, anew)
        if _sees_partly(session):
            session.out.note("evidence.given-partly")


def begun_anew(evidence: Evidence) -> dict[str, Any] | None:
    """Since when and why another log goes on, the log before it, and up to which size checkpoints of that one still fit what is
    here; None where there was never another.
    """
    from infra.evidence.keyring import reason_of

    keys = evidence.keys()
    if len(keys) < 2:
        return None
    former = keys[-2].name
    return {
        "since": evidence.keyring.since(), "reason": reason_of(keys[-1].name), "former": former, "fits": evidence.agrees(former),
    }  # fmt: skip


def _handed(session: Session, *, latest: bool) -> list[dict[str, Any]]:
    """To whom which was handed out and when, all or the last to each. `former`: it is of a log that does not go on; also where
    nothing but its hand-out is left of it, and another log was begun since.
    """
    stored = {_digest(m.checkpoint.note): m.checkpoint for m in session.evidence.all()}
    key, since, anew = session.evidence.key, session.evidence.keyring.since(), len(session.evidence.keys()) > 1
    rows: list[dict[str, Any]] = []
    for row in _last_each(hand_outs(session)) if latest else hand_outs(session):
        found = stored.get(row.digest or "")
        former = key is not None and found.origin != key.name if found else anew and since is not None and row.at < since
        rows.append(
            {
                "recipient": row.recipient, "at": row.at, "size": found.size if found else None, "former": former,
                "digest": row.digest,
            }
        )  # fmt: skip
    return rows


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


def _digest(note: str) -> str:
    return sha256(note.encode()).hexdigest()
