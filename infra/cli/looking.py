"""A case's history for whoever looks at it: as it is, as it was on a day, or as it was known at a moment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import get_args

from pydantic import StringConstraints

from domain.case import Case
from domain.days import end_of
from domain.event import Recorded
from domain.ids import CaseNumber
from domain.personal import Ref
from domain.refusal import NotFound, Refused
from infra.cli.moments import Place, Point
from infra.cli.opening import in_words
from infra.cli.param import Bad
from infra.cli.session import Session
from projections.history import History, Reach, history_of, reached

_NUMBER = re.compile(next(str(c.pattern) for c in get_args(CaseNumber) if isinstance(c, StringConstraints)))
Wanted = Callable[[History[Case]], Iterable[Ref]]
"""Which texts of a history are asked for."""


def look(
    session: Session, what: str, number: str, at: date | None, known_at: datetime | None, wanted: Wanted = lambda _: (), *,
    until: Point | None = None,
) -> tuple[History[Case], dict[Ref, str]]:  # fmt: skip
    """A case's history as far as a day, a moment of knowing or a point of it, once its reader was let through the gate.

    In: the query, and which texts of that history it shows. Out: the history, and of each text itself or why it is not
    shown. Whether somebody may look depends on how the case stands now, whatever moment they look at.
    """
    formed(number)
    reach = reach_of(session, at, known_at, until)
    records = through(session, what, number)
    found = _within(session, what, number, records, reach)
    now = found if reach == Reach() else history_of(records)
    texts = _seen(session, what, records, now, found, wanted(found))
    _there(session, records, reach)
    _said(session, at, known_at)
    return found, texts


def look_between(
    session: Session, what: str, number: str, since: Reach, until: Reach,
    wanted: Callable[[History[Case], History[Case]], Iterable[Ref]] = lambda _, __: (),
) -> tuple[History[Case], History[Case], dict[Ref, str]]:  # fmt: skip
    """A case's history as far as two points, under one act of seeing. The first is empty where the case began later."""
    formed(number)
    records = through(session, what, number)
    new = _within(session, what, number, records, until)
    old = reached(records, since) or History("case", number, (), (), Case())
    texts = _seen(session, what, records, history_of(records), new, wanted(old, new))
    _there(session, records, since, until)
    return old, new, texts


def formed(number: str) -> None:
    """Complains of what does not look like a case's number."""
    if not _NUMBER.fullmatch(number):
        raise Bad("bad-form", param="CASE", form="case")


def reach_of(session: Session, at: date | None, known_at: datetime | None, until: Point | None = None) -> Reach:
    """How far somebody asked to look. Of a day and a moment the first counts."""
    moments = [end_of(at)] if at else []
    if isinstance(until, datetime):
        moments.append(until)
    places = [session.store.place_at(known_at)] if known_at else []
    if isinstance(until, Place):
        places.append(until.number)
    return Reach(min(moments, default=None), min(places, default=None), until if isinstance(until, int) else None)


def through(session: Session, what: str, number: str) -> list[Recorded]:
    """All entries of a case, with their places. Nothing of them is to be shown before the gate let their reader through: see
    `look`. Whose login may not read them is turned away; where there are none, it is not found.
    """
    records = session.store.load(number, places=True)
    if not records and session.store.hidden(number):
        session.gate.turn_away(what, number)
    if not records or not records[0].topic.startswith("case."):
        raise NotFound("case", number)
    return records


def _within(session: Session, what: str, number: str, records: Sequence[Recorded], reach: Reach) -> History[Case]:
    """The history so far. That nothing was known of a case yet is told only to who may see it."""
    if (found := reached(records, reach)) is not None:
        return found
    if (now := history_of(records)) is None:
        raise NotFound("case", number)
    session.gate.case(what, now.state, records, version=0)
    raise Refused("not-known-then", number=number, on=records[0].recorded_at)


def _said(session: Session, at: date | None, known_at: datetime | None) -> None:
    """To people, of which day this is and by what knowledge: what is looked back at reads as what is."""
    if session.out.json:
        return
    if at is not None:
        session.out.note("as-it-stood", at=at)
    if known_at is not None:
        session.out.note("as-it-was-known", at=known_at)


def _there(session: Session, records: Sequence[Recorded], *reaches: Reach) -> None:
    """Complains of an entry or a place that was named and is not there: only to who was let through."""
    for reach in reaches:
        if reach.place is not None and reach.place > (last := session.store.head()):
            raise Refused("place-beyond", place=reach.place, last=last)
        if reach.version is not None and reach.version > records[-1].version:
            raise NotFound("entry", str(reach.version))


def _seen(
    session: Session, what: str, records: Sequence[Recorded], now: History[Case] | None, found: History[Case], refs: Iterable[Ref]
) -> dict[Ref, str]:  # fmt: skip
    """The texts as the gate gives them. It decides by how the case stands now."""
    assert now is not None
    texts = session.gate.case(what, now.state, records, refs, version=max(r.version for r in found.records))
    return in_words(session, texts)
