"""The form of a backup file: gzip'd JSON Lines. A line says what it is, then come the parts, then what the whole must be.

    {"casusregie":"backup","format":2,"holds":"events","store":"...","made_at":"...","program":"..."}
    {"part":"stored_events","columns":["originator_id", ...]}
    ["GRN-2026-0007",1,"case.intake.submitted","{...}","2026-...Z","os-1000"]       a row is a list
    {"end":"stored_events","rows":1,"sha256":"..."}                                over the rows, line breaks included
    {"manifest":{"stored_events":{"rows":1,"sha256":"..."}, ...}}

Bytes are text where they are UTF-8, else `{"base64":"..."}`; a moment is UTC with microseconds. Nothing is of one database.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from domain.frozen import frozen
from infra.backup.parts import Part
from infra.store.database import Kind, iso

MARK = "casusregie"
FORMAT = 2
"""Of format 1 are files without checkpoints and the keys that signed them: they are read as well."""

Told = Callable[[int], None]
"""In: how many rows are done."""
EVERY = 2_000
"""So many rows lie between two times of telling."""


@frozen
class Header:
    """What a file says of itself: what it holds, of which store, when it was made and by which version of the program."""

    holds: str
    store: str
    made_at: str
    program: str


@frozen
class Sum:
    """What came of one part: how many rows, and the SHA-256 of their lines."""

    rows: int
    sha256: str


HEADER = ("holds", "store", "made_at", "program")


def manifest(sums: Mapping[str, Sum]) -> dict[str, Any]:
    """What stands at the end of a file."""
    return {"manifest": {name: {"rows": found.rows, "sha256": found.sha256} for name, found in sums.items()}}


def line(value: Any) -> bytes:
    """One line of a file."""
    return to_json(value) + b"\n"


class Lines:
    """The rows of one part as lines, and when all were taken their sum."""

    def __init__(self, part: Part, rows: Iterable[Sequence[Any]]) -> None:
        self._encoders = [_ENCODERS.get(kind) for kind in part.columns.values()]
        self._rows = rows
        self._digest = hashlib.sha256()
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        for row in self._rows:
            made = line([v if e is None or v is None else e(v) for e, v in zip(self._encoders, row, strict=True)])
            self._digest.update(made)
            self.count += 1
            yield made

    def sum(self) -> Sum:
        """Of the lines that were taken."""
        return Sum(self.count, self._digest.hexdigest())


def sum_of(part: Part, rows: Iterable[Sequence[Any]]) -> Sum:
    """What the sum of these rows would be in a file: to compare what a database holds with one."""
    lines = Lines(part, rows)
    for _ in lines:
        pass
    return lines.sum()


def decoders(part: Part) -> list[Callable[[Any], Any]]:
    """How each column of a line becomes a value again. One that does not fit raises ValueError, TypeError or KeyError."""
    return [_DECODERS[kind] for kind in part.columns.values()]


def _bytes(value: Any) -> Any:
    data = bytes(value)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode("ascii")}


def _moment(value: datetime | str) -> str:
    return value if isinstance(value, str) else iso(value)


_ENCODERS: Mapping[Kind, Callable[[Any], Any]] = {"bytes": _bytes, "moment": _moment}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _integer(value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _raw(value: Any) -> bytes:
    try:
        return value.encode("utf-8") if isinstance(value, str) else base64.b64decode(value["base64"], validate=True)
    except binascii.Error:
        raise ValueError from None


_DECODERS: Mapping[Kind, Callable[[Any], Any]] = {
    "text": _text, "integer": _integer, "bytes": _raw, "moment": datetime.fromisoformat, "boolean": _truth,
}  # fmt: skip
