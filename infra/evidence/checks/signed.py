"""Holds a tree against what was signed: the checkpoints in the store, the one outside it, and those that an auditor holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from domain.refusal import Refused
from infra.evidence.checks.keys import Known, is_ours, read_keys, stamped
from infra.evidence.checks.outside import NOWHERE, Outside
from infra.evidence.checks.reading import Tables, digest, text
from infra.evidence.checks.report import Aside, Check, Finding, Log
from infra.evidence.keyring import NAME
from infra.evidence.merkle import ProofError, verify_consistency
from infra.evidence.note import Checkpoint, VerifierKey, opened, parse
from infra.evidence.tree import Tree

KINDS = {"checkpoint-malformed": "note-malformed", "checkpoint-forged": "note-forged", "checkpoint-other-key": "note-other-key"}
"""What it is called here when a note can't be opened."""


class Expected(NamedTuple):
    """The root that a checkpoint says a tree of some size has, and whose checkpoint it is; of which log; the key that signed
    it, None where none did that counts; and in which file where it was put aside.
    """

    check: Check
    root: bytes | None
    origin: str
    by: str | None
    aside: str = ""


class Signed:
    """In: the tables, where faults go, the store's id, and what an auditor gave: notes as they were handed out, and the key."""

    def __init__(self, tables: Tables, finding: Finding, store_id: str, held: Sequence[str], key: VerifierKey | None) -> None:
        self.tables, self.finding = tables, finding
        self.origin = f"{NAME}/{store_id}"
        self.given = key
        self.keys: dict[str, Known] = {}
        """By the log's origin, the last one that signs now."""
        self.expected: dict[int, list[Expected]] = {}
        self.held = [parse(note)[0] for note in held]
        self.outside = False
        self.holds = 0
        """The largest size of which a checkpoint was found to hold; where a key was given, one that it signed."""
        self.by: str | None = None
        """The key that signed that one."""
        self.furthest = 0
        """The largest size of which the store has a checkpoint that opens: so far there were leaves."""
        self._agrees: dict[str, int] = {}
        """The same of each log by itself: up to where this history is that one's."""
        self._sizes: dict[str, list[int]] = {}
        self._aside: dict[str, Aside] = {}

    @property
    def key(self) -> str | None:
        """The key that signs now."""
        return str(self._current.key) if self._current else None

    def _counts(self, note: str, keys: Sequence[VerifierKey]) -> str | None:
        """The key that signed a note, of those that are believed: who gave a key believes no other, whatever the store names."""
        return next((str(k) for k in ([self.given] if self.given else keys) if self._opens(note, [k]) is None), None)

    @property
    def _current(self) -> Known | None:
        return list(self.keys.values())[-1] if self.keys else None

    @property
    def stored(self) -> int:
        """How many checkpoints the store has."""
        return sum(map(len, self._sizes.values()))

    @property
    def aside(self) -> tuple[Aside, ...]:
        """The notes that were put aside, and whether this is still the history that they are of."""
        return tuple(self._aside.values())

    @property
    def logs(self) -> tuple[Log, ...]:
        """The logs that the store went by, with how many checkpoints each has."""
        return tuple(
            Log(known.number, known.since, str(known.key), origin, len(sizes), max(sizes, default=0))
            for origin, known in self.keys.items()
            for sizes in (self._sizes.get(origin, ()),)
        )

    # --- what there is

    def read(self, outside: Outside = NOWHERE) -> None:
        """Read keys and checkpoints. In: the notes that are kept outside the store."""
        self.keys = read_keys(self.tables, self.finding, self.origin)
        if not self.keys and outside.others:
            self.finding.fault(Check.STORE, "store-changed", file=outside.others[0])
        if self.given is not None and self.key != str(self.given):
            self.finding.fault(Check.HELD, "key-differs")
        self._read_stored()
        self.outside = outside.last is not None or outside.file in outside.damaged
        for file in outside.damaged:
            self.finding.fault(Check.OUTSIDE, "note-unreadable", file=file)
        if outside.last is not None:
            self._read_note(Check.OUTSIDE, outside.last, outside.file)
        for file, note in outside.aside.items():
            self._read_note(Check.OUTSIDE, note, file, aside=True)
        for checkpoint in self.held:
            self._read_note(Check.HELD, checkpoint.note)

    def _read_stored(self) -> None:
        rows = self.tables.database.query(
            f"SELECT origin, size, root, note, {self.tables.moment('made_at')}, made_by FROM checkpoints ORDER BY size, origin"
        )
        for origin, size, root, note, made_at, made_by in rows:
            number = size if type(size) is int else 0
            self._sizes.setdefault(text(origin), []).append(number)
            stamped(self.finding, made_at, "checkpoints.made_at", number)
            if made_by != "" and not text(made_by):  # of one that came with JSON Lines it is not known who signed it
                self.finding.fault(Check.STAMPS, "stamp-malformed", number, column="checkpoints.made_by")
            known = self.keys.get(text(origin))
            keys = [known.key] if known else []
            kind = self._opens(text(note), keys)
            if kind is None:
                said, _ = parse(note)
                kind = None if (said.origin, said.size, said.root) == (origin, size, digest(root)) else "note-differs"
            if kind is None:
                self.furthest = number
            else:
                self.finding.fault(Check.SIGNATURES, kind, size=number)
            by = self._counts(text(note), keys) if kind is None else None
            self._expect(number, Expected(Check.ROOTS, digest(root), text(origin), by))

    def _read_note(self, check: Check, note: str, file: str | None = None, *, aside: bool = False) -> None:
        """One that is not the store's own. That of another store says nothing of this one; one of a former log that was put
        aside may well be of a history that was given up.
        """
        named: dict[str, Any] = {"file": file} if file else {}
        try:
            said, _ = parse(note)
        except Refused as refused:
            self.finding.fault(check, KINDS[refused.code], **named)
            return
        if not is_ours(said.origin, self.origin):
            self.finding.fault(check, "note-other-store", size=said.size, **named)
            return
        keys = [*(known.key for known in self.keys.values()), *([self.given] if self.given and check is Check.HELD else [])]
        kind, by = self._opens(note, keys), self._counts(note, keys)
        if aside and file and not (self._current and said.origin == self._current.key.name):
            self._aside[file] = Aside(file, said.origin, said.size, None if kind else True)
            if kind is None:
                self._expect(said.size, Expected(check, said.root, said.origin, by, file))
            return
        if kind is not None:
            self.finding.fault(check, kind, size=said.size, **named)
        self._expect(said.size, Expected(check, said.root, said.origin, by))

    def _opens(self, note: str, keys: Sequence[VerifierKey]) -> str | None:
        """What keeps a note from being one of these keys' own; None when it is."""
        try:
            opened(note, *keys)
        except Refused as refused:
            return KINDS[refused.code]
        return None

    def _expect(self, size: int, expected: Expected) -> None:
        if self.finding.on(expected.check):
            self.expected.setdefault(size, []).append(expected)

    # --- whether it holds

    def sizes(self, after: int) -> list[int]:
        """The sizes of which the root is wanted, from the smallest on."""
        return sorted(size for size in self.expected if size > after)

    def reached(self, size: int, root: bytes) -> None:
        """Hold the root of a tree of this size against what was signed."""
        for expected in self.expected.pop(size, ()):
            if expected.root == root:
                self._agrees[expected.origin] = size
                self._held_by(expected, size)
            else:
                self._differs(expected, "root-differs", size=size)

    def earlier(self, tree: Tree, base: Checkpoint) -> None:
        """Hold what is smaller than the tree that was started from against it, by a consistency proof of what is stored."""
        for size in sorted(s for s in self.expected if 0 < s < base.size):
            for expected in self.expected.pop(size):
                try:
                    proof = tree.consistency(size, base.size)
                    verify_consistency(size, base.size, expected.root or b"", base.root, proof)
                except (ProofError, Refused):
                    self._differs(expected, "root-differs", size=size)
                else:
                    self._held_by(expected, size)

    def _held_by(self, expected: Expected, size: int) -> None:
        if expected.by is not None:
            self.holds, self.by = size, expected.by

    def vouched(self) -> None:
        """A key that was given signed some of what holds: else it is there by name alone. Asked once all roots were held."""
        if self.given is not None and self.by is None and self.key == str(self.given):
            self.finding.fault(Check.HELD, "key-signed-nothing")

    def cut_off(self, last: int) -> None:
        """What is left was signed of a log that went further than this one does, or of none at all."""
        for size, each in sorted(self.expected.items()):
            for expected in each:
                self._differs(expected, "cut-off" if size > last else "root-differs", size=size, last=last)

    def _differs(self, expected: Expected, kind: str, **facts: Any) -> None:
        """This history is not the one that was signed. Where another log was begun since, that may be why."""
        current, facts["after"] = self._current, self._agrees.get(expected.origin, 0)
        if expected.aside:
            self._aside[expected.aside] = replace(self._aside[expected.aside], fits=False)
        elif (
            current and expected.check is not Check.ROOTS and expected.origin in self.keys and expected.origin != current.key.name
        ):
            self.finding.fault(expected.check, "note-former", **facts, since=current.since)
        else:
            self.finding.fault(expected.check, kind, **facts)
