"""`casus export fhir-audit` and `casus export logboek`: who saw what, for the access records of other houses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from domain.refusal import Refused
from infra.cli.asking import written_over
from infra.cli.param import Param
from infra.cli.session import Session
from infra.cli.tracing import about, narrowed, period
from infra.readmodels.tracing import Wanted, traced
from projections.disclosures import DisclosureRow

OUTPUT = Param("output", "file", required=True, short="-o")
RECIPIENT = Param("recipient", "code", required=True, formed=True)
WHICH = (
    Param("case", "case"), Param("since", "date", flag="from"), Param("until", "date", flag="to"), Param("place", "integer"),
)  # fmt: skip
FHIR, LOGBOEK = "export-fhir-audit", "export-logboek"


def fhir_audit(session: Session, output: str, recipient: str, form: str, check: bool, yes: bool, **which: Any) -> None:
    """FHIR R4B AuditEvents, one a disclosure: a resource a line, or one Bundle."""
    from infra.exports import fhir

    written_over(session, (OUTPUT, output), yes=yes)
    rows, place = _rows(session, FHIR, **which)
    made = (fhir.ndjson if form == "ndjson" else fhir.bundle)(_checked(rows) if check else rows)
    _write(session, FHIR, made, output=output, recipient=recipient, place=place, case=which["case"])


def logboek(session: Session, output: str, recipient: str, register: str | None, yes: bool, **which: Any) -> None:
    """Rows of Logboek Dataverwerkingen: no user, one person a row, by a pseudonym that this recipient alone gets."""
    from infra.exports.logboek import REGISTER, lines

    written_over(session, (OUTPUT, output), yes=yes)
    rows, place = _rows(session, LOGBOEK, **which)
    made = lines(rows, lambda who: session.store.tokens.digest(f"logboek {recipient}", who), register or REGISTER)
    _write(session, LOGBOEK, made, output=output, recipient=recipient, place=place, case=which["case"])


def _rows(
    session: Session, what: str, case: str | None, since: date | None, until: date | None, place: int | None
) -> tuple[Iterator[DisclosureRow], int]:
    """The disclosures up to a place in the log, the last one there is unless another was named: what was exported once
    can be exported again, the same to the byte.
    """
    number, _ = about(case, None)
    first, beyond = period(since, until)
    head = session.store.head()
    if place == 0:
        raise Refused("place-nought", last=head)
    upto = head if place is None else min(place, head)
    # Stored first, so that nothing is read for somebody who may not; what leaves is stored again, with its digest.
    session.gate.general(what, seen=(number,) if number else ())
    pages = traced(session.readmodels, Wanted(number, since=first, before=beyond, upto=upto, copies=True))
    return (narrowed(row, number) for page in pages for row in page), upto


def _checked(rows: Iterable[DisclosureRow]) -> Iterator[DisclosureRow]:
    """Each row, once its resource was found to be a valid one. Refused when what checks it is not installed."""
    from infra.exports.fhir import resource

    try:
        from fhir.resources.R4B.auditevent import AuditEvent
    except ImportError:
        raise Refused("extra-missing", extra="fhir") from None
    for row in rows:
        AuditEvent.model_validate(resource(row))
        yield row


def _write(
    session: Session, what: str, made: Iterable[bytes], *, output: str, recipient: str, place: int, case: str | None
) -> None:
    from infra.exports.files import written_whole

    digest, count = sha256(), 0
    with written_whole(Path(output)) as file:
        for piece in made:
            file.write(piece)
            digest.update(piece)
            count += 1
            if count % 1000 == 0:
                session.out.progress(session.words.say("written", count=count))
        seen = (case,) if case else ()
        session.gate.general(what, outcome="exported", recipient=recipient, digest=digest.hexdigest(), seen=seen)
    session.out.progress_done()
    told = {"recipient": recipient, "place": place, "digest": digest.hexdigest()}
    if session.out.json:
        session.out.record(told)
    else:
        session.out.line(session.words.say("left-house", **told))
