"""What can be done now with a case: what is due first, then what else its state allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from commands import discover
from commands.base import CaseCommand
from commands.desk import Desk
from commands.triage import consent_missing, weigh
from domain.case import FINAL, IN_TRIAGE, Case, Status
from domain.ids import RESIDENT, Code, EntryId
from domain.sharing import consent_rests, standing, to_tell

GOING_ON = frozenset({Status.ACTIVE, Status.RESTING, Status.AFTERCARE})


@dataclass(frozen=True, slots=True)
class Possible:
    """A command that can be asked now. `why` is a code: what makes it the thing to do; `allowed` when nothing does but
    the state. `entry` is the entry or code it is about, and `by` the day it is due.
    """

    command: str
    why: Code
    entry: EntryId | Code | None = None
    by: date | None = None


def possible(case: Case, desk: Desk) -> list[Possible]:
    """In: a case and the desk of its own table. Out: what is due, the most pressing first, then what else is allowed,
    each command once per entry.
    """
    found: dict[tuple[str, str | None], Possible] = {}
    for rule in _RULES:
        for item in rule(case, desk):
            if _stands(case, item.command):
                found.setdefault((item.command, item.entry), item)
    named = {item.command for item in found.values()}
    rest = [Possible(name, "allowed") for name in _allowed(case) if name not in named]
    return [*found.values(), *rest]


def _stands(case: Case, command: str) -> bool:
    """Whether the case's state lets a command be asked."""
    kind = discover()[command]
    return not issubclass(kind, CaseCommand) or (case.status in kind.STATES and _thawed(case, kind))


def _thawed(case: Case, kind: type[CaseCommand]) -> bool:
    """Whether a case whose resident's data is restricted lets it be asked."""
    return kind.DESPITE_RESTRICTION or RESIDENT not in case.restricted


def _allowed(case: Case) -> Iterator[str]:
    """The commands on a case that its state lets its own table ask."""
    for name, kind in discover().items():
        if issubclass(kind, CaseCommand) and case.status in kind.STATES and not kind.FOREIGN and _thawed(case, kind):
            yield name


def _imported(case: Case, _: Desk) -> Iterator[Possible]:
    if case.status is Status.IMPORTED:
        yield Possible("intake.take-up", "imported")


def _asked_of_us(case: Case, desk: Desk) -> Iterator[Possible]:
    """Answers that others wait for: another table about a resident, a team about what was offered to it."""
    for probe in case.probes.values():
        if probe.told is None and case.is_open():
            yield Possible("consent.answer-overlap", "overlap-asked", probe.id)
    for glass in case.glass.values():
        if glass.justified is None:
            yield Possible("access.review-glass", "glass-broken", glass.id)
    offer = case.direction_offer
    if offer is not None:
        if offer.until > desk.today:
            yield Possible("escalation.accept-direction", "direction-offered", offer.to)
        yield Possible("escalation.decline-direction", "direction-offered", offer.to)
        yield Possible("escalation.withdraw-direction", "direction-offered", offer.to)
    transfer = case.transfer
    if transfer is not None:
        taken = "escalation.receive" if transfer.kind == "team" else "escalation.record-transfer"
        yield Possible(taken, "case-offered", transfer.to, transfer.answer_by)
        yield Possible("escalation.decline-transfer", "case-offered", transfer.to, transfer.answer_by)
        yield Possible("escalation.withdraw-transfer", "case-offered", transfer.to, transfer.answer_by)


def _rights(case: Case, desk: Desk) -> Iterator[Possible]:
    """What subjects asked of their own data, the first to be decided first."""
    for right in sorted(case.rights.values(), key=lambda r: (r.by, r.id)):
        if right.state == "asked":
            yield Possible("rights.decide", "right-asked", right.id, right.by)
            if not right.extended and desk.today <= right.by:
                yield Possible("rights.extend", "right-asked", right.id, right.by)
        elif right.kind == "erasure" and right.state in ("granted", "partly"):
            yield Possible("rights.confirm", "right-unconfirmed", right.id, right.by)
        elif right.state in ("confirmed", "erasing"):
            why = "erasure-unfinished" if right.state == "erasing" else "right-granted"
            yield Possible("rights.erase", why, right.id, right.by)
        elif right.state in ("granted", "partly"):
            command = "rights.restrict" if right.kind == "restriction" else "rights.carry-out"
            yield Possible(command, "right-granted", right.id, right.by)


def _triage(case: Case, desk: Desk) -> Iterator[Possible]:
    """Weigh what is not weighed; then decide."""
    if case.status not in IN_TRIAGE or case.transfer is not None:
        return
    due = case.next.on if case.next else None
    if case.status is Status.ASKED:
        yield Possible("intake.supplement", "answer-awaited", None, due)
    triage = desk.profile.triage
    if triage is None:
        return
    verdict = weigh(case, desk.profile)
    if verdict.held is None:
        for code in dict.fromkeys(verdict.missing()):
            yield Possible("triage.assess", "criterion-open", code, due)
        return
    if not verdict.held:
        yield Possible("triage.decline", "criteria-not-met", None, due)
        yield Possible("triage.redirect", "criteria-not-met", None, due)
    if consent_missing(case, desk):
        yield Possible("consent.give", "consent-first", None, due)
        yield Possible("consent.record-ground", "consent-first", None, due)
    else:
        yield Possible("triage.accept", "criteria-met" if verdict.held else "against-criteria", None, due)


