"""Where the program speaks: results on stdout, as tables or as one JSON object a line; everything else on stderr."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TextIO

from infra.cli.safe import json_safe, safe, width
from infra.cli.table import fold, table
from infra.texts import Words

LEAST = 20
"""A text that is set in keeps at least so many columns."""


class Output:
    """In: the words, whether JSON was asked, how much to say, and the streams (the process's own unless given)."""

    def __init__(self, words: Words, *, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.words = words
        self.json = self.quiet = False
        self._out, self._err = out, err

    @property
    def out(self) -> TextIO:
        return self._out or sys.stdout

    @property
    def err(self) -> TextIO:
        return self._err or sys.stderr

    def room(self) -> int | None:
        """How many columns the terminal has; None when the result goes elsewhere."""
        return shutil.get_terminal_size((100, 24)).columns if self.out.isatty() else None

    def line(self, text: str = "", hang: int = 0) -> None:
        """A line of a result, folded to the terminal; what goes over to a next line is set in as far as this one, and `hang`
        further.
        """
        room = self.room()
        indent = len(text) - len(text.lstrip(" "))
        words = safe(text.strip(" "))
        if room is None or width(words) <= room - indent:
            print(" " * indent + words, file=self.out)
            return
        hang = hang if indent + hang + LEAST <= room else 0
        rest = words[hang:].lstrip(" ")
        # What stands before the text is kept as it is, the spaces between too; the text is folded with the room it leaves.
        before = words[: len(words) - len(rest)]
        lines = fold(rest, room - indent - width(before))
        print(" " * indent + before + lines[0], file=self.out)
        for part in lines[1:]:
            print(" " * (indent + hang) + part, file=self.out)

    def verbatim(self, text: str) -> None:
        """What is to be copied or piped: neither folded nor made safe. A line break goes after it where there is none."""
        print(text, end="" if text.endswith("\n") else "\n", file=self.out)

    def heading(self, text: str) -> None:
        """A heading of a part of a result."""
        self.line()
        self.line(text)

    def record(self, row: Mapping[str, Any]) -> None:
        """One JSON object on a line of its own: codes and ids, never translated."""
        text = json.dumps(plain(row), ensure_ascii=False, separators=(", ", ": "), default=plain)
        print(json_safe(text), file=self.out)

    def rows(self, rows: Iterable[Mapping[str, Any]], columns: Sequence[str], labels: Mapping[str, Any] | None = None) -> int:
        """A result of many rows: a table of these columns, or every row whole as JSON. Out: how many rows."""
        if self.json:
            count = 0
            for row in rows:
                self.record(row)
                count += 1
            return count
        known = list(rows)
        if not known:
            self.note("nothing")
            return 0
        from infra.texts.sentences import people

        cells = [
            [_cell((labels or {}).get(c), row) if c in (labels or {}) else people(c, row.get(c), self.words) for c in columns]
            for row in known
        ]
        for text in table([self.words.heading(c) for c in columns], cells, self.room()):
            print(text, file=self.out)
        return len(known)

    def note(self, key: str, /, **facts: object) -> None:
        """Something to know beside the result, on stderr, unless silence was asked."""
        if not self.quiet:
            print(safe(self.words.say(key, **facts)), file=self.err)

    def warn(self, key: str, /, **facts: object) -> None:
        """Something that must be seen, on stderr, also when silence was asked."""
        print(safe(self.words.say(key, **facts)), file=self.err)

    def progress(self, text: str) -> None:
        """How far long work is: on a terminal it stays on one line, elsewhere it is not shown."""
        if not self.quiet and self.err.isatty():
            self.err.write(f"\r\x1b[K{safe(text)}")
            self.err.flush()

    def progress_done(self) -> None:
        """Takes the line of progress away."""
        if not self.quiet and self.err.isatty():
            self.err.write("\r\x1b[K")
            self.err.flush()


def _cell(shown: Any, row: Mapping[str, Any]) -> str:
    return str(shown(row))


def plain(value: Any) -> Any:
    """A value as JSON has it: days as YYYY-MM-DD, moments in UTC, amounts and ids as they are, sets sorted."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, frozenset | set):
        return sorted(plain(v) for v in value)
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    return str(value)
