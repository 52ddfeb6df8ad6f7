"""Triage: criteria weighed one by one, then accepted, declined, or more asked. (Redirecting is a hand-over.)"""

from datetime import date
from typing import ClassVar

from domain.case import Case, Status
from domain.case_parts import Assessment, Direction, NextMoment, Question
from domain.days import day_of
from domain.event import Event, put
from domain.ids import Code, PartnerId, ProfessionalId
from domain.personal import Personal


class CriterionAssessed(Event):
    """One admission criterion was weighed, with its motivation."""

    TOPIC: ClassVar[str] = "case.triage.criterion-assessed"
    criterion: Code
    met: bool
    motivation: Personal

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        new = Assessment(self.criterion, self.met, case.stamp.ref("motivation"))
        return case.but(assessments=put(case.assessments, self.criterion, new))


class CaseAccepted(Event):
    """The table takes the case. `met` and `not_met` say which criteria held; `against` which of those that were needed were
    passed over, on whose `mandate`.
    """

    TOPIC: ClassVar[str] = "case.triage.accepted"
    met: tuple[Code, ...]
    against: tuple[Code, ...] = ()
    not_met: tuple[Code, ...] = ()
    mandate: ProfessionalId | None = None
    motivation: Personal | None = None
    holder: ProfessionalId
    next_check: date

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        today = day_of(case.stamp.occurred_at)
        local = case.direction.local or self.holder
        return case.but(
            status=Status.ACTIVE, asked=None, accepted_on=today, last_progress=today, against=self.against,
            holder=self.holder, next=NextMoment("check", self.next_check), direction=Direction(local, local),
        )  # fmt: skip


class CaseDeclined(Event):
    """The table does not take the case; the reason, and who lets the submitter know."""

    TOPIC: ClassVar[str] = "case.triage.declined"
    met: tuple[Code, ...]
    not_met: tuple[Code, ...]
    reason: Personal
    told_by: ProfessionalId

    def apply(self, case: Case) -> Case:
        return case.but(status=Status.DECLINED, ended=case.day(), asked=None, next=None, transfer=None, agenda=frozenset())


class MoreAsked(Event):
    """More is needed before the decision: what, of whom, by when."""

    TOPIC: ClassVar[str] = "case.triage.more-asked"
    question: Personal
    of: PartnerId | None = None
    by: date

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        asked = Question(self.of, self.by, case.stamp.ref("question"))
        return case.but(status=Status.ASKED, asked=asked, next=NextMoment("answer", self.by))
