"""Correcting: an entry corrected, withdrawn, or answered by the subject. Nothing is ever changed in place."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field

from domain.case import Case
from domain.event import Event, Recorded
from domain.ids import EntryId, FieldName, SubjectId
from domain.personal import Personal, Ref

FactText = Annotated[str, Field(max_length=400)]
"""A code, id or date of the corrected entry, as text; the entry's own class decides whether it may stand there."""
Fact = bool | int | FactText | None | tuple[FactText, ...]


class EntryCorrected(Event):
    """One field of an entry (its version in this case) was wrong: what it should have been. `moved_to` corrects when."""

    TOPIC: ClassVar[str] = "case.correcting.entry-corrected"
    entry: int
    field: FieldName | None = None
    value: Fact = None
    text: Personal | None = None
    moved_to: datetime | None = None

    def apply(self, case: Case) -> Case:
        return case


class EntryWithdrawn(Event):
    """An entry should not have been made (the wrong case, say), and why. It no longer takes effect; it stays to be seen.

    `numbers` are those that the entry gave: nothing else ever gets them.
    """

    TOPIC: ClassVar[str] = "case.correcting.entry-withdrawn"
    entry: int
    why: Personal
    numbers: tuple[EntryId | SubjectId, ...] = ()

    def apply(self, case: Case) -> Case:
        return case.having_given(self.numbers)


class StatementAdded(Event):
    """A subject disagrees with what stands here: their own statement, beside it."""

    TOPIC: ClassVar[str] = "case.correcting.statement-added"
    subject: SubjectId
    statement: Personal
    entry: int | None = None

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        return case.but(statements=(*case.statements, case.stamp.ref("statement")))


def effective(ordered: Sequence[Recorded]) -> list[Recorded]:
    """A stream's history with corrections in place. In: its records in any order. Out: in order `(occurred_at, version)`.

    The last correction of a field wins, by version (the order in which they were recorded). A correction that no
    longer fits its entry's class leaves the entry as it was: folding never fails.
    """
    wrong: dict[int, list[Recorded]] = {}
    gone: set[int] = set()
    withdrawn = {r.event.entry for r in ordered if isinstance(r.event, EntryWithdrawn)}
    for r in sorted(ordered, key=lambda r: r.version):
        if isinstance(r.event, EntryWithdrawn) and r.version not in withdrawn:
            gone.add(r.event.entry)
        elif isinstance(r.event, EntryCorrected) and r.version not in withdrawn:
            wrong.setdefault(r.event.entry, []).append(r)
    result = [corrected(r, wrong[r.version]) if r.version in wrong else r for r in ordered if r.version not in gone]
    return sorted(result, key=lambda r: (r.occurred_at, r.version))


def corrected(record: Recorded, corrections: Sequence[Recorded]) -> Recorded:
    """A record as its corrections (in the order they were recorded) say it should have been."""
    facts: dict[str, Any] = {n: getattr(record.event, n) for n in type(record.event).model_fields}
    refs = dict(record.corrected)
    moment = record.occurred_at
    for correction in corrections:
        event = correction.event
        assert isinstance(event, EntryCorrected)
        if event.moved_to is not None:
            moment = event.moved_to
        if event.field is None:
            continue
        if event.text is not None:
            facts[event.field] = event.text
            refs[event.field] = Ref(correction.stream, correction.version, "text")
        else:
            facts[event.field] = event.value
    try:
        fixed = type(record.event).model_validate(facts)
    except ValueError:
        return record
    return replace(record, event=fixed, occurred_at=moment, corrected=tuple(refs.items()))
