"""Looking back: what held on a day, or what was known at a moment, by folding histories as far as that and no further."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from domain.days import day_of, end_of
from infra.readmodels.asking import Rows, matching
from infra.readmodels.folding import chunks, everything, histories, rows_of
from projections.base import Projection
from projections.history import History
from projections.registry import reads_access

if TYPE_CHECKING:
    from infra.store.store import Store


class AsOf(Rows):
    """The read models as they would have been. `at` is a day: what is known now of all up to its end; `known_at` a
    moment: only what had its place in the log by then, which never changes afterwards. Both: what was known then of
    that day. `upto` names the last place that counts instead of a moment. `streams` limits it to some cases and teams.
    """

    def __init__(
        self, store: Store, at: date | None = None, known_at: datetime | None = None, streams: Iterable[str] | None = None,
        upto: int | None = None,
    ) -> None:  # fmt: skip
        self.on = at or day_of(known_at or store.now())
        self._store = store
        self._until = None if at is None else end_of(at)
        known = store.head() if known_at is None else store.place_at(known_at)
        self._upto = known if upto is None else min(known, upto)
        self._streams = None if streams is None else sorted(set(streams))
        self._found: dict[str, list[Any]] = {}

    def _all(self, projections: Sequence[Projection[Any]], where: Mapping[str, Any]) -> list[list[Any]]:
        missing = [p for p in projections if p.name not in self._found]
        if missing:
            self._fold(missing)
        return [matching(p, self._found[p.name], where) for p in projections]

    def _fold(self, projections: Sequence[Projection[Any]]) -> None:
        found: dict[str, list[Any]] = {p.name: [] for p in projections}
        for of in self._histories(access=reads_access(projections)):
            for p in projections:
                found[p.name] += rows_of(p, of)
        self._found |= found

    def _histories(self, *, access: bool) -> Iterator[list[History[Any]]]:
        if self._streams is None:
            yield from everything(self._store, self._upto, self._until, access=access)
            return
        for portion in chunks(self._streams):
            yield histories(self._store, portion, self._upto, self._until)
