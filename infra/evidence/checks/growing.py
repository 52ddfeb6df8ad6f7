"""The tree as it grows under a verification: its tiles are held against the stored ones, its roots against what was signed."""

from __future__ import annotations

from infra.evidence.checks.reading import Tables
from infra.evidence.checks.report import Check, Finding
from infra.evidence.checks.roots import Tower
from infra.evidence.checks.signed import Signed
from infra.evidence.tree import HEIGHT

NONE = bytes(32)
"""In the place of a hash that is nowhere to be had: no root fits it."""


class Growing:
    """In: the tables, where faults go, what was signed, the tree to go on from, and up to where there must be tiles."""

    def __init__(self, tables: Tables, finding: Finding, signed: Signed, tower: Tower, leaves: int) -> None:
        self.tables, self.finding, self.signed, self.tower, self.leaves = tables, finding, signed, tower, leaves
        self._wanted = signed.sizes(tower.size)[::-1]
        self._next = self._wanted.pop() if self._wanted else None

    @property
    def size(self) -> int:
        """How many leaves there are now."""
        return self.tower.size

    def add(self, leaf: bytes | None) -> None:
        """One leaf more. None stands for a hash that is nowhere to be had."""
        if self.tower.add(leaf or NONE):
            self._tiles()
        if self.tower.size == self._next:
            self.signed.reached(self._next, self.tower.root())
            self._next = self._wanted.pop() if self._wanted else None

    def _tiles(self) -> None:
        for level, number, hashed in list(self.tower.whole()):
            rows = self.tables.database.query("SELECT hash FROM tiles WHERE level = ? AND number = ?", (level, number))
            last = (number + 1) << HEIGHT * level
            if not rows and last <= self.leaves:
                self.finding.fault(Check.TILES, "tile-missing", last, level=level, number=number)
            elif rows and rows[0][0] != hashed:
                self.finding.fault(Check.TILES, "tile-differs", last, level=level, number=number)
