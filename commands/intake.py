"""Intake: submit a case, supplement it, note who is concerned, record what was tried, take up an imported case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from commands.base import CaseCommand, Line, OpeningCommand, Text, Yield
from commands.desk import Desk
from commands.identifying import BirthDate, CitizenNumber, identification, identity_of, may_bring_number
from commands.overlap import notices
from domain.case import OPEN, Case, Status
from domain.events.intake import (
    CaseSubmitted,
    CaseTakenUp,
    SubjectNoted,
    SubmissionSupplemented,
    TriedRecorded,
)  # fmt: skip
from domain.ids import RESIDENT, Code, PartnerId, ProfessionalId, SubjectId
from domain.personal import Personal
from domain.refusal import NotFound, Refused

REPORTER: SubjectId = "s2"
"""Who reported has data of their own: their name is sealed for them, their words about the resident for the resident."""
Reporter = Literal["neighbour", "relative", "gp", "home-care", "other"]
SubjectKind = Literal["child", "relative", "neighbour", "professional", "other"]


class Submit(OpeningCommand):
    """Submit a case to your table.

    casus intake submit --question "Help is stuck" --reason zorgen-om-inwoner --name "..."
    """

    VERB: ClassVar[str] = "submit"
    question: Text
    reasons: frozenset[Code] = Field(min_length=1)
    domains: frozenset[Code] = frozenset()
    flags: frozenset[Code] = frozenset()
    anonymous: bool = False
    submitter: PartnerId | None = None
    reporter: Reporter | None = None
    reporter_name: Line | None = None
    reporter_contact: Line | None = None
    tried: Text | None = None
    name: Line | None = None
    birth_date: BirthDate | None = None
    number: CitizenNumber | None = None

    def identity(self) -> dict[str, str]:
        return identity_of(self.name, self.birth_date, self.number)

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        me, profile = desk.me(), desk.profile
        submission, triage, plan = profile.submission, profile.triage, profile.plan
        if profile.kind == "region" or submission is None or triage is None or plan is None:
            raise Refused("region-takes-no-cases", team=desk.team.id)
        self._check_persons(submission.anonymous.value, desk)
        for code in sorted(self.reasons):
            desk.known("reasons", code, submission.reasons)
        for code in sorted(self.flags):
            desk.known("flags", code, submission.flags)
        for code in sorted(self.domains):
            desk.known("domains", code, plan.domains)
        submitter = self.submitter or (None if self.reporter else me.partner)
        by = submission.by.value
        if by == "network" and (submitter is None or not desk.team.seated(submitter)):
            raise Refused("submitter-not-allowed", field="submitter", by=by)
        if by == "professionals" and submitter is None:
            raise Refused("submitter-not-allowed", field="reporter", by=by)
        holder = desk.coordinator()
        resident = RESIDENT
        yield CaseSubmitted(
            team=desk.team.id, holder=holder, triage_by=desk.days(triage.within_days.value), anonymous=self.anonymous,
            submitter=submitter, reporter=self.reporter, reasons=self.reasons, flags=self.flags, domains=self.domains,
            question=Personal(subject=resident, text=self.question),
            tried=Personal(subject=resident, text=self.tried) if self.tried else None,
        )  # fmt: skip
        if not self.anonymous:
            yield identification(resident, self.name, self.birth_date, self.number, None)
            yield from notices(desk, desk.new_number or "", state)
        if self.reporter_name or self.reporter_contact:
            yield identification(REPORTER, self.reporter_name, None, None, self.reporter_contact)

    def _check_persons(self, allowed: bool, desk: Desk) -> None:
        """Refuse who may not be named here, and who must be. In: whether this table takes anonymous submissions."""
        if self.anonymous and not allowed:
            raise Refused("anonymous-not-allowed", team=desk.team.id)
        if self.anonymous and (self.name or self.birth_date or self.number):
            raise Refused("identifier-in-anonymous-case", field="name", kind="name")
        if not self.anonymous and self.name is None:
            raise Refused("name-or-anonymous", field="name")
        if (self.reporter_name or self.reporter_contact) and self.reporter is None:
            raise Refused("reporter-needed", field="reporter")
        may_bring_number(desk, self.number)


class Supplement(CaseCommand):
    """Add to a submission; this answers what was asked.

    casus intake supplement LEL-2026-0007 --text "The GP confirms it" --domain physical-health
    """

    VERB: ClassVar[str] = "supplement"
    text: Text
    reasons: frozenset[Code] = frozenset()
    domains: frozenset[Code] = frozenset()
    flags: frozenset[Code] = frozenset()

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        profile = desk.profile
        assert profile.submission is not None
        assert profile.plan is not None
        assert profile.triage is not None
        for code in sorted(self.reasons):
            desk.known("reasons", code, profile.submission.reasons)
        for code in sorted(self.flags):
            desk.known("flags", code, profile.submission.flags)
        for code in sorted(self.domains):
            desk.known("domains", code, profile.plan.domains)
        asked = state.status is Status.ASKED
        yield SubmissionSupplemented(
            text=self.personal(self.text), reasons=self.reasons, flags=self.flags, domains=self.domains,
            triage_by=desk.days(profile.triage.within_days.value) if asked else None,
        )  # fmt: skip


class NoteSubject(CaseCommand):
    """Note a person whose data the case holds: a child, a relative, a neighbour who reported.

    casus intake note-subject LEL-2026-0007 --kind child
    """

    VERB: ClassVar[str] = "note-subject"
    kind: SubjectKind
    name: Line | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.anonymous and self.name is not None and self.kind in ("child", "relative"):
            raise Refused("identifier-in-anonymous-case", field="name", kind="name")
        subject = state.next_subject()
        name = Personal(subject=subject, text=self.name) if self.name else None
        yield SubjectNoted(subject=subject, kind=self.kind, name=name)


class Identify(CaseCommand):
    """Record who somebody in a named case is: name, birth date, citizen number, contact.

    casus intake identify LEL-2026-0007 --birth-date 1980-05-17
    """

    VERB: ClassVar[str] = "identify"
    subject: SubjectId = RESIDENT
    name: Line | None = None
    birth_date: BirthDate | None = None
    number: CitizenNumber | None = None
    contact: Line | None = None

    def identity(self) -> dict[str, str]:
        if self.subject != RESIDENT:
            return {}
        return identity_of(self.name, self.birth_date, self.number)

    def brings_number(self) -> bool:
        return self.number is not None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if self.subject not in state.subjects:
            raise NotFound("subject", self.subject)
        if not (self.name or self.birth_date or self.number or self.contact):
            raise Refused("nothing-given", field="name")
        if state.anonymous and self.subject != state.submitter_subject:
            raise Refused("still-anonymous", case=state.number)
        may_bring_number(desk, self.number)
        yield identification(self.subject, self.name, self.birth_date, self.number, self.contact)
        if self.subject == RESIDENT:
            yield from notices(desk, state.number, state)


class RecordTried(CaseCommand):
    """Record what was already tried: peel that off first.

    casus intake record-tried ZEI-2026-0003 --tried "Debt counselling, two times"
    """

    VERB: ClassVar[str] = "record-tried"
    STATES: ClassVar[frozenset[Status]] = OPEN
    tried: Text
    by: PartnerId | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        yield TriedRecorded(tried=self.personal(self.tried), by=self.by)


class TakeUp(CaseCommand):
    """Take up a case that came with an imported history; from now on every rule holds for it.

    casus intake take-up permits:case-8323 --team lelystad-sit
    """

    VERB: ClassVar[str] = "take-up"
    STATES: ClassVar[frozenset[Status]] = frozenset({Status.IMPORTED, *OPEN})
    holder: ProfessionalId | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.team == desk.team.id and state.status is not Status.IMPORTED:
            return
        if state.status is not Status.IMPORTED:
            raise Refused("not-your-case", case=state.number, team=state.team)
        monitoring = desk.profile.monitoring
        if monitoring is None:
            raise Refused("region-takes-no-cases", team=desk.team.id)
        holder = desk.professional(self.holder).id if self.holder else desk.coordinator()
        yield CaseTakenUp(team=desk.team.id, holder=holder, next_check=desk.days(monitoring.check_days.value))
