"""Holds a tree against what was signed: the checkpoints in the store, the one outside it, and those that an auditor holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from domain.refusal import Refused
from infra.evidence.checks.reading import Tables, digest, text
from infra.evidence.checks.report import Check, Finding
from infra.evidence.keyring import NAME
from infra.evidence.leaf import BadStampError, micros
from infra.evidence.merkle import ProofError, verify_consistency
from infra.evidence.note import Checkpoint, VerifierKey, opened, parse, verifier_key
from infra.evidence.tree import Tree

KINDS = {"checkpoint-malformed": "note-malformed", "checkpoint-forged": "note-forged", "checkpoint-other-key": "note-other-key"}
"""What it is called here when a note can't be opened."""


class Expected(NamedTuple):
    """The root that a checkpoint says a tree of some size has, and whose checkpoint it is."""

    check: Check
    root: bytes | None


class Signed:
    """In: the tables, where faults go, the store's id, and what an auditor gave: notes as they were handed out, and the key."""

    def __init__(self, tables: Tables, finding: Finding, store_id: str, held: Sequence[str], key: VerifierKey | None) -> None:
        self.tables, self.finding = tables, finding
        self.origin = f"{NAME}/{store_id}"
        self.given = key
        self.keys: dict[str, VerifierKey] = {}
        """By the log's origin, the last one that signs now."""
        self.expected: dict[int, list[Expected]] = {}
        self.held = [self._parsed(note) for note in held]
        self.stored = 0
        self.outside = False
        self.holds = 0
        """The largest size of which a checkpoint was found to hold."""
        self.furthest = 0
        """The largest size of which the store has a checkpoint that opens: so far there were leaves."""

    def _parsed(self, note: str) -> Checkpoint:
        checkpoint, _ = parse(note)
        return checkpoint

    @property
    def key(self) -> str | None:
        """The key that signs now."""
        return str(list(self.keys.values())[-1]) if self.keys else None

    # --- what there is

    def read(self, outside: str | None) -> None:
        """Read keys and checkpoints. In: the note that is kept outside the store, if there is one."""
        self._read_keys()
        self._read_stored()
        if outside is not None:
            self.outside = True
            self._read_note(Check.OUTSIDE, outside)
        for checkpoint in self.held:
            self._read_note(Check.HELD, checkpoint.note)

    def _read_keys(self) -> None:
        fault = self.finding.fault
        rows = self.tables.database.query(
            f"SELECT number, vkey, {self.tables.moment('since')} FROM evidence_keys ORDER BY number"
        )
        for expected, (number, vkey, since) in enumerate(rows, start=1):
            if number != expected:
                fault(Check.KEYS, "key-order", number=expected)
            try:
                key = verifier_key(text(vkey))
            except Refused:
                fault(Check.KEYS, "key-malformed", number=number)
                continue
            self._stamped(since, "evidence_keys.since")
            if not self._ours(key.name):
                fault(Check.KEYS, "key-other-store", number=number)
            elif key.name in self.keys:
                fault(Check.KEYS, "key-twice", number=number)
            else:
                self.keys[key.name] = key
        if self.given is not None and self.key != str(self.given):
            fault(Check.HELD, "key-differs")

    def _read_stored(self) -> None:
        rows = self.tables.database.query(
            f"SELECT origin, size, root, note, {self.tables.moment('made_at')}, made_by FROM checkpoints ORDER BY size, origin"
        )
        for origin, size, root, note, made_at, made_by in rows:
            self.stored += 1
            number = size if type(size) is int else 0
            self._stamped(made_at, "checkpoints.made_at", number)
            if not text(made_by):
                self.finding.fault(Check.STAMPS, "stamp-malformed", number, column="checkpoints.made_by")
            key = self.keys.get(text(origin))
            kind = self._opens(text(note), [key] if key else [])
            if kind is None:
                said, _ = parse(note)
                kind = None if (said.origin, said.size, said.root) == (origin, size, digest(root)) else "note-differs"
            if kind is None:
                self.furthest = number
            else:
                self.finding.fault(Check.SIGNATURES, kind, size=number)
            self._expect(Check.ROOTS, number, digest(root))

    def _read_note(self, check: Check, note: str) -> None:
        """One that is not the store's own. That of another store says nothing of this one."""
        try:
            said, _ = parse(note)
        except Refused as refused:
            self.finding.fault(check, KINDS[refused.code])
            return
        if not self._ours(said.origin):
            self.finding.fault(check, "note-other-store", size=said.size)
            return
        keys = [*self.keys.values(), *([self.given] if self.given and check is Check.HELD else [])]
        if (kind := self._opens(note, keys)) is not None:
            self.finding.fault(check, kind, size=said.size)
        self._expect(check, said.size, said.root)

    def _opens(self, note: str, keys: Sequence[VerifierKey]) -> str | None:
        """What keeps a note from being one of these keys' own; None when it is."""
        try:
            opened(note, *keys)
        except Refused as refused:
            return KINDS[refused.code]
        return None

    def _ours(self, origin: str) -> bool:
        return origin == self.origin or origin.startswith(f"{self.origin}/")

    def _expect(self, check: Check, size: int, root: bytes | None) -> None:
        if self.finding.on(check):
            self.expected.setdefault(size, []).append(Expected(check, root))

    def _stamped(self, value: Any, column: str, place: int | None = None) -> None:
        try:
            micros(value, column)
        except BadStampError:
            self.finding.fault(Check.STAMPS, "stamp-malformed", place, column=column)

    # --- whether it holds

    def sizes(self, after: int) -> list[int]:
        """The sizes of which the root is wanted, from the smallest on."""
        return sorted(size for size in self.expected if size > after)

    def reached(self, size: int, root: bytes) -> None:
        """Hold the root of a tree of this size against what was signed."""
        for expected in self.expected.pop(size, ()):
            if expected.root == root:
                self.holds = max(self.holds, size)
            else:
                self.finding.fault(expected.check, "root-differs", size=size, after=self.holds)

    def earlier(self, tree: Tree, base: Checkpoint) -> None:
        """Hold what is smaller than the tree that was started from against it, by a consistency proof of what is stored."""
        for size in sorted(s for s in self.expected if 0 < s < base.size):
            for expected in self.expected.pop(size):
                try:
                    proof = tree.consistency(size, base.size)
                    verify_consistency(size, base.size, expected.root or b"", base.root, proof)
                except (ProofError, Refused):
                    self.finding.fault(expected.check, "root-differs", size=size, after=0)

    def cut_off(self, last: int) -> None:
        """What is left was signed of a log that went further than this one does, or of none at all."""
        for size, each in sorted(self.expected.items()):
            for expected in each:
                self.finding.fault(expected.check, "cut-off" if size > last else "root-differs", size=size, last=last)
