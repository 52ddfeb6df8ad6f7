"""Keeps small counts out of histories: what occurs in fewer cases than may be told of becomes `other`, or is left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from infra.exports.course.model import SHARED, Change, Course, CourseEvent, Kind, Link, Tie, Value
from infra.exports.course.objects import REFERS
from infra.exports.course.rare import without_rare

OTHER: Final = "other"
Name = tuple[str, ...]
"""Of what values are counted: an attribute of a topic, an attribute of a type of object, all the objects of a type."""
_TOPICS: Final[Name] = ("topic",)
_CHANGING: Final[Name] = ("changing",)
"""The topics of events that changed an object; of days that were not asked for too."""
_IN_ALL: Final[Value] = ""
"""The value that stands for being there at all."""


class SmallCounts:
    """In: from how many cases on something is told; None: everything is.

    First every course is counted, then `weigh` decides, then each is `told`. Of each attribute the values that occur in fewer
    cases become `other` (a code) or are left out (days, amounts, truths); what is `other` is at least two values, in at least so
    many cases together, so that what one of them was can't be worked out: the rarest of the rest go along until it is. Where
    that can't be reached the attribute is left out altogether. Topics go the same way, and what is shared by cases: partners,
    tables, meetings, and who acted in an imported history; of professionals of our own tables nobody is told one by one. An event
    whose topic is `other` keeps its time and its case alone, and nothing of what came from it (`without_rare`): the values of a
    change are counted by the topic that it came from. `known` are the objects that cases touched.
    """

    def __init__(self, least: int | None) -> None:
        self._least = least
        self._cases: dict[Name, dict[Value, set[str] | int]] = {}
        self._hidden: dict[Name, frozenset[Value] | None] = {}
        self.cases: set[str] = set()
        self.known: set[str] = set()
        self._of_sources: set[str] = set()

    def count(self, course: Course) -> None:
        """Take a case into account. In: a course as it was read."""
        self.cases.add(course.case)
        shared = {(link.kind, link.id) for e in course.events for link in e.links if link.kind in SHARED}
        shared |= {(t.to_kind, t.to) for t in course.ties if t.to_kind in SHARED}
        shared |= {(REFERS[c.name], c.value) for c in course.changes if c.name in REFERS and isinstance(c.value, str)}
        self.known |= {which for _, which in shared}
        if self._least is not None:
            self._of_sources |= {link.id for e in course.events for link in e.links if link.qualifier == "resource"}
            noted = {*_of_events(course.events), *_of_objects(course), *(((kind,), which) for kind, which in shared)}
            for name, value in noted:
                self._note(name, value, course.case)

    def _note(self, name: Name, value: Value, case: str) -> None:
        """Which cases is only kept while they are few."""
        assert self._least is not None
        values = self._cases.setdefault(name, {})
        found = values.setdefault(value, set())
        if isinstance(found, int):
            values[value] = found + 1
            return
        found.add(case)
        if len(found) >= self._least:
            values[value] = len(found)

    def weigh(self) -> None:
        """Decide of everything that was counted."""
        for name, values in self._cases.items():
            self._hidden[name] = self._weighed(values)
        self._cases.clear()

    def _weighed(self, values: dict[Value, set[str] | int]) -> frozenset[Value] | None:
        """The values that are not told; None where not even that there are any is."""
        assert self._least is not None
        small = {value: cases for value, cases in values.items() if isinstance(cases, set)}
        if not small:
            return frozenset()
        hidden, together = set(small), len(set[str]().union(*small.values()))
        enough = ((n, str(v), v) for v, n in values.items() if isinstance(n, int))
        for n, _, value in sorted(enough, key=lambda each: each[:2]):
            if len(hidden) > 1 and together >= self._least:
                break
            hidden.add(value)
            together = max(together, n)
        return frozenset(hidden) if len(hidden) > 1 and together >= self._least else None

    # --- what is told

    def told(self, course: Course) -> Course:
        """A course as it may leave; of cases that are not in the export, no link is left."""
        if self._least is not None:
            course = without_rare(course, self._rare)
        events = tuple(e for event in course.events if (e := self._event(event)) is not None)
        changes = tuple(c for change in course.changes if (c := self._change(change)) is not None)
        return Course(course.number, course.case, events, changes, tuple(dict.fromkeys(self._ties(course.ties))))

    def _rare(self, topic: str) -> bool:
        """Whether an event of this topic is not told as what it was."""
        hidden = [self._hidden.get(name, frozenset()) for name in (_TOPICS, _CHANGING)]
        return bool(topic) and any(each is None or topic in each for each in hidden)

    def _event(self, event: CourseEvent) -> CourseEvent | None:
        topic = self._topic(event.topic)
        if topic is None or self._object(event.links[0].kind, event.links[0].id) != event.links[0].id:
            return None
        if topic == OTHER:
            return event._replace(topic=OTHER, attributes=(), links=event.links[:1])
        given = ((name, self._value((event.topic, name), value)) for name, value in event.attributes)
        attributes = tuple((name, value) for name, value in given if value is not None)
        links = (link for each in event.links if (link := self._link(event.topic, each)) is not None)
        return event._replace(attributes=attributes, links=tuple(dict.fromkeys(links)))

    def _topic(self, topic: str) -> str | None:
        hidden = self._hidden.get(_TOPICS, frozenset())
        return None if hidden is None else OTHER if topic in hidden else topic

    def _value(self, name: Name, value: Value) -> Value | None:
        hidden = self._hidden.get(name, frozenset())
        if hidden is None:
            return None
        if isinstance(value, tuple):
            return tuple(sorted({OTHER if each in hidden else each for each in value}))
        if value not in hidden:
            return value
        return OTHER if isinstance(value, str) else None

    def _link(self, topic: str, link: Link) -> Link | None:
        if link.qualifier != link.kind and self._hidden.get((topic, "->", link.qualifier), frozenset()) is None:
            return None
        which = self._object(link.kind, link.id)
        return None if which is None else link._replace(id=which)

    def _object(self, kind: Kind, which: str) -> str | None:
        """The object as it is told: itself, the other of its kind, or not at all."""
        if kind == "case":
            return which if which in self.cases else None
        if kind not in SHARED:
            return which
        if which not in self.known or (kind == "professional" and self._least is not None and which not in self._of_sources):
            return None
        hidden = self._hidden.get((kind,), frozenset())
        return None if hidden is None else f"{kind}:{OTHER}" if which in hidden else which

    def _change(self, change: Change) -> Change | None:
        value = change.value
        if self._object(change.kind, change.id) != change.id:
            return None
        if change.name in REFERS:
            found = self._object(REFERS[change.name], value) if isinstance(value, str) else None
            return None if value is not None and found is None else change._replace(value=found)
        told = None if value is None else self._value(("change", change.kind, change.name, change.topic), value)
        return None if value is not None and told is None else change._replace(value=told)

    def _ties(self, ties: Iterable[Tie]) -> Iterator[Tie]:
        for tie in ties:
            if self._hidden.get(("tie", tie.kind, tie.qualifier), frozenset()) is None:
                continue
            one, other = self._object(tie.kind, tie.id), self._object(tie.to_kind, tie.to)
            if one is not None and other is not None and not (tie.kind in SHARED and one != tie.id):
                yield tie._replace(id=one, to=other)


def _of_events(events: Collection[CourseEvent]) -> Iterator[tuple[Name, Value]]:
    for event in events:
        yield _TOPICS, event.topic
        for name, value in event.attributes:
            for each in _each(value):
                yield (event.topic, name), each
        for link in event.links[1:]:
            yield (event.topic, "->", link.qualifier), _IN_ALL


def _of_objects(course: Course) -> Iterator[tuple[Name, Value]]:
    for change in course.changes:
        if change.topic:
            yield _CHANGING, change.topic
        if change.value is not None and change.name not in REFERS:
            yield ("change", change.kind, change.name, change.topic), change.value
    for tie in course.ties:
        yield ("tie", tie.kind, tie.qualifier), _IN_ALL


def _each(value: Value) -> Iterable[Value]:
    return value if isinstance(value, tuple) else (value,)
