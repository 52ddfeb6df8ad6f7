"""The counts of `region`, `workload` and the figures as they may be shown to who sees no small ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.case import OPEN, Status
from projections.region import RegionRow
from projections.suppression import Cell, Table, withheld
from projections.workload import WorkloadRow

TOGETHER = "*"
"""All teams of a region together, as a row of a table."""
WHOLE, RUNNING = "cases all", "cases open"
ENDED = tuple(sorted(s for s in Status if s not in OPEN and s is not Status.NONE))
TREE = {WHOLE: (RUNNING, *(f"status {s}" for s in ENDED)), RUNNING: tuple(f"status {s}" for s in sorted(OPEN))}
ALONE = frozenset({"max", "max_group_handovers_in_case"})
"""Figures that are those of one case."""
BEYOND = {"median": 2, "p75": 4, "p90": 10}
"""Of how many cases one lies beyond each of these: with few of those it is the length of one case, or nearly."""
OF_ONE_CASE = ("gap_top", "longest_silent")


def of_region(rows: Sequence[RegionRow], threshold: int) -> list[RegionRow]:
    """The counts of regions: None where one is withheld. A code of which the count of all teams together is withheld is left
    out: that there is any would be known. Of one that is told, each team has a row, also without any.
    """
    regions: dict[str, list[RegionRow]] = {}
    for row in rows:
        regions.setdefault(row.region, []).append(row)
    tables = {region: _of_one(own) for region, own in regions.items()}
    hidden = {region: {c for t in each for c in withheld(t, threshold)} for region, each in tables.items()}
    # A team may be of two regions: what is withheld of it in one, the other does not tell.
    elsewhere = {cell for each in hidden.values() for cell in each if cell[0] != TOGETHER}
    found: list[RegionRow] = []
    for region, each in tables.items():
        for (team, column), amount in ((c, n) for t in each for c, n in t.cells.items()):
            gone = (team, column) in hidden[region] | elsewhere
            measure, _, code = column.partition(" ")
            if (TOGETHER, column) not in hidden[region] or measure == "cases":
                found.append(RegionRow(region, None if team == TOGETHER else team, measure, code, None if gone else amount))
                if column == "status declined":
                    found.append(found[-1]._replace(measure="declined", code=""))
    return sorted(found, key=lambda r: (r.region, r.team or "", r.measure, r.code))


def _of_one(rows: Sequence[RegionRow]) -> list[Table]:
    """The counts of one region: the cases by where they are, and each other measure apart."""
    amounts = {(r.team or TOGETHER, f"{r.measure} {r.code}"): r.amount or 0 for r in rows if r.measure != "declined"}
    teams = sorted({team for team, _ in amounts})
    columns = {column for _, column in amounts}
    cases = (WHOLE, *TREE[WHOLE], *TREE[RUNNING])
    whole = Table({(t, c): amounts.get((t, c), 0) for t in teams for c in cases}, TOGETHER, TREE)
    others = sorted(columns - set(cases))
    return [whole, *(Table({(t, c): amounts.get((t, c), 0) for t in teams}, TOGETHER) for c in others)]


def of_workload(rows: Iterable[WorkloadRow], threshold: int) -> list[WorkloadRow]:
    """What partners have in hand, None where a count is withheld; nothing of persons one by one."""
    found = []
    for row in rows:
        if row.professional is not None:
            continue
        amounts = {"cases": row.cases, "escalations": row.escalations, "agreements": row.agreements}
        parts = {"overdue": row.overdue, "due_soon": row.due_soon}
        later = (row.agreements or 0) - sum(n or 0 for n in parts.values())
        cells: dict[Cell, int] = {("", name): n or 0 for name, n in {**amounts, **parts, "later": later}.items()}
        hidden = withheld(Table(cells, None, {"agreements": (*parts, "later")}, frozenset({("", "later")})), threshold)
        found.append(row._replace(**dict.fromkeys(sorted(name for _, name in hidden if name != "later"))))
    return found


def of_figures(figures: Mapping[str, Any], threshold: int, among: int) -> dict[str, Any]:
    """Figures over cases: None where one is withheld. In: over how many cases they are. Nothing is told of fewer cases than
    the threshold, of one case by itself, or of those left over when all but a few are told; and no quantile beyond which
    fewer cases lie than that.
    """
    if among < threshold:
        return {name: None if not isinstance(value, list | Mapping) else type(value)() for name, value in figures.items()}
    return {name: _figure(name, value, figures, threshold, among) for name, value in figures.items()}


def _figure(name: str, value: Any, figures: Mapping[str, Any], threshold: int, among: int) -> Any:
    if name in ALONE:
        return None
    if name.startswith(OF_ONE_CASE):
        return []
    if isinstance(value, Mapping):
        return dict(_enough(list(value.items()), threshold, among))
    if isinstance(value, list):
        return _enough(value, threshold, figures.get("handovers", figures.get("group_handovers", among)))
    if name in BEYOND and among < threshold * BEYOND[name]:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    left = among - value if name.startswith(("cases_", "gt_")) else threshold
    if name in ("self_pairs", "handovers"):
        left = figures["directly_follows_pairs"] - value
    return value if min(value, left) >= threshold else None


def _enough(ranking: Sequence[Any], threshold: int, total: int) -> list[Any]:
    """Of a ranking those with enough, as many as leave nothing or enough over."""
    told = [entry for entry in ranking if entry[-1] >= threshold]
    while told and 0 < total - sum(entry[-1] for entry in told) < threshold:
        told.pop()
    return told
