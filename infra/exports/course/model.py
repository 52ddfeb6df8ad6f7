"""The records of the flat form: an event with its attributes and links, a change of an object, a tie between two."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal, NamedTuple

Value = str | bool | int | Decimal | date | datetime | tuple[str, ...]
"""What an attribute holds: a code, a truth, a number (money in euro cents), a day, a moment, or several codes, sorted."""

Kind = Literal["case", "agreement", "partner", "professional", "meeting", "table"]
KINDS: tuple[Kind, ...] = ("case", "agreement", "partner", "professional", "meeting", "table")
"""The types of object, in the order in which they are declared."""
SHARED: tuple[Kind, ...] = ("partner", "professional", "meeting", "table")
"""Those that are of more than one case."""


class Link(NamedTuple):
    """An object that an event touched, and as what (`qualifier`)."""

    kind: Kind
    id: str
    qualifier: str


class CourseEvent(NamedTuple):
    """One event. `case` is the pseudonym of its case, empty for a meeting of a table; `order` counts from 1 in the case's
    history as it took effect, and keeps its order where times were coarsened. `at` is in UTC. `links` has the case first.
    """

    case: str
    order: int
    topic: str
    at: datetime
    attributes: tuple[tuple[str, Value], ...]
    links: tuple[Link, ...]

    @property
    def id(self) -> str:
        """Names the event in this export and nowhere else."""
        return f"{self.links[0].id}#{self.order}"


class Change(NamedTuple):
    """An attribute of an object got a value, the first one or another. None: it has none from then on. `topic`: of the event that
    it came from; empty where that is none of a case. It is never written.
    """

    kind: Kind
    id: str
    name: str
    value: Value | None
    at: datetime
    topic: str = ""


class Tie(NamedTuple):
    """One object stands to another as its `qualifier` says."""

    kind: Kind
    id: str
    to_kind: Kind
    to: str
    qualifier: str


class Course(NamedTuple):
    """What one case (or one meeting of a table) comes to. `number` is its real number, for the disclosure alone: it is never
    written. `case` is its pseudonym, empty for a meeting.
    """

    number: str
    case: str
    events: tuple[CourseEvent, ...]
    changes: tuple[Change, ...]
    ties: tuple[Tie, ...]
