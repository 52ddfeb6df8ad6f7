"""Keeps which sealed fields are not there though their event names them, and whether an erasure explains it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from pydantic_core import from_json

from domain.events.rights import SubjectErased


class At(NamedTuple):
    """A sealed field that is not there: of which event, at which place, and its name."""

    place: int
    stream: str
    version: int
    field: str


class Absent:
    """In: events, in the one order, through `add`. An erasure explains what is not there of its subject in its stream before it:
    the root of the history holds both the name of what is gone and the erasure, so that nobody takes a text away unseen.
    """

    def __init__(self) -> None:
        self.erased = 0
        """How many fields are not there because somebody was erased."""
        self._open: dict[tuple[str, str], list[At]] = {}

    def add(self, place: int, stream: str, version: int, topic: str, state: bytes, fields: Collection[str]) -> None:
        """The next event. In: its state, and of which fields the ciphertext is there."""
        if b'"sealed":' in state:
            for field, said in named_in(state).items():
                if field not in fields:
                    subject = _text(as_object(said).get("subject"))
                    self._open.setdefault((stream, subject), []).append(At(place, stream, version, field))
        elif topic == SubjectErased.TOPIC:
            subject = _text(as_object(_parsed(state).get("facts")).get("subject"))
            self.erased += len(self._open.pop((stream, subject), ())) if subject else 0

    def first(self) -> At | None:
        """After the last event: the first field that nothing explains."""
        return min((at for found in self._open.values() for at in found), default=None)


def named_in(state: bytes) -> dict[str, Any]:
    """What an envelope says of each sealed field, by name; nothing where it can't be read."""
    return as_object(_parsed(state).get("sealed"))


def _parsed(state: bytes) -> dict[str, Any]:
    try:
        return as_object(from_json(state))
    except ValueError:
        return {}


def as_object(value: Any) -> dict[str, Any]:
    """A JSON object, empty where it is something else."""
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    """A text, empty where it is something else: nobody is erased under that."""
    return value if isinstance(value, str) else ""
