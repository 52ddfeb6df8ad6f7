"""Intake: what the submitter brings, who is concerned, and what was already tried."""

from datetime import date
from typing import ClassVar

from domain.case import Case, Status
from domain.case_parts import Direction, NextMoment, Subject
from domain.days import day_of
from domain.event import Event, put
from domain.ids import RESIDENT, Code, PartnerId, ProfessionalId, SubjectId, TeamId
from domain.personal import Personal


class CaseSubmitted(Event):
    """A case was submitted, named or anonymous. Somebody of the table holds it from now on, until triage by a day."""

    TOPIC: ClassVar[str] = "case.intake.submitted"
    team: TeamId
    holder: ProfessionalId
    triage_by: date
    anonymous: bool
    submitter: PartnerId | None = None
    reporter: Code | None = None
    reasons: frozenset[Code]
    flags: frozenset[Code] = frozenset()
    domains: frozenset[Code] = frozenset()
    question: Personal
    tried: Personal | None = None

    def apply(self, case: Case) -> Case:
        stamp = case.stamp
        assert stamp is not None
        subjects = {RESIDENT: Subject(RESIDENT, "resident")}
        if self.reporter is not None:
            subjects["s2"] = Subject("s2", self.reporter)
        return case.but(
            number=stamp.stream, team=self.team, status=Status.SUBMITTED, opened=day_of(stamp.occurred_at),
            holder=self.holder, next=NextMoment("triage", self.triage_by), anonymous=self.anonymous,
            submitter=self.submitter, submitter_subject="s2" if self.reporter else None, subjects=subjects,
            reasons=self.reasons, flags=self.flags, domains=self.domains, questions=(stamp.ref("question"),),
            tried=(stamp.ref("tried"),) if self.tried else (),
        )  # fmt: skip


class SubmissionSupplemented(Event):
    """The submitter added to the submission; a question that was open is answered by it, and triage is due again."""

    TOPIC: ClassVar[str] = "case.intake.supplemented"
    text: Personal
    reasons: frozenset[Code] = frozenset()
    flags: frozenset[Code] = frozenset()
    domains: frozenset[Code] = frozenset()
    triage_by: date | None = None

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        case = case.but(
            questions=(*case.questions, case.stamp.ref("text")), reasons=case.reasons | self.reasons,
            flags=case.flags | self.flags, domains=case.domains | self.domains,
        )  # fmt: skip
        if case.status is Status.ASKED and self.triage_by is not None:
            return case.but(status=Status.SUBMITTED, asked=None, next=NextMoment("triage", self.triage_by))
        return case


class SubjectNoted(Event):
    """A person whose data the case holds was noted: a child, a relative, a neighbour who reported, another."""

    TOPIC: ClassVar[str] = "case.intake.subject-noted"
    subject: SubjectId
    kind: Code
    name: Personal | None = None

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        name = case.stamp.ref("name") if self.name else None
        return case.but(subjects=put(case.subjects, self.subject, Subject(self.subject, self.kind, name)))


class SubjectIdentified(Event):
    """A person's identity was recorded: name, birth date, citizen number, contact, as far as they are known."""

    TOPIC: ClassVar[str] = "case.intake.subject-identified"
    subject: SubjectId
    name: Personal | None = None
    birth_date: Personal | None = None
    number: Personal | None = None
    contact: Personal | None = None

    def apply(self, case: Case) -> Case:
        return case.but(subjects=identified(case, self.subject, self))


class TriedRecorded(Event):
    """What was already tried before, peeled off first."""

    TOPIC: ClassVar[str] = "case.intake.tried-recorded"
    tried: Personal
    by: PartnerId | None = None

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        return case.but(tried=(*case.tried, case.stamp.ref("tried")))


class CaseTakenUp(Event):
    """A table took up a case that came with an imported history: its first own act. From here on every rule holds."""

    TOPIC: ClassVar[str] = "case.intake.taken-up"
    team: TeamId
    holder: ProfessionalId
    next_check: date

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        subjects = case.subjects or {RESIDENT: Subject(RESIDENT, "resident")}
        today = day_of(case.stamp.occurred_at)
        return case.but(
            number=case.stamp.stream, team=self.team, status=Status.ACTIVE, opened=case.opened or today,
            accepted_on=today, last_progress=today, holder=self.holder, next=NextMoment("check", self.next_check),
            subjects=subjects, anonymous=True, direction=Direction(self.holder, self.holder),
        )  # fmt: skip


def identified(case: Case, subject: SubjectId, event: object) -> dict[SubjectId, Subject]:
    """The case's subjects after an event that carries identity fields: what it brings replaces, what it lacks stays."""
    stamp = case.stamp
    assert stamp is not None
    old = case.subjects.get(subject) or Subject(subject, "other")
    refs = {f: stamp.ref(f) for f in ("name", "birth_date", "number", "contact") if getattr(event, f) is not None}
    kept = {f: getattr(old, f) for f in ("name", "birth_date", "number", "contact")}
    return put(case.subjects, subject, Subject(subject, old.kind, **(kept | refs)))