def _sharing(case: Case, desk: Desk) -> Iterator[Possible]:
    """Who is to be told that sharing has stopped; what to do where nothing allows it any more, or where a case came from
    another table without the consent that was given there.
    """
    for consent, _ in to_tell(case):
        yield Possible("consent.tell", "sharing-stopped", consent.id)
    if case.anonymous or case.status not in GOING_ON or consent_missing(case, desk) or consent_rests(case, desk.today):
        return
    asked = [c for c in standing(case) if (c.subject, c.purpose) == (RESIDENT, "case-direction")]
    if asked or case.predecessor is not None:
        why = "consent-stopped" if asked else "received-without-consent"
        yield Possible("consent.give", why)
        yield Possible("consent.record-ground", why)


def _stagnation(case: Case, desk: Desk) -> Iterator[Possible]:
    """A flagged case obliges a decision; one without progress for long enough obliges the flag."""
    monitoring = desk.profile.monitoring
    if case.status is not Status.ACTIVE or monitoring is None:
        return
    if case.stagnating_since is not None:
        if case.forced_by:
            yield Possible("monitoring.force-progress", "decision-made", min(case.forced_by), case.decide_by)
        yield Possible("plan.agree", "decision-due", None, case.decide_by)
        yield Possible("escalation.raise", "decision-due", None, case.decide_by)
        yield Possible("escalation.offer-direction", "decision-due", None, case.decide_by)
        yield Possible("closing.close", "decision-due", None, case.decide_by)
    elif case.last_progress is not None and (desk.today - case.last_progress).days >= monitoring.stagnation_days.value:
        yield Possible("monitoring.flag-stagnation", "no-progress", None, None)


def _moment(case: Case, desk: Desk) -> Iterator[Possible]:
    """The next moment, when its day has come."""
    if case.next is None or case.next.on > desk.today:
        return
    commands = {
        "check": ("monitoring.check", "monitoring.miss"), "wake": ("monitoring.wake", "monitoring.rest"),
        "aftercare": ("closing.check-aftercare", "closing.reopen"),
    }.get(case.next.kind, ())  # fmt: skip
    for command in commands:
        yield Possible(command, "moment-has-come", None, case.next.on)


def _plan(case: Case, desk: Desk) -> Iterator[Possible]:
    """Towards one plan: people first, then the resident's words, then agreements that are accepted."""
    if case.status is not Status.ACTIVE:
        return
    plan, resident = desk.profile.plan, desk.profile.resident
    if consent_missing(case, desk):
        yield Possible("consent.give", "consent-missing")
        yield Possible("consent.record-ground", "consent-missing")
    if case.contact_point is None:
        yield Possible("parties.assign-contact-point", "no-contact-point")
    if plan is not None and plan.tried_first is not None and plan.tried_first.value and not case.tried:
        yield Possible("intake.record-tried", "tried-first")
    if case.drafted is None:
        yield Possible("plan.draft", "no-plan")
    first = resident is not None and resident.questions_first is not None and resident.questions_first.value
    for question in resident.questions if resident is not None else ():
        if question.id not in case.answers:
            yield Possible("plan.answer", "question-first" if first else "question-open", question.id)
    for agreement in sorted(case.open_agreements(), key=lambda a: (a.due or date.max, a.id)):
        if agreement.state == "proposed":
            yield Possible("plan.accept", "agreement-proposed", agreement.id, agreement.due)
            yield Possible("plan.refuse", "agreement-proposed", agreement.id, agreement.due)
        else:
            late = agreement.due is not None and agreement.due < desk.today
            why = "agreement-overdue" if late else "agreement-open"
            yield Possible("plan.fulfil", why, agreement.id, agreement.due)
            yield Possible("monitoring.report", why, agreement.id, agreement.due)
    if not case.agreements:
        yield Possible("plan.agree", "no-agreements")
    elif case.endorsed is None and resident is not None and resident.endorsement_required is not None:
        yield Possible("plan.endorse", "endorsement-open")
        yield Possible("plan.not-endorsed", "endorsement-open")


def _calls(case: Case, desk: Desk) -> Iterator[Possible]:
    """What was escalated and waits for an answer, or for its end."""
    for call in case.open_escalations():
        if call.state == "raised":
            yield Possible("escalation.accept", "escalation-open", call.id, call.answer_by)
            yield Possible("escalation.decline", "escalation-open", call.id, call.answer_by)
            yield Possible("escalation.withdraw", "escalation-open", call.id, call.answer_by)
        else:
            yield Possible("escalation.resolve", "escalation-accepted", call.id)
    ended = case.direction.team is not None and case.direction.until is not None and desk.today >= case.direction.until
    if ended and case.is_open():
        yield Possible("escalation.return-direction", "direction-ended", None, case.direction.until)


def _towards_the_end(case: Case, _: Desk) -> Iterator[Possible]:
    """An active case whose plan is done can be closed; any other is looked at again on its day."""
    if case.status is Status.ACTIVE:
        if case.agreements and not any(case.open_agreements()) and not any(case.open_escalations()):
            yield Possible("closing.close", "plan-done")
        yield Possible("monitoring.check", "next-moment", None, case.next.on if case.next else None)
    elif case.status is Status.RESTING:
        yield Possible("monitoring.wake", "next-moment", None, case.next.on if case.next else None)
    elif case.status is Status.AFTERCARE:
        yield Possible("closing.check-aftercare", "next-moment", None, case.next.on if case.next else None)
    elif case.status in FINAL and not case.learnings:
        yield Possible("learning.record-point", "what-was-learned")


_RULES: tuple[Callable[[Case, Desk], Iterator[Possible]], ...] = (
    _imported, _asked_of_us, _rights, _triage, _sharing, _stagnation, _moment, _calls, _plan, _towards_the_end,
)  # fmt: skip
"""The most pressing first."""
