"""Finds disclosures: of a case or a person, by a reader or a table, in a time; the oldest first, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from domain.frozen import frozen
from domain.ids import RESIDENT
from infra.readmodels.paging import PAGE
from projections.disclosures import DISCLOSED, DISCLOSURES, DisclosureRow

if TYPE_CHECKING:
    from infra.readmodels.models import ReadModels

WHOLE = ("export-jsonl", "store-backup")
"""What copies the whole store: it holds every case there is, and so names none."""


@frozen
class Wanted:
    """Which disclosures. `since` is the first moment that counts, `before` the first that no longer does. `subject` is one
    of the case's. Of its resident, what was seen of the case without opening anybody's text counts too: it is about them.
    """

    case: str | None = None
    subject: str | None = None
    actor: str | None = None
    team: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    outcome: str | None = None
    upto: int | None = None
    """The last place in the log that counts."""
    recipient: str | None = None
    """Of exports, for whom."""
    copies: bool = False
    """Of a case also the copies that were made of the whole store since it was there: what they disclose names no case."""

    def is_for(self, row: DisclosureRow) -> bool:
        """Whether it is for whom was asked for."""
        return self.recipient is None or row.recipient == self.recipient

    def where(self) -> dict[str, Any]:
        """The columns that both read models have."""
        asked = {"actor": self.actor, "team": self.team, "outcome": self.outcome}
        return {name: value for name, value in asked.items() if value is not None}


def traced(models: ReadModels, wanted: Wanted, size: int = PAGE) -> Iterator[list[DisclosureRow]]:
    """The disclosures, page by page, each once. What is stored after the first page was asked for is not among them: so
    that reading the log, which is stored too, comes to an end.
    """
    last = models.store.head() if wanted.upto is None else wanted.upto
    for page in _pages(models, wanted, last, size):
        found = [row for row in page if row.place is not None and row.place <= last and wanted.is_for(row)]
        if found:
            yield found


def _pages(models: ReadModels, wanted: Wanted, upto: int, size: int) -> Iterator[list[DisclosureRow]]:
    times: dict[str, Any] = {"since": wanted.since, "before": wanted.before, "upto": upto, "size": size}
    if wanted.case is None:
        yield from models.pages(DISCLOSURES, "at", **times, **wanted.where())
        return
    where = {"number": wanted.case, **wanted.where()}
    if wanted.subject is not None:
        where["subject"] = (RESIDENT, "") if wanted.subject == RESIDENT else wanted.subject
    models.fresh([DISCLOSURES], upto)
    copies = _copies(models, wanted, upto) if wanted.copies else []
    for page in _of_case(models, where, times):
        before = [row for row in copies if (row.at, row.disclosure) < (page[-1].at, page[-1].disclosure)]
        copies = copies[len(before) :]
        yield sorted([*page, *before], key=lambda row: (row.at, row.disclosure))
    if copies:
        yield copies


def _copies(models: ReadModels, wanted: Wanted, upto: int) -> list[DisclosureRow]:
    """The disclosures of whole copies since the first event of a case, the oldest first."""
    records = models.store.load(wanted.case or "", places=True)
    begins = (records[0].place or 0) if records else upto
    where = {**wanted.where(), "what": list(WHOLE)}
    found = [
        row
        for row in models.kept(DISCLOSURES, **where)
        if row.outcome == "exported" and row.place is not None and begins < row.place <= upto
        and (wanted.since is None or row.at >= wanted.since) and (wanted.before is None or row.at < wanted.before)
    ]  # fmt: skip
    return sorted(found, key=lambda row: (row.at, row.disclosure))


def _of_case(models: ReadModels, where: dict[str, Any], times: dict[str, Any]) -> Iterator[Sequence[DisclosureRow]]:
    last = ""
    for page in models.pages(DISCLOSED, "at", **times, **where):
        ids = [row.disclosure for row in page if row.disclosure != last]
        last = page[-1].disclosure
        rows = {row.disclosure: row for row in models.kept(DISCLOSURES, disclosure=ids)}
        found = [rows[i] for i in dict.fromkeys(ids) if i in rows]  # what is not came later than was asked for
        if found:
            yield found
