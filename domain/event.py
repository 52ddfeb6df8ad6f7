"""The base of every event, the envelope it is recorded in, and how a history is folded into a state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from domain.frozen import frozen
from domain.personal import Personal, Ref

K = TypeVar("K")
V = TypeVar("V")


class State:
    """Base of a frozen state that is folded from events.

    `but(**changes)` gives a copy with those fields changed. It copies the instance's dictionary: folding is the
    hot path, and `dataclasses.replace` costs six times as much on a state of thirty fields.
    """

    __slots__ = ()

    def but(self, **changes: Any) -> Self:
        new = object.__new__(type(self))
        new.__dict__.update(self.__dict__)
        new.__dict__.update(changes)
        return new


@frozen(slots=False)
class Stamp:
    """Where in its stream the event being applied stands; set by `replay` before each `apply`."""

    stream: str
    version: int
    occurred_at: datetime
    place: int | None = None
    corrected: tuple[tuple[str, Ref], ...] = ()

    def ref(self, field: str) -> Ref:
        """A reference to a sealed field of the event being applied, or to the text that corrected it."""
        found = dict(self.corrected).get(field) if self.corrected else None
        return found or Ref(self.stream, self.version, field)


def put(mapping: Mapping[K, V], key: K, value: V) -> dict[K, V]:
    """A copy of a mapping with one key set."""
    return {**mapping, key: value}


class Event(BaseModel):
    """Something that happened, past tense, immutable.

    A subclass sets `TOPIC` (`case.<stage>.<what>` or `team.<stage>.<what>`, permanent) and, once its fields
    have changed, `VERSION` and `upcast`. Its fields are ids, codes, dates, amounts, or `Personal`.
    `apply(state)` gives the state after it. It sees the state (with its `stamp`) and itself alone, and never fails.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    TOPIC: ClassVar[str]
    VERSION: ClassVar[int] = 1

    def apply(self, state: Any) -> Any:
        raise NotImplementedError(self.TOPIC)  # abstract: `discover` refuses a subclass without it

    @classmethod
    def upcast(cls, facts: dict[str, Any], version: int) -> dict[str, Any]:
        """Facts as stored by an older class version, as facts of today."""
        raise LookupError(f"{cls.TOPIC} has no step from version {version} for {sorted(facts)}")

    @classmethod
    def personal_fields(cls) -> tuple[str, ...]:
        """The names of the fields that are sealed."""
        found: tuple[str, ...] | None = cls.__dict__.get("_personal")
        if found is None:
            found = tuple(n for n, f in cls.model_fields.items() if _is_personal(f.annotation))
            cls._personal = found  # type: ignore[attr-defined]
        return found


def _is_personal(annotation: Any) -> bool:
    return annotation is Personal or Personal in getattr(annotation, "__args__", ())


@frozen(slots=False)
class Header:
    """Who, in what capacity, why and by which command: what stands beside an event's facts, in the clear.

    Without slots: loading a history fills its dictionary at once.
    """

    actor: str
    team: str
    organisation: str
    role: str
    purpose: str
    command: str
    assurance: str
    correlation: str = ""
    causation: str = ""
    profile: str = ""
    profile_digest: str = ""
    audience: str = ""
    """For whom the contributing organisation meant its texts: empty is everybody in the case (see `domain.audience`)."""


@frozen
class Recorded:
    """An event as it stands in a stream.

    `version` counts from 1 in its stream. `corrected` names, in an effective history, where the texts stand that
    took the place of the event's own. `recorded_at`/`recorded_by` are the store's stamps and `place` its place in
    the one order; they are None until the store has given them.
    """

    stream: str
    version: int
    event: Event
    occurred_at: datetime
    header: Header
    recorded_at: datetime | None = None
    recorded_by: str | None = None
    place: int | None = None
    corrected: tuple[tuple[str, Ref], ...] = ()

    @property
    def stamp(self) -> Stamp:
        made = object.__new__(Stamp)  # one for every event of a fold: field by field it takes twice as long
        made.__dict__.update(
            stream=self.stream, version=self.version, occurred_at=self.occurred_at, place=self.place, corrected=self.corrected
        )
        return made

    @property
    def topic(self) -> str:
        return self.event.TOPIC


S = TypeVar("S", bound="State")


def in_order(records: Iterable[Recorded]) -> list[Recorded]:
    """The effective history of one stream: in the order `(occurred_at, version)`, corrections in place of what they
    correct, withdrawn entries left out. The correcting entries themselves stay, at their own moment.
    """
    ordered = sorted(records, key=BY_MOMENT)
    if not is_corrected(ordered):
        return ordered
    from domain.events.correcting import effective  # only a corrected history pays for it

    return effective(ordered)


CORRECTING = "case.correcting.entry-"
BY_MOMENT = attrgetter("occurred_at", "version")


def is_corrected(records: Iterable[Recorded]) -> bool:
    """Whether an entry among these was corrected or withdrawn, so that folding them takes more than their order."""
    topics = {r.event.TOPIC for r in records}  # few topics, many events
    return any(topic.startswith(CORRECTING) for topic in topics)


def steps(state: S, records: Iterable[Recorded]) -> Iterator[tuple[Recorded, S, S]]:
    """Fold step by step. Out: each record as it takes effect, with the state before it and after it."""
    for record in in_order(records):
        before = state
        stamped = state.but(stamp=record.stamp)
        state = record.event.apply(stamped)
        yield record, before, state


def replay(state: S, records: Sequence[Recorded]) -> S:
    """Fold a stream's records, in any order, into the state they lead to from `state`."""
    state = state.but()
    for record in in_order(records):
        state.__dict__["stamp"] = record.stamp  # the states in between are nobody else's: no copy for a stamp
        state = record.event.apply(state)
    return state


def with_text(event: Event, texts: dict[str, str]) -> Event:
    """The event with the texts of these fields opened: for a reader who may see them."""
    opened = {n: replace_text(getattr(event, n), t) for n, t in texts.items()}
    return event.model_copy(update=opened)


def replace_text(personal: Personal, text: str) -> Personal:
    """The same subject's field with its text opened."""
    return Personal(subject=personal.subject, text=text)
