"""Reads the steps of a log kept as comma-separated values, with a heading and any usual delimiter."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain
from typing import IO, Final

from domain.refusal import Refused
from infra.logs.columns import NEEDED, Row
from infra.logs.fields import Times
from infra.logs.lines import lines
from infra.logs.model import LogOptions, RawStep

DELIMITERS: Final = (",", ";", "\t", "|")
_STATED = "sep="
"""How a spreadsheet may state the delimiter, on a line of its own above the heading."""


def read(stream: IO[bytes], options: LogOptions, times: Times) -> Iterator[RawStep]:
    """The steps, one a row, in document order. Refuses, with the line, what is broken, missing or unreadable."""
    row = Row(options.columns, times)
    numbered = lines(stream, options.encoding)
    above, heading, stated = _heading(numbered)
    delimiter = options.delimiter or stated or _delimiter(heading, row)
    rows = _rows(chain((heading,), numbered), delimiter, above)
    _, names = next(rows, (above, []))
    names = [name.strip() for name in names]
    bound = row.bind(names)
    row.demand(bound)
    if twice := [name for name in bound.values() if name and names.count(name) > 1]:
        raise Refused("log-column-twice", column=twice[0])
    for line, cells in rows:
        if len(cells) != len(names):
            raise Refused("log-row-length", line=line, expected=len(names), found=len(cells))
        yield row.step(dict(zip(names, cells, strict=True)), bound, line)


def _heading(numbered: Iterator[str]) -> tuple[int, str, str | None]:
    """How many lines stand above the heading, the heading, and the delimiter that the file states."""
    stated = None
    for above, line in enumerate(numbered):
        content = line.rstrip("\r\n")
        if content.lower().startswith(_STATED) and len(content) == len(_STATED) + 1:
            stated = content[-1]
        elif content.strip():
            return above, line, stated
    raise Refused("log-empty")


def _delimiter(heading: str, row: Row) -> str:
    """The delimiter that shows most of the fields that every step needs, then most columns."""

    def worth(delimiter: str) -> tuple[int, int]:
        names = [name.strip().strip('"') for name in heading.split(delimiter)]
        bound = row.bind(names)
        return sum(bound[field] is not None for field in NEEDED), len(names)

    return max(DELIMITERS, key=worth)


def _rows(numbered: Iterator[str], delimiter: str, above: int) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the number of the line on which it ends."""
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise Refused("log-delimiter-unusable")
    reader = csv.reader(numbered, delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if cells:
                yield above + reader.line_num, cells
    except csv.Error:
        raise Refused("log-csv-broken", line=above + reader.line_num) from None
