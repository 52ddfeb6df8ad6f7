"""One statement, prepared once on a connection and handed straight to the driver's C layer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.pq import ConnStatus, ExecStatus, Format

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""From when PostgreSQL counts microseconds."""


class Prepared:
    """A statement with its parameters as `$1`, whose answer is one row.

    The driver's cursor takes twice as long over it in Python as the server needs. Ctrl-C does not cancel it, so it is
    for what is held back from that anyway.
    """

    def __init__(self, name: str, sql: str) -> None:
        self._name, self._sql = name.encode(), sql.encode()
        self._on: psycopg.Connection[Any] | None = None

    def row(self, connection: psycopg.Connection[Any], arguments: Sequence[str | bytes | None]) -> list[bytes | None]:
        """Run it. In: texts as the server reads them, and bytes as they are. Out: the row, each value in binary form.

        Raises what the driver would raise.
        """
        if self._on is not connection:
            _check(connection, connection.pgconn.prepare(self._name, self._sql), ExecStatus.COMMAND_OK)
            self._on = connection
        values = [v.encode() if isinstance(v, str) else v for v in arguments]
        formats = [Format.BINARY if isinstance(v, bytes) else Format.TEXT for v in arguments]
        found = connection.pgconn.exec_prepared(self._name, values, formats, Format.BINARY)  # type: ignore[arg-type]  # None is null
        _check(connection, found, ExecStatus.TUPLES_OK)
        return [found.get_value(0, column) for column in range(found.nfields)]


def _check(connection: psycopg.Connection[Any], found: Any, wanted: ExecStatus) -> None:
    if found.status != wanted:
        if connection.pgconn.status == ConnStatus.BAD and not found.error_field(psycopg.pq.DiagnosticField.SQLSTATE):
            raise psycopg.OperationalError("the connection is lost")
        raise psycopg.errors.error_from_result(found)


def text(value: bytes | None) -> str:
    """A text of a row; empty for none."""
    return value.decode() if value else ""


def moment(value: bytes | None) -> datetime | None:
    """A moment of a row."""
    return None if value is None else _EPOCH + timedelta(microseconds=int.from_bytes(value, "big", signed=True))
