"""What changed between two points of a case: which texts that takes, and how it is told, as an object or in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal

from domain.case import Case
from domain.event import Recorded
from domain.personal import Ref
from infra.cli.changed import Opened, fields, told, where
from infra.cli.entries import as_they_count, by_entry, label_of, refs_of, what, who
from infra.cli.facts import facts
from infra.cli.labels import labels
from infra.cli.moments import Place, Point
from infra.cli.session import Session
from infra.cli.tables_then import TablesThen
from infra.cli.trail import COLUMNS
from infra.texts.sentences import fill, people
from projections.between import Between, between, entries_between, passed
from projections.changes import TEXT
from projections.history import History

SET_IN = 2
By = Literal["recorded", "happened"]
ORDERS: Mapping[By, Callable[[tuple[Recorded, str]], Any]] = {
    "recorded": lambda entry: entry[0].version, "happened": lambda entry: (entry[0].occurred_at, entry[0].version),
}  # fmt: skip


def texts_between(old: History[Case], new: History[Case]) -> Iterator[Ref]:
    """The texts of what differs, of the agreements in it, and of the entries that lie between."""
    found: list[Ref] = []
    differs = between(old.state, new.state, found.append)
    yield from found
    yield from (ref for _, ref in _agreements(old, new, differs))
    yield from refs_of(r for r, _ in _entries(old, new))


def _agreements(old: History[Case], new: History[Case], found: Between) -> Iterator[tuple[str, Ref]]:
    """What each agreement that differs is about."""
    yield from ((a, old.state.agreements[a].what) for a in found.gone)
    yield from ((a, new.state.agreements[a].what) for a in (*found.added, *found.changed, *found.ended))


def _entries(old: History[Case], new: History[Case]) -> Iterator[tuple[Recorded, str]]:
    versions = entries_between(old, new)
    return ((record, state) for record, state in as_they_count(new) if record.version in versions)


@dataclass(frozen=True)
class Compared:
    """A case at two points, in what order the entries between are told, the days of both points, and the texts that were
    opened (None: they were not asked for).
    """

    by: By
    old: History[Case]
    new: History[Case]
    days: tuple[date, date]
    texts: Mapping[Ref, str] | None

    @cached_property
    def found(self) -> Between:
        return between(self.old.state, self.new.state, self._text)

    def _text(self, ref: Ref) -> str:
        return TEXT if self.texts is None else Opened(self.texts.get(ref, TEXT))

    @cached_property
    def entries(self) -> list[tuple[Recorded, str]]:
        return sorted(_entries(self.old, self.new), key=ORDERS[self.by])

    @cached_property
    def about(self) -> dict[str, str]:
        """What each agreement that differs is about, where texts were opened."""
        if self.texts is None:
            return {}
        return {a: self._text(ref) for a, ref in _agreements(self.old, self.new, self.found)}

    @cached_property
    def of_entries(self) -> Mapping[int, Mapping[str, str]] | None:
        return None if self.texts is None else by_entry((r for r, _ in self.entries), self.texts)

    @cached_property
    def passed(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return passed(self.new.state, *self.days)


def as_json(compared: Compared) -> dict[str, Any]:
    """The same as an object, its keys always in this order."""
    found, old, new = compared.found, compared.old, compared.new
    places = [max((r.place for r in h.records if r.place is not None), default=None) for h in (old, new)]
    agreements = {"added": found.added, "changed": found.changed, "ended": found.ended, "gone": found.gone}
    return {
        "from_place": places[0], "to_place": places[1],
        "before": where(old.state) | dict(found.before), "after": where(new.state) | dict(found.after),
        "agreements": agreements | ({"about": compared.about} if compared.texts is not None else {}),
        "passed": {"before": compared.passed[0], "after": compared.passed[1]},
        "entries": [_entry(compared, record, state) for record, state in compared.entries],
    }  # fmt: skip


def _entry(compared: Compared, record: Recorded, state: str) -> dict[str, Any]:
    head = record.header
    made = {
        "version": record.version, "place": record.place, "topic": record.topic, "state": state,
        "occurred_at": record.occurred_at, "recorded_at": record.recorded_at, "actor": head.actor or None,
        "team": head.team or None, "organisation": head.organisation or None, "role": head.role or None,
        "purpose": head.purpose or None, "facts": facts(record.event),
    }  # fmt: skip
    return made if compared.of_entries is None else made | {"texts": compared.of_entries.get(record.version, {})}


class Telling:
    """Tells it in words."""

    def __init__(self, session: Session, compared: Compared) -> None:
        self.session, self.compared, self.words = session, compared, session.words
        self.label = label_of(session, compared.new)

    def show(self, since: Point, until: Point | None) -> None:
        points = {"since": self._point(since), "until": self._point(until), "number": self.compared.new.stream}
        self.session.out.line(fill(self.words.get("replay", "diff", self.compared.by), points, self.words))
        found = self.compared.found
        before, after = ({k: v for k, v in d.items() if k != "agreements"} for d in (found.before, found.after))
        self._part("fields", fields(before, after, self.words, self.label))
        self._part("plan", self._plan())
        self._part("passed", self._days())
        if not self.compared.entries:
            self.session.out.note("nothing")
            return
        self.session.out.heading(self.words.get("replay", "diff", "entries"))
        own, tables = self.compared.new.state.team, TablesThen(self.session)
        self.session.out.rows(
            [
                {"version": r.version, "occurred_at": r.occurred_at, "recorded_at": r.recorded_at,
                 "actor": who(self.words, r, own, tables), "role": labels(self.session, r.header.team)("role", r.header.role),
                 "what": what(self.session, r, state, (self.compared.of_entries or {}).get(r.version), self.label)}
                for r, state in self.compared.entries
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
        found, agreements = self.compared.found, self.compared.new.state.agreements
        was, now = (d.get("agreements", {}) for d in (found.before, found.after))
        for how in ("added", "changed", "ended", "gone"):
            for agreement in getattr(found, how):
                before, after = was.get(agreement), now.get(agreement)
                if how in ("added", "gone"):
                    lines = [told(after or before, self.words, self.label, "agreements")]
                else:
                    about = [self.label("partner", agreements[agreement].partner)]
                    about += [self.compared.about[agreement]] if agreement in self.compared.about else []
                    lines = [*about, *fields(before, after, self.words, self.label)]
                yield f"{agreement} {self.words.get('replay', 'diff', how)}: {'; '.join(lines)}"

    def _days(self) -> Iterator[str]:
        was, now = self.compared.passed
        for name in now:
            old, new = (told(d[name], self.words, self.label, "state" if name == "consents" else name) for d in (was, now))
            yield f"{self.words.get('replay', 'passed', name)}: {old} → {new}"
