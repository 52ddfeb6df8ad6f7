"""Coarser times: what came later is never earlier, and a day is the day that it was here."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.days import day_of
from infra.cli.history_export import COARSEN
from infra.exports.course import Coarsening
from infra.exports.course.coarsening import GRAINS, Grain

LATE = datetime(2026, 3, 31, 22, 30, 15, 123_456, tzinfo=UTC)
"""In Amsterdam it is half past midnight, Wednesday 1 April."""
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive


@pytest.mark.parametrize(
    ("grain", "moment", "day"),
    [
        ("none", "2026-03-31T22:30:15.123+00:00", "2026-04-01"),
        ("hour", "2026-03-31T22:00:00.000+00:00", "2026-04-01"),
        ("day", "2026-04-01T00:00:00.000+00:00", "2026-04-01"),
        ("week", "2026-03-30T00:00:00.000+00:00", "2026-03-30"),
        ("month", "2026-04-01T00:00:00.000+00:00", "2026-04-01"),
    ],
)
def test_a_moment_becomes_the_beginning_of_what_it_is_in(grain: Grain, moment: str, day: str):
    made = Coarsening(grain)
    assert made.moment(LATE).isoformat(timespec="milliseconds") == moment
    assert made.day(date(2026, 4, 1)).isoformat() == day


@given(one=MOMENTS, other=MOMENTS, grain=st.sampled_from(GRAINS))
def test_order_stays(one: datetime, other: datetime, grain: Grain):
    made = Coarsening(grain)
    first, last = sorted((one, other))
    assert made.moment(first) <= made.moment(last)
    if grain in ("day", "week", "month"):
        assert made.moment(one).date() == made.day(day_of(one))


@given(at=MOMENTS, grain=st.sampled_from(GRAINS))
def test_made_coarser_twice_is_made_coarser_once(at: datetime, grain: Grain):
    made = Coarsening(grain)
    assert made.moment(made.moment(at)) == made.moment(at)


def test_the_choices_are_those_that_can_be_asked():
    assert COARSEN.choices == GRAINS
