"""Imports a log in batches: each whole or not at all, each once, so that a broken import goes on where it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from domain.event import Header, Recorded
from domain.events.imported import ActivityImported
from domain.refusal import Conflict, Refused
from infra.imports.sources import SourceBook
from infra.logs import LogStep
from infra.logs.mapping import ActivityMap
from infra.store.draft import Draft, Receipt

if TYPE_CHECKING:
    from infra.store.store import Store

BATCH = 2_000
"""About how many events go in one transaction: a case is never divided."""
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to: cases and events read, of which `added` are new, and resources first met."""

    cases: int
    events: int
    added: int
    resources: int


def import_log(
    store: Store,
    source: str,
    steps: Iterable[LogStep],
    table: ActivityMap,
    header: Header,
    progress: Callable[[int], None] | None = None,
) -> Imported:
    """Take every step that the store does not hold yet.

    A step is known by source, case and position, never by its content: two that look the same are two. `progress` is
    told how many events were dealt with. Refused as `import-differs` when the log now says something else at a
    position than it did before: history is fixed, and a source that rewrote its own is another source.
    """
    book = SourceBook(store, source)
    cases = events = added = 0
    for batch in _batches(steps):
        added += _batch(store, book, batch, table, header)
        cases += len(batch)
        events += sum(len(case) for case in batch)
        if progress is not None:
            progress(events)
    return Imported(cases, events, added, book.noted)


def _batches(steps: Iterable[LogStep]) -> Iterator[list[list[LogStep]]]:
    batch: list[list[LogStep]] = []
    held = 0
    for _, steps_of_case in groupby(steps, key=attrgetter("case")):
        case = list(steps_of_case)
        batch.append(case)
        held += len(case)
        if held >= BATCH:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _batch(store: Store, book: SourceBook, batch: Sequence[list[LogStep]], table: ActivityMap, header: Header) -> int:
    """Store what is new of a batch; how many events that were. Decided anew when somebody else was first."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _stored(store, book, batch, table, header)
        except Conflict as conflict:
            if conflict.code != "stream-moved" or attempt == ATTEMPTS:
                raise
            book.reload()
    raise AssertionError("unreachable")


def _stored(store: Store, book: SourceBook, batch: Sequence[list[LogStep]], table: ActivityMap, header: Header) -> int:
    there = store.load_many(f"{book.source}:{case[0].case}" for case in batch)
    drafts: list[Draft] = []
    expected: dict[str, int] = {}
    for case in batch:
        stream = f"{book.source}:{case[0].case}"
        known = _known(there[stream])
        new = list(_new(book, stream, case, known, table, header))
        if new:
            drafts += new
            expected[stream] = there[stream][-1].version if there[stream] else 0
    if not drafts:
        return 0
    noted, version = book.drafts(header)
    if noted:
        expected[book.stream] = version
    store.append_bulk([*noted, *drafts], _receipt(book.source, drafts, header), expected=expected)
    book.stored()
    return len(drafts)


def _known(records: Sequence[Recorded]) -> dict[int, Recorded]:
    return {r.event.position: r for r in records if isinstance(r.event, ActivityImported)}


def _new(
    book: SourceBook, stream: str, case: Sequence[LogStep], known: dict[int, Recorded], table: ActivityMap, header: Header
) -> Iterator[Draft]:
    for step in case:
        event = ActivityImported(
            source=book.source,
            position=step.position,
            activity=step.activity,
            kind=table.kind(step.activity),
            lifecycle=step.lifecycle,
            resource=book.resource(step.resource),
            group=step.group,
        )
        before = known.get(step.position)
        if before is None:
            yield Draft(stream, event, header, step.when)
            continue
        assert isinstance(before.event, ActivityImported)
        # The table of kinds is ours, and may have grown since; what the source says may not have changed.
        if before.event.model_copy(update={"kind": event.kind}) != event or before.occurred_at != step.when:
            raise Refused("import-differs", case=step.case, position=step.position)


def _receipt(source: str, drafts: Sequence[Draft], header: Header) -> Receipt:
    """A batch's receipt: its id follows from what it adds, so that the same batch again is the same command."""
    content = hashlib.sha256()
    for draft in drafts:
        assert isinstance(draft.event, ActivityImported)
        content.update(f"{draft.stream}\0{draft.event.position}\n".encode())
    first, last = drafts[0], drafts[-1]
    result = {"stream": f"source:{source}", "streams": [first.stream, last.stream], "events": len(drafts)}
    return Receipt.of(f"import-{content.hexdigest()[:40]}", {"source": source, "by": header.actor}, result)
