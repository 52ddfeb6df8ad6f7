"""What could sensibly be asked of a case, by what it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from commands.triage import weigh
from domain.case import Case, Status
from domain.sharing import to_tell
from tests.property.wishes.looking import NUMBERS, CaseLooker, Wish
from tests.property.wishes.of_entries import corrections
from tests.property.wishes.of_plans import agreements, money, plan


def wishes(look: CaseLooker) -> Iterator[Wish]:
    """All that could be asked of this case now."""
    case = look.case
    if case.status in (Status.SUBMITTED, Status.ASKED):
        yield from triage(look)
    elif case.status is Status.ACTIVE:
        yield from active(look)
    elif case.status is Status.RESTING:
        yield 4, "monitoring.wake", {}
        yield 2, "monitoring.check", {"observed": look.words(), "progress": True}
        yield 1, "closing.close", closing(look)
    elif case.status is Status.AFTERCARE:
        yield 4, "closing.check-aftercare", {"observed": look.words(), "next_on": look.maybe(look.day(), 0.4)}
    elif case.status is Status.MERGED:
        yield 6, "closing.undo-merge", {"why": look.words()}
    if case.status in (Status.AFTERCARE, Status.CLOSED, Status.DECLINED):
        yield 4, "closing.reopen", {"why": look.words(), "holder": look.maybe(look.person(), 0.3)}
    if case.is_open():
        yield from offers(look)
        yield from parties(look)
        yield from consent(look)
        yield from meetings(look)
    yield from corrections(look)
    yield from learning(look)


def triage(look: CaseLooker) -> Iterator[Wish]:
    case, profile = look.case, look.profile
    assert profile.triage is not None
    criteria = [c.id for c in profile.triage.criteria]
    open_ = [c for c in criteria if c not in case.assessments]
    yield 12, "triage.assess", {"criterion": look.one(open_ or criteria), "met": look.often(0.85), "motivation": look.words()}
    yield 2, "triage.ask", {"question": look.words(), "of": look.maybe(look.partner())}
    yield 1, "triage.decline", {"reason": look.words(), "told_by": look.maybe(look.person())}
    yield 2 if case.status is Status.SUBMITTED else 8, "intake.supplement", {"text": look.words()}
    yield 2, "triage.redirect", {"to": look.recipient(), "why": look.words()}
    if len(open_) < 2 or weigh(case, profile).held is not None:
        yield 40, "triage.accept", {"motivation": look.words(), "holder": look.maybe(look.person())}
    if not case.consents and not case.grounds:
        yield 10, "consent.give", {"until": look.maybe(look.day(20, 300))}


def active(look: CaseLooker) -> Iterator[Wish]:
    case = look.case
    yield 4, "monitoring.check", {"observed": look.words(), "progress": look.often(0.5), "next_check": look.maybe(look.day())}
    yield 1, "monitoring.miss", {"why": look.words()}
    yield 3, "closing.close", closing(look)
    yield 2, "escalation.offer-transfer", {"to": look.recipient(), "why": look.words()}
    yield 2, "escalation.raise", {"to": look.recipient(), "why": look.words()}
    if case.last_progress is None or (look.world.today - case.last_progress).days > 20:
        yield 4, "monitoring.flag-stagnation", {}
    if case.stagnating_since is None:
        yield 2, "monitoring.rest", {"until": look.day(5), "why": look.words()}
        yield 1, "monitoring.plan-check", {"on": look.day()}
    elif case.forced_by:
        yield 8, "monitoring.force-progress", {"decision": look.one(case.forced_by), "why": look.words()}
    escalation = look.profile.escalation
    if escalation is not None and escalation.direction_days is not None and case.direction_offer is None:
        yield (
            5,
            "escalation.offer-direction",
            {"to": look.one(look.world.teams), "why": look.words(), "until": look.maybe(look.day())},
        )
    yield from plan(look)
    yield from agreements(look)
    yield from money(look)


def closing(look: CaseLooker) -> dict[str, object]:
    assert look.profile.closing is not None
    closing = look.profile.closing
    share = 1 if closing.aftercare_required.value and closing.aftercare_days is None else 0.5
    day = look.maybe(look.day(10, 90), share)
    return {"result": look.one(r.id for r in closing.results), "note": look.words(), "aftercare_on": day}


def offers(look: CaseLooker) -> Iterator[Wish]:
    """What was offered to another, as both sides may end it."""
    case = look.case
    if case.transfer is not None:
        yield 8, "escalation.receive" if case.transfer.kind == "team" else "escalation.record-transfer", {}
        yield 2, "escalation.decline-transfer", {"why": look.words()}
        yield 1, "escalation.withdraw-transfer", {}
    if case.direction_offer is not None:
        yield 8, "escalation.accept-direction", {}
        yield 1, "escalation.decline-direction", {"why": look.words()}
        yield 1, "escalation.withdraw-direction", {}
    if case.direction.team is not None:
        yield 2, "escalation.return-direction", {}
    for e in case.open_escalations():
        if e.state == "raised":
            yield 3, "escalation.accept", {"escalation": e.id}
            yield 1, "escalation.decline", {"escalation": e.id, "why": look.words()}
        else:
            yield 3, "escalation.resolve", {"escalation": e.id, "how": look.words()}
        yield 1, "escalation.withdraw", {"escalation": e.id, "why": look.words()}


def parties(look: CaseLooker) -> Iterator[Wish]:
    case, world = look.case, look.world
    yield 2, "parties.join", {"partner": look.partner()}
    yield 1, "parties.invite", {"partner": look.partner()}
    yield 2, "parties.assign-contact-point", {"professional": look.person()}
    yield 1, "parties.assign-director", {"professional": look.person()}
    yield 2, "parties.assign-holder", {"professional": look.person()}
    yield 1, "parties.assign-professional", {"professional": look.person()}
    held = look.one(case.holdings())
    start = look.day(-2, 10)
    yield 1, "parties.replace", {"professional": held, "successor": look.another(held)}
    away = {
        "professional": held,
        "cover": look.another(held),
        "start": start,
        "until": start + timedelta(days=look.chance.randint(3, 30)),
    }
    yield 1, "parties.cover-absence", away
    yield 1, "parties.add-to-circle", {"kind": "professional", "professional": look.person()}
    yield 1, "parties.add-to-circle", {"kind": "relative", "name": look.name()}
    joined = list(case.active_partners())
    if joined:
        leaver = look.one(joined)
        to = look.one([p for p in look.partners() if p != leaver] or [leaver])
        yield 2, "parties.leave", {"partner": leaver, "successor": to, "professional": look.of_partner(to, 0.9)}
    invited = [p for p, i in case.partners.items() if i.state == "invited"]
    if invited:
        yield 2, "parties.decline", {"partner": look.one(invited), "reason": look.words()}
    circle = [m.id for m in case.circle.values() if not m.left]
    if circle:
        yield 1, "parties.leave-circle", {"member": look.one(circle)}
    others = [c.number for c in world.cases.values() if c.team == case.team and c.is_open() and c.number != case.number]
    if others:
        yield 3, "closing.merge", {"into": look.one(others), "why": look.words()}


def consent(look: CaseLooker) -> Iterator[Wish]:
    case: Case = look.case
    yield 1, "consent.give", {"until": look.maybe(look.day(20, 300))}
    yield 1, "consent.refuse", {"purpose": "care"}
    yield 1, "consent.record-ground", {"kind": "public-task", "motivation": look.words()}
    yield 1, "intake.note-subject", {"kind": look.one(("child", "relative", "neighbour"))}
    yield 2, "intake.record-tried", {"tried": look.words()}
    if not case.anonymous:
        yield 1, "intake.identify", {"birth_date": look.birth_date(), "number": look.maybe(look.one(NUMBERS))}
    elif case.grounds:
        why = {field: look.words() for field in ("necessity", "proportionality", "subsidiarity")}
        kind = look.one(g.kind for g in case.grounds.values())
        yield 4, "consent.name", {"resident_name": look.name(), "ground": kind, "birth_date": look.birth_date(), **why}
    for c in case.consents.values():
        if c.state_on(look.world.today) == "given":
            yield 1, "consent.withdraw", {"consent": c.id}
            yield 1, "consent.limit", {"consent": c.id, "recipients": sorted(c.recipients)[:1] or [look.partner()]}
        elif c.state == "given":
            yield 12, "consent.expire", {"consent": c.id}
    for told, partner in to_tell(case):
        yield 6, "consent.tell", {"consent": told.id, "partner": partner}
    for probe in case.probes.values():
        if probe.told is None:
            yield 3, "consent.answer-overlap", {"probe": probe.id, "tell": look.often(0.5), "why": look.words()}


def meetings(look: CaseLooker) -> Iterator[Wish]:
    case, planning = look.case, look.profile.plan
    people = [p.id for p in look.team.active()]
    yield 1, "meeting.discuss", {"attended": look.some(people), "conclusions": look.words()}
    yield 1, "meeting.put-on", {"meeting": look.day()}
    if planning is not None and planning.subgroup is not None:
        mandate = look.one(("advise", "deviate"))
        yield 3, "meeting.form-subgroup", {"members": look.some(people), "mandate": mandate, "until": look.maybe(look.day())}
    for group in case.subgroups.values():
        if not group.dissolved:
            yield 1, "meeting.propose", {"subgroup": group.id, "proposal": look.words()}
            yield 1, "meeting.dissolve-subgroup", {"subgroup": group.id}


def learning(look: CaseLooker) -> Iterator[Wish]:
    assert look.profile.plan is not None
    yield 1, "learning.record-point", {"kind": "obstacle", "text": look.words()}
    yield 1, "learning.record-gap", {"domain": look.one(d.id for d in look.profile.plan.domains), "text": look.words()}
    yield 1, "learning.record-wall", {"kind": "financial", "text": look.words()}
    if look.profile.learning.levels:
        level = look.one(x.id for x in look.profile.learning.levels)
        yield 1, "learning.measure-outcome", {"level": level, "measure": "calm", "value": "7.5"}
