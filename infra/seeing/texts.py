"""Which texts of a case a reader may open: for whom they are meant, whether they may be shared, whose data is restricted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Literal

from domain.audience import within
from domain.case import Case
from domain.event import Recorded
from domain.frozen import frozen
from domain.ids import Code, StreamId, SubjectId
from domain.permission import Actor
from domain.personal import Ref
from domain.sharing import may_share

Why = Literal["audience", "no-consent", "restricted", "role"]


@frozen
class Reader:
    """Who reads, for which purpose, on which day; whether consent is required at the case's table, and whether it is
    through broken glass, which stands in for consent and audience.
    """

    actor: Actor
    purpose: Code
    on: date
    required: bool = False
    glass: bool = False


class Readable:
    """What of a case a reader may open. In: the case as it stands now, its records, how to come by those of another stream
    in which some of its texts stand (a case that was handed over keeps them where they were recorded), and the reader.
    """

    def __init__(
        self, case: Case, records: Sequence[Recorded], load: Callable[[StreamId], Sequence[Recorded]], reader: Reader
    ) -> None:
        self.case = case
        self.reader = reader
        self._load = load
        self._by_stream: dict[StreamId, Mapping[int, Recorded]] = {}
        if records:
            self._by_stream[records[0].stream] = {r.version: r for r in records}

    def subject(self, ref: Ref) -> SubjectId | None:
        """Whose data a text is; None when there is no such text."""
        record = self._record(ref)
        return getattr(getattr(record.event, ref.field, None), "subject", None) if record is not None else None

    def why_not(self, ref: Ref) -> Why | None:
        """Why a reader who may open texts here may not open this one; None when they may."""
        record, subject, reader = self._record(ref), self.subject(ref), self.reader
        if record is None or subject is None or reader.glass:
            return None if subject is None or subject not in self.case.restricted else "restricted"
        if subject in self.case.restricted:
            return "restricted"
        contributor, actor = record.header.organisation, reader.actor
        meant = self.case.audiences.get(ref.version) if ref.stream == self.case.number else None
        if not within(record.header.audience if meant is None else meant, contributor, actor.organisation, actor.column):
            return "audience"
        shared = may_share(
            self.case, subject, contributor, actor.organisation, reader.purpose, reader.on, required=reader.required
        )
        return None if shared.allowed else "no-consent"

    def _record(self, ref: Ref) -> Recorded | None:
        if ref.stream not in self._by_stream:
            self._by_stream[ref.stream] = {r.version: r for r in self._load(ref.stream)}
        return self._by_stream[ref.stream].get(ref.version)
