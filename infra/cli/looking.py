"""A case's history for whoever looks at it: as it is, as it was on a day, or as it was known at a moment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import get_args

from pydantic import StringConstraints

from domain.case import Case
from domain.days import end_of
from domain.ids import CaseNumber
from domain.personal import Ref
from domain.refusal import NotFound
from infra.cli.opening import in_words
from infra.cli.param import Bad
from infra.cli.session import Session
from projections.history import History, history_of

_NUMBER = re.compile(next(str(c.pattern) for c in get_args(CaseNumber) if isinstance(c, StringConstraints)))


def look(
    session: Session, what: str, number: str, at: date | None, known_at: datetime | None,
    wanted: Callable[[History[Case]], Iterable[Ref]] = lambda _: (),
) -> tuple[History[Case], dict[Ref, str]]:  # fmt: skip
    """A case's history as far as a day or a moment of knowing, once its reader was let through the gate.

    In: the query, and which texts of that history it shows. Out: the history, and of each text itself or why it is not
    shown. Whether somebody may look depends on how the case stands now, whatever moment they look at.
    """
    try:
        found = history(session, number, at, known_at)
    except NotFound:
        if session.store.hidden(number):
            session.gate.turn_away(what, number)
        raise
    now = found if at is None and known_at is None else history(session, number)
    texts = session.gate.case(what, now.state, now.records, wanted(found), version=found.records[-1].version)
    return found, in_words(session, texts)


def history(session: Session, number: str, at: date | None = None, known_at: datetime | None = None) -> History[Case]:
    """In: a case's number, a day, a moment of knowing. Out: its history as far as that; not found when there is none.
    Nothing of it is to be shown without the gate: see `look`.
    """
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
