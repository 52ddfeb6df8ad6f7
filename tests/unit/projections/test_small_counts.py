"""Region, workload and figures, as they are shown to who sees no small counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from infra.cli.stats import figure_of
from projections import stats
from projections.region import RegionRow
from projections.small_counts import of_figures, of_region, of_workload
from projections.stats_steps import StepRow
from projections.workload import WorkloadRow

TEN = 10


def region(counts: dict[str, dict[str, int]]) -> list[RegionRow]:
    """Rows as they are made: of each team what there is, and of all together."""
    together = {c: sum(own.get(c, 0) for own in counts.values()) for own in counts.values() for c in own}
    rows: list[RegionRow] = []
    every: list[tuple[str | None, dict[str, int]]] = [(None, together), *counts.items()]
    for team, own in every:
        for column, n in own.items():
            measure, _, code = column.partition("/")
            rows.append(RegionRow("coast", team, measure, code, n))
    return rows


def amounts(rows: list[RegionRow]) -> dict[tuple[str | None, str, str], int | None]:
    return {(r.team, r.measure, r.code): r.amount for r in rows}


BUSY = {"cases/all": 40, "cases/open": 30, "status/active": 30, "status/closed": 10, "accepted/": 40}
QUIET = {"cases/all": 21, "cases/open": 20, "status/active": 20, "status/closed": 1, "accepted/": 21}
LARGE = {"cases/all": 60, "cases/open": 40, "status/active": 40, "status/closed": 20, "accepted/": 60}


def test_a_small_count_of_a_team_is_withheld_with_what_would_give_it_away():
    shown = amounts(of_region(region({"harbour": BUSY, "lock": QUIET, "quay": LARGE}), TEN))
    assert shown.get(("lock", "status", "closed")) is None
    team = [shown.get(("lock", m, c)) for m, c in (("cases", "all"), ("cases", "open"))]
    assert None in team, "41 less 40 is 1"
    total = shown.get((None, "status", "closed"))
    others = [shown.get((t, "status", "closed")) for t in ("harbour", "quay")]
    assert total is None or None in others
    assert all(n is None or n >= TEN for n in shown.values())


def test_what_is_large_throughout_is_shown():
    shown = amounts(of_region(region({"harbour": LARGE, "lock": LARGE}), TEN))
    assert shown["harbour", "accepted", ""] == 60
    assert shown[None, "accepted", ""] == 120


def test_that_there_is_any_of_something_rare_is_not_told():
    rare = {**LARGE, "gap/housing": 2}
    rows = of_region(region({"harbour": rare, "lock": LARGE}), TEN)
    assert not [r for r in rows if r.measure == "gap"]


def test_a_team_without_any_has_a_row_as_one_with_a_few_has():
    rows = of_region(region({"harbour": {**LARGE, "gap/housing": 30}, "lock": LARGE, "quay": {**LARGE, "gap/housing": 4}}), TEN)
    assert {r.team for r in rows if r.measure == "gap"} == {None, "harbour", "lock", "quay"}
    assert all(r.amount is None for r in rows if r.measure == "gap" and r.team in ("lock", "quay"))


def test_declined_is_told_as_the_status_is():
    rows = of_region(region({"harbour": {**LARGE, "status/declined": 3, "declined/": 3}, "lock": LARGE}), TEN)
    assert all(r.amount is None for r in rows if r.measure == "declined")


def test_what_one_region_withholds_another_does_not_tell():
    one = region({"harbour": BUSY, "lock": QUIET, "quay": LARGE})
    other = [r._replace(region="inland") for r in region({"harbour": BUSY, "dam": LARGE})]
    shown = of_region([*one, *other], TEN)
    hidden = {(r.team, r.measure, r.code) for r in shown if r.region == "coast" and r.team and r.amount is None}
    told = {(r.team, r.measure, r.code) for r in shown if r.region == "inland" and r.amount is not None}
    assert not hidden & told


def test_nothing_is_told_of_persons_one_by_one():
    whole = WorkloadRow("harbour", None, "pilots", None, 30, 40, 12, 2, 0)
    rows = of_workload([whole, whole._replace(professional="pilots-1")], TEN)
    assert rows == [WorkloadRow("harbour", None, "pilots", None, 30, 40, 12, None, None)]


def test_what_is_left_of_a_partners_agreements_is_not_told_by_subtraction():
    row = WorkloadRow("harbour", None, "pilots", None, 30, 40, 25, 12, 10)
    assert of_workload([row], TEN) == [row], "three are due later: nobody is told of those"


def test_figures_over_few_cases_are_not_told():
    few = {"mean": 3.5, "median": 3.0, "p75": 4.0, "p90": 5.0, "max": 9.0}
    assert of_figures(few, TEN, 9) == dict.fromkeys(few)
    assert of_figures(few, TEN, 100) == {**few, "max": None}, "the longest is that of one case"
    assert of_figures({"holder_top10": {"r1": 9}, "open": 9}, TEN, 9) == {"holder_top10": {}, "open": None}


@pytest.mark.parametrize(
    ("among", "told"),
    [(10, {"mean"}), (19, {"mean"}), (20, {"mean", "median"}), (40, {"mean", "median", "p75"}),
     (99, {"mean", "median", "p75"}), (100, {"mean", "median", "p75", "p90"})],
)  # fmt: skip
def test_a_quantile_beyond_which_few_cases_lie_is_not_told(among: int, told: set[str]):
    figures = {"mean": 3.5, "median": 3.0, "p75": 4.0, "p90": 5.0, "max": 9.0}
    assert {name for name, value in of_figures(figures, TEN, among).items() if value is not None} == told


START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("figure", ["totals", "throughput", "gaps", "handovers", "group-handovers"])
def test_a_figure_until_a_day_is_told_by_the_cases_there_were_until_then(figure: str):
    """Ninety-nine cases that came later do not make the one there was a case among many."""
    rows = [
        StepRow("log", f"c{n}", at, "seen", START + timedelta(days=100 * min(n, 1) + 40 * at), f"r{at}", f"g{at}", "complete")
        for n in range(100) for at in range(2)
    ]  # fmt: skip
    until = START + timedelta(days=60)
    found, among = figure_of(figure, rows, until, until, 30)
    assert among == 1
    assert not any(of_figures(found, TEN, among).values())
    assert figure_of(figure, rows, None, until, 30)[1] == 100


def test_a_count_of_cases_is_withheld_also_when_few_are_left_over():
    assert of_figures({"gt_30d": 12}, TEN, 40) == {"gt_30d": 12}
    assert of_figures({"gt_30d": 35}, TEN, 40) == {"gt_30d": None}
    assert of_figures({"cases_gap_gt_30d": 4, "gap_top10_days": [["c1", 40.0]]}, TEN, 40) == {
        "cases_gap_gt_30d": None,
        "gap_top10_days": [],
    }


def test_a_ranking_leaves_nothing_or_enough_over():
    figures = {
        "directly_follows_pairs": 60,
        "self_pairs": 20,
        "handovers": 40,
        "handover_top10": [["a", "b", 25], ["b", "c", 12]],
    }
    assert of_figures(figures, TEN, 50)["handover_top10"] == [["a", "b", 25]], "three are left over of both"
    assert of_figures({**figures, "handovers": 37}, TEN, 50)["handover_top10"] == [["a", "b", 25], ["b", "c", 12]]


def test_every_figure_that_there_is_can_be_withheld():
    made = (stats.totals([]), stats.throughput([]), stats.handovers([]), stats.group_handovers([]), stats.gaps([], 30))
    for figures in made:
        assert set(of_figures(figures, TEN, 0)) == set(figures)
        assert set(of_figures(figures, TEN, 99)) == set(figures)
