"""What could sensibly be asked of a case's plan: the resident's words, agreements, room, money."""

from __future__ import annotations

from collections.abc import Iterator

from tests.property.wishes.looking import CaseLooker, Wish


def plan(look: CaseLooker) -> Iterator[Wish]:
    case, resident, planning = look.case, look.profile.resident, look.profile.plan
    assert resident is not None
    assert planning is not None
    questions = [q.id for q in resident.questions]
    missing = [q for q in questions if q not in case.answers]
    if questions:
        yield 12 if missing else 1, "plan.answer", {"question": look.one(missing or questions), "answer": look.words()}
    yield 2, "plan.draft", {}
    if not missing:
        yield 1, "plan.set-goal", {"goal": look.words()}
        if case.tried or planning.tried_first is None:
            yield 7, "plan.agree", agreed(look)
    if case.drafted or case.agreements:
        yield 2, "plan.endorse", {}
        yield 1, "plan.not-endorsed", {"why": look.words()}
    if case.goals:
        yield 1, "plan.meet-goal", {"goal": look.one(case.goals)}
    if planning.deviation is not None:
        groups = [s.id for s in case.subgroups.values() if not s.dissolved and s.mandate == "deviate"]
        rule = look.one(("own-contribution", "indication"))
        deviation = {"rule": rule, "why": look.words(), "until": look.day(), "subgroup": look.one(groups) if groups else None}
        yield 2, "plan.deviate", deviation
    standing = [d.id for d in case.deviations.values() if d.ended is None]
    if standing:
        yield 4, "plan.end-deviation", {"deviation": look.one(standing)}


def agreed(look: CaseLooker) -> dict[str, object]:
    assert look.profile.plan is not None
    partner = look.partner()
    due = look.maybe(look.day(), 0.8)
    return {
        "what": look.words(), "partner": partner, "responsible": look.of_partner(partner), "due": due,
        "no_date": None if due else "continuous", "domain": look.one(d.id for d in look.profile.plan.domains),
        "recovery": look.one(r.id for r in look.profile.plan.recovery),
        "contributors": look.some(look.partners()) if look.often(0.4) else frozenset(),
        "goal": look.one(look.case.goals) if look.case.goals else None,
    }  # fmt: skip


def agreements(look: CaseLooker) -> Iterator[Wish]:
    for a in look.case.open_agreements():
        on = {"agreement": a.id}
        if a.state == "proposed":
            yield 4, "plan.accept", {**on, "responsible": look.of_partner(a.partner)}
            yield 1, "plan.refuse", {**on, "why": look.words()}
        else:
            yield 4, "plan.fulfil", on
        yield 1, "plan.lapse", {**on, "why": look.words()}
        yield 1, "plan.withdraw", {**on, "why": look.words()}
        partner = look.maybe(look.partner())
        yield 1, "plan.amend", {**on, "partner": partner, "responsible": look.of_partner(partner), "due": look.day()}
        yield 2, "monitoring.report", {**on, "progress": look.one(("none", "some", "good"))}


def money(look: CaseLooker) -> Iterator[Wish]:
    planning = look.profile.plan
    if planning is None or planning.budget_cents is None:
        return
    left = look.case.budget_left(planning.budget_cents.value)
    yield 4, "plan.reserve", {"cents": look.chance.randint(1, max(1, left)), "purpose_of": look.words()}
    for r in look.case.budget.values():
        over = r.reserved - r.spent - r.released
        if over > 0:
            yield 6, "plan.spend", {"reservation": r.id, "cents": look.chance.randint(1, over)}
            yield 2, "plan.release", {"reservation": r.id, "cents": look.maybe(look.chance.randint(1, over))}
