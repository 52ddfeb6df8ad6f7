"""The tree as it is kept beside the log: a leaf for every place, and a tile for every whole subtree of 256 leaves, or tiles.

It follows the places and is grown when it is asked for, so that appending costs nothing. What is stored is never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from domain.refusal import Refused
from infra.evidence.leaf import BadStampError, Leaf, Stored, leaf_of
from infra.evidence.merkle import CompactRange, consistency_proof, edge_of, hash_of, inclusion_proof, root_of
from infra.store.database import Database

HEIGHT = 8
WIDTH = 1 << HEIGHT
BATCH = 20_000
"""How many leaves are stored in one transaction."""
LOCK = 4073
"""The advisory lock under which one writer at a time grows a tree on a server."""
EVENT = "p.place, e.originator_id, e.originator_version, e.topic, e.state, e.recorded_at, e.recorded_by, p.placed_at"
JOINED = "FROM places p JOIN stored_events e ON e.originator_id = p.originator_id AND e.originator_version = p.originator_version"

Told = Callable[[int], object]
"""In: how many leaves there are now."""


class Tree:
    """In: the log's database, and the store's id."""

    def __init__(self, database: Database, store_id: str) -> None:
        self.database = database
        self.store = bytes.fromhex(store_id)
        self.subtree = lru_cache(maxsize=4096)(self._subtree)
        self._tile = lru_cache(maxsize=64)(self._read_tile)

    @property
    def size(self) -> int:
        """How many leaves there are."""
        rows = self.database.query("SELECT place FROM leaves ORDER BY place DESC LIMIT 1")
        return int(rows[0][0]) if rows else 0

    def forget(self) -> None:
        """Read anew what was kept in memory."""
        self.subtree.cache_clear()
        self._tile.cache_clear()

    # --- reading

    def root(self, size: int) -> bytes:
        """The root of the tree of the first `size` leaves. Refused as `evidence-gap` where a hash that it needs is missing."""
        return hash_of(self.subtree, 0, size)

    def root_ahead(self, size: int) -> bytes:
        """The root of the tree of the first `size` leaves, of which some may not be stored yet: those are made from the events as
        they stand now, and nothing is stored. Refused as `root` and `made` are, for who sees every event.
        """
        grown = self.edge(min(size, self.size))
        for leaf in self.made(grown.size, size):
            grown.add(leaf.hash)
        return grown.root()

    def fits(self, signed: Iterable[tuple[int, bytes]]) -> int | None:
        """The largest of these sizes at which the tree has the root that goes with it; None where it has none of them.

        Whichever fits, those before it do too, so half of them need no look each time.
        """
        found, there = sorted(signed), self.size
        low, high = 0, len(found)
        while low < high:
            size, root = found[middle := (low + high) // 2]
            if size <= there and self.root(size) == root:
                low = middle + 1
            else:
                high = middle
        return found[low - 1][0] if low else None

    def edge(self, size: int) -> CompactRange:
        """The right edge of the tree of that size, to go on from."""
        return CompactRange(size, edge_of(self.subtree, size))

    def inclusion(self, place: int, size: int) -> list[bytes]:
        """What shows that the event at a place is in the tree of that size."""
        return inclusion_proof(self.subtree, place - 1, size)

    def consistency(self, first: int, second: int) -> list[bytes]:
        """What shows that the larger tree begins with the smaller one."""
        return consistency_proof(self.subtree, first, second)

    def leaves(self, places: Iterable[int]) -> dict[int, Leaf]:
        """The stored leaves of these places, those that are there."""
        wanted, found = sorted(set(places)), {}
        for start in range(0, len(wanted), 200):
            chunk = wanted[start : start + 200]
            marks = ", ".join("?" * len(chunk))
            rows = self.database.query(f"SELECT place, digest, hash FROM leaves WHERE place IN ({marks})", chunk)
            found.update({place: Leaf(place, bytes(digest), bytes(hashed)) for place, digest, hashed in rows})
        return found

    def _subtree(self, level: int, number: int) -> bytes:
        """The hash of a perfect subtree: stored, or made of what is stored below it."""
        tile, above = divmod(level, HEIGHT)
        if above == 0 and tile:
            rows = self.database.query("SELECT hash FROM tiles WHERE level = ? AND number = ?", (tile, number))
            if not rows:
                raise Refused("evidence-gap", place=number * WIDTH**tile + 1)
            return bytes(rows[0][0])
        first, count = number << above, 1 << above
        start = first % WIDTH
        return root_of(self._tile(tile, first // WIDTH, start + count)[start : start + count])

    def _read_tile(self, tile: int, number: int, upto: int) -> list[bytes]:
        """The first hashes of one tile: of leaves, or of tiles below."""
        start = number * WIDTH
        sql, params = (
            ("SELECT hash FROM tiles WHERE level = ? AND number >= ? AND number < ? ORDER BY number", (tile, start, start + upto))
            if tile
            else ("SELECT hash FROM leaves WHERE place > ? AND place <= ? ORDER BY place", (start, start + upto))
        )
        found = [bytes(row[0]) for row in self.database.query(sql, params)]
        if len(found) != upto:
            raise Refused("evidence-gap", place=(start + len(found)) * WIDTH**tile + 1)
        return found

    # --- growing

    def grow(self, upto: int, tell: Told | None = None) -> int:
        """Store the leaves that are missing, up to a place. Out: how many leaves there are now.

        Refused as `event-damaged` where a column does not hold what the store writes there, `evidence-gap` where a place is
        missing. What was stored before is not made again.
        """
        size = self.size
        while size < upto:
            size = self._grow(min(upto, size + BATCH))
            if tell:
                tell(size)
        return size

    def _grow(self, upto: int) -> int:
        db = self.database
        with db.transaction():
            if db.kind == "postgresql":
                db.query("SELECT pg_advisory_xact_lock(?)", (LOCK,))
            size = self.size  # somebody else may have grown it since
            made = list(self.made(size, upto))
            db.copy("leaves" if db.kind == "sqlite" else "casus.leaves", ("place", "digest", "hash"), made)
            self._complete(size, size + len(made))
        return size + len(made)

    def made(self, after: int, upto: int) -> Iterator[Leaf]:
        """The leaves of the places after one, made from the events as they stand now. Nothing is stored.

        Refused as `grow` is: each place up to the last must have its event.
        """
        place = after
        rows = self.database.stream(f"SELECT {EVENT} {JOINED} WHERE p.place > ? AND p.place <= ? ORDER BY p.place", (after, upto))
        for row in rows:
            event, place = Stored._make(row), place + 1
            if event.place != place:
                raise Refused("evidence-gap", place=place)
            try:
                yield leaf_of(self.store, event)
            except BadStampError as bad:
                raise Refused("event-damaged", stream=event.stream, version=event.version, field=str(bad)) from None
        if place < upto:
            raise Refused("evidence-gap", place=place + 1)

    def _complete(self, before: int, now: int) -> None:
        """Store the tiles that are whole since, each made of what is below it: leaves, or tiles."""
        below: dict[int, bytes] = {}
        rows: list[tuple[int, int, bytes]] = []
        tile, width = 1, WIDTH
        while width <= now:
            made = {n: root_of(self._below(tile, n, below)) for n in range(before // width, now // width)}
            rows += [(tile, number, hashed) for number, hashed in made.items()]
            below, tile, width = made, tile + 1, width * WIDTH
        table = "tiles" if self.database.kind == "sqlite" else "casus.tiles"
        self.database.copy(table, ("level", "number", "hash"), rows)

    def _below(self, tile: int, number: int, fresh: dict[int, bytes]) -> list[bytes]:
        """The hashes that a tile is made of: as stored, or made just now."""
        if tile == 1:
            return self._read_tile(0, number, WIDTH)
        first = number * WIDTH
        return [fresh[n] if n in fresh else self._subtree((tile - 1) * HEIGHT, n) for n in range(first, first + WIDTH)]
