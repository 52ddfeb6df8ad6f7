"""Who is in a case, as the server keeps it: the parts of `domain.membership`, each in one word."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from domain.case import Case
from domain.membership import Part, parts

Grain = tuple[str, str | None, str | None]
"""A part in a case: `professional:<team>/<id>`, `partner:<team>/<id>` or `table:<team>`, from a day, to a day."""


def grains(case: Case) -> list[Grain]:
    """All the parts that somebody has in a case; none in a case that no table took up."""
    return sorted((_grain(case, part) for part in parts(case)), key=str) if case.team else []


def changed(before: Case | None, after: Case) -> list[Grain] | None:
    """The parts after an act, where it changed any; None where it did not."""
    if before is not None and before.team == after.team and parts(before) == parts(after):
        return None
    return grains(after)


def as_json(members: Mapping[str, Sequence[Grain]] | None) -> str | None:
    """As the function that appends takes it; None for nothing."""
    return json.dumps(members) if members else None


def _grain(case: Case, part: Part) -> Grain:
    own = part.kind == "table" or "/" in part.id
    return (f"{part.kind}:{part.id if own else f'{case.team}/{part.id}'}", _day(part.start), _day(part.until))


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def of_all(cases: Iterable[tuple[str, Case]]) -> dict[str, list[Grain]]:
    """The parts in each of these cases, by number."""
    return {number: grains(case) for number, case in cases}
