"""The histories behind a page of disclosures: whose each text is, and what part in the case the reader had then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.event import Recorded
from domain.ids import Code, SubjectId
from infra.cli.session import Session
from projections.disclosures import DisclosureRow
from projections.standing import Story, beside, functions_then

MOST = 200
"""Of so many cases on one page the histories are read; a page over more tells what needs none, so that it stays quick."""


class Histories:
    """Reads the histories of the page at hand, and of no other: asked page by page, as pages are printed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._records: dict[str, list[Recorded]] = {}
        self._stories: dict[str, Story] = {}
        self._tables: dict[str, list[Recorded]] = {}

    def turn_to(self, page: Iterable[DisclosureRow]) -> None:
        """Read what the disclosures of this page were of, and let go of the page before."""
        streams = {row.of for row in page if row.of is not None}
        if len(streams) > MOST:
            streams = set()
        kept = {stream: records for stream, records in self._records.items() if stream in streams}
        self._records = kept | self._session.store.load_many(streams - kept.keys())
        self._stories = {stream: story for stream, story in self._stories.items() if stream in streams}

    def whose(self, row: DisclosureRow) -> dict[str, SubjectId]:
        """Of each text of a disclosure whose it is, as far as that is known."""
        return whose(row, self._records.get(row.of or "", ()))

    def part(self, row: DisclosureRow) -> Code | None:
        """What part the reader had in the case at that moment; None where its history was not read, or may not be."""
        records = self._records.get(row.of or "", [])
        if known := beside(row, records[0] if records else None):
            return known
        if row.of is None or not records:
            return None
        if row.of not in self._stories:
            self._stories[row.of] = Story(records)
        return self._stories[row.of].part(row, functions_then(row, self._table(row.team)))

    def _table(self, team: str | None) -> list[Recorded]:
        if team is None:
            return []
        if team not in self._tables:
            self._tables[team] = self._session.store.load(team)
        return self._tables[team]


def whose(row: DisclosureRow, records: Sequence[Recorded]) -> dict[str, SubjectId]:
    """Of each text of a disclosure whose it is. In: the records of what it was of. A disclosure names its people together:
    where it is one, all texts are theirs; else the entry that a text stands in says it.
    """
    if len(row.subjects) == 1:
        return dict.fromkeys(row.fields, row.subjects[0])
    wanted = {field.partition(".")[0] for field in row.fields}
    known: Mapping[str, Any] = {
        f"{r.version}.{name}": text.subject
        for r in records if str(r.version) in wanted
        for name in type(r.event).personal_fields() if (text := getattr(r.event, name)) is not None
    }  # fmt: skip
    return {field: known[field] for field in row.fields if field in known}


def only_of(row: DisclosureRow, subject: SubjectId, records: Sequence[Recorded]) -> DisclosureRow:
    """A disclosure with the texts of one person alone."""
    owners = whose(row, records)
    return row._replace(fields=tuple(field for field in row.fields if owners.get(field) == subject))
