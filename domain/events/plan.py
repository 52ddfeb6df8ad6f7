"""Plan: the resident's words, goals, agreements, deviations from routine and the small budget."""

from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from domain.case import Case
from domain.case_parts import Agreement, Deviation, Reservation
from domain.days import day_of
from domain.event import Event, put
from domain.ids import Cents, Code, EntryId, PartnerId, ProfessionalId
from domain.personal import Personal


class PlanDrafted(Event):
    """Work on the one plan began (anew), at a plan meeting or elsewhere."""

    TOPIC: ClassVar[str] = "case.plan.drafted"
    meeting: date | None = None

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        return case.but(drafted=day_of(case.stamp.occurred_at), endorsed=None)


class PlanQuestionAnswered(Event):
    """A plan question was answered in the resident's words: ik wil, ik kan, ik heb nodig."""

    TOPIC: ClassVar[str] = "case.plan.question-answered"
    question: Code
    answer: Personal

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        return case.but(answers=put(case.answers, self.question, case.stamp.ref("answer")))


class PlanEndorsed(Event):
    """The resident endorsed the plan."""

    TOPIC: ClassVar[str] = "case.plan.endorsed"

    def apply(self, case: Case) -> Case:
        return case.but(endorsed=True)


class PlanNotEndorsed(Event):
    """The resident did not endorse the plan, or was not asked, and why."""

    TOPIC: ClassVar[str] = "case.plan.not-endorsed"
    why: Personal

    def apply(self, case: Case) -> Case:
        return case.but(endorsed=False)


class GoalSet(Event):
    """A goal of the plan."""

    TOPIC: ClassVar[str] = "case.plan.goal-set"
    goal: EntryId
    text: Personal

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        return case.but(goals=put(case.goals, self.goal, case.stamp.ref("text")))


class GoalMet(Event):
    """A goal was reached."""

    TOPIC: ClassVar[str] = "case.plan.goal-met"
    goal: EntryId

    def apply(self, case: Case) -> Case:
        return case.but(goals_met=case.goals_met | {self.goal})


class InterventionAgreed(Event):
    """An intervention was agreed: what, which one partner answers for it, by when (or why no date), in which domain."""

    TOPIC: ClassVar[str] = "case.plan.intervention-agreed"
    agreement: EntryId
    what: Personal
    partner: PartnerId
    responsible: ProfessionalId | None = None
    due: date | None = None
    no_date: Code | None = None
    domain: Code
    recovery: Code
    contributors: frozenset[PartnerId] = frozenset()
    goal: EntryId | None = None

    def apply(self, case: Case) -> Case:
        stamp = case.stamp
        assert stamp is not None
        new = Agreement(
            self.agreement, self.partner, self.responsible, stamp.ref("what"), self.due, self.no_date, self.domain,
            self.recovery, self.contributors, "proposed", day_of(stamp.occurred_at), self.goal,
        )  # fmt: skip
        forced = case.forced_by | {"agreement"} if case.stagnating_since else case.forced_by
        return case.but(agreements=put(case.agreements, self.agreement, new), forced_by=forced)


class AgreementAccepted(Event):
    """The responsible partner accepted an agreement, with the professional who carries it out."""

    TOPIC: ClassVar[str] = "case.plan.agreement-accepted"
    agreement: EntryId
    responsible: ProfessionalId | None = None

    def apply(self, case: Case) -> Case:
        if self.responsible is None:
            return _agreement(case, self.agreement, state="accepted")
        return _agreement(case, self.agreement, state="accepted", responsible=self.responsible)


class AgreementRefused(Event):
    """The partner did not accept an agreement, and why."""

    TOPIC: ClassVar[str] = "case.plan.agreement-refused"
    agreement: EntryId
    why: Personal

    def apply(self, case: Case) -> Case:
        return _agreement(case, self.agreement, state="refused")


