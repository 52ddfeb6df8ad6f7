"""Checks JSON Lines one by one, each against what came before it, and the whole against its manifest and its checkpoint."""

from __future__ import annotations

import hashlib

from domain.refusal import Refused
from infra.evidence.leaf import BadStampError, Stored, leaf_of, micros
from infra.evidence.merkle import CompactRange
from infra.exports.lines.absent import Absent, as_object, named_in
from infra.exports.lines.form import (
    Checkpoint,
    Event,
    HandedOut,
    Header,
    Key,
    Line,
    Manifest,
    Receipt,
    Signed,
    Totals,
    as_bytes,
    command_of,
    read,
    unpacked,
)


class Checker:
    """In: the option that named the file; then lines, in their order, through `take`, and `end` after the last.

    Refused with the number of the `line`: `lines-damaged` where it is not as it was written, `lines-out-of-order` where
    something else must stand there (also where the file ends too early), `lines-other-root` where the events before a
    checkpoint are not those that it is of, or it was not signed by the key beside it, `lines-sealed-missing` where an event
    names a sealed field that is not there, and no erasure of its subject comes after it.
    """

    def __init__(self, field: str) -> None:
        self.field = field
        self.number = 0
        self.header: Header | None = None
        self.totals: Totals | None = None
        self.checkpoint: Checkpoint | None = None
        self.handed_out: list[tuple[HandedOut, str]] = []
        """Each with when the last place of it was given."""
        self.placed_at = ""
        """When the last place was given."""
        self.sealed = self.receipts = 0
        self.absent = Absent()
        self._store = b""
        self._before: Line | None = None
        self._digest = hashlib.sha256()
        self._tree = CompactRange()
        self._versions: dict[str, int] = {}
        self._said: set[str] = set()
        self._keys: dict[str, Key] = {}

    def take(self, text: bytes) -> Line:
        """The next line, checked."""
        self.number += 1
        try:
            found = read(text)
            self._fits(found)
        except (ValueError, BadStampError):
            raise self.damaged() from None
        self._before = found
        self._digest.update(text)
        return found

    def end(self) -> None:
        """After the last line: something was missing if that was not the checkpoint."""
        if self.checkpoint is None:
            self.number += 1
            raise self._out_of_order()

    def _fits(self, found: Line) -> None:
        before = self._before
        match found:
            case Header() if before is None:
                micros(found.created_at, "created_at")
                self.header, self._store = found, bytes.fromhex(found.store)
            case Event() if isinstance(before, (Header, Event, HandedOut)) and found.place == self._tree.size + 1:
                self._event(found)
            case HandedOut() if isinstance(before, (Event, HandedOut)) and not self._complete():
                self._handed_out(found, before)
            case Manifest() if isinstance(before, Event) and self._complete():
                self._manifest(found.manifest)
            case Checkpoint() if isinstance(before, Manifest):
                self._checkpoint(found)
            case _:
                raise self._out_of_order()

    def _complete(self) -> bool:
        """Whether every place has come by."""
        return self.header is not None and self._tree.size == self.header.place

    def _event(self, event: Event) -> None:
        version = self._versions.get(event.stream, 0) + 1
        if event.version != version or (self.header is not None and event.place > self.header.place):
            raise self._out_of_order()
        self._versions[event.stream] = version
        self.placed_at = event.placed_at
        state = as_bytes(event.state)
        stored = Stored(
            event.place, event.stream, event.version, event.topic, state, event.recorded_at, event.recorded_by, event.placed_at
        )
        self._tree.add(leaf_of(self._store, stored).hash)
        if event.sealed:
            self._sealed(event, state)
        fields = [each.field for each in event.sealed]
        self.absent.add(event.place, event.stream, event.version, event.topic, state, fields)
        command = command_of(state)
        if "receipt" in event.model_fields_set:
            self._receipt(event.receipt)
            if event.receipt.command != command or command in self._said:
                raise self._out_of_order()
        if command is not None:
            self._said.add(command)

    def _sealed(self, event: Event, state: bytes) -> None:
        """A sealed field is the one that the envelope names: of that key, and with that digest."""
        named = named_in(state)
        names = [each.field for each in event.sealed]
        if names != sorted(set(names)):
            raise self._out_of_order()
        for each in event.sealed:
            said = as_object(named.get(each.field))
            if said.get("key") != each.key_id or said.get("digest") != hashlib.sha256(unpacked(each.data)).hexdigest():
                raise ValueError("sealed")
        self.sealed += len(names)

    def _receipt(self, receipt: Receipt) -> None:
        unpacked(receipt.digest)
        micros(receipt.recorded_at, "recorded_at")
        self.receipts += 1

    def _manifest(self, said: Totals) -> None:
        if (missing := self.absent.first()) is not None:
            raise Refused("lines-sealed-missing", field=self.field, line=self._line_of(missing.place))
        counts = {"lines": self.number - 1, "events": self._tree.size, "sealed": self.sealed, "receipts": self.receipts}
        made = Totals(**counts, sha256=self._digest.hexdigest())
        if said != made:
            raise self._out_of_order()
        self.totals = said

    def _checkpoint(self, found: Checkpoint) -> None:
        """It is signed under the name in the header."""
        assert self.header is not None
        if self._origin(found.checkpoint, found.key) != self.header.origin:
            raise self._other_root()
        self.checkpoint = found

    def _handed_out(self, found: HandedOut, before: Line | None) -> None:
        """It may be signed under a name of before, of this store too. Several of one place stand by their notes."""
        from infra.evidence.keyring import NAME

        assert self.header is not None
        own = f"{NAME}/{self.header.store}"
        if not f"{self._origin(found.handed_out, found.key)}/".startswith(f"{own}/"):
            raise self._other_root()
        if isinstance(before, HandedOut) and found.handed_out.note <= before.handed_out.note:
            raise self._out_of_order()
        self.handed_out.append((found, self.placed_at))

    def _origin(self, said: Signed, key: Key) -> str:
        """Under which name it is signed: its root is that of the lines so far, and the note says so, signed with that key."""
        from infra.evidence.note import opened, verifier_key

        root = self._tree.root()
        micros(key.since, "since")
        try:
            verifier = verifier_key(key.vkey)
            note = opened(said.note, verifier)
        except Refused:
            raise self._other_root() from None
        # No signature is over these: under a name there is one key, in its one spelling, and since one moment.
        if key.vkey != str(verifier) or self._keys.setdefault(verifier.name, key) != key:
            raise ValueError("key")
        if not (note.size, note.root) == (said.size, unpacked(said.root)) == (self._tree.size, root):
            raise self._other_root()
        return note.origin

    def damaged(self, later: int = 0) -> Refused:
        """That the line at hand, or so many later, is not as it was written."""
        return Refused("lines-damaged", field=self.field, line=self.number + later)

    def _line_of(self, place: int) -> int:
        """On which line an event stands: behind the head, the events before it, and the checkpoints among them."""
        return 1 + place + sum(found.handed_out.size < place for found, _ in self.handed_out)

    def _out_of_order(self) -> Refused:
        return Refused("lines-out-of-order", field=self.field, line=self.number)

    def _other_root(self) -> Refused:
        return Refused("lines-other-root", field=self.field, line=self.number)
