"""Stored histories up to a place as courses, one case after another, by pseudonym: no order of ours shows through."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from domain.case import Case
from domain.event import replay
from domain.events.rights import SubjectRestricted
from domain.ids import RESIDENT
from domain.refusal import Refused
from infra.exports.course.coarsening import Coarsening
from infra.exports.course.flattening import Flattening
from infra.exports.course.model import Course
from infra.exports.course.pseudonyms import Pseudonyms
from infra.exports.course.small_counts import SmallCounts
from infra.exports.course.which import Which
from infra.readmodels.folding import chunks, histories, touched
from infra.store.reading import uncollected

if TYPE_CHECKING:
    from infra.store.store import Store
    from projections.history import CaseHistory

ALL: Final = Which()
AS_IT_IS: Final = Coarsening()
Told = Callable[[int], object]
"""Hears how many events were read so far."""


class Histories:
    """In: the store, the place up to which events count, the pseudonyms of who it is for; which histories, how coarse times
    are, from how many cases on something is told (None: all of it; `Gate.shows_from`), and who hears how far it is.

    It reads twice: once for what there is, then each time that it is gone through. The same place, recipient and choices give
    the same courses. Cases whose resident's data is frozen today (AVG art. 18) are left out, whatever the place. `seen` are the
    real numbers of the cases in it, for the disclosure. Refused as `export-empty` where there is no case, and as
    `export-too-few` where there are fewer than may be told of.
    """

    def __init__(
        self, store: Store, place: int, pseudonyms: Pseudonyms, *, which: Which = ALL, coarsening: Coarsening = AS_IT_IS,
        least: int | None = None, told: Told = int,
    ) -> None:  # fmt: skip
        self._store, self.place, self._told = store, place, told
        self._which, self._flattening = which, Flattening(pseudonyms, coarsening, which)
        streams = touched(store, 0, place, access=False)
        closed = frozen_now(store)
        self._cases = sorted((s for s in which.streams(streams) if s not in closed), key=pseudonyms.case)
        self._tables = sorted((s for s in streams if may_be_table(s)), key=pseudonyms.table)
        self._small = SmallCounts(least)
        self.seen = tuple(sorted(self._counted()))
        if not self.seen:
            raise Refused("export-empty")
        if least is not None and len(self.seen) < least:
            raise Refused("export-too-few", least=least)
        self._small.weigh()

    def __iter__(self) -> Iterator[Course]:
        """Each case, then each table with its meetings."""
        for course in self._read():
            yield self._small.told(course)
        yield from self._of_tables()

    def _counted(self) -> Iterator[str]:
        for course in self._read():
            self._small.count(course)
            yield course.number

    def _read(self) -> Iterator[Course]:
        """The cases that have something to tell."""
        read = 0
        for portion in chunks(self._cases):
            with uncollected():
                courses = [self._flattening.case(h) for h in self._in_order(portion) if self._which.takes(h.state)]
            for course in courses:
                read += len(course.events)
                if course.events:
                    yield course
            self._told(read)

    def _in_order(self, portion: Sequence[str]) -> list[CaseHistory]:
        found = {h.stream: h for h in histories(self._store, portion, self.place)}
        return [found[stream] for stream in portion if stream in found]

    def _of_tables(self) -> Iterator[Course]:
        for portion in chunks(self._tables, 10):
            for history in histories(self._store, portion, self.place):
                if history.kind == "team":
                    known = self._small.known
                    made = [self._flattening.table(history, known), *self._flattening.meetings(history, known)]
                    yield from map(self._small.told, made)


def frozen_now(store: Store) -> set[str]:
    """The cases of which the resident's data may only be kept."""
    rows = store.connection().query(
        "SELECT DISTINCT originator_id FROM stored_events WHERE topic = ?", (SubjectRestricted.TOPIC,)
    )
    return {stream for (stream,) in rows if RESIDENT in replay(Case(), store.load(stream)).restricted}


def may_be_table(stream: str) -> bool:
    """Whether a stream may be a table's: it has no colon, and its letters are small."""
    return ":" not in stream and stream[:1].islower()
