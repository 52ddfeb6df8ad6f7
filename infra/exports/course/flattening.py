"""One history as a course: its events with attributes and links, and how its objects changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import Any

from domain.case import Case
from domain.event import Event, Recorded
from domain.events.access import GlassBroken
from domain.events.escalation import CaseTransferred, DirectionAccepted, EscalationRaised, TransferOffered
from domain.events.imported import ActivityImported
from domain.events.parties import ProfessionalReplaced
from domain.team import Team
from infra.exports.course.coarsening import Coarsening
from infra.exports.course.fields import MEETINGS, leaving
from infra.exports.course.model import Change, Course, CourseEvent, Kind, Link, Tie, Value
from infra.exports.course.objects import Objects
from infra.exports.course.pseudonyms import Pseudonyms
from infra.exports.course.which import Which
from projections.history import CaseHistory, TeamHistory


class Flattening:
    """In: the pseudonyms, how coarse times are, and which days are asked for."""

    def __init__(self, pseudonyms: Pseudonyms, coarsening: Coarsening, which: Which) -> None:
        self._names, self._coarse, self._which = pseudonyms, coarsening, which
        self._objects = Objects(pseudonyms, coarsening)

    def case(self, history: CaseHistory) -> Course:
        """A case's history as it took effect: corrections in place, withdrawn entries left out."""
        case = self._names.case(history.stream)
        events = []
        for order, step in enumerate(history.steps, 1):
            if self._which.within(step.record.occurred_at):
                events.append(self._event(case, order, step.record, step.after))
        steps = [s for s in history.steps if not self._which.beyond(s.record.occurred_at)]
        changes = tuple(self._objects.changes(history.stream, steps))
        last = steps[-1].after if steps else Case()
        return Course(history.stream, case, tuple(events), changes, tuple(self._objects.ties(history.stream, last, events)))

    def table(self, history: TeamHistory, wanted: Collection[str]) -> Course:
        """What is told of a table itself: what kind it is, and of which partner those are who are `wanted` (pseudonyms)."""
        names, team = self._names, history.state
        kind = Change("table", names.table(team.id), "kind", team.kind, self._coarse.moment(history.steps[0].record.occurred_at))
        roster = {names.professional(team.id, who): names.partner(p.partner) for who, p in team.roster.items()}
        ties = (Tie("professional", who, "partner", roster[who], "partner") for who in sorted(roster.keys() & set(wanted)))
        return Course("", "", (), (kind,), tuple(ties))

    def meetings(self, history: TeamHistory, wanted: Iterable[str]) -> Iterator[Course]:
        """The meetings of a table, each a course of its own, as far as a case was on their agenda (`wanted`, pseudonyms)."""
        found: dict[str, list[tuple[Recorded, date]]] = {}
        for step in history.steps:
            record = step.record
            if record.topic in MEETINGS and self._which.within(record.occurred_at):
                on: date = record.event.on  # type: ignore[attr-defined]
                found.setdefault(self._names.meeting(history.stream, on), []).append((record, on))
        for meeting in sorted(set(wanted) & found.keys()):
            records = found[meeting]
            events = tuple(self._of_meeting(meeting, order, r, history.state) for order, (r, _) in enumerate(records, 1))
            yield Course("", "", events, (), ())

    def _of_meeting(self, meeting: str, order: int, record: Recorded, team: Team) -> CourseEvent:
        attributes, links = self._fields(record.event, "", team.id)
        first = (Link("meeting", meeting, "meeting"), Link("table", self._names.table(team.id), "table"))
        at = self._coarse.moment(record.occurred_at)
        return CourseEvent("", order, record.topic, at, attributes, (*first, *self._actor(record), *links))

    def _event(self, case: str, order: int, record: Recorded, after: Case) -> CourseEvent:
        event = record.event
        at = self._coarse.moment(record.occurred_at)
        own = Link("case", case, "case")
        if isinstance(event, ActivityImported):  # who recorded it is who read it in, not who did it
            attributes, links = self._fields(event, record.stream, event.source)
            return CourseEvent(case, order, record.topic, at, attributes, (own, *links))
        attributes, links = self._fields(event, record.stream, _roster(event) or after.team or record.header.team)
        if record.header.role:
            attributes = (*attributes, ("role", record.header.role))
        return CourseEvent(case, order, record.topic, at, attributes, (own, *self._actor(record), *links))

    def _actor(self, record: Recorded) -> Iterator[Link]:
        """Who recorded it and for which organisation; nobody who is on no roster."""
        header = record.header
        if header.organisation and header.team:
            yield Link("professional", self._names.professional(header.team, header.actor), "actor")
            yield Link("partner", self._names.partner(header.organisation), "organisation")

    def _fields(self, event: Event, number: str, roster: str) -> tuple[tuple[tuple[str, Value], ...], tuple[Link, ...]]:
        attributes: list[tuple[str, Value]] = []
        links: list[Link] = []
        for field, how, name in leaving(type(event)):
            value = getattr(event, field)
            if value is None:
                continue
            if how == "attribute":
                if (plain := self._value(value)) is not None:
                    attributes.append((name, plain))
            else:
                made = (self._link(how, each, event, number, roster) for each in _each(value))
                links.extend(Link(kind, which, name) for kind, which in sorted(made))
        return tuple(attributes), tuple(links)

    def _value(self, value: Any) -> Value | None:
        if isinstance(value, frozenset | tuple):
            return tuple(sorted(value)) or None
        if isinstance(value, datetime):
            return self._coarse.moment(value)
        return self._coarse.day(value) if isinstance(value, date) else value

    def _link(self, how: str, value: Any, event: Event, number: str, roster: str) -> tuple[Kind, str]:
        names = self._names
        match how:
            case "case":
                return "case", names.case(value)
            case "agreement":
                return "agreement", names.agreement(number, value)
            case "professional" | "resource":
                return "professional", names.professional(roster, value)
            case "meeting":
                return "meeting", names.meeting(roster, value)
            case "table":
                return "table", names.table(value)
            case "recipient" if _is_table(event):
                return "table", names.table(value)
        return "partner", names.partner(value)


def _each(value: Any) -> Iterable[Any]:
    return value if isinstance(value, frozenset | tuple) else (value,)


def _roster(event: Event) -> str | None:
    """On whose roster the professionals of an event are, where it is not the case's own table."""
    match event:
        case DirectionAccepted(by=team) | GlassBroken(team=team):
            return team
        case ProfessionalReplaced(of=of):
            return of
    return None


def _is_table(event: Event) -> bool:
    """Whether whom it went to is a table, not a party."""
    match event:
        case TransferOffered(kind=kind) | EscalationRaised(kind=kind):
            return kind == "team"
        case CaseTransferred(successor=successor):
            return successor is not None
    return False
