"""Two invented tables and a region, as teams with a roster: what pure tests decide commands with."""

import json
import tomllib
from datetime import UTC, datetime
from typing import Any

from domain.event import Event, Header, Recorded, replay
from domain.events.team import (
    ChairAppointed,
    MeetingScheduled,
    PartnerAdmitted,
    ProfessionalAdded,
    ProfileAdopted,
    TeamEstablished,
)
from domain.personal import Personal
from domain.profile import Profile
from domain.team import Team
from tests.support.invented import INVENTED

HARBOUR, LOCK, COAST = "harbour-table", "lock-table", "coast-region"
MASTER, PILOT, HOME, HOME_TOO, TUG = "pilots-1", "pilots-2", "seamens-home-1", "seamens-home-2", "tugs-1"
LOCK_MASTER, LOCK_HAND = "lock-keepers-1", "lock-keepers-2"
FOUNDED = datetime(2024, 5, 1, 8, tzinfo=UTC)
NOBODY = Header(
    actor="pilots-1", team=HARBOUR, organisation="pilots", role="harbour-master", purpose="case-direction",
    command="c", assurance="os-user",
)  # fmt: skip


def _term(code: str, **more: object) -> dict[str, Any]:
    return {"id": code, "label": {"nl": code, "en": code}, "source": "chosen", **more}


def _value(value: object) -> dict[str, Any]:
    return {"value": value, "source": "chosen"}


def _harbour() -> dict[str, Any]:
    """The invented way of working, with every feature that a profile can switch on."""
    document = tomllib.loads(INVENTED)
    document["partners"].append(
        {"id": "tugs", "name": "Sleepdienst", "column": "care", "source": "chosen"},
    )
    document["submission"]["flags"] = [_term("risk")]
    document["submission"]["reasons"].append(_term("sinking"))
    document["rhythm"] = {"meeting_days": _value(14), "learning_days": _value(90)}
    document["resident"]["questions"] = [_term("i-want"), _term("i-can")]
    document["resident"]["support_circle"] = _value(True)
    document["plan"] |= {
        "subgroup": _value(True), "deviation": _value(True), "deviation_days": _value(60), "budget_cents": _value(100_000),
    }  # fmt: skip
    document["plan"]["domains"].append(_term("cargo"))
    document["escalation"]["recipients"] += [_term(LOCK, kind="team"), _term("lifeboat", kind="party")]
    document["escalation"]["direction_days"] = _value(30)
    document["closing"]["results"].append(_term("sold"))
    document["closing"]["aftercare_days"] = _value(30)
    document["learning"] = {"levels": [_term("sailors")]}
    return document


def profile(**changes: object) -> Profile:
    """The harbour's way of working. In: values that differ, by path: `plan__tried_first=True`; None takes it out."""
    document = _harbour()
    for path, value in changes.items():
        *parts, last = path.split("__")
        place = document
        for part in parts:
            place = place[part]
        if value is None:
            del place[last]
        else:
            place[last] = _value(value) if isinstance(value, bool | int | str) else value
    return Profile.model_validate(document)


def _lock() -> Profile:
    document = _harbour() | {"id": LOCK, "prefix": "LCK"}
    document["partners"] = [{"id": "lock-keepers", "name": "Sluiswachters", "column": "care", "source": "chosen"}]
    document["escalation"]["recipients"] = [_term(HARBOUR, kind="team")]
    return Profile.model_validate(document)


def _region() -> Profile:
    keys = ("label", "source", "roles", "partners")
    base = {k: v for k, v in _harbour().items() if k in keys}
    return Profile.model_validate(base | {"id": COAST, "kind": "region", "prefix": "CST", "teams": [HARBOUR, LOCK]})


PROFILE, LOCK_PROFILE, REGION_PROFILE = profile(), _lock(), _region()


def document(of: Profile) -> str:
    """A profile as the JSON document that a team adopts."""
    return json.dumps(of.model_dump(mode="json", exclude_none=True))


def adopted(of: Profile, version: int = 1) -> ProfileAdopted:
    text = document(of)
    return ProfileAdopted(profile=of.id, version=version, digest="0" * 64, prefix=of.prefix, document=text)


def professional(who: str, *roles: str, login: str | None = None) -> ProfessionalAdded:
    partner = who.rpartition("-")[0]
    name = Personal(subject=who, text=f"Name of {who}")
    return ProfessionalAdded(professional=who, partner=partner, roles=frozenset(roles or ("deckhand",)), login=login, name=name)


FOUNDING: tuple[Event, ...] = (
    TeamEstablished(team=HARBOUR, kind="team"),
    adopted(PROFILE),
    PartnerAdmitted(partner="pilots", column="governance"),
    PartnerAdmitted(partner="seamens-home", column="informal"),
    PartnerAdmitted(partner="tugs", column="care"),
    professional(MASTER, "harbour-master", login="os-1000"),
    professional(PILOT),
    professional(HOME),
    professional(HOME_TOO),
    professional(TUG),
    ChairAppointed(professional=MASTER),
    MeetingScheduled(on=datetime(2026, 12, 10, tzinfo=UTC).date(), kind="regular"),
)
"""How the harbour's table came about."""

LOCK_FOUNDING: tuple[Event, ...] = (
    TeamEstablished(team=LOCK, kind="team"),
    adopted(LOCK_PROFILE),
    PartnerAdmitted(partner="lock-keepers", column="care"),
    professional(LOCK_MASTER, "harbour-master"),
    professional(LOCK_HAND),
    ChairAppointed(professional=LOCK_MASTER),
)

REGION_FOUNDING: tuple[Event, ...] = (TeamEstablished(team=COAST, kind="region"), adopted(REGION_PROFILE))


def team(stream: str, *events: Event) -> Team:
    """A team from its events."""
    records = [Recorded(stream, n, e, FOUNDED, NOBODY) for n, e in enumerate(events, start=1)]
    return replay(Team(), records)


HARBOUR_TEAM, LOCK_TEAM, COAST_TEAM = team(HARBOUR, *FOUNDING), team(LOCK, *LOCK_FOUNDING), team(COAST, *REGION_FOUNDING)
