"""An entry of a case as it is told wherever entries are: who made it, for whom, what it says, and its texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from domain.case import Case
from domain.event import Recorded
from domain.personal import Ref
from infra.cli.labels import labels, person, tables
from infra.cli.opening import of_record
from infra.cli.session import Session
from infra.cli.tables_then import TablesThen
from infra.cli.telling import sentence
from infra.texts import Words
from infra.texts.sentences import Label
from projections.history import History

ENTERED_FOR = "+entered-for"
"""How the assurance of an entry ends that was made for somebody else."""


def label_of(session: Session, found: History[Case]) -> Label:
    """How the codes of a case read."""
    return labels(session, *tables(session, found.state))


def who(words: Words, record: Recorded, own: str, tables: TablesThen) -> str | None:
    """Who acted, and who entered it where that was done for somebody else. `own` is the table at hand."""
    actor = person(record.header.actor or None, record.header.team or None, own)
    by = entered_by(record, tables)
    return actor if by is None else words.say("entered-by", actor=actor or "", by=by)


def entered_by(record: Recorded, tables: TablesThen) -> str | None:
    """Who entered it, where that was done for somebody else: whoever had that login on the roster then, else the login."""
    if not record.header.assurance.endswith(ENTERED_FOR):
        return None
    team, login, moment = record.header.team, record.recorded_by, record.recorded_at
    known = tables.at(team, moment).by_login(login) if team and login and moment else None
    return known.id if known else login or ""


def what(session: Session, record: Recorded, state: str, texts: Mapping[str, str] | None, label: Label) -> str:
    """What an entry says, with `state` before it where it is not as it was recorded (`corrected`, `withdrawn`)."""
    told = sentence(session.words, record.event, label, texts)
    return told if state == "effective" else f"[{session.words.code(state)}] {told}"


def as_they_count(found: History[Case]) -> Iterator[tuple[Recorded, str]]:
    """Every entry as it takes effect, one that was withdrawn as it was recorded; each with its state, by version."""
    taken = {step.record.version: step.record for step in found.steps}
    for record in found.records:
        counts = taken.get(record.version)
        state = "withdrawn" if counts is None else "effective" if counts is record else "corrected"
        yield counts or record, state


def refs_of(records: Iterable[Recorded]) -> Iterator[Ref]:
    """Where the texts of entries stand."""
    return (ref for record in records for ref in of_record(record).values())


def by_entry(records: Iterable[Recorded], texts: Mapping[Ref, str]) -> dict[int, dict[str, str]]:
    """The texts of entries, by version and field."""
    return {r.version: {name: texts[ref] for name, ref in of_record(r).items()} for r in records}
