"""Asking read models: rows of a projection, or of a view on a day; from tables or from histories folded for the occasion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from projections.base import Projection, Row, View

R = TypeVar("R", bound=Row)


class Rows:
    """Something that has the rows of projections. `on` is the day that its views are made for, unless one is given."""

    on: date

    def _all(self, projections: Sequence[Projection[Any]], where: Mapping[str, Any]) -> list[list[Any]]:
        """The rows of each of these, as of one moment, by their key."""
        raise NotImplementedError

    def rows(self, projection: Projection[R], **where: Any) -> list[R]:
        """The rows of a projection, by their key.

        `where` gives the value that a column should have, or a list of values; None asks for what is empty.
        """
        return self._all([projection], where)[0]

    def view(self, view: View[R], on: date | None = None) -> list[R]:
        """The rows of a view on a day."""
        return list(view.of(*self._all(view.reads, {}), on or self.on))


def matching(projection: Projection[R], rows: Sequence[R], where: Mapping[str, Any]) -> list[R]:
    """The rows in which the columns have these values, by their key: what a table would give."""
    names = [c.name for c in projection.columns]
    for name, value in where.items():
        at = names.index(name)
        wanted = set(value) if isinstance(value, list | tuple | set | frozenset) else {value}
        rows = [row for row in rows if row[at] in wanted]
    key = [names.index(n) for n in (projection.stream, *projection.key)]
    return sorted(rows, key=lambda row: tuple(row[i] for i in key))
