"""Figures of four small cases, each worked out by hand."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from projections.stats import (
    StepRow,
    gaps,
    group_handovers,
    handovers,
    holders,
    open_cases,
    silent,
    throughput,
    totals,
    touched,
)

START = datetime(2024, 3, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def history(case: str, *steps: tuple[float, str, str | None, str | None], source: str = "oost") -> list[StepRow]:
    """The rows of a case of which each step gives: its day, activity, resource, group."""
    return [
        StepRow(source, case, position, activity, day(at), resource, group, "complete")
        for position, (at, activity, resource, group) in enumerate(steps)
    ]


ROWS = [
    *history("a", (0, "in", "ann", "g1"), (1, "check", "bob", "g2"), (1, "check", "bob", "g1"), (11, "out", "ann", "g1")),
    *history("b", (0, "in", "ann", None), (4, "out", "cas", "g1")),
    *history("c", (2, "in", None, "g2"), (3, "out", "ann", "g2")),
    *history("d", (5, "in", "bob", "g1")),
]


def test_totals():
    assert totals(ROWS) == {"cases": 4, "events": 9, "activities": 3, "resources": 3, "variants": 3}


def test_throughput_lies_between_neighbours_by_their_distance():
    # 0, 1, 4 and 11 days: the 75th percentile is a quarter of the way from 4 to 11, the 90th seven tenths.
    assert throughput(ROWS) == {"mean": 4.0, "median": 2.5, "p75": 5.75, "p90": 8.9, "max": 11.0}


def test_throughput_of_one_case_is_its_own():
    one = history("a", (0, "in", None, None), (1 / 3, "out", None, None))
    assert throughput(one) == {"mean": 0.3333, "median": 0.3333, "p75": 0.3333, "p90": 0.3333, "max": 0.3333}


@pytest.mark.parametrize(
    ("at", "count"), [(day(-0.001), 0), (day(0), 2), (day(2), 3), (day(3), 2), (day(4), 1), (day(5), 1), (day(11), 0)]
)
def test_open_from_the_first_event_on_until_just_before_the_last(at: datetime, count: int):
    assert open_cases(ROWS, at) == {"open": count}


def test_a_moment_in_another_zone_is_the_same_moment():
    assert open_cases(ROWS, datetime.fromisoformat("2024-03-03T01:00:00+01:00")) == open_cases(ROWS, day(2))


def test_holders_are_those_of_the_latest_event_and_nobody_where_it_names_nobody():
    assert holders(ROWS, day(2)) == {"holder_top10": {"ann": 1, "bob": 1}}


def test_touched_counts_a_case_once_for_each_who_had_an_event_in_it():
    assert touched(ROWS, day(2)) == {"touched_top10": {"ann": 2, "bob": 1}, "touched_resources": 2}


def test_silent_is_more_than_so_many_days_and_only_of_open_cases():
    assert silent(ROWS, day(10), days=8) == {"gt_8d": 1, "longest_silent": [["a", 9.0]]}
    assert silent(ROWS, day(10), days=9) == {"gt_9d": 0, "longest_silent": [["a", 9.0]]}


def test_gaps_are_the_longest_of_each_case():
    assert gaps(ROWS, days=3) == {
        "cases_gap_gt_3d": 2,
        "gap_top10_days": [["a", 10.0], ["b", 4.0], ["c", 1.0], ["d", 0.0]],
    }
    assert gaps(ROWS, days=4)["cases_gap_gt_4d"] == 1


def test_handovers_count_pairs_of_the_same_apart_and_pairs_with_nobody_not_at_all():
    assert handovers(ROWS) == {
        "directly_follows_pairs": 4,
        "self_pairs": 1,
        "handovers": 3,
        "handover_top10": [["ann", "bob", 1], ["ann", "cas", 1], ["bob", "ann", 1]],
    }


def test_group_handovers():
    assert group_handovers(ROWS) == {
        "group_handovers": 2,
        "group_handover_top10": [["g1", "g2", 1], ["g2", "g1", 1]],
        "cases_with_group_handover": 1,
        "max_group_handovers_in_case": ["a", 2],
    }


def test_the_most_come_first_and_as_many_as_were_asked_for():
    rows = [*ROWS, *history("e", (0, "in", "cas", None), (9, "out", "bob", None), (10, "out", "cas", None))]
    assert handovers(rows, limit=2)["handover_top2"] == [["ann", "bob", 1], ["ann", "cas", 1]]
    assert list(holders(rows, day(2.5), limit=1)) == ["holder_top1"]


def test_cases_of_two_sources_that_number_alike_stay_apart():
    rows = [*history("a", (0, "in", None, None), (2, "out", None, None)), *history("a", (0, "in", None, None), source="west")]
    assert totals(rows)["cases"] == 2
    assert gaps(rows, days=1)["gap_top10_days"] == [["oost:a", 2.0], ["west:a", 0.0]]


def test_nothing_gives_nothing():
    assert totals([]) == {"cases": 0, "events": 0, "activities": 0, "resources": 0, "variants": 0}
    assert set(throughput([]).values()) == {None}
    assert gaps([], days=1) == {"cases_gap_gt_1d": 0, "gap_top10_days": []}
    assert group_handovers([])["max_group_handovers_in_case"] is None
    assert handovers([])["handovers"] == 0


def test_the_order_of_the_rows_does_not_matter():
    first = history("a", (0, "in", "ann", "g1"), (0, "check", "bob", "g2"), (1, "out", "ann", "g1"))
    for rows in permutations(first):
        assert handovers(rows) == handovers(first)
