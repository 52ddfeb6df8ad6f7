"""Finds the fields of a step in a row of named values, by the names that a caller gives or that logs usually have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from domain.refusal import Refused
from infra.logs.fields import LIMITS, Times, required, text
from infra.logs.model import Columns, RawStep

USUAL: Final[dict[str, tuple[str, ...]]] = {
    "case": ("case", "case_id", "case:concept:name"),
    "activity": ("activity", "concept:name"),
    "when": ("when", "timestamp", "time:timestamp"),
    "lifecycle": ("lifecycle", "lifecycle:transition"),
    "resource": ("resource", "org:resource"),
    "group": ("group", "org:group"),
    "position": ("position",),
}
"""The names that each field goes by when the caller gives none: ours, then those of process-mining tools."""

NEEDED: Final = ("case", "activity", "when")
_FAR = 2**62

Bound = Mapping[str, str | None]
"""Of each field, the name that it goes by in a row or a heading."""


class Row:
    """Makes steps of rows whose fields go by certain names."""

    def __init__(self, columns: Columns, times: Times) -> None:
        self._times = times
        given = {field: getattr(columns, field) for field in USUAL}
        self._names = {field: (given[field],) if given[field] else USUAL[field] for field in USUAL}

    def bind(self, there: Iterable[str]) -> Bound:
        """The name that each field has among those that are there, or None."""
        present = frozenset(there)
        return {field: next((n for n in names if n in present), None) for field, names in self._names.items()}

    def demand(self, bound: Bound) -> None:
        """Refuses a heading without a field that every step needs, or without a column that the caller named."""
        for field, names in self._names.items():
            if bound[field] is None and (field in NEEDED or names is not USUAL[field]):
                raise Refused("log-column-missing", field=field, column=names[0])

    def step(self, values: Mapping[str, str | None], bound: Bound, line: int) -> RawStep:
        """The step of one row; refuses, with the line and the file's own name of the field, what is missing or bad."""

        def kept(field: str) -> str | None:
            name = bound[field]
            return text(values[name], name, LIMITS[field], line) if name else None

        def needed(field: str) -> str:
            name = bound[field]
            return required(values[name] if name else None, name or field, LIMITS[field], line)

        when = bound["when"]
        return RawStep(
            needed("case"),
            self._times.micros(values[when] if when else None, when or "when", line),
            _tie(values, bound["position"], line),
            needed("activity"),
            kept("lifecycle"),
            kept("resource"),
            kept("group"),
        )


def _tie(values: Mapping[str, str | None], name: str | None, line: int) -> int | None:
    value = values[name] if name else None
    if not name or not value:
        return None
    try:
        position = int(value)
    except ValueError:
        position = -1
    if not 0 <= position < _FAR:
        raise Refused("log-position-unreadable", line=line, field=name)
    return position
