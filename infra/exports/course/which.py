"""Which histories are asked for: of a table, of a source, and between which days."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from domain.days import day_of
from domain.frozen import frozen

if TYPE_CHECKING:
    from domain.case import Case

_OWN = re.compile(r"[A-Z]{2,4}-\d{4}-\d{4,6}")


@frozen
class Which:
    """All there are, unless narrowed. `first` and `last` are days in Amsterdam, both included: events of other days are left
    out, and cases that have none left; what objects were before `first` is told all the same.
    """

    table: str | None = None
    source: str | None = None
    first: date | None = None
    last: date | None = None

    def streams(self, streams: Iterable[str]) -> list[str]:
        """The cases among these streams, as far as the number of a case says it."""
        return [s for s in streams if is_case(s) and (self.source is None or s.startswith(f"{self.source}:"))]

    def takes(self, case: Case) -> bool:
        return self.table is None or case.team == self.table

    def within(self, at: datetime) -> bool:
        return not self.beyond(at) and (self.first is None or day_of(at) >= self.first)

    def beyond(self, at: datetime) -> bool:
        return self.last is not None and day_of(at) > self.last


def is_case(stream: str) -> bool:
    """Whether a stream is a case's: one of our own, or an imported one. `source:` and `access:` begin others."""
    if ":" in stream:
        return not stream.startswith(("source:", "access:"))
    return _OWN.fullmatch(stream) is not None