class AgreementAmended(Event):
    """An agreement was changed: another partner (who is asked anew), day, contributors or wording."""

    TOPIC: ClassVar[str] = "case.plan.agreement-amended"
    agreement: EntryId
    partner: PartnerId | None = None
    responsible: ProfessionalId | None = None
    due: date | None = None
    no_date: Code | None = None
    contributors: frozenset[PartnerId] | None = None
    what: Personal | None = None

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        old = case.agreements.get(self.agreement)
        if old is None:
            return case
        changes: dict[str, Any] = {}
        if self.partner is not None and self.partner != old.partner:
            changes |= {"partner": self.partner, "responsible": self.responsible, "state": "proposed"}
        elif self.responsible is not None:
            changes["responsible"] = self.responsible
        if self.due is not None:
            changes |= {"due": self.due, "no_date": None}
        elif self.no_date is not None:
            changes |= {"due": None, "no_date": self.no_date}
        contributors = old.contributors if self.contributors is None else self.contributors
        changes["contributors"] = contributors - {self.partner or old.partner}
        if self.what is not None:
            changes["what"] = case.stamp.ref("what")
        return _agreement(case, self.agreement, **changes)


class AgreementFulfilled(Event):
    """An agreement was carried out."""

    TOPIC: ClassVar[str] = "case.plan.agreement-fulfilled"
    agreement: EntryId
    note: Personal | None = None

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        today = day_of(case.stamp.occurred_at)
        old = case.agreements.get(self.agreement)
        if old is None:
            return case.but(last_progress=today)
        return case.but(agreements=put(case.agreements, self.agreement, old.but(state="fulfilled")), last_progress=today)


class AgreementLapsed(Event):
    """An agreement came to nothing, and why."""

    TOPIC: ClassVar[str] = "case.plan.agreement-lapsed"
    agreement: EntryId
    why: Personal

    def apply(self, case: Case) -> Case:
        return _agreement(case, self.agreement, state="lapsed")


class AgreementWithdrawn(Event):
    """The table took an agreement back, and why."""

    TOPIC: ClassVar[str] = "case.plan.agreement-withdrawn"
    agreement: EntryId
    why: Personal

    def apply(self, case: Case) -> Case:
        return _agreement(case, self.agreement, state="withdrawn")


class DeviationRecorded(Event):
    """A rule or indication was let go: which, why, on whose mandate, until when."""

    TOPIC: ClassVar[str] = "case.plan.deviation-recorded"
    deviation: EntryId
    rule: Code
    why: Personal
    mandate: ProfessionalId
    subgroup: EntryId | None = None
    until: date

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        new = Deviation(self.deviation, self.rule, case.stamp.ref("why"), self.mandate, self.until)
        return case.but(deviations=put(case.deviations, self.deviation, new))


class DeviationEnded(Event):
    """A deviation was ended before its day."""

    TOPIC: ClassVar[str] = "case.plan.deviation-ended"
    deviation: EntryId

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        old = case.deviations.get(self.deviation)
        if old is None:
            return case
        new = replace(old, ended=day_of(case.stamp.occurred_at))
        return case.but(deviations=put(case.deviations, self.deviation, new))


class BudgetReserved(Event):
    """Part of the small budget was set apart, in euro cents."""

    TOPIC: ClassVar[str] = "case.plan.budget-reserved"
    reservation: EntryId
    cents: Cents
    purpose: Personal
    agreement: EntryId | None = None
    mandate: ProfessionalId

    def apply(self, case: Case) -> Case:
        new = Reservation(self.reservation, self.cents, 0, 0, self.agreement)
        return case.but(budget=put(case.budget, self.reservation, new))


class BudgetSpent(Event):
    """Part of a reservation was spent, in euro cents."""

    TOPIC: ClassVar[str] = "case.plan.budget-spent"
    reservation: EntryId
    cents: Cents

    def apply(self, case: Case) -> Case:
        old = case.budget.get(self.reservation)
        if old is None:
            return case
        return case.but(budget=put(case.budget, self.reservation, replace(old, spent=old.spent + self.cents)))


class BudgetReleased(Event):
    """What was reserved and not spent went back, in euro cents."""

    TOPIC: ClassVar[str] = "case.plan.budget-released"
    reservation: EntryId
    cents: Cents

    def apply(self, case: Case) -> Case:
        old = case.budget.get(self.reservation)
        if old is None:
            return case
        return case.but(budget=put(case.budget, self.reservation, replace(old, released=old.released + self.cents)))


def _agreement(case: Case, entry: EntryId, **changes: Any) -> Case:
    old = case.agreements.get(entry)
    return case if old is None else case.but(agreements=put(case.agreements, entry, old.but(**changes)))
