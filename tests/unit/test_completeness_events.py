"""Nothing is left out: every event and every command has its example, every event keeps its name and its fields."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

import commands
from domain import events, ids
from domain.event import Event
from domain.events.correcting import FactText
from tests.command_examples import COMMANDS
from tests.examples import EVENTS

GOLDEN = Path(__file__).with_name("events.json")
WORDS = {
    ids.Code, ids.CaseNumber, ids.TeamId, ids.StreamId, ids.ProfessionalId, ids.SubjectId, ids.EntryId, ids.Prefix, ids.Login,
    ids.SourceTerm, ids.Digest, ids.ProfileDocument, FactText, ids.FieldName, ids.FieldAt, ids.Trace, ids.Release,
}  # fmt: skip
"""The only kinds of word that may stand in an event in the clear; all else that is text is `Personal`."""


def test_every_event_has_one_example():
    assert sorted(e.TOPIC for e in EVENTS) == sorted(events.discover())


def test_every_command_has_one_example():
    assert sorted(c.command_name() for _, c in COMMANDS) == sorted(commands.discover())


def test_every_example_uses_every_field_that_can_be_empty_somewhere():
    """So that a round trip of the examples is a round trip of every field."""
    unused = [
        f"{e.TOPIC}.{name}"
        for e in EVENTS
        for name in type(e).model_fields
        if getattr(e, name) is None and (e.TOPIC, name) not in EXCLUSIVE
    ]
    assert unused == []


EXCLUSIVE = {
    ("case.plan.intervention-agreed", "no_date"),  # a day, or a reason for none
    ("case.plan.intervention-agreed", "goal"),
    ("case.plan.agreement-amended", "due"),  # a day, or a reason for none
    ("case.plan.deviation-recorded", "subgroup"),  # a mandate of one's own, or a subgroup's
    ("case.parties.circle-member-added", "professional"),  # a name, or a professional
    ("case.correcting.entry-corrected", "text"),  # a fact, or a text
    ("team.team.professional-added", "login"),
}


def test_no_event_holds_bare_text():
    assert [f"{topic}.{name}" for topic, name, part in _fields() if _is_bare(part)] == []


def test_a_released_event_keeps_its_topic_its_version_and_its_fields():
    """A change of this file is a change of the stored format: give the event a new VERSION and an `upcast`."""
    assert _shape() == json.loads(GOLDEN.read_text(encoding="utf-8"))


def _shape() -> dict[str, Any]:
    return {
        topic: {"version": kind.VERSION, "sealed": sorted(kind.personal_fields()), "fields": _names(kind)}
        for topic, kind in sorted(events.discover().items())
    }


def _names(kind: type[BaseModel]) -> dict[str, str]:
    schema = kind.model_json_schema()
    return {n: "needed" if n in schema.get("required", ()) else "optional" for n in sorted(kind.model_fields)}


def _fields() -> Iterator[tuple[str, str, Any]]:
    for topic, kind in events.discover().items():
        for name, annotation in _annotations(kind).items():
            for part in _parts(annotation):
                yield topic, name, part


def _annotations(kind: type[BaseModel]) -> dict[str, Any]:
    from typing import get_type_hints

    hints = get_type_hints(kind, include_extras=True)
    return {n: hints[n] for n in kind.model_fields}


def _parts(annotation: Any) -> Iterator[Any]:
    if annotation in WORDS:
        return
    if get_origin(annotation) in (Union, UnionType, tuple, frozenset, list, dict):
        for inner in get_args(annotation):
            yield from _parts(inner)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel) and not issubclass(annotation, Event):
        from domain.personal import Personal

        if annotation is not Personal:
            for inner in _annotations(annotation).values():
                yield from _parts(inner)
    else:
        yield annotation


def _is_bare(part: Any) -> bool:
    return part is str or part is Any or (get_origin(part) is not None and get_args(part)[0] is str) or part is bytes


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(_shape(), indent=1) + "\n", encoding="utf-8")
