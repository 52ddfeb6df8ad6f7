"""The bytes of every event of every release are read by today's classes: as they were stored, but for what is named here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from domain.event import Event
from domain.events import discover, resolve
from domain.events.closing import DuplicateTakenIn
from domain.events.intake import SubmissionSupplemented
from domain.refusal import Refused
from infra.store import envelope
from infra.store.envelope import decode
from tests.golden.files import packed, releases
from tests.golden.story import HERE

AT = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
STREAM = "HBR-2026-0001"
GONE = object()
"""In the place of what a field reads as today: it is there no longer."""

CASES: Mapping[str, Mapping[str, Any]] = {
    "case.closing.duplicate-taken-in": {"clearance": "normal"},  # clearance came later: every case was normal
    "case.escalation.received": {"clearance": "normal"},
}
"""Each event whose fields changed since a release: what its stored example reads as today where that differs."""


def stored(release: str) -> dict[str, dict[str, Any]]:
    """Of each topic then: its version, its schema, and the bytes of its example."""
    return dict(packed(HERE / release / "events.json.xz"))


def changed(release: str) -> set[str]:
    """The topics whose class has other fields now than then, or fields of another kind, by their schemas alone."""
    now = discover()
    return {t for t, e in stored(release).items() if t not in now or plain(e["schema"]) != plain(now[t].model_json_schema())}


def plain(schema: dict[str, Any]) -> Any:
    """A schema without what is only told, and what it refers to in its place."""

    def part(it: Any) -> Any:
        if isinstance(it, list):
            return [part(each) for each in it]
        if not isinstance(it, dict):
            return it
        if "$ref" in it:
            return part(schema["$defs"][it["$ref"].rpartition("/")[2]])
        told = ("title", "description", "$defs", "properties")
        fields = {name: part(field) for name, field in it.get("properties", {}).items()}
        return {key: part(value) for key, value in it.items() if key not in told} | {"properties": fields}

    return part(schema)


def misread(release: str, cases: Mapping[str, Mapping[str, Any]] = CASES) -> Iterator[str]:
    """The topics of a release whose stored example is not read, or reads as something else than it says."""
    for topic, then in stored(release).items():
        was = json.loads(then["state"])
        differs = {name: value for name, value in cases.get(topic, {}).items() if value is not GONE}
        gone = {name for name, value in cases.get(topic, {}).items() if value is GONE}
        expected = {name: value for name, value in was["facts"].items() if name not in gone} | differs
        try:
            record = decode(STREAM, 1, then["state"].encode(), AT, "os-1000", 7)
        except Refused as refused:
            yield f"{topic}: {refused.code}"
            continue
        now = json.loads(record.event.model_dump_json())
        if ordered(now) != ordered(expected) or then["version"] > record.event.VERSION:
            yield f"{topic}: {now} is not {expected}"
        elif (record.header.command, record.occurred_at) != (was["command"], datetime.fromisoformat(was["occurred_at"])):
            yield f"{topic}: another header"


def ordered(it: Any) -> Any:
    """With every list of words in their order: a set has none."""
    if isinstance(it, dict):
        return {key: ordered(value) for key, value in it.items()}
    if isinstance(it, list):
        return sorted(it) if all(isinstance(each, str) for each in it) else [ordered(each) for each in it]
    return it


@pytest.mark.parametrize("release", releases())
def test_every_event_of_a_release_is_read_as_it_was_stored(release: str):
    assert list(misread(release)) == []


def test_every_event_that_changed_has_its_case_and_no_other_has():
    """Which these are is found in the schemas of then. Give a new one its case, and its class a VERSION and an `upcast`,
    or a default for what was not stored then.
    """
    assert set().union(*map(changed, releases())) == set(CASES)


def test_no_topic_of_a_release_is_gone():
    assert {topic for release in releases() for topic in stored(release)} <= set(discover())


def test_the_first_release_knew_fewer_events_than_today():
    """Else these goldens would be of today's code, and prove nothing."""
    first, *_ = map(stored, releases())
    assert 100 < len(first) < len(discover())


# --- what catches it


class Renamed(SubmissionSupplemented):
    """As it would be if `reasons` were called `grounds`, and the step from before forgot what stood there."""

    TOPIC: ClassVar[str] = "case.intake.supplemented"
    VERSION: ClassVar[int] = 2
    grounds: frozenset[str] = frozenset()

    @classmethod
    def upcast(cls, facts: dict[str, Any], version: int) -> dict[str, Any]:
        assert version == 1
        return {**facts, "reasons": [], "grounds": facts["reasons"] if cls.keeps else []}

    keeps: ClassVar[bool] = False


class Keeping(Renamed):
    """The same, and nothing is forgotten."""

    TOPIC: ClassVar[str] = "case.intake.supplemented"
    keeps: ClassVar[bool] = True


class Demanding(DuplicateTakenIn):
    """As it would be with a field that older ones lack, and no step for these."""

    TOPIC: ClassVar[str] = "case.closing.duplicate-taken-in"
    since: int


RENAMED = {**CASES, "case.intake.supplemented": {"reasons": [], "grounds": ["sinking"]}}


@pytest.mark.parametrize(
    ("cls", "cases", "caught"),
    [(Renamed, RENAMED, 1), (Keeping, RENAMED, 0), (Demanding, CASES, 1)],
    ids=["a step that forgets", "a step that is right", "no step"],
)
def test_a_step_that_is_wrong_or_missing_is_caught(
    cls: type[Event], cases: Mapping[str, Mapping[str, Any]], caught: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(envelope, "resolve", lambda topic: cls if topic == cls.TOPIC else resolve(topic))
    for release in releases():
        found = [each for each in misread(release, cases) if each.startswith(cls.TOPIC)]
        assert len(found) == caught, found


@pytest.mark.parametrize("cls", [Renamed, Demanding])
def test_an_event_that_changes_is_found_by_its_schema(cls: type[Event], monkeypatch: pytest.MonkeyPatch):
    known = {**discover(), cls.TOPIC: cls}
    before = {release: changed(release) for release in releases()}
    monkeypatch.setattr("tests.unit.store.test_upcasting.discover", lambda: known)
    for release in releases():
        assert changed(release) == before[release] | {cls.TOPIC}
