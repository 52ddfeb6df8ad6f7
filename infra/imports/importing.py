"""Imports a log in batches: each whole or not at all, each once, so that a broken import goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from domain.event import Header
from domain.refusal import Conflict, Refused
from infra.imports.comparing import Addition, additions, changed_cases
from infra.imports.receipts import receipt
from infra.imports.sources import SourceBook, checked
from infra.logs import LogStep
from infra.logs.mapping import ActivityMap
from infra.store.disclosing import Permit
from infra.store.draft import Draft

if TYPE_CHECKING:
    from infra.store.store import Store

BATCH = 2_000
"""About how many events go in one transaction: a case is never divided."""
IMPORTING = Permit("import", "import")
ATTEMPTS = 20
"""How often a batch is decided anew because somebody else was first: another import, or a case that was taken up."""


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
    *,
    permit: Permit = IMPORTING,
) -> Imported:
    """Take every step that the store does not hold yet. `steps` are gone through once or twice: no bare iterator.

    A step is known by source, case and position, never by its content: two that look the same are two. `progress` is
    told how many events were dealt with; `permit` is what it was decided on that this may be done. Refused as
    `import-differs`, before anything is stored, when the log now says something else at a position than it did before:
    history is fixed, and a source that rewrote its own is another source. Refused as `import-interrupted` when the
    connection was lost: the same import again goes on from there.
    """
    book = SourceBook(store, checked(source), header, permit)
    news = _news(store, book, steps) if book.known else None
    cases = events = added = 0
    for batch in _batches(steps):
        told = [case for case in batch if news is None or case[0].case in news]
        if told:
            added += _batch(store, book, told, table, header)
        cases += len(batch)
        events += sum(len(case) for case in batch)
        if progress is not None:
            progress(events)
    return Imported(cases, events, added, book.noted)


def _news(store: Store, book: SourceBook, steps: Iterable[LogStep]) -> Container[str]:
    """The cases of which the log has more than the store. All are looked at before anything is stored."""
    return {case for batch in _batches(steps) for case in changed_cases(store, book, batch)}


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
            added = _stored(store, book, batch, table, header)
        except Conflict as conflict:
            if conflict.code != "stream-moved" or attempt == ATTEMPTS:
                raise
        except Refused as refused:
            if refused.code == "outcome-unknown":
                raise Refused("import-interrupted") from None
            raise
        else:
            if added is not None:
                return added
        book.reload()
    raise Conflict("stream-moved", stream=book.stream)


def _stored(store: Store, book: SourceBook, batch: Sequence[list[LogStep]], table: ActivityMap, header: Header) -> int | None:
    """Store it. None: another import stored the same at the same moment, so it must be looked at again."""
    found = additions(store, book, batch, table)
    if not found.new:
        return 0
    made = receipt(book.source, found.new)
    stamped = replace(header, command=made.command_id)
    noted, version = book.drafts(stamped)
    expected = dict(found.expected)
    if noted:
        expected[book.stream] = version
    drafts = [_draft(a, stamped) for a in found.new]
    if store.append_bulk([*noted, *drafts], made, expected=expected).again:
        return None
    book.stored()
    return len(drafts)


def _draft(addition: Addition, header: Header) -> Draft:
    return Draft(addition.stream, addition.event, header, addition.when)
