"""Finds disclosures: of a case or a person, by a reader or a table, in a time; the oldest first, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from domain.frozen import frozen
from domain.ids import RESIDENT
from infra.readmodels.paging import PAGE
from projections.disclosures import DISCLOSED, DISCLOSURES, DisclosureRow

if TYPE_CHECKING:
    from infra.readmodels.models import ReadModels


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
        found = [row for row in page if row.place is not None and row.place <= last]
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
    last = ""
    for page in models.pages(DISCLOSED, "at", **times, **where):
        ids = [row.disclosure for row in page if row.disclosure != last]
        last = page[-1].disclosure
        rows = {row.disclosure: row for row in models.kept(DISCLOSURES, disclosure=ids)}
        yield [rows[i] for i in dict.fromkeys(ids) if i in rows]  # what is not came later than was asked for
