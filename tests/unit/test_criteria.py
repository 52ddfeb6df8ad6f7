"""Criteria as expressions: what holds, what can't be told yet, what is missing and what failed."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.criteria import DEEPEST, Expression, Verdict, evaluate

CODES = ("a", "b", "c", "d", "e")
TWO_OF_THREE = {"at_least": 2, "of": ["a", "b", "c"]}


def verdict(data: object, **assessed: bool) -> Verdict:
    return evaluate(Expression.model_validate(data), assessed)


def test_a_criterion_holds_as_assessed_and_is_undecided_before() -> None:
    assert verdict("a", a=True).held is True
    assert verdict({"criterion": "a"}, a=False).held is False
    assert verdict("a").held is None


def test_all_holds_with_every_part_and_fails_with_one() -> None:
    assert verdict({"all": ["a", "b"]}, a=True, b=True).held is True
    assert verdict({"all": ["a", "b"]}, a=True).held is None
    assert verdict({"all": ["a", "b"]}, b=False).held is False


def test_any_holds_with_one_part_and_fails_with_none() -> None:
    assert verdict({"any": ["a", "b"]}, b=True).held is True
    assert verdict({"any": ["a", "b"]}, b=False).held is None
    assert verdict({"any": ["a", "b"]}, a=False, b=False).held is False


def test_at_least_counts_what_holds_and_what_still_can() -> None:
    assert verdict(TWO_OF_THREE, a=True, c=True).held is True
    assert verdict(TWO_OF_THREE, a=True, c=False).held is None
    assert verdict(TWO_OF_THREE, a=False, c=False).held is False


def test_what_is_missing_is_named_until_it_no_longer_matters() -> None:
    assert verdict({"all": ["d", TWO_OF_THREE]}, d=True, a=True).missing() == ("b", "c")
    assert verdict({"all": ["d", TWO_OF_THREE]}, d=True, a=True, b=True).missing() == ()
    assert verdict({"all": ["d", TWO_OF_THREE]}, d=False).missing() == ()


def test_what_failed_is_named_where_it_decided() -> None:
    failed = verdict({"all": ["d", {"any": ["a", "b"]}, TWO_OF_THREE]}, d=True, a=True, b=False, c=False)
    assert failed.held is False
    assert failed.failed() == ("b", "c")
    assert verdict({"any": ["a", "b"]}, a=True, b=False).failed() == ()


def test_a_verdict_explains_each_part() -> None:
    explained = verdict({"all": ["d", TWO_OF_THREE]}, d=True, a=True, b=False)
    assert (explained.form, explained.needed, explained.held) == ("all", 2, None)
    assert [(part.form, part.criterion, part.held) for part in explained.parts] == [
        ("criterion", "d", True),
        ("at-least", None, None),
    ]
    assert explained.parts[1].needed == 2
    assert [part.held for part in explained.parts[1].parts] == [True, False, None]


def test_an_expression_names_its_criteria_in_order() -> None:
    assert tuple(Expression.model_validate({"all": ["d", TWO_OF_THREE]}).criteria()) == ("d", "a", "b", "c")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"all": []},
        {"any": []},
        {"at_least": 2},
        {"of": ["a"]},
        {"at_least": 0, "of": ["a"]},
        {"at_least": 2, "of": ["a"]},
        {"at_least": True, "of": ["a"]},
        {"all": ["a"], "any": ["a"]},
        {"criterion": "a", "of": ["a"]},
        {"at_least": 2, "of": ["a", "a"]},
        {"not": "a"},
        {"all": "a"},
        "Not a code",
        7,
    ],
)
def test_what_is_no_expression_is_refused(data: object) -> None:
    with pytest.raises(ValidationError):
        Expression.model_validate(data)


def _branches(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    parts = st.lists(inner, min_size=1, max_size=4, unique_by=repr)
    counted = parts.flatmap(lambda of: st.builds(lambda n: {"at_least": n, "of": of}, st.integers(1, len(of))))
    return st.one_of(parts.map(lambda of: {"all": of}), parts.map(lambda of: {"any": of}), counted)


def _shallow(data: Any, left: int = DEEPEST) -> bool:
    if isinstance(data, str):
        return True
    parts = data.get("all") or data.get("any") or data["of"]
    return left > 0 and all(_shallow(part, left - 1) for part in parts)


expressions = st.recursive(st.sampled_from(CODES), _branches, max_leaves=12).filter(_shallow)
assessments = st.dictionaries(st.sampled_from(CODES), st.booleans())


def naive(data: Any, world: dict[str, bool]) -> bool:
    """The same question in a world where everything is known, by plain counting."""
    if isinstance(data, str):
        return world[data]
    parts = [naive(part, world) for part in data.get("all") or data.get("any") or data["of"]]
    return sum(parts) >= data["at_least"] if "of" in data else all(parts) if "all" in data else any(parts)


@given(expressions, assessments)
def test_decided_is_what_every_possible_world_agrees_on(data: Any, assessed: dict[str, bool]) -> None:
    worlds = (dict(zip(CODES, bits, strict=True)) for bits in itertools.product((True, False), repeat=len(CODES)))
    answers = {naive(data, world) for world in worlds if assessed.items() <= world.items()}
    assert verdict(data, **assessed).held is (answers.pop() if len(answers) == 1 else None)


@given(expressions, assessments)
def test_missing_and_failed_say_why(data: Any, assessed: dict[str, bool]) -> None:
    told = verdict(data, **assessed)
    assert bool(told.missing()) == (told.held is None)
    assert bool(told.failed()) == (told.held is False)
    assert not set(told.missing()) & set(assessed)
    assert all(assessed[code] is False for code in told.failed())


@given(expressions, assessments)
def test_assessing_what_is_missing_always_decides(data: Any, assessed: dict[str, bool]) -> None:
    known = dict(assessed)
    while missing := verdict(data, **known).missing():
        known |= dict.fromkeys(missing, False)
    assert verdict(data, **known).held is not None
