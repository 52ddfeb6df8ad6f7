"""The rules of the review: each finds what it is for and nothing beside it, to the minute, in summer and in winter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from domain.days import AMSTERDAM
from infra.policy.reviewing import read_rules, rules
from projections.disclosures import DisclosureRow
from projections.reviewing import RULES, Finding, Rule, Standing, within_hours
from tests.support.seen import by, disclosed, row

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
WORKDAYS = [1, 2, 3, 4, 5]


def found(rule: str, rows: Iterable[tuple[DisclosureRow, Standing]], **settings: Any) -> tuple[int, int]:
    """How many a rule finds, of how many that it weighs."""
    finding = Finding(Rule(rule, frozenset({"shown", "denied"}), settings, {}))
    for one, standing in rows:
        finding.take(one, standing)
    assert len(set(finding.disclosures)) == len(finding.disclosures)
    return len(finding.disclosures), finding.weighed


def seen(minute: float = 0, case: str | None = "LEL-2026-0001", actor: str = "kwintes-2", **more: Any) -> DisclosureRow:
    number = int(minute * 1000)
    return row(MONDAY + timedelta(minutes=minute), disclosed(case, trace=number, **more), by(actor), number)


def at(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=AMSTERDAM).astimezone(UTC)


@pytest.mark.parametrize(
    ("local", "inside"),
    [
        ("2026-03-02T06:59:59", False), ("2026-03-02T07:00:00", True), ("2026-03-02T19:59:59", True),
        ("2026-03-02T20:00:00", False), ("2026-03-01T12:00:00", False), ("2026-02-28T12:00:00", False),
        ("2026-03-27T07:00:00", True), ("2026-03-30T07:00:00", True), ("2026-03-30T06:59:00", False),
        ("2026-10-23T19:59:00", True), ("2026-10-26T19:59:00", True), ("2026-10-26T20:00:00", False),
    ],
)  # fmt: skip
def test_working_hours_are_those_of_amsterdam_in_winter_and_in_summer(local: str, inside: bool):
    assert within_hours(at(local), time(7), time(20), WORKDAYS) is inside


def test_the_same_utc_time_is_early_in_winter_and_in_time_in_summer():
    assert not within_hours(datetime(2026, 3, 27, 5, 30, tzinfo=UTC), time(7), time(20), WORKDAYS)
    assert within_hours(datetime(2026, 3, 30, 5, 30, tzinfo=UTC), time(7), time(20), WORKDAYS)


def test_readings_at_night_are_found():
    night = row(at("2026-03-02T23:10:00"))
    hours: dict[str, Any] = {"days": WORKDAYS, "from": "07:00", "until": "20:00"}
    assert found("outside-hours", [(night, Standing()), (seen(), Standing())], **hours) == (1, 2)


def test_who_is_in_a_case_without_a_task_is_found_and_others_are_not():
    ways = [Standing(works=True), Standing(works=True, named=True), Standing(), Standing(former=True)]
    assert found("no-task", [(seen(n), way) for n, way in enumerate(ways)]) == (1, 4)
    assert found("former", [(seen(n), way) for n, way in enumerate(ways)]) == (1, 4)


def test_glass_that_waits_for_a_review_is_found():
    assert found("broken-glass", [(seen(1), Standing(awaits=True)), (seen(2), Standing())]) == (1, 2)


def test_many_cases_in_a_short_time_are_found_with_those_that_led_to_it():
    rows = [(seen(n, f"LEL-2026-{n:04d}"), Standing()) for n in range(5)]
    assert found("many-cases", rows, cases=5, minutes=4) == (5, 5)
    assert found("many-cases", rows, cases=6, minutes=4) == (0, 5)


def test_a_stretch_includes_its_last_minute_and_no_more():
    rows = [(seen(0, "A-1"), Standing()), (seen(30, "B-1"), Standing())]
    assert found("many-cases", rows, cases=2, minutes=30) == (2, 2)
    late = [(seen(0, "A-1"), Standing()), (seen(30.001, "B-1"), Standing())]
    assert found("many-cases", late, cases=2, minutes=30) == (0, 2)


def test_the_same_case_again_is_one_case_and_a_list_is_none():
    assert found("many-cases", [(seen(n), Standing()) for n in range(9)], cases=2, minutes=60) == (0, 9)
    lists = [(seen(n, None, subjects=(), seen=(f"A-{n}",)), Standing()) for n in range(9)]
    assert found("many-cases", lists, cases=2, minutes=60) == (0, 9)


def test_two_readers_do_not_add_up_and_an_id_of_another_table_is_another_reader():
    rows = [(seen(n, f"A-{n}", actor=f"kwintes-{n}"), Standing()) for n in range(4)]
    assert found("many-cases", rows, cases=2, minutes=60) == (0, 4)
    tables = [(seen(n, f"A-{n}")._replace(team=f"table-{n}"), Standing()) for n in range(4)]
    assert found("many-cases", tables, cases=2, minutes=60) == (0, 4)


def test_a_row_that_goes_on_is_found_once_each():
    rows = [(seen(n, f"A-{n}"), Standing()) for n in range(40)]
    assert found("many-cases", rows, cases=3, minutes=5) == (40, 40)


def test_denied_attempts_are_found_and_what_was_shown_is_not_weighed():
    rows = [(seen(n, outcome="denied", subjects=(), fields=()), Standing()) for n in range(3)]
    assert found("denied", rows, attempts=1, hours=1) == (3, 3)
    assert found("denied", rows, attempts=3, hours=1) == (3, 3)
    assert found("denied", rows, attempts=4, hours=1) == (0, 3)
    matched = seen(9, outcome="matched", subjects=(), fields=())
    assert found("denied", [(matched, Standing())], attempts=1, hours=1) == (0, 0)


def test_a_finding_counts_by_reader():
    finding = Finding(Rule("former", frozenset({"shown"}), {}, {}))
    for n, actor in enumerate(("kwintes-1", "kwintes-2", "kwintes-1")):
        finding.take(seen(n, actor=actor), Standing(former=True))
    assert finding.readers.most_common() == [(("kwintes-1", "kwintes"), 2), (("kwintes-2", "kwintes"), 1)]


def test_every_rule_that_the_program_knows_is_in_force_and_explained():
    assert {rule.id for rule in rules()} == set(RULES)
    for rule in rules():
        for told in rule.told.values():
            assert "{found}" in told
            assert "{weighed}" in told


GOOD = b'version = 1\n[rule.denied]\noutcomes = ["denied"]\nattempts = 2\nhours = 1\nnl = "x"\nen = "x"\n'


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        (b"rule.denied", b"rule.strange", "no such rule"), (b'["denied"]', b'["refused"]', "an outcome that says nothing"),
        (b"hours = 1", b"days = 1", "days says nothing here"), (b"hours = 1\n", b"", "hours is not set"),
    ],
)  # fmt: skip
def test_a_file_that_says_nothing_is_refused(was: bytes, becomes: bytes, says: str):
    assert len(read_rules(GOOD)) == 1
    with pytest.raises(ValueError, match=says):
        read_rules(GOOD.replace(was, becomes))
