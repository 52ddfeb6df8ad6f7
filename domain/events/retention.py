"""Retention: which term of keeping a case is under, a hold on destroying, and that the time had come to destroy."""

from dataclasses import replace
from datetime import date
from typing import ClassVar

from domain.case import Case
from domain.case_parts import Hold
from domain.event import Event, put
from domain.ids import Code, EntryId, SubjectId
from domain.personal import Personal


class TermAssigned(Event):
    """The case, or one subject of it, is under a term of keeping."""

    TOPIC: ClassVar[str] = "case.retention.term-assigned"
    term: Code
    subject: SubjectId | None = None

    def apply(self, case: Case) -> Case:
        return case.but(terms=case.terms | {(self.term, self.subject or "")})


class TermLifted(Event):
    """The case, or one subject of it, is not under that term after all, and why."""

    TOPIC: ClassVar[str] = "case.retention.term-lifted"
    term: Code
    subject: SubjectId | None = None
    why: Personal

    def apply(self, case: Case) -> Case:
        return case.but(terms=case.terms - {(self.term, self.subject or "")})


class DestructionDecided(Event):
    """The terms that these subjects were under are over, and nothing else keeps their data: it is destroyed from here on. Asked
    and confirmed as `custody` on the table.
    """

    TOPIC: ClassVar[str] = "case.retention.destruction-decided"
    terms: tuple[Code, ...]
    subjects: tuple[SubjectId, ...]
    custody: EntryId

    def apply(self, case: Case) -> Case:
        return case


class HoldPlaced(Event):
    """Nothing of the case, or of one subject, is destroyed for now, and why: a complaint, a case before the court."""

    TOPIC: ClassVar[str] = "case.retention.hold-placed"
    hold: EntryId
    subject: SubjectId | None = None
    until: date | None = None
    why: Personal

    def apply(self, case: Case) -> Case:
        return case.but(holds=put(case.holds, self.hold, Hold(self.hold, self.subject, self.until)))


class HoldLifted(Event):
    """What was on hold no longer is, and why."""

    TOPIC: ClassVar[str] = "case.retention.hold-lifted"
    hold: EntryId
    why: Personal

    def apply(self, case: Case) -> Case:
        old = case.holds.get(self.hold)
        return case if old is None else case.but(holds=put(case.holds, self.hold, replace(old, lifted=True)))
