"""Reads the steps of a log kept as JSON Lines: one object a line, its keys the fields."""

from __future__ import annotations

import json
from collections.abc import Iterator, KeysView
from typing import IO

from domain.refusal import Refused
from infra.logs.columns import Row
from infra.logs.fields import Times
from infra.logs.lines import lines
from infra.logs.model import LogOptions, RawStep


def read(stream: IO[bytes], options: LogOptions, times: Times) -> Iterator[RawStep]:
    """The steps, one a line, in document order. Refuses, with the line, what is malformed, missing or unreadable."""
    row = Row(options.columns, times)
    keys: KeysView[str] | None = None
    bound = row.bind(())
    for line, written in enumerate(lines(stream, options.encoding), start=1):
        if not written.isspace():
            found = _object(written, line)
            if found.keys() != keys:
                keys, bound = found.keys(), row.bind(found)
            values = {name: _text(found[name], name, line) for name in bound.values() if name}
            yield row.step(values, bound, line)


def _object(written: str, line: int) -> dict[str, object]:
    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(pairs)
        if len(made) != len(pairs):
            raise Refused("log-key-twice", line=line)
        return made

    try:
        found = json.loads(written, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise Refused("log-not-json", line=line, column=error.colno) from None
    except (RecursionError, ValueError):
        # Nested beyond reason, or a number of thousands of digits.
        raise Refused("log-not-json", line=line, column=1) from None
    if not isinstance(found, dict):
        raise Refused("log-not-an-object", line=line)
    return found


def _text(value: object, field: str, line: int) -> str | None:
    """A value as the text it was meant to be: an id that looks like a number is still an id."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Refused("log-value-not-text", line=line, field=field)
