"""`casus access log`: who saw what of a case or a person, when, and why they were allowed to, or that they were not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from domain.refusal import Refused
from infra.cli.histories import Histories
from infra.cli.session import Session
from infra.cli.tracing import Reading, about, as_json, cases_of, facts_of, formed, narrowed, period
from infra.cli.unknown import unknown
from infra.readmodels.tracing import Wanted, traced
from projections.disclosures import DisclosureRow

SET_IN = 4


def log(session: Session, case: str | None, subject: str | None, *, fields: bool, **asked: Any) -> None:
    """Print disclosures, the oldest first. Reading them is an act of seeing too, stored before a page of them is shown."""
    case, subject = about(case, subject)
    formed(asked["reader"], asked["team"])
    first, beyond = period(asked["since"], asked["until"])
    wanted = Wanted(
        case, subject, asked["reader"], asked["team"], first, beyond, asked["outcome"], recipient=asked["recipient"], copies=True
    )
    what, wanted = _asked(session, wanted)
    try:
        _print(session, what, wanted, fields=fields)
    except Refused as refused:
        if refused.code != "store-forbidden":
            raise
        session.gate.general(what, seen=(case,) if case else ())  # what the policy denies too is stored as that, and said so
        raise Refused("disclosures-unread") from None


def _print(session: Session, what: str, wanted: Wanted, *, fields: bool) -> None:
    case = wanted.case
    if (missing := unknown(session, wanted)) is not None:
        session.gate.general(what, seen=(case,) if case else ())
        raise missing
    reading, histories = Reading(session), Histories(session)
    told = denied = 0
    for page in _passed(session, what, wanted):
        histories.turn_to(page)
        for row in page:
            owners = histories.whose(row)
            if session.out.json:
                session.out.record(as_json(row) | {"whose": owners, "relation": histories.part(row)})
            else:
                _tell(session, reading, row, case, owners if fields else None, histories.part(row))
            told += 1
            denied += row.outcome == "denied"
        if session.out.room() is None:
            session.out.progress(session.words.say("traced", count=told, denied=denied))
    session.out.progress_done()
    if not session.out.json:
        session.out.note("traced", count=told, denied=denied)


def _asked(session: Session, wanted: Wanted) -> tuple[str, Wanted]:
    """The query as the policy knows it. What somebody saw themselves anybody may ask; a professional's id is one table's
    own: at the table they sit at.
    """
    seat = session.gate.seats.anywhere()
    if wanted.actor is not None and wanted.actor == seat.actor.professional and wanted.team in (None, seat.team.id):
        return "access-log-own", replace(wanted, team=seat.team.id)
    return "access-log", wanted


def _passed(session: Session, what: str, wanted: Wanted) -> Iterator[list[DisclosureRow]]:
    """The pages, each once its own disclosure is stored; of one case one disclosure is enough for all. What is being asked
    now is not among them.
    """
    case = wanted.case
    wanted = replace(wanted, upto=session.store.head())
    if case is not None:
        session.gate.general(what, seen=(case,))
        for page in traced(session.readmodels, wanted):
            yield [narrowed(row, case) for row in page]
        return
    empty = True
    for page in traced(session.readmodels, wanted):
        session.gate.general(what, seen=cases_of(page))
        empty = False
        yield page
    if empty:
        session.gate.general(what)


def _tell(
    session: Session, reading: Reading, row: DisclosureRow, case: str | None, owners: Mapping[str, str] | None, part: str | None
) -> None:
    fact = "beside" if (part or "").startswith("of-") else "part"
    facts = {**facts_of(reading, row, case), fact: reading.part(part)}
    indent = " " * SET_IN
    session.out.line(reading.say("log", "denied" if row.outcome == "denied" else row.outcome, **facts), hang=SET_IN)
    if row.fields:
        shown = reading.fields(row, owners) if owners is not None else None
        session.out.line(indent + reading.say("log", "texts", fields=shown, **facts), hang=SET_IN)
    session.out.line(indent + reading.say("log", "because", **facts), hang=SET_IN)
