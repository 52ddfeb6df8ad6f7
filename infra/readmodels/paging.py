"""Reads a table page by page in the order of a column: however many rows there are, a page costs the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from infra.readmodels.tables import Table, quoted
from projections.base import Row

PAGE = 500
R = TypeVar("R", bound=Row)


def pages(table: Table[R], by: str, since: Any, before: Any, where: Mapping[str, Any], size: int = PAGE) -> Iterator[list[R]]:
    """The rows with `since <= by < before` (None: no end) and these values, in the order of that column and then the key.

    Each page is a query of its own that begins behind the last row of the one before: no transaction stays open between
    them, and what was passed is not read again. An index on the columns of `where`, then `by`, then the key serves it.
    """
    parts, params = table.sought(where)
    for bound, sign in ((since, ">="), (before, "<")):
        if bound is not None:
            parts.append(f"{quoted(by)} {sign} ?")
            params.append(table.as_kept(by, bound))
    # A column with one value for all rows orders nothing; left in, it hides from the database that the index is in order.
    fixed = {name for name, value in where.items() if not isinstance(value, list | tuple | set | frozenset)}
    keys = (table.projection.stream, *table.projection.key)
    order = [by, *(name for name in keys if name not in fixed | {by})]
    names = ", ".join(quoted(name) for name in order)
    at = [[c.name for c in table.projection.columns].index(name) for name in order]
    behind: list[Any] = []
    while True:
        found_by = [*parts, *([f"({names}) > ({', '.join('?' * len(order))})"] if behind else [])]
        sql = f"{table.select()} WHERE {' AND '.join(found_by)}" if found_by else table.select()
        rows = table.db.query(f"{sql} ORDER BY {names} LIMIT ?", [*params, *behind, size])
        if rows:
            yield table.decoded(rows)
        if len(rows) < size:
            return
        behind = [rows[-1][i] for i in at]
