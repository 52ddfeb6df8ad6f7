"""Read model `involved`, internal: who is in which case now, so that a list shows each reader their own cases alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, NamedTuple

from domain.membership import parts
from projections.base import Projection
from projections.history import CaseHistory


class InvolvedRow(NamedTuple):
    """A part that somebody has in a case (see `domain.membership`)."""

    number: Annotated[str, "the case"]
    part: Annotated[int, "counts the parts of a case"]
    kind: Annotated[str, "professional partner table"]
    id: Annotated[str, "the professional (another table's director as team/id), the partner, or the team"]
    start: Annotated[date | None, "from which day, where it begins later"]
    until: Annotated[date | None, "to which day, where it ends by itself"]
    team: Annotated[str, "the team whose case it is"]
    restricted: Annotated[bool, "only those named in it and the cleared may see the case"]


def _involved(history: CaseHistory) -> Iterator[InvolvedRow]:
    case = history.state
    if not case.team:
        return
    ordered = sorted(parts(case), key=lambda p: (p.kind, p.id, p.start or date.min, p.until or date.max))
    for n, part in enumerate(ordered, start=1):
        yield InvolvedRow(case.number, n, part.kind, part.id, part.start, part.until, case.team, case.clearance == "restricted")


INVOLVED = Projection(
    name="involved", version=1, row=InvolvedRow, of={"case": _involved}, key=("part",),
    indexes=(("team", "kind", "id"), ("kind", "id")), internal=True,
)  # fmt: skip
