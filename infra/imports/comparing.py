"""Lays a log beside what the store holds of it: what is new, and whether what was there still says the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from domain.event import Recorded
from domain.events.imported import ActivityImported
from domain.refusal import Refused
from infra.imports.sources import SourceBook
from infra.logs import LogStep
from infra.logs.mapping import ActivityMap

if TYPE_CHECKING:
    from infra.store.store import Store

Cases = Sequence[Sequence[LogStep]]
"""The steps of whole cases, case by case."""


class Addition(NamedTuple):
    """A step that the store does not hold yet."""

    stream: str
    event: ActivityImported
    when: datetime


class Additions(NamedTuple):
    """What is new of some cases, and at which version each of their streams was seen."""

    new: Sequence[Addition]
    expected: Mapping[str, int]


def changed_cases(store: Store, book: SourceBook, cases: Cases) -> list[str]:
    """The ids of the cases of which the log has more than the store. Refuses, as `import-differs`, what it tells otherwise."""
    there = _there(store, book, cases)
    found = []
    for case in cases:
        known = _known(there[_stream(book, case)])
        more = False
        for step in case:
            if (before := known.get(step.position)) is None:
                more = True
            else:
                _same(before, step, book.known_resource(step.resource))
        if more:
            found.append(case[0].case)
    return found


def additions(store: Store, book: SourceBook, cases: Cases, table: ActivityMap) -> Additions:
    """What is new of these cases; a resource that was not met before gets its id in the book."""
    there = _there(store, book, cases)
    new: list[Addition] = []
    expected: dict[str, int] = {}
    for case in cases:
        stream = _stream(book, case)
        records = there[stream]
        before = len(new)
        new += _new(book, stream, case, _known(records), table)
        if len(new) > before:
            expected[stream] = records[-1].version if records else 0
    return Additions(new, expected)


def _there(store: Store, book: SourceBook, cases: Cases) -> Mapping[str, list[Recorded]]:
    return store.load_many(_stream(book, case) for case in cases)


def _stream(book: SourceBook, case: Sequence[LogStep]) -> str:
    return f"{book.source}:{case[0].case}"


def _known(records: Sequence[Recorded]) -> dict[int, Recorded]:
    """What the store holds by position in the source's document; a case that was taken up has entries of its own too."""
    return {r.event.position: r for r in records if isinstance(r.event, ActivityImported)}


def _new(
    book: SourceBook, stream: str, case: Sequence[LogStep], known: Mapping[int, Recorded], table: ActivityMap
) -> Iterator[Addition]:
    for step in case:
        if (before := known.get(step.position)) is not None:
            _same(before, step, book.known_resource(step.resource))
            continue
        event = ActivityImported(
            source=book.source,
            position=step.position,
            activity=step.activity,
            kind=table.kind(step.activity),
            lifecycle=step.lifecycle,
            resource=book.resource(step.resource),
            group=step.group,
        )
        yield Addition(stream, event, step.when)


def _same(before: Recorded, step: LogStep, resource: str | None) -> None:
    """Refuse when the log tells a step otherwise. Its kind does not count: that table is ours, and may have grown since."""
    e = before.event
    assert isinstance(e, ActivityImported)
    told = (step.activity, step.lifecycle, resource, step.group, step.when)
    if told != (e.activity, e.lifecycle, e.resource, e.group, before.occurred_at):
        raise Refused("import-differs", case=step.case, position=step.position)
