"""What must still hold after an entry was corrected or withdrawn: nothing that rests on it is left hanging."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from commands.anonymity import identifier_in
from commands.desk import Desk
from commands.guard import check_outcome
from commands.settling import glass_reviewed
from domain.case import Case, Status
from domain.event import Event, Recorded, replay, steps
from domain.ids import Code, ProfessionalId
from domain.refusal import Refused

KEPT_IN = {
    "agreement": "agreements", "goal": "goals", "deviation": "deviations", "reservation": "budget", "escalation": "escalations",
    "consent": "consents", "probe": "probes", "subgroup": "subgroups", "member": "circle", "subject": "subjects",
}  # fmt: skip
"""Fields that name an entry of the case, and where the case keeps such entries."""

UNNAMED = frozenset({"resident", "child", "relative"})
"""Whose name says who the resident is."""


def still_fits(desk: Desk, event: Event, target: Recorded) -> None:
    """Refuse a correction or withdrawal of `target` after which the case would be forgotten, entries would name what is
    not there, somebody who is not here would hold something, the budget would be below zero, the case would end while
    something is still asked of somebody, or the decision that stagnation obliges would be put off.
    """
    stream, header = desk.history[0].stream, desk.history[0].header
    trial = [*desk.history, Recorded(stream, max(r.version for r in desk.history) + 1, event, desk.at, header)]
    before, after = replay(Case(), desk.history), replay(Case(), trial)
    if after.status is Status.NONE:
        raise Refused("opening-entry", entry=target.version)
    hanging = sorted(set(_hanging(trial)) - set(_hanging(desk.history)))
    if hanging:
        raise Refused("entry-rested-on", entry=target.version, entries=tuple(hanging))
    nobody_named(before, after)
    if before.is_open() and not after.is_open():
        nothing_open(after)
    still_obliged(desk, before, after)
    for who in sorted(after.holdings() - before.holdings()):
        desk.professional(who)
    partners = [{a.partner for a in c.open_agreements()} | set(c.active_partners()) for c in (after, before)]
    for partner in sorted(partners[0] - partners[1]):
        desk.partner(partner)
    plan = desk.profile.plan
    budget = plan.budget_cents.value if plan is not None and plan.budget_cents is not None else None
    check_outcome(after, desk.team, before=before, budget=budget)


def nobody_named(before: Case, after: Case) -> None:
    """Refuse that a case is anonymous again, or a name stands in an anonymous one, while it says who its people are."""
    if not after.anonymous:
        return
    known = {s.id for s in after.subjects.values() if s.kind in UNNAMED and (s.name or s.birth_date or s.number or s.contact)}
    if before.anonymous:
        known -= {s.id for s in before.subjects.values() if s.kind in UNNAMED and s.named()}
    if known:
        raise Refused("still-named", case=after.number, subjects=tuple(sorted(known)))


def nothing_open(case: Case) -> None:
    """Refuse that a case ends with agreements, calls or offers that nobody would look after any more."""
    agreements = tuple(sorted(a.id for a in case.open_agreements()))
    if agreements:
        raise Refused("agreements-open", case=case.number, agreements=agreements)
    calls = tuple(sorted(e.id for e in case.open_escalations()))
    if calls:
        raise Refused("escalation-open", case=case.number, escalations=calls)
    offer = case.transfer or case.direction_offer
    if offer is not None:
        raise Refused("offer-open", case=case.number, to=offer.to)
    glass_reviewed(case)


def still_obliged(desk: Desk, before: Case, after: Case) -> None:
    """Refuse that a flag goes or its decision is put off, unless there turns out to have been progress before it."""
    since, monitoring = before.stagnating_since, desk.profile.monitoring
    if since is None or before.decide_by is None or after.status is not Status.ACTIVE or monitoring is None:
        return
    last = after.last_progress or after.accepted_on or since
    silent = (since - last).days >= monitoring.stagnation_days.value
    put_off = after.decide_by is not None and after.decide_by > before.decide_by
    if put_off or (after.stagnating_since is None and silent):
        raise Refused("decision-due", case=after.number, by=before.decide_by)


def on_mandate(desk: Desk, case: Case, event: Event, who: ProfessionalId | None) -> None:
    """Refuse as the one on whose mandate something was done somebody who has none."""
    group = case.subgroups.get(getattr(event, "subgroup", None) or "")
    if group is not None:
        if who not in group.members:
            raise Refused("not-in-subgroup", professional=who or "", subgroup=group.id)
    elif who is None or not desk.mandated(who):
        raise Refused("mandate-needed", case=case.number, roles=tuple(sorted(desk.profile.mandated_roles())))


def known_code(desk: Desk, field: str, value: object) -> None:
    """Refuse a code that is not of this way of working, where the field holds codes of it; and an identifier where no
    vocabulary holds the code: it would stand in the clear.
    """
    p = desk.profile
    lists: dict[str, tuple[object, ...]] = {
        "domain": p.plan.domains if p.plan else (), "domains": p.plan.domains if p.plan else (),
        "recovery": p.plan.recovery if p.plan else (), "reasons": p.submission.reasons if p.submission else (),
        "flags": p.submission.flags if p.submission else (), "criterion": p.triage.criteria if p.triage else (),
        "result": p.closing.results if p.closing else (), "level": p.learning.levels,
        "question": p.resident.questions if p.resident else (), "to": p.escalation.recipients if p.escalation else (),
    }  # fmt: skip
    codes: list[Code] = [value] if isinstance(value, str) else sorted(value) if isinstance(value, frozenset) else []
    for code in codes:
        if field in lists:
            desk.known(field, code, lists[field])
        elif (kind := identifier_in(code)) is not None:
            raise Refused("identifier-in-code", field=field, kind=kind)


def _hanging(records: Sequence[Recorded]) -> Iterator[int]:
    """The entries, by number, that name something which is not in the case when they take effect."""
    for record, before, after in steps(Case(), records):
        for field, place in KEPT_IN.items():
            named = getattr(record.event, field, None)
            if isinstance(named, str) and named not in getattr(before, place) and named not in getattr(after, place):
                yield record.version
