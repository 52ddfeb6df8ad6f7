"""Puts the steps of a whole log in the order of their cases' histories, in a temporary file instead of in memory.

A log is read to its end before its first step is handed out, so a file that is broken anywhere is refused whole and
nothing of it is stored. Rows of one case may stand anywhere in the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Self

from domain.refusal import Refused
from infra.logs.fields import moment
from infra.logs.model import LogStep, RawStep

_PRAGMAS = ("cache_size = -32768", "journal_mode = OFF", "temp_store = FILE")
"""32 MiB in memory at most; nothing in this file outlives the reading, so nothing guards it."""

_TABLE = """
CREATE TABLE step (
    seq INTEGER PRIMARY KEY, name TEXT NOT NULL, micros INTEGER NOT NULL, tie INTEGER,
    activity TEXT NOT NULL, lifecycle TEXT, resource TEXT, grp TEXT)
"""
_INSERT = "INSERT INTO step (name, micros, tie, activity, lifecycle, resource, grp) VALUES (?, ?, ?, ?, ?, ?, ?)"
_FIRST = """
CREATE TABLE history (name TEXT PRIMARY KEY, first INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO history SELECT name, min(seq) FROM step GROUP BY name
"""
_ORDERED = """
SELECT name, micros, activity, lifecycle, resource, grp
  FROM step CROSS JOIN history USING (name)
 ORDER BY first, micros, tie, seq
"""


class OrderedLog:
    """A log that was read to its end without a refusal. Iterating gives its steps; use it in a `with` block.

    Cases come in the order in which the file first names them, each in one piece; its steps by UTC time, those of the
    same time as the file has them. The temporary file has no name and is gone when the block ends.
    """

    def __init__(self, steps: Iterable[RawStep]) -> None:
        self.cases = 0
        self.steps = 0
        self.zoneless = 0
        """How many times named no zone, and were taken to be of the zone that the options give."""
        self._db = sqlite3.connect("", isolation_level=None)
        try:
            self._fill(steps)
        except sqlite3.OperationalError:
            self._db.close()
            raise Refused("log-no-space") from None
        except BaseException:
            self._db.close()
            raise

    def _fill(self, steps: Iterable[RawStep]) -> None:
        for pragma in _PRAGMAS:
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute(_TABLE)
        self._db.execute("BEGIN")
        self.steps = self._db.executemany(_INSERT, steps).rowcount
        self._db.execute("COMMIT")
        self._db.executescript(_FIRST)
        (self.cases,) = self._db.execute("SELECT count(*) FROM history").fetchone()

    def __iter__(self) -> Iterator[LogStep]:
        name, position = None, 0
        try:
            for case, micros, activity, lifecycle, resource, group in self._db.execute(_ORDERED):
                name, position = case, position + 1 if case == name else 0
                yield LogStep(case, position, activity, lifecycle, moment(micros), resource, group)
        except sqlite3.OperationalError:
            raise Refused("log-no-space") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()
