"""Read model `texts`, internal: where each sealed text of a current state stands, for who may open it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass
from datetime import date
from typing import Annotated, Any, NamedTuple

from domain.case import Status
from domain.event import Stamp, State
from domain.personal import Ref
from projections.base import Projection, field_names
from projections.history import History


class TextRow(NamedTuple):
    """A reference to a sealed text."""

    stream: Annotated[str, "the case, team or source"]
    what: Annotated[str, "the part of its state: subjects, agreements, questions and the like"]
    entry: Annotated[str, "the number, code or id of the entry in that part; of a list the place in it"]
    field: Annotated[str, "the field of the entry; empty when the entry is a text itself"]
    nth: Annotated[int, "the place, where a field holds several"]
    ref: Annotated[str, "where the text stands: stream#version.field"]


def _rows(history: History[State]) -> Iterator[TextRow]:
    for what, value in history.state.__dict__.items():
        if not value or type(value) in PLAIN:
            continue
        for entry, item in _entries(value):
            for name, nth, ref in _refs(item):
                yield TextRow(history.stream, what, entry, name, nth, str(ref))


PLAIN = frozenset({str, int, bool, date, frozenset, Status, Stamp})
"""The types of a state's field that hold no reference to what the state says: an imported case has little else."""


def _entries(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from ((str(k), v) for k, v in value.items())
    elif isinstance(value, tuple):
        yield from ((str(place), v) for place, v in enumerate(value))
    else:
        yield "", value


def _refs(item: Any) -> Iterator[tuple[str, int, Ref]]:
    if isinstance(item, Ref):
        yield "", 0, item
    elif is_dataclass(item):
        for name in field_names(item):
            value = getattr(item, name)
            if isinstance(value, Ref):
                yield name, 0, value
            elif isinstance(value, tuple):
                yield from ((name, nth, v) for nth, v in enumerate(value) if isinstance(v, Ref))


TEXTS = Projection(
    "texts", 1, TextRow, {"case": _rows, "team": _rows, "source": _rows}, key=("what", "entry", "field", "nth"),
    internal=True,
)  # fmt: skip
