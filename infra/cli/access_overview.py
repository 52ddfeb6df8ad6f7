"""`casus access overview`: what a resident gets who asks who used their data: days, purposes, organisations, kinds of data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from domain.custody import unmasked
from domain.ids import RESIDENT, SubjectId
from infra.cli.histories import only_of
from infra.cli.session import Session
from infra.cli.tracing import Reading, about, period
from infra.cli.unknown import unknown
from infra.readmodels.tracing import Wanted, traced
from infra.texts import Language, Words
from infra.texts.sentences import people
from projections.disclosures import DisclosureRow
from projections.overviewing import Reader, Use, Uses
from projections.overviewing import overview as made_of

SET_IN = 4


def overview(
    session: Session, case: str, subject: SubjectId | None, since: date | None, until: date | None, language: Language
) -> None:
    """The uses of one person's data, in Dutch unless asked otherwise: it is for them. Of staff who may be told who they
    are, each under an act of custody by two persons, the id; of all others only how many they were.
    """
    number, person = about(case, subject or RESIDENT)
    first, beyond = period(since, until)
    wanted = Wanted(number, person, since=first, before=beyond, upto=session.store.head())
    session.gate.general("access-overview", seen=(case,))
    if (missing := unknown(session, wanted)) is not None:
        raise missing
    records = session.store.load(number or case)
    rows = [only_of(row, person or RESIDENT, records) for page in traced(session.readmodels, wanted) for row in page]
    named = _unmasked(session, case, rows)
    if named:
        session.gate.general("access-staff", seen=(case,))
    found = made_of(rows, named)
    if session.out.json:
        for use, uses in found.items():
            session.out.record(_json(use, uses))
        return
    for line in _letter(Reading(session, Words(language)), found):
        session.out.line(line, hang=SET_IN)


def _unmasked(session: Session, case: str, rows: list[DisclosureRow]) -> frozenset[Reader]:
    """The staff of whom two persons decided, with a reason, that they are named to this person."""
    readers = {(row.team, row.actor) for row in rows if row.team and row.actor}
    named = {team: unmasked(session.team(team).custody.values(), case) for team in {team for team, _ in readers}}
    return frozenset((team, actor) for team, actor in readers if actor in named[team])


def _letter(reading: Reading, found: dict[Use, Uses]) -> Iterator[str]:
    words = reading.words
    yield reading.say("overview", "begin")
    for use, uses in found.items():
        kinds = ", ".join(sorted({reading.field(kind) for kind in uses.kinds})) or words.get("tracing", "overview", "facts")
        facts = {
            "on": people("on", use.on, words), "organisation": reading.label(use.team, "organisation", use.organisation),
            "did": words.get("tracing", "overview", use.outcome), "kinds": kinds, "purpose": reading.purpose(use.purpose),
            "basis": reading.basis(use.basis), "times": str(uses.times), "readers": str(len(uses.readers)),
            "recipient": use.recipient, "named": ", ".join(sorted(f"{team}/{actor}" for team, actor in uses.named)),
        }  # fmt: skip
        yield ""
        yield reading.say("overview", "use", **facts)
        yield " " * SET_IN + reading.say("overview", "what", **facts)
    if not found:
        yield reading.say("overview", "none")
    yield ""
    yield reading.say("overview", "end")


def _json(use: Use, uses: Uses) -> dict[str, object]:
    return use._asdict() | {
        "times": uses.times, "readers": len(uses.readers), "kinds": uses.kinds,
        "named": sorted(f"{team}/{actor}" for team, actor in uses.named),
    }  # fmt: skip
