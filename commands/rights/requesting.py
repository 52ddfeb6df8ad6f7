"""A subject asks something of their own data, within a month; more time is taken once, with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from commands.base import Text, Yield
from commands.desk import Desk
from commands.rights.base import RightsCommand, known, right_of
from domain.case import Case
from domain.days import months_after
from domain.events.rights import RightRequested, TermExtended
from domain.ids import RESIDENT, EntryId, SubjectId
from domain.refusal import Refused

MONTH = 1
"""Within how many months of receipt a request is decided (AVG art. 12(3))."""
LONGER = 2
"""By how many more at most that may be extended (AVG art. 12(3))."""

Kind = Literal["access", "rectification", "erasure", "restriction", "portability", "objection"]
Which = Field(json_schema_extra={"position": 1})


class Request(RightsCommand):
    """Record that a subject asks for access, rectification, erasure, restriction, portability, or objects.

    casus rights request LEL-2026-0007 --kind access --subject s1 --received 2026-11-20
    """

    VERB: ClassVar[str] = "request"
    kind: Kind
    subject: SubjectId = RESIDENT
    received: date | None = None
    wish: Text | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        known(state, self.subject)
        received = self.received or desk.today
        if received > desk.today:
            raise Refused("in-the-future", field="received")
        for r in state.rights.values():
            if (r.kind, r.subject, r.received) == (self.kind, self.subject, received):
                return
        yield RightRequested(
            right=state.next_entry("Q", state.rights), kind=self.kind, subject=self.subject, received=received,
            by=months_after(received, MONTH), login=desk.login, wish=self.maybe(self.wish, self.subject),
        )  # fmt: skip


class Extend(RightsCommand):
    """Take more time for a request: once, by two months at most, while its first month lasts.

    casus rights extend LEL-2026-0007 Q1 --reason "Five partners have to look for it"
    """

    VERB: ClassVar[str] = "extend"
    right: EntryId = Which
    by: date | None = None
    reason: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        right = right_of(state, self.right)
        last = months_after(right.received, MONTH + LONGER)
        by = self.by or last
        if right.extended:
            if by == right.by:
                return
            raise Refused("already-extended", right=right.id, by=right.by)
        if right.state != "asked":
            raise Refused("already-decided", right=right.id, state=right.state)
        if desk.today > right.by:
            raise Refused("term-passed", right=right.id, by=right.by)
        if not right.by < by <= last:
            raise Refused("date-out-of-range", field="by", first=right.by, last=last)
        yield TermExtended(right=right.id, by=by, reason=self.personal(self.reason, right.subject))
