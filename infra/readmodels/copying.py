"""Adding many rows to a table at once: on PostgreSQL as the lines of one COPY, which the driver need not make cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from infra.readmodels.moments import MOMENTS
from infra.store.database import Database, Row

if TYPE_CHECKING:
    from infra.store.postgresql import PostgreSQLDatabase

NOTHING = "\x01"
"""What stands for an empty cell: a text may not hold control characters, so this is none."""
ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", NOTHING: "\\x01"})
PART = 2000
"""How many rows are handed to the driver at a time."""


def copy(db: Database, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Add rows, as they are kept, to a table."""
    if db.kind == "sqlite":
        db.copy(table, columns, rows)
    else:
        _copy(db, table, columns, rows)  # type: ignore[arg-type]


def _copy(db: PostgreSQLDatabase, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    from infra.store.postgresql import refusing

    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN WITH (NULL E'\\x01')"
    with refusing(db.datastore), db.datastore.raw.cursor() as cursor, cursor.copy(statement) as copying:
        for start in range(0, len(rows), PART):
            copying.write("".join(lines(rows[start : start + PART])))


def lines(rows: Iterable[Row]) -> Iterator[str]:
    """Rows as lines of COPY's text format."""
    for row in rows:
        line = "\t".join(
            [v if type(v) is str else NOTHING if v is None else MOMENTS[v] if type(v) is datetime else str(v) for v in row]
        )
        if "\\" in line or "\n" in line or "\r" in line or line.count("\t") >= len(row) or line.count(NOTHING) != row.count(None):
            line = "\t".join([NOTHING if v is None else str(v).translate(ESCAPES) for v in row])
        yield line + "\n"
