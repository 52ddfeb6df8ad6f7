"""Which texts of a case a reader may open: for whom they are meant, whether they may be shared, whose data is restricted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, Literal

from domain.audience import of_partners, within
from domain.case import Case
from domain.event import Recorded, replay
from domain.frozen import frozen
from domain.identity import may_hold_number
from domain.ids import Code, StreamId, SubjectId
from domain.membership import named_in
from domain.permission import Actor
from domain.personal import Ref
from domain.sharing import may_share

AUDIENCE, CORRECTED = "case.access.audience-set", "case.correcting.entry-corrected"
"""By topic: whoever only looks need not load what these are made of."""
OVERSIGHT = ("case.access.", "case.rights.", "case.retention.")
"""The entries whose texts a privacy officer reads: what they weigh and decide on."""

Why = Literal["erased", "audience", "no-consent", "restricted", "role"]


@frozen
class Reader:
    """Who reads, for which purpose, on which day; whether consent is required at the case's table, and whether it is
    through broken glass, which stands in for consent and audience, but for what an organisation keeps to itself.
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
        self._origins: dict[StreamId, Case] = {}
        if records:
            self._by_stream[records[0].stream] = {r.version: r for r in records}

    def subject(self, ref: Ref) -> SubjectId | None:
        """Whose data a text is; None when there is no such text."""
        record = self._record(ref)
        return getattr(getattr(record.event, ref.field, None), "subject", None) if record is not None else None

    def gone(self, ref: Ref) -> bool:
        """Whether a text is of somebody who is erased: from the beginning of that on, while its key is still there. Of one in
        another case, who is erased there.
        """
        subject = self.subject(ref)
        return subject is not None and subject in (self._origin(ref.stream) or self.case).erased

    def why_not(self, ref: Ref) -> Why | None:
        """Why a reader who may open texts here may not open this one; None when they may."""
        record, subject, reader = self._record(ref), self.subject(ref), self.reader
        if self.gone(ref):
            return "erased"
        if record is not None and _is_number(record, ref) and not self._may_hold_number:
            return "role"  # broken glass does not make it lawful
        if record is None or subject is None:
            return None
        origin = self._origin(record.stream)
        if subject in self.case.restricted or (origin is not None and subject in origin.restricted):
            return "restricted"
        if origin is not None and not self._cleared_for(origin):
            return "role"
        contributor, actor = record.header.organisation, reader.actor
        audience = self._audience(record)
        if reader.glass and audience != "organisation":
            return None
        if not within(audience, contributor, actor.organisation, actor.column):
            return "audience"
        shared = may_share(
            self.case, subject, contributor, actor.organisation, reader.purpose, reader.on, required=reader.required,
            origin=origin,
        )  # fmt: skip
        return None if shared.allowed else "no-consent"

    def of_oversight(self, ref: Ref) -> bool:
        """Whether a text says why somebody looked in, or what was asked and decided about a subject's rights and data."""
        record = self._record(ref)
        return record is not None and record.topic.startswith(OVERSIGHT) and not self.gone(ref)

    def _origin(self, stream: StreamId) -> Case | None:
        """The case that a text stands in, where it is another than the one that is looked at."""
        if stream == self.case.number:
            return None
        if stream not in self._origins:
            self._origins[stream] = replay(Case(), list(self._by_stream[stream].values()))
        return self._origins[stream]

    def _cleared_for(self, origin: Case) -> bool:
        """Whether the case that a text stands in is not kept from the reader: they are cleared, or named there or here. Who
        is named here was let in by name since, as who took the case over.
        """
        actor, on = self.reader.actor, self.reader.on
        named = any(named_in(case, actor.team, actor.professional, on) for case in (origin, self.case))
        return origin.clearance != "restricted" or named or actor.cleared

    @cached_property
    def _may_hold_number(self) -> bool:
        from infra.policy.identity import number_holders

        return may_hold_number(self.reader.actor.column, self.reader.actor.organisation, number_holders())

    def _audience(self, record: Recorded) -> str:
        """For whom an entry is meant, as its organisation said last; of one in a case that was handed over, as was said there."""
        if record.stream == self.case.number:
            said = self.case.audiences.get(record.version)
        else:
            events: list[Any] = [r.event for r in self._by_stream[record.stream].values() if r.topic == AUDIENCE]
            meant = [e.audience or of_partners(e.partners) for e in events if e.entry == record.version]
            said = meant[-1] if meant else None
        return record.header.audience if said is None else said

    def _record(self, ref: Ref) -> Recorded | None:
        if ref.stream not in self._by_stream:
            self._by_stream[ref.stream] = {r.version: r for r in self._load(ref.stream)}
        return self._by_stream[ref.stream].get(ref.version)


def _is_number(record: Recorded, ref: Ref) -> bool:
    """Whether a text is a citizen service number, or what one should have been."""
    if record.topic == CORRECTED:
        return ref.field == "text" and getattr(record.event, "field", None) == "number"
    return ref.field == "number"
