"""Triage: weigh the criteria one by one, then accept, decline, redirect, or ask for more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from pydantic import Field

from commands.base import CaseCommand, Text, Yield
from commands.desk import Desk
from domain.case import IN_TRIAGE, Case, Status
from domain.criteria import Verdict, evaluate
from domain.events.escalation import TransferOffered
from domain.events.triage import CaseAccepted, CaseDeclined, CriterionAssessed, MoreAsked
from domain.ids import Code, PartnerId, ProfessionalId
from domain.profile import Profile
from domain.refusal import Refused
from domain.sharing import consent_rests


class Assess(CaseCommand):
    """Weigh one admission criterion: met or not, and why.

    casus triage assess GRN-2026-0002 care --met --motivation "Known at three care partners"
    """

    VERB: ClassVar[str] = "assess"
    STATES: ClassVar[frozenset[Status]] = IN_TRIAGE
    criterion: Code = Field(json_schema_extra={"position": 1})
    met: bool
    motivation: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        assert desk.profile.triage is not None
        desk.known("criterion", self.criterion, desk.profile.triage.criteria)
        yield CriterionAssessed(criterion=self.criterion, met=self.met, motivation=self.personal(self.motivation))


class Accept(CaseCommand):
    """Accept a case. Against a criterion that is not met only with a mandated role and a motivation.

    casus triage accept GRN-2026-0002
    """

    VERB: ClassVar[str] = "accept"
    STATES: ClassVar[frozenset[Status]] = frozenset({*IN_TRIAGE, Status.ACTIVE})
    motivation: Text | None = None
    holder: ProfessionalId | None = None
    next_check: date | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.status is Status.ACTIVE:
            return
        _no_open_offer(state)
        if consent_missing(state, desk):
            raise Refused("no-consent-recorded", case=state.number)
        monitoring = desk.profile.monitoring
        assert monitoring is not None
        verdict = weigh(state, desk.profile)
        if verdict.held is None:
            raise Refused("criteria-unassessed", case=state.number, criteria=verdict.missing())
        against: tuple[Code, ...] = () if verdict.held else verdict.failed()
        if against:
            if not desk.mandated(desk.me().id):
                raise Refused(
                    "mandate-needed",
                    case=state.number,
                    criteria=against,
                    roles=tuple(sorted(desk.profile.mandated_roles())),
                )
            if self.motivation is None:
                raise Refused("motivation-needed", field="motivation", criteria=against)
        next_check = self.next_check or desk.days(monitoring.check_days.value)
        if next_check < desk.today:
            raise Refused("date-passed", field="next_check", on=next_check)
        yield CaseAccepted(
            met=tuple(sorted(c for c, a in state.assessments.items() if a.met)), against=against,
            not_met=tuple(sorted(c for c, a in state.assessments.items() if not a.met and c not in against)),
            mandate=desk.me().id if against else None, motivation=self.maybe(self.motivation),
            holder=desk.professional(self.holder).id if self.holder else state.holder or desk.coordinator(),
            next_check=next_check,
        )  # fmt: skip


class Decline(CaseCommand):
    """Decline a case with a reason; somebody lets the submitter know.

    casus triage decline GRN-2026-0002 --reason "The regular route has room" --told-by politie-1
    """

    VERB: ClassVar[str] = "decline"
    STATES: ClassVar[frozenset[Status]] = frozenset({*IN_TRIAGE, Status.DECLINED})
    reason: Text
    told_by: ProfessionalId | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.status is Status.DECLINED:
            return
        _no_open_offer(state)
        yield CaseDeclined(
            met=tuple(sorted(c for c, a in state.assessments.items() if a.met)),
            not_met=tuple(sorted(c for c, a in state.assessments.items() if not a.met)),
            reason=self.personal(self.reason),
            told_by=desk.professional(self.told_by).id if self.told_by else desk.me().id,
        )  # fmt: skip


class Ask(CaseCommand):
    """Ask for more before deciding: what, of whom, by when.

    casus triage ask GRN-2026-0002 --question "Which medication?" --of ggd --by 2026-12-01
    """

    VERB: ClassVar[str] = "ask"
    STATES: ClassVar[frozenset[Status]] = IN_TRIAGE
    question: Text
    of: PartnerId | None = None
    by: date | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        assert desk.profile.triage is not None
        by = self.by or desk.days(desk.profile.triage.within_days.value)
        if by < desk.today:
            raise Refused("date-passed", field="by", on=by)
        yield MoreAsked(question=self.personal(self.question), of=self.of, by=by)


class Redirect(CaseCommand):
    """Redirect a case to another team or party. It stays here until they take it.

    casus triage redirect ZVZ-2026-0001 --to zeist-ggz-in-de-wijk --why "Already stuck"
    """

    VERB: ClassVar[str] = "redirect"
    STATES: ClassVar[frozenset[Status]] = IN_TRIAGE
    to: Code
    why: Text
    answer_by: date | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.transfer is not None:
            if state.transfer.to == self.to:
                return
            raise Refused("already-offered", case=state.number, to=state.transfer.to)
        kind, answer_by = recipient(desk, self.to, self.answer_by)
        yield TransferOffered(to=self.to, kind=kind, reason="redirect", why=self.personal(self.why), answer_by=answer_by)


def weigh(state: Case, profile: Profile) -> Verdict:
    """The admission expression over what was assessed, explained part by part."""
    assert profile.triage is not None
    assessed = {code: a.met for code, a in state.assessments.items()}
    return evaluate(profile.triage.admission.value, assessed)


def recipient(desk: Desk, to: Code, answer_by: date | None) -> tuple[Code, date]:
    """The kind of a recipient in the profile's list, and the day an answer is due. Refused for one not in the list,
    for a day that passed, and for the own team.
    """
    escalation = desk.profile.escalation
    assert escalation is not None
    desk.known("to", to, escalation.recipients)
    if to == desk.team.id:
        raise Refused("to-yourself", field="to")
    kind = next(r.kind for r in escalation.recipients if r.id == to)
    by = answer_by or desk.days(escalation.answer_days.value)
    if by < desk.today:
        raise Refused("date-passed", field="answer_by", on=by)
    return kind, by


def consent_missing(state: Case, desk: Desk) -> bool:
    """Where the profile asks for it, a named case is accepted on consent that is in force or on another ground: whether it
    has neither.
    """
    submission = desk.profile.submission
    if submission is None or submission.consent_required is None or not submission.consent_required.value or state.anonymous:
        return False
    return not consent_rests(state, desk.today)


def _no_open_offer(state: Case) -> None:
    if state.transfer is not None:
        raise Refused("offer-open", case=state.number, to=state.transfer.to)
