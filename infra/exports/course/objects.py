"""How the objects of a case change, and how they stand to each other: read from the states that its history went through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from domain.case import Case
from domain.case_parts import Agreement
from infra.exports.course.coarsening import Coarsening
from infra.exports.course.model import Change, CourseEvent, Kind, Tie, Value
from infra.exports.course.pseudonyms import Pseudonyms
from projections.history import Step

REFERS: Final[Mapping[str, Kind]] = {
    "holder": "professional", "director": "professional", "responsible": "professional", "owner": "partner",
}  # fmt: skip
"""Attributes of objects that hold the id of another object."""


class Objects:
    """In: the pseudonyms, and how coarse times are."""

    def __init__(self, pseudonyms: Pseudonyms, coarsening: Coarsening) -> None:
        self._names, self._coarse = pseudonyms, coarsening

    def changes(self, number: str, steps: Sequence[Step[Case]]) -> Iterator[Change]:
        """What changed of a case and its agreements, at each step of its history, in that order."""
        own = self._names.case(number)
        known: dict[tuple[str, str], Value | None] = {}
        for step in steps:
            if step.before is step.after:
                continue
            at, topic = self._coarse.moment(step.record.occurred_at), step.record.topic
            yield from self._changed(known, "case", own, self._case(step.after), at, topic)
            if step.before.agreements is not step.after.agreements:
                for agreement in step.after.agreements.values():
                    which = self._names.agreement(number, agreement.id)
                    yield from self._changed(known, "agreement", which, self._agreement(step.after, agreement), at, topic)

    def _changed(
        self, known: dict[tuple[str, str], Value | None], kind: Kind, which: str, values: Mapping[str, Value | None],
        at: datetime, topic: str,
    ) -> Iterator[Change]:  # fmt: skip
        for name, value in values.items():
            if known.get((which, name)) != value:
                known[which, name] = value
                yield Change(kind, which, name, value, at, topic)

    def _case(self, case: Case) -> dict[str, Value | None]:
        elsewhere = case.direction.team or case.team
        return {
            "status": str(case.status),
            "holder": self._professional(case.team, case.holder),
            "director": self._professional(elsewhere, case.direction.director),
            "stagnating": case.stagnating_since is not None,
            "result": case.outcome.result if case.outcome else None,
            "source": case.source,
        }

    def _agreement(self, case: Case, agreement: Agreement) -> dict[str, Value | None]:
        return {
            "status": agreement.state,
            "owner": self._names.partner(agreement.partner),
            "responsible": self._professional(case.team, agreement.responsible),
            "due": self._day(agreement.due),
            "domain": agreement.domain,
            "recovery": agreement.recovery,
            "progress": agreement.progress,
        }

    def ties(self, number: str, case: Case, events: Iterable[CourseEvent]) -> Iterator[Tie]:
        """How the objects of a case stand to others after its last step: to its table, its agreements, other cases."""
        own = self._names.case(number)
        if case.team:
            yield Tie("case", own, "table", self._names.table(case.team), "table")
        for agreement in case.agreements.values():
            which = self._names.agreement(number, agreement.id)
            yield Tie("agreement", which, "case", own, "case")
            yield Tie("agreement", which, "partner", self._names.partner(agreement.partner), "owner")
            for partner in sorted(map(self._names.partner, agreement.contributors)):
                yield Tie("agreement", which, "partner", partner, "contributor")
            if (who := self._professional(case.team, agreement.responsible)) is not None:
                yield Tie("agreement", which, "professional", who, "responsible")
        others = {(link.qualifier, link.id) for e in events for link in e.links[1:] if link.kind == "case"}
        yield from (Tie("case", own, "case", other, qualifier) for qualifier, other in sorted(others))
        if case.team:
            table = self._names.table(case.team)
            meetings = {link.id for e in events for link in e.links if link.kind == "meeting"}
            yield from (Tie("meeting", meeting, "table", table, "table") for meeting in sorted(meetings))

    def _professional(self, roster: str, who: str | None) -> str | None:
        return None if who is None else self._names.professional(roster, who)

    def _day(self, day: date | None) -> date | None:
        return None if day is None else self._coarse.day(day)
