"""One read model as lines: JSON objects or CSV, in the columns that its version declares."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Literal

from domain.refusal import NotFound, Refused
from infra.readmodels.asking import Rows
from infra.store.database import iso
from projections.base import Column, Kind, Projection, View
from projections.registry import VIEWS, projection, reports, view

Format = Literal["json", "csv"]
FORMATS: tuple[Format, ...] = ("json", "csv")

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a cell begins with that a spreadsheet runs, the wide forms of East Asian writing among them."""


def names() -> tuple[str, ...]:
    """The read models there are a report of."""
    return reports()


def report(rows: Rows, name: str, form: Format, on: date | None = None, least: int | None = None) -> Iterator[str]:
    """A read model, line by line, without line ends. `least` is the smallest count that is shown, where counts are withheld
    from who asks.

    In: where the rows come from (`ReadModels`, or `AsOf` for the past), the name of a read model (`cases`, or `cases@1`
    by who counts on that version's columns), the form, and for what is made on a day which day.
    Refused: `unknown-report`, `report-version` when the program has another version of it by now.
    """
    model = _model(name)
    found: Sequence[Any] = rows.view(model, on) if isinstance(model, View) else rows.rows(model)
    if least is not None and model.name in COUNTS:
        found = _large_enough(model.name, found, least)
    yield from (_json if form == "json" else _csv)(model.columns, found)


COUNTS = ("region", "workload")
"""The read models that count persons. The others say what was recorded, a row each, under ids that name nobody."""


def _large_enough(name: str, rows: Sequence[Any], least: int) -> Sequence[Any]:
    from projections.small_counts import of_region, of_workload

    return of_region(rows, least) if name == "region" else of_workload(rows, least)


def _model(name: str) -> Projection[Any] | View[Any]:
    bare, _, version = name.partition("@")
    if bare not in reports():
        raise NotFound("report", bare)
    model: Projection[Any] | View[Any] = view(bare) if bare in VIEWS else projection(bare)
    if version and version != str(model.version):
        raise Refused("report-version", report=bare, asked=version, has=model.version)
    return model


def _json(columns: Sequence[Column], rows: Sequence[Any]) -> Iterator[str]:
    coders = [(i, _JSON[c.kind]) for i, c in enumerate(columns) if c.kind in _JSON]
    names = [c.name for c in columns]
    for row in rows:
        values = list(row)
        for i, code in coders:
            if values[i] is not None:
                values[i] = code(values[i])
        yield json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False)


_JSON: dict[Kind, Callable[[Any], Any]] = {
    "date": date.isoformat, "moment": iso, "decimal": str, "codes": list, "json": json.loads,
}  # fmt: skip


def _csv(columns: Sequence[Column], rows: Sequence[Any]) -> Iterator[str]:
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\r\n")  # so that a cell with either in it is quoted
    for cells in ([c.name for c in columns], *([_cell(v) for v in row] for row in rows)):
        writer.writerow(cells)
        yield line.getvalue()[:-2]
        line.seek(0)
        line.truncate()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, tuple):
        value = " ".join(value)
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return str(value)
