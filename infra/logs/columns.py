"""Finds the fields of a step in a row of named values, by the names that a caller gives or that logs usually have."""

from __future__ import annotations

from collections.abc import Mapping
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


class Row:
    """Makes steps of rows whose fields go by certain names."""

    def __init__(self, columns: Columns, times: Times) -> None:
        self._times = times
        given = {field: getattr(columns, field) for field in USUAL}
        self._names = {field: (given[field],) if given[field] else USUAL[field] for field in USUAL}
        self.names = frozenset(name for names in self._names.values() for name in names)
        """Every name that a field may go by here."""

    def name(self, field: str, there: Mapping[str, object]) -> str | None:
        """The name that a field has among those that are there, or None."""
        return next((name for name in self._names[field] if name in there), None)

    def uses(self, name: str, there: Mapping[str, object]) -> bool:
        """Whether a name that is there is the one that some field is read from."""
        return any(self.name(field, there) == name for field in USUAL)

    def demand(self, there: Mapping[str, object]) -> None:
        """Refuses a heading without a field that every step needs, or without a column that the caller named."""
        for field, names in self._names.items():
            if self.name(field, there) is None and (field in NEEDED or names is not USUAL[field]):
                raise Refused("log-column-missing", field=field, column=names[0])

    def step(self, values: Mapping[str, str | None], line: int) -> RawStep:
        """The step of one row; refuses, with the line and the file's own name of the field, what is missing or bad."""
        kept = {}
        for field, limit in LIMITS.items():
            name = self.name(field, values)
            value = values[name] if name else None
            check = required if field in NEEDED else text
            kept[field] = check(value, name or field, limit, line)
        when = self.name("when", values)
        micros = self._times.micros(values[when] if when else None, when or "when", line)
        return RawStep(
            str(kept["case"]),
            micros,
            self._tie(values, line),
            str(kept["activity"]),
            kept["lifecycle"],
            kept["resource"],
            kept["group"],
        )

    def _tie(self, values: Mapping[str, str | None], line: int) -> int | None:
        name = self.name("position", values)
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
