"""A case's history for whoever looks at it: as it is, as it was on a day, or as it was known at a moment."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import get_args

from pydantic import StringConstraints

from domain.case import Case
from domain.days import end_of
from domain.ids import CaseNumber
from domain.refusal import NotFound
from infra.cli.param import Bad
from infra.cli.session import Session
from projections.history import History, history_of

_NUMBER = re.compile(next(str(c.pattern) for c in get_args(CaseNumber) if isinstance(c, StringConstraints)))


def history(session: Session, number: str, at: date | None = None, known_at: datetime | None = None) -> History[Case]:
    """In: a case's number, a day, a moment of knowing. Out: its history as far as that; not found when there is none."""
    if not _NUMBER.fullmatch(number):
        raise Bad("bad-form", param="CASE", form="case")
    store = session.store
    if known_at is None:
        records = store.load(number, places=True)
    else:
        upto = store.place_at(known_at)
        records = [r for r in store.load(number, places=True) if r.place is not None and r.place <= upto]
    found = history_of(records, end_of(at) if at else None)
    if found is None or found.kind != "case":
        raise NotFound("case", number)
    return found
