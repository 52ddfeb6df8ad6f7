"""`casus rights recipients`: to whom a case left the house, and whether a subject's texts did: who has to hear of an erasure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from domain.disclosure import PREFIX
from domain.ids import RESIDENT, SubjectId
from domain.refusal import NotFound
from infra.readmodels.tracing import WHOLE, Wanted, traced

if TYPE_CHECKING:
    from commands.rights import CarryOut, Restrict
    from domain.case import Case
    from domain.event import Recorded
    from infra.cli.session import Session
    from infra.engine import Outcome, Request
    from projections.disclosures import DisclosureRow

WHAT = "rights-recipients"
COPY = "rights-copy"
TYPED = {"export-case": "evidence-pack"}
"""As it was typed, where the policy has another name for it: by who asks for a pack, it is decided as one thing or another."""
RECTIFICATION = "rectification"
COLUMNS = ("recipient", "at", "what", "texts", "digest")


def recipients(session: Session, case: str, subject: SubjectId | None) -> None:
    """Each time that the case left the house, the oldest first: to whom, when, as what, and what of the subject's texts was in
    it. Each of them has to be told that data is rectified, erased or restricted, and the subject may ask who they are (AVG
    art. 19). That somebody was asked about is stored before anything is told.
    """
    from infra.cli.looking import formed, through

    formed(case)
    whose = subject or RESIDENT
    rows = found(session, through(session, WHAT, case), whose)
    shown = {"what": lambda row: TYPED.get(row["what"], row["what"]).replace("-", " ")}
    session.out.rows(rows, COLUMNS, shown)
    session.out.note("recipients-elsewhere", number=case, subject=whose)


def found(session: Session, records: Sequence[Recorded], subject: SubjectId) -> list[dict[str, Any]]:
    """The rows of `recipients`, once the asker was let through the gate. In: the records of the case with their places."""
    from domain.case import Case
    from domain.event import replay

    state: Case = replay(Case(), records)
    session.gate.case(WHAT, state, records)
    if subject not in state.subjects and subject not in state.erased and subject != RESIDENT:
        raise NotFound("subject", subject)
    since = _since(records, subject)
    left = sorted(_left(session, state.number), key=lambda row: (row.place or 0, row.disclosure))
    return [_row(row, subject, state.number) for row in left if (row.place or 0) > since and _theirs(row, subject)]


def warn_of_copies(session: Session, records: Sequence[Recorded], subject: SubjectId) -> None:
    """After an erasure or a destruction: how often the case left the house with them in it, for who has it has to be told. In: as
    of `found`.
    """
    if left := found(session, records, subject):
        opened = sum(row["texts"] == "opened" for row in left)
        session.out.warn("recipients-told", number=records[0].stream, subject=subject, count=len(left), opened=opened or None)


def once_done(session: Session, command: CarryOut | Restrict, _asked: Request, outcome: Outcome) -> None:
    """After a rectification or a restriction: what it led to, and how to find who has to be told of it."""
    from commands.rights import Restrict
    from infra.cli.running import tell

    tell(session, type(command), outcome)
    if isinstance(command, Restrict):
        whose: SubjectId | None = command.subject
    else:
        case = session.engine.case(command.case).state
        right = getattr(case, "rights", {}).get(command.right)
        whose = right.subject if right is not None and right.kind == RECTIFICATION else None
    if whose is not None:
        session.out.note("tell-recipients", number=command.case, subject=whose)


def _left(session: Session, number: str) -> Iterator[DisclosureRow]:
    """What left the house with this case in it: of it, with it among others, and with all that there is."""
    from projections.disclosures import DISCLOSURES

    upto = session.store.head()
    for page in traced(session.readmodels, Wanted(number, outcome="exported", upto=upto)):
        yield from page
    for page in session.readmodels.pages(DISCLOSURES, "at", upto=upto, outcome="exported", what=WHOLE):
        yield from (row for row in page if row.place is not None and row.place <= upto)


def _theirs(row: DisclosureRow, subject: SubjectId) -> bool:
    """A copy of what is held of one subject holds nothing of another."""
    return row.what != COPY or row.recipient == subject


def _since(records: Sequence[Recorded], subject: SubjectId) -> int:
    """The place from which on the case tells of a subject: what left before that holds nothing of them."""
    if subject == RESIDENT:
        return records[0].place or 0
    return next((r.place or 0 for r in records if subject in _named(r)), 0)


def _named(record: Recorded) -> set[str | None]:
    event = record.event
    sealed = {getattr(getattr(event, name), "subject", None) for name in type(event).personal_fields()}
    return sealed | {getattr(event, "subject", None)}


def _row(row: DisclosureRow, subject: SubjectId, number: str) -> dict[str, Any]:
    """`texts`: `opened` where texts of theirs could be read in it, `sealed` where they are in it and take a key, else `none`."""
    opened = row.of == number and subject in row.subjects
    return {
        "number": number, "subject": subject, "recipient": row.recipient, "at": row.at, "what": row.what,
        "texts": "sealed" if row.what in WHOLE else "opened" if opened else "none", "digest": row.digest, "place": row.place,
        "disclosure": row.disclosure.removeprefix(PREFIX),
    }  # fmt: skip
