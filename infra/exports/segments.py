"""What a stretch of the log tells of cases: a row for each event recorded there, and for each of before that was changed there.

Rows of a stretch say what was known at its end and never change afterwards: what is corrected later is told again later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from infra.exports.course import Coarsening, Course, CourseEvent, Pseudonyms, Which
from infra.exports.course.flattening import Flattening
from infra.exports.course.histories import frozen_now
from infra.exports.course.small_counts import SmallCounts
from infra.readmodels.folding import chunks, histories, touched
from infra.store.reading import uncollected

if TYPE_CHECKING:
    from infra.store.store import Store

ALL = Which()


class Row(NamedTuple):
    """An event as it is known at the end of a stretch. Its `order` is its version in its case; `withdrawn`: it does not count."""

    event: CourseEvent
    withdrawn: bool


class Stretch(NamedTuple):
    """What a stretch tells. In: its first place and the place up to which it goes. `seen` are the real numbers of the cases in
    it, for the disclosure; `withheld`: there were too few of them to tell of, so that there are no rows.
    """

    first: int
    last: int
    rows: Sequence[Row]
    seen: frozenset[str]
    withheld: bool


class Segments:
    """In: the store, the pseudonyms of who it is for, how coarse times are, and from how many cases on something is told (None:
    all of it). Small counts are weighed for each stretch by itself, so that what it tells does not hang on what came later.
    Cases whose resident's data is frozen now (AVG art. 18) are left out.
    """

    def __init__(self, store: Store, pseudonyms: Pseudonyms, coarsening: Coarsening, least: int | None) -> None:
        self._store, self._least = store, least
        self._flattening = Flattening(pseudonyms, coarsening, ALL)
        self._closed = frozen_now(store)

    def stretch(self, first: int, last: int) -> Stretch:
        """The stretch from one place to another, both included. The same each time that it is asked for."""
        courses = [course for course in self._changed(first, last) if course[0].events]
        small = SmallCounts(self._least)
        for course, _ in courses:
            small.count(course)
        if not courses or (self._least is not None and len(courses) < self._least):
            return Stretch(first, last, (), frozenset(), withheld=bool(courses))
        small.weigh()
        rows = [
            Row(event, event.order in gone)
            for course, gone in sorted(courses, key=lambda each: each[0].case)
            for event in sorted(small.told(course).events, key=lambda event: event.order)
        ]
        return Stretch(first, last, rows, frozenset(course.number for course, _ in courses), withheld=False)

    def _changed(self, first: int, last: int) -> Iterator[tuple[Course, frozenset[int]]]:
        """Of each case that has an event there what is new or other than before, and which of it does not count any more."""
        streams = [s for s in ALL.streams(touched(self._store, first - 1, last, access=False)) if s not in self._closed]
        for portion in chunks(streams):
            with uncollected():
                before, now = self._known(portion, first - 1), self._known(portion, last)
            for stream, (course, events) in now.items():
                old = before[stream][1] if stream in before else {}
                gone = old.keys() - events.keys()
                told = [event for version, event in events.items() if old.get(version) != event]
                told += [old[version]._replace(attributes=(), links=old[version].links[:1]) for version in gone]
                yield Course(stream, course.case, tuple(told), (), ()), frozenset(gone)

    def _known(self, streams: Sequence[str], place: int) -> dict[str, tuple[Course, dict[int, CourseEvent]]]:
        """Each case as it was known at a place: its events as they took effect, by version."""
        found = {}
        for history in histories(self._store, streams, place):
            course = self._flattening.case(history)
            versions = (step.record.version for step in history.steps)
            events = {v: e._replace(order=v) for v, e in zip(versions, course.events, strict=True)}
            found[history.stream] = (course, events)
        return found
