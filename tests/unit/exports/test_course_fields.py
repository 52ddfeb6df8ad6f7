"""What leaves of an event is named field by field, and nothing of a person's is among it."""

import re
from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import StringConstraints

from domain.event import Event
from domain.events import discover
from domain.ids import CaseNumber, Code, Login, ProfessionalId, SubjectId, TeamId
from infra.exports.course.fields import CALLED, FIELDS, MEETINGS, OTHERWISE, how, leaving
from infra.exports.course.model import KINDS

TOLD = {topic: cls for topic, cls in discover().items() if topic.startswith("case.") or topic in MEETINGS}
PLAIN = (bool, int, Decimal, datetime, date)


def patterns(annotation: Any) -> set[str]:
    """The patterns that texts of a type must be like."""
    found = {str(c.pattern) for c in get_args(annotation) if isinstance(c, StringConstraints)}
    return found.union(*(patterns(part) for part in get_args(annotation)))


def field_patterns(cls: type[Event], name: str) -> set[str]:
    field = cls.model_fields[name]
    return patterns(field.annotation) | {str(c.pattern) for c in field.metadata if getattr(c, "pattern", None)}


KNOWN = {kind: patterns(kind) for kind in (CaseNumber, Login, ProfessionalId, SubjectId, TeamId)}
OF_SOMEBODY = set().union(*KNOWN.values()) - patterns(Code)


@pytest.mark.parametrize("topic", TOLD)
def test_every_field_was_decided_on(topic: str):
    plain = set(TOLD[topic].model_fields) - set(TOLD[topic].personal_fields())
    assert {name for name in plain if how(topic, name) is None} == set()


def test_the_control_a_field_that_nobody_named_does_not_leave():
    class Whispered(Event):
        TOPIC = "case.intake.whispered"
        whispered: Code

    assert how(Whispered.TOPIC, "whispered") is None
    assert leaving(Whispered) == ()


@pytest.mark.parametrize("topic", TOLD)
def test_no_sealed_field_leaves(topic: str):
    assert {name for name, *_ in leaving(TOLD[topic])} & set(TOLD[topic].personal_fields()) == set()


@pytest.mark.parametrize("topic", TOLD)
def test_no_attribute_is_the_id_of_a_case_a_person_a_table_or_a_login(topic: str):
    cls = TOLD[topic]
    wrong = {n: field_patterns(cls, n) & OF_SOMEBODY for n, what, _ in leaving(cls) if what == "attribute"}
    assert {name for name, found in wrong.items() if found} == set()


@pytest.mark.parametrize(
    ("kind", "what"),
    [(CaseNumber, "case"), (ProfessionalId, "professional"), (TeamId, "table"), (Login, None), (SubjectId, None)],
)
def test_every_field_with_the_pattern_of_an_id_becomes_a_link_or_nothing(kind: Any, what: str | None):
    own = KNOWN[kind] - patterns(Code)
    for topic, cls in TOLD.items():
        for name in cls.model_fields:
            if name not in cls.personal_fields() and field_patterns(cls, name) & own:
                assert how(topic, name) in ({what, "out"} if what else {"out"}), (topic, name)


def words(annotation: Any) -> set[str]:
    """Of what kind the values of a type are, as XES has kinds."""
    if annotation is type(None):
        return set()
    if annotation is datetime or annotation is date:
        return {"date"}
    if annotation in PLAIN:
        return {annotation.__name__}
    if get_origin(annotation) in (Union, UnionType):
        return set().union(*(words(part) for part in get_args(annotation)))
    assert annotation is str or get_origin(annotation) in (frozenset, tuple, Literal) or patterns(annotation), annotation
    return {"string"}


def test_a_name_has_values_of_one_kind_throughout():
    kinds: dict[str, set[str]] = defaultdict(set)
    for cls in TOLD.values():
        for name, what, called in leaving(cls):
            kinds[called] |= words(cls.model_fields[name].annotation) if what == "attribute" else {"string"}
    assert {name: found for name, found in kinds.items() if len(found) > 1} == {}


def test_names_can_stand_as_keys_of_xes():
    assert {called for cls in TOLD.values() for *_, called in leaving(cls) if not re.fullmatch(r"[a-z][a-z-]*", called)} == set()


def test_nothing_is_named_that_is_no_field():
    fields = {(topic, name) for topic, cls in TOLD.items() for name in cls.model_fields}
    assert OTHERWISE.keys() | CALLED.keys() <= fields
    assert FIELDS.keys() <= {name for _, name in fields}
    assert set(FIELDS.values()) <= {"attribute", "recipient", "resource", "out", *KINDS}
