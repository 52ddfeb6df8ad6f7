"""What a read model is: typed rows with declared columns, made from one stream's history, or from other rows on a day."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Generic, Literal, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from domain.frozen import frozen
from domain.personal import Ref
from projections.history import History, StreamKind

Codes = tuple[str, ...]
"""Codes in one column, sorted: kept as one text with spaces between them, a list in JSON."""

Json = NewType("Json", str)
"""A small JSON document of codes, ids and dates, kept as text."""

Kind = Literal["text", "integer", "boolean", "date", "moment", "decimal", "codes", "json"]
KINDS: Mapping[Any, Kind] = {
    str: "text",
    int: "integer",
    bool: "boolean",
    date: "date",
    datetime: "moment",
    Decimal: "decimal",
    Codes: "codes",
    Json: "json",
}

Row = tuple[Any, ...]
R = TypeVar("R", bound=Row)


@frozen
class Column:
    """One column of the contract: its name, the kind of its values, whether it can be empty, and what it says."""

    name: str
    kind: Kind
    optional: bool
    about: str


def columns_of(row: type[Row]) -> tuple[Column, ...]:
    """The columns that a row class declares: `name: Annotated[kind, "what it says"]`."""
    return tuple(_column(name, hint) for name, hint in get_type_hints(row, include_extras=True).items())


def _column(name: str, hint: Any) -> Column:
    declared, about = get_args(hint)
    optional = get_origin(declared) in (Union, types.UnionType) and type(None) in get_args(declared)
    bare = next(a for a in get_args(declared) if a is not type(None)) if optional else declared
    return Column(name, KINDS[bare], optional, about)


@dataclass(frozen=True, eq=False)
class Projection(Generic[R]):
    """Rows that are kept: a pure function of one stream's history for each kind of stream that it reads.

    `row` is a NamedTuple whose first column is the stream; with `key` it names a row. `version` goes up whenever a
    column or its meaning changes: then it is another table, made and filled by the next upgrade.
    An `internal` one holds references to sealed texts, or logins, and is no part of the contract for reporting.
    """

    name: str
    version: int
    row: type[R]
    of: Mapping[StreamKind, Callable[[Any], Iterable[R]]]
    key: tuple[str, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    internal: bool = False

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        return columns_of(self.row)

    @property
    def stream(self) -> str:
        """The name of the column that holds the stream a row was made from."""
        return self.columns[0].name

    @property
    def table(self) -> str:
        return f"{self.name}_v{self.version}"

    def rows(self, history: History[Any]) -> Iterable[R]:
        """The rows that a stream's history comes to; none for a kind of stream that this projection does not read."""
        made = self.of.get(history.kind)
        return () if made is None else made(history)


@dataclass(frozen=True, eq=False)
class View(Generic[R]):
    """Rows that are made when they are asked for, from the rows of projections and the day it is: what passes with
    time is compared here, so that nothing waits for somebody to record it.

    `of` takes the rows of each of `reads`, in that order, and then the day.
    """

    name: str
    version: int
    row: type[R]
    reads: tuple[Projection[Any], ...]
    of: Callable[..., Sequence[R]]
    internal: bool = field(default=False, init=False)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        return columns_of(self.row)


def codes(words: Iterable[str]) -> Codes:
    """Codes as a column holds them."""
    return tuple(sorted(words))


def ref_of(text: str) -> Ref:
    """A reference from its text in an internal table (`LEL-2026-0007#3.question`)."""
    stream, _, rest = text.rpartition("#")
    version, _, name = rest.partition(".")
    return Ref(stream, int(version), name)


_FIELDS: dict[type[Any], tuple[str, ...]] = {}


def field_names(part: Any) -> tuple[str, ...]:
    """The names of the fields of a part of a state."""
    kind = type(part)
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(f.name for f in fields(part))
    return _FIELDS[kind]
