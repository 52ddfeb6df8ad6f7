"""What could sensibly be corrected in a case: an entry's fields by their kind, its moment, the whole entry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from domain.events.correcting import EntryCorrected, EntryWithdrawn
from domain.personal import Personal
from tests.property.wishes.looking import CaseLooker, Wish

PEOPLE = ("holder", "professional", "successor", "director", "cover", "responsible", "mandate", "told_by")
TELLING = (*PEOPLE, "cents")
"""What a slip in it would do harm with: corrected more than the rest."""


def corrections(look: CaseLooker) -> Iterator[Wish]:
    entries = [r for r in look.world.records(look.case.number) if not isinstance(r.event, EntryCorrected | EntryWithdrawn)]
    at = look.one(r.version for r in entries)
    yield 1, "correcting.state", {"statement": look.words(), "entry": look.maybe(at)}
    telling = [r for r in entries[1:] if any(f in TELLING for f in type(r.event).model_fields)]
    for _ in range(3):
        target = look.chance.choice(telling if telling and look.often(0.5) else entries)
        at, event = target.version, target.event
        yield 1, "correcting.withdraw", {"entry": at, "why": look.words()}
        yield 1, "correcting.correct", {"entry": at, "moved_to": look.moment(look.case.opened)}
        filled = [f for f in type(event).model_fields if getattr(event, f) not in (None, frozenset(), ())]
        told = [f for f in filled if f in TELLING]
        if filled:
            field = look.one(told if told and look.often(0.5) else filled)
            yield 1, "correcting.correct", {"entry": at, "field": field, "value": _other(look, field, getattr(event, field))}


def _other(look: CaseLooker, field: str, value: object) -> str:
    """Another value of the same kind, as it is typed."""
    if isinstance(value, Personal):
        return look.words()
    if isinstance(value, date):
        return look.day(-30).isoformat()
    if isinstance(value, bool):
        return look.one(("true", "false"))
    if isinstance(value, int):
        return str(look.chance.randint(-5, 300_000))
    if field in PEOPLE:
        return look.one(look.team.roster)
    if field in ("partner", "submitter", "of"):
        return look.one(look.team.members)
    if field in ("members", "attended"):
        return ",".join(look.some(look.team.roster))
    return look.one(("other", "none", "care", "gone-1", "-", str(value)))
