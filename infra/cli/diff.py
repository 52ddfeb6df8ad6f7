"""`casus diff`: what changed in a case between two points, by what happened or by what was known."""

from __future__ import annotations

from datetime import date, datetime

import click

from domain.case import Case
from domain.days import day_of
from domain.event import Recorded
from infra.cli.differences import By, Compared, Telling, as_json, texts_between
from infra.cli.looking import look_between, reach_of
from infra.cli.moments import Place, Point
from infra.cli.own import CASE, LOOKING, known_by, leaf
from infra.cli.param import Bad, Param
from infra.cli.session import Session
from infra.texts import Words
from projections.history import History, Reach

SINCE = Param("since", "point", required=True, flag="from")
UNTIL = Param("until", "point", flag="to")


def command(name: str, words: Words) -> click.Command:
    """The command."""
    return leaf(words, name, diff, CASE, SINCE, UNTIL, Param("known", "yes-no"), Param("texts", "yes-no"), also=LOOKING)


def diff(
    session: Session, case: str, *, since: Point, until: Point | None, known: bool, texts: bool, at: date | None,
    known_at: datetime | None,
) -> None:  # fmt: skip
    """What changed. An entry's number and a place go by what was recorded, so then both points do."""
    recorded = known or isinstance(since, int | Place) or isinstance(until, int | Place)
    if until is not None and type(since) is type(until) and until < since:  # type: ignore[operator]
        raise Bad("ends-first", param=UNTIL.shown, begins=SINCE.shown)
    bounds = reach_of(session, at, known_at)
    first, last = (_reach(session, bounds, point, name, recorded) for point, name in ((since, "from"), (until, "to")))
    old, new, shown = look_between(session, "diff", case, first, last, lambda o, n: texts_between(o, n) if texts else ())
    if len(old.records) > len(new.records):
        raise Bad("ends-first", param=UNTIL.shown, begins=SINCE.shown)
    days = [min(filter(None, (_day(session, new, point), at))) for point in (since, until)]
    by: By = "recorded" if recorded else "happened"
    compared = Compared(by, old, new, (days[0], days[1]), shown if texts else None)
    if session.out.json:
        session.out.record({"number": case, "by": by, "from": since, "to": until} | as_json(compared))
        return
    Telling(session, compared).show(since, until)


def _reach(session: Session, bounds: Reach, point: Point | None, name: str, recorded: bool) -> Reach:
    """How far a point reaches, within what `--at` and `--known-at` bound."""
    if isinstance(point, int):
        return Reach(bounds.happened, bounds.place, point)
    if point is None:
        return bounds
    if isinstance(point, datetime) and not recorded:
        return Reach(min(filter(None, (bounds.happened, point))), bounds.place)
    place = point.number if isinstance(point, Place) else session.store.place_at(known_by(session, point, name))
    return Reach(bounds.happened, place if bounds.place is None else min(place, bounds.place))


def _day(session: Session, new: History[Case], point: Point | None) -> date:
    """The day of a point; of an entry or a place the one on which the last entry up to it was recorded."""
    if point is None or isinstance(point, datetime):
        return day_of(min(filter(None, (point, session.now()))))
    stamps = [r.recorded_at for r in new.records if r.recorded_at is not None and _up_to(r, point)]
    return day_of(max(stamps, default=session.now()))


def _up_to(record: Recorded, point: int | Place) -> bool:
    if isinstance(point, Place):
        return record.place is not None and record.place <= point.number
    return record.version <= point
