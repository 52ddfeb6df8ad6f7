"""Withholds small counts, and what else must go so that nobody works them out from totals and what is left."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Cell = tuple[str, str]
"""A row and a column."""
Node = Hashable
OUT: Node = "out"
"""Where a cell that stands in one sum alone comes from or goes to."""


@dataclass(frozen=True)
class Table:
    """Counts with their sums. `cells` holds every count, sums included; a count of nobody is a count.

    `total` names the row that is the sum of the others, if there is one. `parts` says of a column of which others it is the
    sum (a tree: each is part of one at most); a column in no sum stands alone. `secret` are cells that are never published.
    """

    cells: Mapping[Cell, int]
    total: str | None = None
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    secret: frozenset[Cell] = frozenset()


def withheld(table: Table, threshold: int) -> frozenset[Cell]:
    """The cells to withhold: every count below the threshold, and others besides, so that whoever knows all that is published,
    that sums add up and that no count is below zero, must still reckon with each withheld small count being the threshold or
    more. So no small count is known, nor even that it is small.

    Cheapest first: of what could be withheld besides, that which takes least away. Every sum of a table in two dimensions,
    one of which may have sums within sums, is a flow in a network: what a cell could be at most is a largest flow, and exact.
    """
    net = _Net(table)
    hidden = {c for c, n in table.cells.items() if n < threshold} | set(table.secret)
    waiting = deque(sorted(c for c in hidden if c not in table.secret))
    while waiting:
        cell = waiting.popleft()
        while net.highest(cell, hidden, threshold) < threshold:
            more = net.cheapest(cell, hidden)
            hidden |= more
            waiting.extend(sorted(c for c in more if table.cells[c] < threshold))
    return frozenset(hidden)


def published(table: Table, threshold: int) -> dict[Cell, int | None]:
    """The table as it may be shown: None where a count is withheld; without what is never published."""
    hidden = withheld(table, threshold)
    return {c: None if c in hidden else n for c, n in table.cells.items() if c not in table.secret}


class _Net:
    """The sums of a table as a network: a node for each sum, an arc for each cell between the sums it stands in."""

    def __init__(self, table: Table) -> None:
        self.cells = table.cells
        parent = {part: whole for whole, parts in table.parts.items() for part in parts}
        self.ends = {cell: _ends(cell, table.total, parent, table.parts) for cell in table.cells}
        self.at: dict[Node, list[Cell]] = {}
        for cell, ends in self.ends.items():
            for node in set(ends):
                self.at.setdefault(node, []).append(cell)

    def highest(self, cell: Cell, hidden: Iterable[Cell], enough: int) -> int:
        """What a withheld cell could be at most, or `enough` once it could be that."""
        return self.cells[cell] + self._flow(cell, set(hidden), enough - self.cells[cell])[0]

    def cheapest(self, cell: Cell, hidden: Iterable[Cell]) -> set[Cell]:
        """What to withhold besides, so that a cell could be more than it could so far."""
        known = set(hidden)
        _, moved = self._flow(cell, known, max(self.cells.values()) + 1)
        tail, head = self.ends[cell]
        best: dict[Node, int] = {head: 0}
        back: dict[Node, tuple[Node, Cell]] = {}
        order = count()
        queue: list[tuple[int, int, Node]] = [(0, next(order), head)]
        while queue:
            cost, _, node = heapq.heappop(queue)
            if cost > best[node]:
                continue
            for other, to, room in self._steps(node, cell, moved):
                price = cost + (0 if other in known else 1 + self.cells[other])
                if room and price < best.get(to, price + 1):
                    best[to], back[to] = price, (node, other)
                    heapq.heappush(queue, (price, next(order), to))
        found: set[Cell] = set()
        node = tail
        while node != head:
            node, other = back[node]
            found.add(other)
        return found - known

    def _flow(self, cell: Cell, hidden: set[Cell], wanted: int) -> tuple[int, dict[Cell, int]]:
        """How much more a cell could be, up to `wanted`, and by how much each other withheld cell differs then."""
        moved: dict[Cell, int] = {}
        tail, head = self.ends[cell]
        if tail == head:
            return wanted, moved
        got = 0
        while got < wanted:
            back: dict[Node, tuple[Node, Cell, int]] = {}
            queue = deque([head])
            while queue and tail not in back:
                node = queue.popleft()
                for other, to, room in self._steps(node, cell, moved):
                    if other in hidden and room and to not in back and to != head:
                        back[to] = (node, other, room)
                        queue.append(to)
            if tail not in back:
                break
            path, node = [], tail
            while node != head:
                before, other, room = back[node]
                path.append((other, 1 if self.ends[other][0] == before else -1, room))
                node = before
            step = min([wanted - got, *(room for *_, room in path)])
            for other, sign, _ in path:
                moved[other] = moved.get(other, 0) + sign * step
            got += step
        return got, moved

    def _steps(self, node: Node, cell: Cell, moved: Mapping[Cell, int]) -> Iterator[tuple[Cell, Node, int]]:
        """From a sum to another: by a cell that would be more, or by one that would be less as far as there is something."""
        for other in self.at[node]:
            tail, head = self.ends[other]
            if other == cell or tail == head:
                continue
            if tail == node:
                yield other, head, _ENOUGH
            else:
                yield other, tail, self.cells[other] + moved.get(other, 0)


_ENOUGH = 1 << 40


def _ends(cell: Cell, total: str | None, parent: Mapping[str, str], parts: Mapping[str, Any]) -> tuple[Node, Node]:
    """The sum that grows less and the one that grows more when a cell grows: `(tail, head)`."""
    row, column = cell
    across: Node = ("row", row, parent[column]) if column in parent else OUT
    down: Node = ("row", row, column) if column in parts else ("column", column) if total is not None else OUT
    return (across, down) if row == total else (down, across)
