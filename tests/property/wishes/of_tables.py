"""What could sensibly be asked of a table: who comes and goes, meetings, its way of working, a new case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

from tests.property.wishes.looking import Looker, Wish

MOST_OPEN = 5
"""A table with this many open cases takes in fewer new ones: a sequence should get somewhere."""


def wishes(look: Looker) -> Iterator[Wish]:
    """All that could be asked of this table now. The `team` of a command is added where it has one."""
    team = look.team
    yield from comings_and_goings(look)
    yield 1, "team.appoint-chair", {"professional": look.person()}
    yield 1, "team.schedule", {"on": look.day(), "kind": look.one(("regular", "plan", "learning"))}
    yield 1, "team.hold-meeting", {"on": look.day(-3, 0), "attended": look.some(p.id for p in team.active())}
    yield 1, "team.learn", {"kind": "yield", "text": look.words()}
    yield 1 if shares(look) else 60, "team.sign-sharing", {"until": look.maybe(look.day(), 0.2)}
    if team.sharing is not None and team.sharing.until is not None and team.sharing.until < look.world.today:
        yield 4, "team.expire-sharing", {}
    yield 1, "team.adopt", {"profile": lambda: changed(look)}
    if look.profile.kind == "team":
        busy = len(look.world.open_cases(team.id)) >= MOST_OPEN
        yield 2 if busy else 16, "intake.submit", submission(look)


def shares(look: Looker) -> bool:
    """Whether all who sit at the table are in an agreement on data sharing that lasts: without one nobody works on a case."""
    found = look.team.sharing
    return found is not None and (found.until is None or found.until >= look.day(3, 3)) and found.partners >= {*look.partners()}


def comings_and_goings(look: Looker) -> Iterator[Wish]:
    team = look.team
    roles = [r.id for r in look.profile.roles]
    yield 4, "team.add-professional", {"partner": look.partner(), "roles": look.some(roles), "name": look.name()}
    yield 1, "team.admit-partner", {"partner": look.one([p.id for p in look.profile.partners])}
    yield 1, "team.change-roles", {"professional": look.person(), "roles": look.some(roles)}
    start = look.day(-2, 10)
    who = look.person()
    away = {"cover": look.another(who), "start": start, "until": start + timedelta(days=look.chance.randint(3, 30))}
    yield 2, "team.cover-absence", {"professional": who, **away}
    yield 3, "team.professional-leaves", {"professional": who, "successor": look.another(who)}
    if len(look.partners()) > 2:
        gone = look.partner()
        to = look.one(p for p in look.partners() if p != gone)
        heir = look.of_partner(to, 1)
        yield (
            3,
            "team.partner-leaves",
            {"partner": gone, "successor": to if heir or look.often(0.5) else None, "professional": heir},
        )
        yield 1, "team.partner-leaves", {"partner": gone}
    if len(list(team.active())) < 3:
        yield 12, "team.add-professional", {"partner": look.partner(), "roles": look.some(roles), "name": look.name()}


def submission(look: Looker) -> dict[str, object]:
    profile = look.profile
    assert profile.submission is not None
    assert profile.plan is not None
    anonymous = profile.submission.anonymous.value and look.often(0.6)
    return {
        "question": look.words(), "reasons": look.some(r.id for r in profile.submission.reasons),
        "domains": look.some(d.id for d in profile.plan.domains), "anonymous": anonymous,
        "name": None if anonymous else look.name(), "birth_date": None if anonymous else look.maybe(look.birth_date(), 0.7),
        "tried": look.maybe(look.words()), "submitter": look.maybe(look.partner(), 0.3),
    }  # fmt: skip


def changed(look: Looker) -> str:
    """The way of working in force, with some of its terms changed: a budget never becomes smaller here."""
    plain = look.profile.model_dump(mode="json", exclude_none=True)
    if "monitoring" in plain:
        plain["monitoring"]["check_days"]["value"] = look.chance.randint(3, 40)
        plain["monitoring"]["stagnation_days"]["value"] = look.chance.randint(5, 60)
    if "budget_cents" in plain.get("plan", {}):
        plain["plan"]["budget_cents"]["value"] += look.chance.randint(0, 50_000)
    if "submission" in plain:
        plain["submission"]["consent_required"] = {"value": look.often(0.3), "source": "chosen"}
    return json.dumps(plain, sort_keys=True)
