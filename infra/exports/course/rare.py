"""Takes out of a history what came from events whose topic is not told: by its time it would tell what they were."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from infra.exports.course.model import SHARED, Course, Kind


def without_rare(course: Course, rare: Callable[[str], bool]) -> Course:
    """Without objects that began with such an event, without the links to them, and without the changes and ties that came
    from one. The events themselves stay. In: of which topics that is so.
    """
    began: dict[str, str] = {}
    for kind, which, topic in _touched(course):
        if kind not in SHARED and kind != "case":
            began.setdefault(which, topic)
    gone = {which for which, topic in began.items() if rare(topic)}
    changed = {(change.id, change.name) for change in course.changes if rare(change.topic)}
    others = {(e.links[0].id, link.id) for e in course.events if not rare(e.topic) for link in e.links[1:]}
    ties = tuple(
        tie
        for tie in course.ties
        if not gone & {tie.id, tie.to}
        and (tie.id, tie.qualifier) not in changed
        and ((tie.kind, tie.to_kind) != ("case", "case") or (tie.id, tie.to) in others)
    )
    changes = tuple(change for change in course.changes if change.id not in gone and not rare(change.topic))
    events = tuple(e._replace(links=tuple(link for link in e.links if link.id not in gone)) for e in course.events)
    return course._replace(events=events, changes=changes, ties=ties)


def _touched(course: Course) -> Iterator[tuple[Kind, str, str]]:
    """Objects, each with the topic of an event that touched it: by what it changed, then by what it links to, in order."""
    yield from ((change.kind, change.id, change.topic) for change in course.changes)
    yield from ((link.kind, link.id, event.topic) for event in course.events for link in event.links)
