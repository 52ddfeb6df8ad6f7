"""Retention: say which term of keeping a case is under, hold what may not go, destroy what was kept long enough."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from pydantic import Field

from commands.base import CaseCommand, On, Text, Yield, require
from commands.custody import confirmed
from commands.desk import Desk
from commands.settling import glass_reviewed
from domain.case import FINAL, OPEN, Case, Status
from domain.case_parts import Hold as Held
from domain.custody import Custody
from domain.events.custody import CustodyCarriedOut
from domain.events.retention import DestructionDecided, HoldLifted, HoldPlaced, TermAssigned, TermLifted
from domain.events.rights import ErasureBegun
from domain.ids import RESIDENT, Code, EntryId, SubjectId
from domain.refusal import NotFound, Refused
from domain.retention import Term, applying, why_kept

TermOfCase = Field(json_schema_extra={"position": 1})


class _Keeping(CaseCommand):
    """A command about keeping: in any state of the case, also while its data is restricted."""

    STATES: ClassVar[frozenset[Status]] = frozenset({*OPEN, *FINAL})
    DESPITE_RESTRICTION: ClassVar[bool] = True
    AUDIENCE: ClassVar[bool] = False


class Assign(_Keeping):
    """Say that a case, or one subject of it, is under a term of keeping.

    Which terms there are, and who verified them: `casus retention terms`.

    casus retention assign LEL-2026-0007 wmo-2015
    """

    VERB: ClassVar[str] = "assign"
    LEGAL: ClassVar[bool] = True
    term: Code = TermOfCase
    subject: SubjectId | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        _known(state, self.subject)
        if self.term not in desk.terms:
            raise Refused("unknown-code", field="term", value=self.term, choices=tuple(sorted(desk.terms)))
        if (self.term, self.subject or "") not in state.terms:
            yield TermAssigned(term=self.term, subject=self.subject)


class LiftTerm(_Keeping):
    """Say that a case, or one subject of it, is not under a term of keeping after all, and why. It takes two persons.

    First: `casus custody request TEAM --act change-retention --case CASE --term TERM`, and another login confirms it.

    casus retention lift-term LEL-2026-0007 wgbo --why "No care provider took part"
    """

    VERB: ClassVar[str] = "lift-term"
    term: Code = TermOfCase
    subject: SubjectId | None = None
    why: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if (self.term, self.subject or "") not in state.terms:
            return
        act = confirmed(desk.team, "change-retention", case=state.number, term=self.term)
        yield TermLifted(term=self.term, subject=self.subject, why=self.personal(self.why, self.subject))
        yield _done(desk, act)


class Hold(_Keeping):
    """Hold a case, or one subject of it: nothing is destroyed for now, and why.

    casus retention hold LEL-2026-0007 --why "A complaint is pending" --until 2027-06-30
    """

    VERB: ClassVar[str] = "hold"
    subject: SubjectId | None = None
    until: date | None = None
    why: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        _known(state, self.subject)
        if self.until is not None and self.until < desk.today:
            raise Refused("date-passed", field="until", on=self.until)
        if any((h.subject, h.until, h.lifted) == (self.subject, self.until, False) for h in state.holds.values()):
            return
        yield HoldPlaced(
            hold=state.next_entry("H", state.holds), subject=self.subject, until=self.until,
            why=self.personal(self.why, self.subject),
        )  # fmt: skip


class LiftHold(_Keeping):
    """Let go of a hold, and why. It takes two persons.

    First: `casus custody request TEAM --act change-retention --case CASE`, and another login confirms it.

    casus retention lift-hold LEL-2026-0007 H1 --why "The complaint was settled"
    """

    VERB: ClassVar[str] = "lift-hold"
    hold: EntryId = TermOfCase
    why: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        hold: Held = require(state.holds, "hold", self.hold)
        if hold.lifted:
            return
        act = confirmed(desk.team, "change-retention", case=state.number)
        yield HoldLifted(hold=hold.id, why=self.personal(self.why, hold.subject))
        yield _done(desk, act)


class CarryOut(_Keeping):
    """Destroy the data of a case that was kept long enough, or of one subject of it, for good. It takes two persons.

    First: `casus custody request TEAM --act destroy --case CASE`, and another login confirms it. Nothing is destroyed on a term
    that nobody verified. Interrupted, the same command goes on with it.

    casus retention carry-out LEL-2026-0007 --yes
    """

    VERB: ClassVar[str] = "carry-out"
    IRREVERSIBLE: ClassVar[bool] = True
    FOLLOWED: ClassVar[bool] = True
    LEGAL: ClassVar[bool] = True
    subject: SubjectId | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        _known(state, self.subject)
        asked = [self.subject] if self.subject is not None else sorted(state.subjects)
        subjects = [s for s in asked if s not in state.erased]
        if not subjects:
            return  # it has begun for all of them: the rest is done by whoever carries it out, as often as it takes
        under: dict[Code, Term] = {}
        for subject in subjects:
            terms = terms_of(state, subject, desk)
            why = why_kept(state, subject, desk.today, terms)
            if why == "case-open":
                raise Refused("kept-open", case=state.number, subject=subject)
            if why is not None:
                unverified = tuple(t.id for t in terms if not t.verified)
                raise Refused("kept", case=state.number, subject=subject, why=why, terms=unverified or tuple(t.id for t in terms))
            under |= {t.id: t for t in terms}
        if RESIDENT in subjects:
            glass_reviewed(state)  # its review is about the resident, and could not be written any more
        act = confirmed(desk.team, "destroy", case=state.number)
        yield DestructionDecided(terms=tuple(sorted(under)), subjects=tuple(subjects), custody=act.id)
        for subject in subjects:
            yield ErasureBegun(right=destruction_of(subject), subject=subject)
        yield _done(desk, act)


def terms_of(state: Case, subject: SubjectId, desk: Desk) -> list[Term]:
    """The terms that a subject is under: assigned, or by the way of working in force."""
    closing = desk.profile.closing
    usual = (closing.retention.value,) if closing is not None and closing.retention is not None else ()
    return applying(state, subject, usual, desk.terms)


def destruction_of(subject: SubjectId) -> EntryId:
    """The number under which a subject is destroyed once the term is over: `V1` for `s1`. (What a subject asks for is `Q1`.)"""
    return f"V{subject.lstrip(RESIDENT[0])}"


def _known(case: Case, subject: SubjectId | None) -> None:
    if subject is not None and subject not in case.subjects:
        raise NotFound("subject", subject)


def _done(desk: Desk, act: Custody) -> On:
    return On(desk.team.id, CustodyCarriedOut(custody=act.id))
