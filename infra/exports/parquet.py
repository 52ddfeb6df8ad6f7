"""Writes a stretch of the log as a Parquet file: one schema for all, the same bytes for the same rows and version of pyarrow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from domain.refusal import Refused
from infra.exports.course.model import Value
from infra.exports.segments import Row, Stretch

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = 1
TYPES = ("code", "number", "truth", "day", "moment")
"""In which of these the value of an attribute stands: exactly one."""


class Out(Protocol):
    """Where a file goes."""

    def write(self, piece: bytes, /) -> int:
        """Write on."""
        ...


def schema() -> pa.Schema:
    """The columns, as docs/reference/parquet.md tells them. Refused as `extra-missing` where pyarrow is not installed."""
    pa = _pyarrow()
    moment = pa.timestamp("ms", tz="UTC")
    attribute = pa.struct([
        pa.field("name", pa.string(), nullable=False), pa.field("code", pa.string()), pa.field("number", pa.decimal128(18, 4)),
        pa.field("truth", pa.bool_()), pa.field("day", pa.date32()), pa.field("moment", moment),
    ])  # fmt: skip
    link = pa.struct([pa.field(name, pa.string(), nullable=False) for name in ("kind", "id", "qualifier")])
    return pa.schema([
        pa.field("segment", pa.int64(), nullable=False), pa.field("case_id", pa.string(), nullable=False),
        pa.field("version", pa.int32(), nullable=False), pa.field("topic", pa.string(), nullable=False),
        pa.field("occurred_at", moment, nullable=False), pa.field("withdrawn", pa.bool_(), nullable=False),
        pa.field("attributes", pa.list_(pa.field("element", attribute, nullable=False)), nullable=False),
        pa.field("links", pa.list_(pa.field("element", link, nullable=False)), nullable=False),
    ])  # fmt: skip


def write(to: Out, stretch: Stretch) -> None:
    """Write one file: one row group, zstd, every setting that has a say in the bytes fixed."""
    pa = _pyarrow()
    import pyarrow.parquet as pq

    made = pa.BufferOutputStream()
    table = pa.Table.from_pylist([_row(stretch.first, row) for row in stretch.rows], schema=schema())
    pq.write_table(
        table, made, version="2.6", row_group_size=max(len(stretch.rows), 1), compression="zstd", compression_level=3,
        data_page_version="1.0", use_dictionary=True, write_statistics=True, store_schema=False,
    )  # fmt: skip
    to.write(made.getvalue())


def _row(segment: int, row: Row) -> dict[str, Any]:
    event = row.event
    return {
        "segment": segment, "case_id": event.case, "version": event.order, "topic": event.topic, "occurred_at": event.at,
        "withdrawn": row.withdrawn, "attributes": list(_attributes(event.attributes)),
        "links": [{"kind": link.kind, "id": link.id, "qualifier": link.qualifier} for link in event.links],
    }  # fmt: skip


def _attributes(attributes: Sequence[tuple[str, Value]]) -> Iterable[dict[str, Any]]:
    """An entry for each value: several of one name where it is a list."""
    for name, value in attributes:
        for each in value if isinstance(value, tuple) else (value,):
            yield {"name": name, _type(each): Decimal(each) if isinstance(each, int) and not isinstance(each, bool) else each}


def _type(value: Value) -> str:
    match value:
        case bool():
            return "truth"
        case int() | Decimal():
            return "number"
        case datetime():
            return "moment"
        case date():
            return "day"
    return "code"


def _pyarrow() -> Any:
    try:
        import pyarrow as pa
    except ImportError:
        raise Refused("extra-missing", extra="parquet") from None
    return pa
