"""Read model `region`: counts across the teams that a region groups, and nothing but counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, NamedTuple

from domain.case import OPEN
from projections.base import View
from projections.cases import CASES, CaseRow
from projections.learning import LEARNING, LearningRow
from projections.teams import TEAMS, TeamRow


class RegionRow(NamedTuple):
    """A count of one thing, for one team of a region or for all of them together."""

    region: Annotated[str, "the region"]
    team: Annotated[str | None, "one of its teams; empty: all of them together"]
    measure: Annotated[str, "cases status accepted declined escalated stagnating gap wall point outcome"]
    code: Annotated[
        str,
        "cases: open or all; status: which; gap: the life domain; wall and point: the kind; outcome: the level; else empty",
    ]
    amount: Annotated[int | None, "how many; empty: withheld, for who is not shown small counts"]


def region_of(teams: Sequence[TeamRow], cases: Sequence[CaseRow], learning: Sequence[LearningRow], _on: date) -> list[RegionRow]:
    """The counts of each region. A team of a region that set up no table here has a row that says so: no cases."""
    counts: dict[str, Counter[tuple[str, str]]] = {}
    for case in cases:
        counts.setdefault(case.team or "", Counter()).update(_of_case(case))
    for row in learning:
        counts.setdefault(row.team or "", Counter())[row.kind, (row.level or "") if row.kind == "outcome" else row.code] += 1
    found: list[RegionRow] = []
    for region in teams:
        together: Counter[tuple[str, str]] = Counter({("cases", "all"): 0, ("cases", "open"): 0})
        for team in region.teams:
            own = Counter({("cases", "all"): 0, ("cases", "open"): 0})
            own.update(counts.get(team, {}))
            found += _rows(region.team, team, own)
            together.update(own)
        if region.teams:
            found += _rows(region.team, None, together)
    return sorted(found, key=lambda r: (r.region, r.team or "", r.measure, r.code))


def _of_case(case: CaseRow) -> Iterator[tuple[str, str]]:
    yield "cases", "all"
    yield "status", case.status
    if case.status in OPEN:
        yield "cases", "open"
    if case.accepted_on is not None:
        yield "accepted", ""
    if case.status == "declined":
        yield "declined", ""
    if case.escalations_open:
        yield "escalated", ""
    if case.stagnating_since is not None:
        yield "stagnating", ""


def _rows(region: str, team: str | None, counts: Counter[tuple[str, str]]) -> list[RegionRow]:
    return [RegionRow(region, team, measure, code, n) for (measure, code), n in counts.items()]


REGION = View("region", 2, RegionRow, (TEAMS, CASES, LEARNING), region_of)


def shared_learning(region: str, teams: Sequence[TeamRow], learning: Sequence[LearningRow]) -> list[LearningRow]:
    """The learning points and gaps that a region holds: its own, and those of its teams whose way of working shares them
    with the region or with all staff. Their texts are opened like any other, by who may.
    """
    own = next((t for t in teams if t.team == region), None)
    members = set(own.teams) if own is not None else set()
    sharing = {t.team for t in teams if t.team in members and t.shared_with in ("region", "all-staff")}
    return [row for row in learning if row.team == region or (row.team in sharing and row.kind in ("point", "gap"))]
