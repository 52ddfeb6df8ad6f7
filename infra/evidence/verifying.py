"""Verifies a whole store, or from a checkpoint on: reads it once in the one order and holds it against what was signed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from infra.evidence.checks import handed, outside, stored
from infra.evidence.checks.erasures import Erasures
from infra.evidence.checks.growing import Growing
from infra.evidence.checks.guards import unguarded
from infra.evidence.checks.reading import Tables, unreadable
from infra.evidence.checks.report import ALL, MOST, Check, EnoughError, Finding, Report
from infra.evidence.checks.roots import Tower
from infra.evidence.checks.signed import Signed
from infra.evidence.checks.walk import Walk
from infra.evidence.note import Checkpoint, VerifierKey, parse
from infra.evidence.tree import Tree
from infra.store.reading import uncollected

if TYPE_CHECKING:
    from infra.erasing.ledger import Ledger
    from infra.evidence.kept import Kept
    from infra.store.store import Store

Told = Callable[[int], object]
"""In: up to which place was read."""


def verify(
    store: Store, kept: Kept, *, since: str | None = None, held: Sequence[str] = (), key: VerifierKey | None = None,
    checks: frozenset[Check] = ALL, most: int = MOST, tell: Told | None = None, ledger: Ledger | None = None,
) -> Report:  # fmt: skip
    """Check a store. In: what is kept outside it; the notes of checkpoints that an auditor holds, one of which to go on from
    (`since`: what is before it is not read again), and the key that should have signed; which checks; how many faults are told;
    and the ledger of erasures outside the store, where there is one here.

    Nothing is written. Refused as `checkpoint-malformed` when what an auditor gave is no note. What is wrong with the store, or
    with what is kept outside it, is told in the report, not refused.
    """
    notes = (*held, *((since,) if since is not None else ()))
    start = parse(since)[0] if since is not None else None
    database = store.connection()

    def once(*, damaged: bool) -> Report:
        tables, finding = Tables(database, damaged=damaged), Finding(checks, most)
        store_id = store.store_id if stored.well_formed(store.store_id) else ""
        signed = Signed(tables, finding, store_id, notes, key)
        return _Verifying(store_id, tables, finding, signed, tell).report(kept, start, ledger)

    try:
        return once(damaged=False)
    except unreadable(database):
        return once(damaged=True)


class _Verifying:
    """In: the store's id, empty where it is none; the tables, where faults go, and what was signed."""

    def __init__(self, store_id: str, tables: Tables, finding: Finding, signed: Signed, tell: Told | None) -> None:
        self.id, self.tables, self.finding, self.signed, self.tell = store_id, tables, finding, signed, tell
        self.last = self.head = self.waiting = self.began = 0

    def report(self, kept: Kept, since: Checkpoint | None, ledger: Ledger | None) -> Report:
        """Do all of it. In: what is kept outside, the checkpoint to go on from, and the ledger of erasures."""
        with self.tables.read():
            erasures = Erasures(self.tables)
            walk = Walk(self.tables, self.finding, bytes.fromhex(self.id) or bytes(16), erasures)
            stopped = False
            try:
                self._all(walk, kept, since)
                erasures.vouched(self.finding, self.signed.holds, ledger, self.id)
            except EnoughError:
                stopped = True
            bare = unguarded(self.tables)
        signed, seals = self.signed, walk.seals
        return Report(
            store=self.id, size=self.last, head=self.head, since=self.began, not_read=self.began, events=walk.events,
            trusted=walk.trusted, sealed=seals.count if seals else None, waiting=self.waiting,
            checkpoints=signed.stored, signed=signed.holds,
            key=signed.by, outside=signed.outside, held=len(signed.held), logs=signed.logs,
            aside=signed.aside, unguarded=bare, withheld=erasures.all(looked=seals is not None),
            faults=tuple(self.finding.faults), stopped=stopped,
        )  # fmt: skip

    def _all(self, walk: Walk, kept: Kept, since: Checkpoint | None) -> None:
        tables, finding, signed = self.tables, self.finding, self.signed
        stored.check_store(tables, finding)
        signed.read(outside.read(kept) if self.id else outside.NOWHERE)
        # Read after what was signed: what is signed from here on reaches further.
        leaves = stored.last_leaf(tables)
        self.last = max(stored.last_place(tables, finding), leaves)
        self.head = max(stored.last_given(tables), self.last)
        tower = self._start(since)
        self.began = tower.size
        with uncollected():
            walk.go(Growing(tables, finding, signed, tower, max(leaves, signed.furthest)), self.last, self.tell)
        signed.cut_off(self.last)
        signed.vouched()
        walk.handed.check()
        handed.check_keys(tables, finding, signed.logs)
        if walk.seals:
            walk.seals.left_over(self.began)
        self.waiting = stored.check_unplaced(tables, finding)
        if tables.all:
            stored.check_leaves(tables, finding)
        stored.check_tiles(tables, finding)

    def _start(self, base: Checkpoint | None) -> Tower:
        """Where to start: at the checkpoint, where what is stored leads to it; else at the beginning, to find what is wrong."""
        if base is None or base.size > self.last or not any(e.root == base.root for e in self.signed.expected.get(base.size, ())):
            return Tower()
        tower = stored.edge(self.tables, base.size)
        if tower is None or tower.root() != base.root:
            return Tower()
        self.signed.earlier(Tree(self.tables.database, self.id), base)
        self.signed.reached(base.size, base.root)
        return tower
