"""Nonsense: any command, its fields filled with words of the right form that need not mean anything here."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any, get_args, get_origin

from pydantic import ValidationError

from commands import discover
from commands.base import Command
from tests.property.wishes.looking import NAMES, NUMBERS, WORDS
from tests.property.world import World

CODES = (
    "other",
    "x",
    "housing",
    "medical",
    "care",
    "ik-wil",
    "goals-met",
    "regular-route",
    "zeist-ggz-in-de-wijk",
    "municipality",
)
ENTRIES = tuple(f"{letter}{n}" for letter in "ABCDEGJMOS" for n in (1, 2, 9))
UNKNOWN = ("LEL-2026-9999", "nowhere:case-1", "ZZZ-1999-0001")


def nonsense(world: World, chance: Random) -> Command | None:
    """A command that makes little sense; None when even its form is refused."""
    name = chance.choice(sorted(discover()))
    kind = discover()[name]
    if "profile" in kind.model_fields:
        return None
    fields: dict[str, Any] = {}
    for field, info in kind.model_fields.items():
        if info.is_required() or chance.random() < 0.3:
            fields[field] = _value(world, chance, field, info.annotation)
    try:
        return kind(**fields)
    except ValidationError:
        return None


def _value(world: World, chance: Random, field: str, annotation: Any) -> Any:
    many = get_origin(annotation) is frozenset or any(get_origin(a) is frozenset for a in get_args(annotation))
    if many:
        return [_word(world, chance, field, annotation) for _ in range(chance.randint(1, 3))]
    return _word(world, chance, field, annotation)


def _word(world: World, chance: Random, field: str, annotation: Any) -> Any:
    choices = [c for a in (annotation, *get_args(annotation)) for c in get_args(a) if isinstance(c, str)]
    people = sorted({p for t in world.teams.values() for p in t.roster})
    partners = sorted({p for t in world.teams.values() for p in t.members})
    days = [world.today + timedelta(days=chance.randint(-400, 400)), date(1970, 1, 1), date(9999, 12, 31)]
    cases = [*sorted(world.cases), *UNKNOWN]
    pools: dict[str, list[Any]] = {
        "case": cases, "into": cases, "team": [*sorted(world.teams), "no-team"],
        "partner": partners, "submitter": partners, "of": partners, "recipients": partners, "contributors": partners,
        "partners": partners, "by": [*days, *partners], "about": ["s1", "s2", "s9"], "subject": ["s1", "s2", "s9"],
        "entry": list(range(1, 30)), "cents": [1, 100, 10**8], "value": [*WORDS, "3", "-", "2026-01-01"],
        "question": [*CODES, *WORDS], "birth_date": ["1980-05-17", "1900-01-01"], "number": list(NUMBERS),
    }  # fmt: skip
    if field in (
        "professional",
        "successor",
        "holder",
        "cover",
        "director",
        "responsible",
        "mandate",
        "told_by",
        "attended",
        "members",
    ):
        pools[field] = [*people, "nobody-1"]
    if choices:
        return chance.choice(choices)
    if field in pools:
        return chance.choice(pools[field])
    kinds = str(annotation)
    if "date" in kinds:
        return chance.choice(days)
    if "bool" in kinds:
        return chance.random() < 0.5
    if "int" in kinds or "Decimal" in kinds:
        return chance.randint(1, 40)
    if "EntryId" in kinds or field in (
        "agreement",
        "escalation",
        "goal",
        "consent",
        "probe",
        "subgroup",
        "deviation",
        "reservation",
    ):
        return chance.choice(ENTRIES)
    return chance.choice([*CODES, *WORDS, *NAMES])
