"""What few cases have in common is not told, nor can it be worked out from what is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.exports.course import Change, Course, CourseEvent, Link, Tie, Value, small_counts
from infra.exports.course.small_counts import OTHER, SmallCounts
from tests.unit.exports.courses import AGREED, ASSESSED, NOON, SUBMITTED, course

LEAST = 3


def told(courses: Sequence[Course], least: int | None = LEAST) -> list[Course]:
    small = SmallCounts(least)
    for each in courses:
        small.count(each)
    small.weigh()
    return [small.told(each) for each in courses]


def cases_by(courses: Iterable[Course], topic: str, name: str) -> dict[Value, int]:
    """In how many cases each value occurs."""
    found: dict[Value, set[str]] = defaultdict(set)
    for each in courses:
        for event in each.events:
            if event.topic == topic:
                for value in (v for n, v in event.attributes if n == name):
                    for one in value if isinstance(value, tuple) else (value,):
                        found[one].add(each.case)
    return {value: len(cases) for value, cases in found.items()}


def criteria(*counts: tuple[str, int]) -> list[Course]:
    """So many cases that were assessed by each of these criteria."""
    codes = [code for code, count in counts for _ in range(count)]
    return [course(n, (ASSESSED, (("criterion", code),))) for n, code in enumerate(codes)]


def test_rare_values_become_other_together():
    made = told(criteria(("storm", 9), ("fog", 2), ("ice", 2)))
    assert cases_by(made, ASSESSED, "criterion") == {"storm": 9, OTHER: 4}


def test_one_rare_value_takes_the_rarest_of_the_rest_along():
    """Alone it would be what is left when the others are subtracted."""
    made = told(criteria(("storm", 9), ("fog", 4), ("ice", 1)))
    assert cases_by(made, ASSESSED, "criterion") == {"storm": 9, OTHER: 5}


def test_rare_values_in_too_few_cases_together_take_more_along():
    made = told(criteria(("storm", 9), ("fog", 4), ("ice", 1), ("hail", 1)))
    assert cases_by(made, ASSESSED, "criterion") == {"storm": 9, OTHER: 6}


def test_what_only_few_cases_have_at_all_is_left_out():
    made = told([*criteria(("storm", 9)), course(99, (ASSESSED, (("mandate", "advise"),)))])
    assert cases_by(made, ASSESSED, "mandate") == {}


def test_a_rare_topic_becomes_other_and_keeps_its_time_and_case_alone():
    rare = [
        course(50 + n, (topic, (("kind", "team"),)), partners=["tug"]) for n, topic in enumerate((AGREED, "case.closing.closed"))
    ]
    made = told([*criteria(("storm", 9)), *rare, course(60, ("case.closing.reopened", ()))])
    others = [e for each in made for e in each.events if e.topic == OTHER]
    assert len(others) == 3
    assert {(e.attributes, len(e.links), e.order) for e in others} == {((), 1, 2)}
    assert {e.topic for each in made for e in each.events} == {SUBMITTED, ASSESSED, OTHER}


def agreed(made: Course, order: int, number: str) -> Course:
    """A case in which the event of this order made an agreement, changed the case, and was followed by more about it."""
    event, which = made.events[order - 1], f"agreement:{number}"
    owner = f"partner:{number}"
    changes = (
        Change("agreement", which, "status", "agreed", event.at, event.topic),
        Change("agreement", which, "owner", owner, event.at, event.topic),
        Change("case", made.case, "status", "active", event.at, event.topic),
    )
    ties = (Tie("agreement", which, "case", made.case, "case"), Tie("agreement", which, "partner", owner, "owner"))
    link = Link("agreement", which, "agreement")
    events = tuple(e._replace(links=(*e.links, link)) if e.order >= order else e for e in made.events)
    return made._replace(events=events, changes=made.changes + changes, ties=made.ties + ties)


def of_a_rare_kind() -> list[Course]:
    """Twelve cases that were assessed; in three of them something rare came first, each time another, which made an agreement."""
    plain = [(ASSESSED, (("criterion", "storm"),)) for _ in range(2)]
    rare = [(topic, ()) for topic in (AGREED, "case.closing.closed", "case.closing.reopened")]
    made = [course(n, *plain) for n in range(9)]
    return [*made, *(agreed(course(90 + n, each, *plain), 2, str(n)) for n, each in enumerate(rare))]


def told_by_time(courses: Iterable[Course]) -> set[str]:
    """The objects that changed at the moment of an event whose topic is not told."""
    found = set()
    for each in courses:
        hidden = {e.at for e in each.events if e.topic == OTHER}
        found |= {change.id for change in each.changes if change.at in hidden}
    return found


def test_nothing_that_came_from_a_rare_topic_tells_by_its_time_what_it_was(monkeypatch: pytest.MonkeyPatch):
    made = told(of_a_rare_kind())
    assert sum(e.topic == OTHER for each in made for e in each.events) == 3
    assert told_by_time(made) == set()
    assert not {link.id for each in made for e in each.events for link in e.links if link.kind == "agreement"}
    assert not [tie for each in made for tie in each.ties]
    monkeypatch.setattr(small_counts, "without_rare", lambda course, _: course)
    assert told_by_time(told(of_a_rare_kind())) != set(), "the control: where it is left in, the check finds it"


def test_what_came_from_a_common_topic_is_told():
    made = told([agreed(course(n, (AGREED, ())), 2, str(n)) for n in range(9)])
    assert {(c.kind, c.value) for each in made for c in each.changes} >= {("agreement", "agreed"), ("case", "active")}
    assert {tie.qualifier for each in made for tie in each.ties} == {"case", "owner"}


def test_an_organisation_in_few_cases_is_another():
    courses = [course(n, partners=[name]) for n, name in enumerate(["tug"] * 5 + ["pilots"] * 2 + ["home"])]
    ids = {link.id for each in told(courses) for e in each.events for link in e.links if link.kind == "partner"}
    assert ids == {"partner:tug", f"partner:{OTHER}"}


def test_of_professionals_nobody_is_told_one_by_one():
    def by(number: int, qualifier: str, who: str) -> Course:
        made = course(number)
        own = made.events[0].links[0]
        changed = Change("case", made.case, "holder", "professional:1", NOON)
        events = tuple(e._replace(links=(own, Link("professional", who, qualifier))) for e in made.events)
        return made._replace(events=events, changes=(*made.changes, changed))

    courses = [by(n, "actor", "professional:1") for n in range(9)] + [by(n, "resource", "professional:2") for n in range(9, 18)]
    made = told(courses)
    assert {link.id for each in made for e in each.events for link in e.links[1:]} == {"professional:2"}
    assert {change.name for each in made for change in each.changes} == {"status"}
    whole = told(courses, None)
    assert {link.id for each in whole for e in each.events for link in e.links[1:]} == {"professional:1", "professional:2"}


def test_days_and_amounts_that_are_rare_are_left_out():
    due = [
        course(n, (AGREED, (("due", day), ("cents", 100))))
        for n, day in enumerate([date(2026, 4, 1)] * 4 + [date(2026, 4, 2)] * 2)
    ]
    due.append(course(9, (AGREED, (("due", date(2026, 4, 3)), ("cents", 250)))))
    assert cases_by(told(due), AGREED, "due") == {date(2026, 4, 1): 4}
    assert cases_by(told(due), AGREED, "cents") == {}


def test_of_several_codes_only_the_rare_ones_become_other():
    codes = [("berth", "rope")] * 4 + [("berth", "anchor")] * 2 + [("berth", "sail")]
    made = told([course(n, (AGREED, (("domains", tuple(each)),))) for n, each in enumerate(codes)])
    assert cases_by(made, AGREED, "domains") == {"berth": 7, "rope": 4, OTHER: 3}


def test_no_link_is_left_to_a_case_that_is_not_in_it():
    tie = Tie("case", "case:0001", "case", "case:0099", "successor")
    there = Tie("case", "case:0001", "case", "case:0002", "successor")
    [one, _] = told([course(1, ties=[tie, there]), course(2)], None)
    assert one.ties == (there,)


def test_who_sees_counts_whole_gets_all_of_it():
    courses = criteria(("storm", 9), ("ice", 1))
    assert told(courses, None) == courses


CODES = st.sampled_from(["a", "b", "c", "d", "e", "f"])
HAPPENED = st.lists(st.tuples(st.sampled_from([ASSESSED, AGREED]), CODES), max_size=4)


@given(cases=st.lists(HAPPENED, min_size=LEAST, max_size=25), least=st.integers(2, 6))
def test_whatever_happened_nothing_is_told_of_few_cases(cases: list[list[tuple[str, str]]], least: int):
    if len(cases) < least:
        return
    courses = [course(n, *((t, (("criterion", c),)) for t, c in each)) for n, each in enumerate(cases)]
    made = told(courses, least)
    topics: dict[str, set[str]] = defaultdict(set)
    for each in made:
        for event in each.events:
            topics[event.topic].add(each.case)
    assert all(len(found) >= least for found in topics.values())
    for topic in topics.keys() - {OTHER}:
        counts = cases_by(made, topic, "criterion")
        assert all(n >= least for n in counts.values())
        before = set(cases_by(courses, topic, "criterion"))
        hidden = before - (set(counts) - {OTHER})
        assert len(hidden) != 1, "one value alone could be subtracted"
    assert _moments(made) == _moments(courses), "no event is lost, and none moves"


def _moments(courses: Iterable[Course]) -> list[tuple[str, int]]:
    def of(event: CourseEvent) -> tuple[str, int]:
        return event.case, event.order

    return [of(event) for each in courses for event in each.events]


def test_the_control_without_company_one_rare_value_is_found(monkeypatch: pytest.MonkeyPatch):
    """Where rare values go alone, the check above finds it."""

    def alone(self: SmallCounts, values: dict[Value, set[str] | int]) -> frozenset[Value]:
        return frozenset(value for value, cases in values.items() if isinstance(cases, set))

    monkeypatch.setattr(SmallCounts, "_weighed", alone)
    made = told(criteria(("storm", 9), ("fog", 4), ("ice", 1)))
    assert cases_by(made, ASSESSED, "criterion")[OTHER] == 1
