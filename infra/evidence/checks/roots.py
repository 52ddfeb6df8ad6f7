"""The roots of a tree that is read leaf by leaf, with the tiles that it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256

from infra.evidence.merkle import CompactRange
from infra.evidence.tree import HEIGHT, WIDTH

Tile = tuple[int, int, bytes]
"""Level, number and hash, as a row of the table of tiles has it."""


class Tower:
    """Of each level the hashes that are in no whole tile yet. In: what those are for a tree of `size` to go on from."""

    def __init__(self, size: int = 0, levels: Sequence[Sequence[bytes]] = ()) -> None:
        self.size = size
        self.levels = [list(level) for level in levels] or [[]]
        self.leaves = self.levels[0]

    def add(self, leaf: bytes) -> bool:
        """One leaf more. Out: whether a tile is whole now, which `whole` then gives."""
        self.leaves.append(leaf)
        self.size += 1
        return len(self.leaves) == WIDTH

    def whole(self) -> Iterator[Tile]:
        """The tiles that became whole with the last leaf, the lowest first."""
        level = 0
        while len(self.levels[level]) == WIDTH:
            hashed = _folded(self.levels[level])
            self.levels[level].clear()
            level += 1
            if level == len(self.levels):
                self.levels.append([])
            self.levels[level].append(hashed)
            yield level, (self.size >> HEIGHT * level) - 1, hashed

    def root(self) -> bytes:
        """The root as it is now."""
        edge: list[bytes] = []
        for level in reversed(self.levels):
            grown = CompactRange()
            for hashed in level:
                grown.add(hashed)
            edge += grown.edge
        return CompactRange(self.size, edge).root()


def _folded(hashes: Sequence[bytes]) -> bytes:
    """The root of a whole tile."""
    row = list(hashes)
    while len(row) > 1:
        row = [sha256(b"\x01" + row[n] + row[n + 1]).digest() for n in range(0, len(row), 2)]
    return row[0]
