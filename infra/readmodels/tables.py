"""The table of a projection: made from its declared columns, its rows written and read through their kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, Generic, TypeVar

from infra.readmodels.moments import MOMENTS
from infra.store.database import SQL_TYPES, Database, decoder, encoder
from infra.store.database import Kind as Stored
from projections.base import Column, Kind, Projection, Row

R = TypeVar("R", bound=Row)
Code = Callable[[Any], Any]

STORED: Mapping[Kind, Stored] = {
    "text": "text", "integer": "integer", "boolean": "boolean", "date": "date", "moment": "moment", "decimal": "text",
    "codes": "text", "json": "text",
}  # fmt: skip
"""What the store's databases know of each kind of column."""

FEW = 500
"""Up to how many rows an INSERT each beats preparing a bulk copy."""


class Table(Generic[R]):
    """One projection's rows in one database. `name` is another for a table that is built beside the one in use."""

    def __init__(self, projection: Projection[R], db: Database, name: str | None = None) -> None:
        self.projection = projection
        self.db = db
        self.name = name or projection.table
        self.columns = tuple(quoted(c.name) for c in projection.columns)
        self.key = tuple(quoted(n) for n in (projection.stream, *projection.key))
        self._key_at = tuple([c.name for c in projection.columns].index(n) for n in (projection.stream, *projection.key))

    # --- made and removed

    def create(self) -> None:
        """Make the table, empty and without indexes: filling it is faster so."""
        columns = ", ".join(
            f"{quoted(c.name)} {self._type(c)}{'' if c.optional else ' NOT NULL'}" for c in self.projection.columns
        )
        self.db.execute(f"CREATE TABLE {self.name} ({columns})")

    def index(self, tag: str) -> None:
        """Make its indexes; `tag` keeps their names apart from those of a table that it will take the place of."""
        self.db.execute(f"CREATE UNIQUE INDEX {self.projection.table}_{tag}_key ON {self.name} ({', '.join(self.key)})")
        for place, columns in enumerate(self.projection.indexes):
            names = ", ".join(quoted(c) for c in columns)
            self.db.execute(f"CREATE INDEX {self.projection.table}_{tag}_{place} ON {self.name} ({names})")

    def drop(self) -> None:
        self.db.execute(f"DROP TABLE IF EXISTS {self.name}")

    def _type(self, column: Column) -> str:
        if column.kind == "decimal" and self.db.kind == "postgresql":
            return "numeric"
        return SQL_TYPES[self.db.kind][STORED[column.kind]]

    # --- written

    def add(self, rows: Sequence[Row]) -> None:
        """Add rows as they are kept."""
        if len(rows) > FEW and not self._rows_guarded:
            self.db.copy(self.name, self.columns, self._moments_as_text(rows))
        elif rows:
            marks = ", ".join("?" * len(self.columns))
            self.db.executemany(f"INSERT INTO {self.name} ({', '.join(self.columns)}) VALUES ({marks})", rows)

    @cached_property
    def _rows_guarded(self) -> bool:
        """Whether row security binds this login here: the server then takes no bulk copy from it."""
        return self.db.kind == "postgresql" and bool(self.db.query(f"SELECT row_security_active('{self.name}')")[0][0])

    def _moments_as_text(self, rows: Iterable[Row]) -> Iterator[Sequence[Any]]:
        """Rows for a bulk copy: the driver takes three times as long over a moment as over its text."""
        at = [i for i, c in enumerate(self.projection.columns) if c.kind == "moment"] if self.db.kind == "postgresql" else []
        if not at:
            yield from rows
            return
        for row in rows:
            cells = list(row)
            for i in at:
                if cells[i] is not None:
                    cells[i] = MOMENTS[cells[i]]
            yield cells

    def replace(self, streams: Sequence[str], rows: Iterable[Row]) -> int:
        """Let these rows, as they are kept, take the place of those of these streams. Only what differs is written.

        Out: how many rows were written or removed.
        """
        if not streams:
            return 0
        marks = ", ".join("?" * len(streams))
        old = set(self.db.query(f"SELECT {', '.join(self.columns)} FROM {self.name} WHERE {self.key[0]} IN ({marks})", streams))
        new = set(rows)
        gone, come = old - new, list(new - old)
        if gone:
            where = " AND ".join(f"{k} = ?" for k in self.key)
            self.db.executemany(f"DELETE FROM {self.name} WHERE {where}", [[row[i] for i in self._key_at] for row in gone])
        self.add(come)
        return len(gone) + len(come)

    def encoded(self, rows: Iterable[R]) -> Iterator[Row]:
        """Rows as they are kept."""
        coders = self._encoders
        if not coders:
            yield from rows
            return
        for row in rows:
            kept = list(row)
            for i, code in coders:
                if kept[i] is not None:
                    kept[i] = code(kept[i])
            yield tuple(kept)

    # --- read

    def read(self, where: Mapping[str, Any]) -> list[R]:
        """The rows in which these columns have these values (one of them, of a list; None is empty), by their key."""
        parts, params = self.sought(where)
        sql = f"{self.select()} WHERE {' AND '.join(parts)}" if parts else self.select()
        return self.decoded(self.db.query(f"{sql} ORDER BY {', '.join(self.key)}", params))

    def select(self) -> str:
        """The beginning of a query for whole rows."""
        return f"SELECT {', '.join(self.columns)} FROM {self.name}"

    def sought(self, where: Mapping[str, Any]) -> tuple[list[str], list[Any]]:
        """What rows in which these columns have these values answer to, as conditions and their parameters."""
        parts: list[str] = []
        params: list[Any] = []
        for name, value in where.items():
            values = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
            if value is None:
                parts.append(f"{quoted(name)} IS NULL")
            else:
                parts.append(f"{quoted(name)} IN ({', '.join('?' * len(values))})" if values else "1 = 0")
                params += [self.as_kept(name, v) for v in values]
        return parts, params

    def as_kept(self, name: str, value: Any) -> Any:
        """A value of a column as it is kept."""
        at = next(i for i, c in enumerate(self.projection.columns) if c.name == name)
        code = dict(self._encoders).get(at)
        return code(value) if code and value is not None else value

    def decoded(self, rows: Iterable[Row]) -> list[R]:
        """Rows of the projection from rows as they are kept."""
        make: Callable[[Iterable[Any]], R] = self.projection.row._make  # type: ignore[attr-defined]
        coders = self._decoders
        found = []
        for row in rows:
            kept = list(row)
            for i, code in coders:
                if kept[i] is not None:
                    kept[i] = code(kept[i])
            found.append(make(kept))
        return found

    @cached_property
    def _encoders(self) -> list[tuple[int, Code]]:
        return [(i, code) for i, c in enumerate(self.projection.columns) if (code := self._encoder(c.kind))]

    @cached_property
    def _decoders(self) -> list[tuple[int, Code]]:
        return [(i, code) for i, c in enumerate(self.projection.columns) if (code := self._decoder(c.kind))]

    def _encoder(self, kind: Kind) -> Code | None:
        if kind == "codes":
            return " ".join
        if kind == "decimal":
            return str if self.db.kind == "sqlite" else None
        if kind == "moment" and self.db.kind == "sqlite":
            return MOMENTS.__getitem__
        return encoder(self.db, STORED[kind])

    def _decoder(self, kind: Kind) -> Code | None:
        if kind == "codes":
            return _codes
        if kind == "decimal":
            return Decimal if self.db.kind == "sqlite" else None
        return decoder(self.db, STORED[kind])


def _codes(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def quoted(name: str) -> str:
    """A column's name, quoted: some are words of SQL."""
    return f'"{name}"'
