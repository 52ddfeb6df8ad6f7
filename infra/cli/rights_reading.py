"""What is shown for a subject's rights: the requests of a case with their words, and everything that is held of a subject."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.case import Case
from domain.case_parts import Right
from domain.event import Recorded
from domain.ids import RESIDENT, SubjectId
from domain.personal import Ref
from domain.refusal import NotFound, Refused
from infra.cli.opening import in_words
from infra.cli.session import Session

STAGE = "case.rights."
COPY = ("access", "portability")


def requests(session: Session, case: str) -> None:
    """The requests of a case: what is asked, by when, how far it is; and what was said with them, to who decides on it and
    to who may open the case's texts.
    """
    state, records = _case(session, case)
    refs = {ref: r for ref, r in _texts(records) if r.topic.startswith(STAGE)}
    outright = refs.keys() if session.gate.may("rights-decide", state).allowed else ()
    found = in_words(session, session.gate.case("rights-list", state, records, refs, outright=outright))
    rows: list[dict[str, Any]] = [
        _row(right) | {"said": [found[ref] for ref, r in refs.items() if getattr(r.event, "right", None) == right.id]}
        for right in state.rights.values()
    ]
    rows += [
        {"right": None, "kind": "restriction", "subject": s, "received": None, "by": None, "state": "in-force", "said": []}
        for s in sorted(state.restricted)
    ]
    told = {"said": lambda row: " / ".join(row["said"])}
    session.out.rows(rows, ("right", "kind", "subject", "received", "by", "state", "said"), told)


def _row(right: Right) -> dict[str, Any]:
    return {
        "right": right.id, "kind": right.kind, "subject": right.subject, "received": right.received, "by": right.by,
        "state": right.state,
    }  # fmt: skip


def copy(session: Session, case: str, subject: SubjectId | None) -> None:
    """Everything that is sealed about a subject in a case, an object a text, for who asked for it: a request for access or
    portability must have been granted. Facts that stand in the clear about the case go with each text; which of the staff it
    was does not, unless two persons decided to name them (as in `access overview`).
    """
    from domain.custody import unmasked
    from domain.staff import without_staff

    state, records = _case(session, case)
    session.gate.case("rights-copy", state, records)  # before anything is told: also what was not granted is an answer
    whose = subject or RESIDENT
    if whose not in state.subjects:
        raise NotFound("subject", whose)
    right = _granted(state, whose)
    refs = {ref: r for ref, r in _texts(records) if getattr(r.event, ref.field).subject == whose}
    found = session.gate.case("rights-copy", state, records, refs, outcome="exported", outright=refs.keys(), recipient=whose)
    named = {team: unmasked(session.team(team).custody.values(), case) for team in {r.header.team for r in refs.values()} if team}
    if any(named.values()):
        session.gate.general("access-staff", seen=(case,))
    session.told(json=True)
    for ref, record in refs.items():
        text = found[ref]
        session.out.record(
            {
                "number": case, "right": right.id, "subject": whose, "entry": record.version, "topic": record.topic,
                "field": ref.field, "occurred_at": record.occurred_at, "organisation": record.header.organisation,
                "facts": without_staff(record.event, named.get(record.header.team, frozenset())),
                "text": text if isinstance(text, str) else None, "withheld": None if isinstance(text, str) else text.why,
            }
        )  # fmt: skip
    session.out.warn("copy-of", number=case, subject=whose, count=len(refs))


def _granted(case: Case, subject: SubjectId) -> Right:
    for right in case.rights.values():
        if right.kind in COPY and right.subject == subject and right.state in ("granted", "partly", "done"):
            return right
    raise Refused("no-copy-granted", case=case.number, subject=subject)


def _case(session: Session, number: str) -> tuple[Case, list[Recorded]]:
    from domain.event import replay

    records = session.store.load(number)
    state = replay(Case(), records) if records else Case()
    if not state.exists():
        raise NotFound("case", number)
    return state, records


def _texts(records: Sequence[Recorded]) -> list[tuple[Ref, Recorded]]:
    return [
        (Ref(r.stream, r.version, name), r)
        for r in records
        for name in type(r.event).personal_fields()
        if getattr(r.event, name) is not None
    ]
