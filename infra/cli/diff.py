"""`casus diff`: what changed in a case between two points, by what happened or by what was known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import click

from domain.case import Case
from domain.days import day_of
from domain.event import Recorded
from domain.personal import Ref
from infra.cli.changed import Opened, fields, told, where
from infra.cli.entries import as_they_count, by_entry, label_of, refs_of, what, who
from infra.cli.looking import look_between, reach_of
from infra.cli.moments import Place, Point
from infra.cli.own import CASE, LOOKING, known_by, leaf
from infra.cli.param import Bad, Param
from infra.cli.session import Session
from infra.cli.trail import COLUMNS
from infra.texts import Words
from infra.texts.sentences import fill, people
from projections.between import Between, between, entries_between, passed
from projections.changes import TEXT
from projections.history import History, Reach

SINCE = Param("since", "point", required=True, flag="from")
UNTIL = Param("until", "point", flag="to")
SET_IN = 2


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
    old, new, shown = look_between(session, "diff", case, first, last, lambda o, n: _refs(o, n) if texts else ())
    if len(old.records) > len(new.records):
        raise Bad("ends-first", param=UNTIL.shown, begins=SINCE.shown)
    days = tuple(min(filter(None, (_day(session, new, point), at))) for point in (since, until))
    found = between(old.state, new.state, (lambda ref: Opened(shown.get(ref, TEXT))) if texts else lambda _: TEXT)
    told = _Told(session, old, new, found, passed(new.state, *days), shown if texts else None)
    if session.out.json:
        session.out.record(
            {"number": case, "by": "recorded" if recorded else "happened", "from": since, "to": until} | told.as_json()
        )
        return
    told.show("recorded" if recorded else "happened", since, until)


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


def _refs(old: History[Case], new: History[Case]) -> Iterator[Ref]:
    """The texts of what differs, of the agreements in it, and of the entries that lie between."""
    found: list[Ref] = []
    differs = between(old.state, new.state, found.append)
    yield from found
    yield from (state.agreements[a].what for state, a in _agreements(old, new, differs))
    yield from refs_of(r for r, _ in _entries(old, new))


def _agreements(old: History[Case], new: History[Case], found: Between) -> Iterator[tuple[Case, str]]:
    """The agreements that differ, each with the state that has it."""
    for how in ("added", "changed", "ended", "gone"):
        yield from ((old.state if how == "gone" else new.state, a) for a in getattr(found, how))


def _entries(old: History[Case], new: History[Case]) -> Iterator[tuple[Recorded, str]]:
    versions = entries_between(old, new)
    return ((record, state) for record, state in as_they_count(new) if record.version in versions)


class _Told:
    """Tells what changed, as an object or in words."""

    def __init__(
        self, session: Session, old: History[Case], new: History[Case], found: Between,
        days: tuple[dict[str, Any], dict[str, Any]], texts: dict[Ref, str] | None,
    ) -> None:  # fmt: skip
        self.session, self.old, self.new, self.found, self.passed = session, old, new, found, days
        self.entries = list(_entries(old, new))
        self.texts = None if texts is None else by_entry((r for r, _ in self.entries), texts)
        self.words, self.label = session.words, label_of(session, new)

    def as_json(self) -> dict[str, Any]:
        found = self.found
        places = [max((r.place for r in h.records if r.place is not None), default=None) for h in (self.old, self.new)]
        return {
            "from_place": places[0], "to_place": places[1],
            "before": where(self.old.state) | dict(found.before), "after": where(self.new.state) | dict(found.after),
            "agreements": {"added": found.added, "changed": found.changed, "ended": found.ended, "gone": found.gone},
            "passed": {"before": self.passed[0], "after": self.passed[1]},
            "entries": [self._entry(record, state) for record, state in self.entries],
        }  # fmt: skip

    def _entry(self, record: Recorded, state: str) -> dict[str, Any]:
        head = record.header
        made = {
            "version": record.version, "place": record.place, "topic": record.topic, "state": state,
            "occurred_at": record.occurred_at, "recorded_at": record.recorded_at, "actor": head.actor or None,
            "team": head.team or None, "organisation": head.organisation or None, "role": head.role or None,
            "purpose": head.purpose or None, "facts": record.event.model_dump(mode="json"),
        }  # fmt: skip
        return made if self.texts is None else made | {"texts": self.texts.get(record.version, {})}

    def show(self, how: str, since: Point, until: Point | None) -> None:
        points = {"since": self._point(since), "until": self._point(until), "number": self.new.stream}
        self.session.out.line(fill(self.words.get("replay", "diff", how), points, self.words))
        before, after = ({k: v for k, v in d.items() if k != "agreements"} for d in (self.found.before, self.found.after))
        self._part("fields", fields(before, after, self.words, self.label))
        self._part("plan", self._plan())
        self._part("passed", self._days())
        if not self.entries:
            self.session.out.note("nothing")
            return
        self.session.out.heading(self.words.get("replay", "diff", "entries"))
        own = self.new.state.team
        self.session.out.rows(
            [
                {"version": r.version, "occurred_at": r.occurred_at, "recorded_at": r.recorded_at,
                 "actor": who(self.session, r, own), "role": self.label("role", r.header.role),
                 "what": what(self.session, r, state, (self.texts or {}).get(r.version), self.label)}
                for r, state in self.entries
            ],
            COLUMNS,
        )  # fmt: skip

    def _part(self, name: str, lines: Iterator[str]) -> None:
        found = list(lines)
        if found:
            self.session.out.heading(self.words.get("replay", "diff", name))
        for line in found:
            self.session.out.line(" " * SET_IN + line, hang=SET_IN)

    def _point(self, point: Point | None) -> str:
        if point is None:
            return self.words.get("replay", "diff", "now")
        if isinstance(point, int | Place):
            name, number = ("entry", point) if isinstance(point, int) else ("place", point.number)
            return fill(self.words.get("replay", "diff", name), {name: number}, self.words)
        return people("occurred_at", point, self.words)

    def _plan(self) -> Iterator[str]:
        was, now = self.found.before.get("agreements", {}), self.found.after.get("agreements", {})
        for how in ("added", "changed", "ended", "gone"):
            for agreement in getattr(self.found, how):
                before, after = was.get(agreement), now.get(agreement)
                if how in ("added", "gone"):
                    whole = {k: v for k, v in (after or before).items() if k != "id" and v != []}
                    lines = [told(whole, self.words, self.label, "agreements")]
                else:
                    lines = list(fields(before, after, self.words, self.label))
                    lines[:0] = [self.label("partner", self.new.state.agreements[agreement].partner)]
                yield f"{agreement} {self.words.get('replay', 'diff', how)}: {'; '.join(lines)}"

    def _days(self) -> Iterator[str]:
        was, now = self.passed
        for name in now:
            old, new = (told(d[name], self.words, self.label, "state" if name == "consents" else name) for d in (was, now))
            yield f"{self.words.get('replay', 'passed', name)}: {old} → {new}"
