"""Writes a store as JSON Lines up to a place, and sees while it writes that it is the log which the checkpoint is of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Protocol

from domain.frozen import frozen
from domain.refusal import Refused
from infra.backup.parts import STORE
from infra.evidence.leaf import BadStampError, Stored, leaf_of
from infra.evidence.merkle import CompactRange
from infra.exports.lines.absent import Absent
from infra.exports.lines.form import FORMAT, MARK, as_text, packed, written
from infra.exports.lines.rows import Receipt, Rows, Sealed, moment
from infra.store.database import Database

EVERY = 2_000
"""So many lines lie between two times of telling."""

Told = Callable[[int], None]
"""In: how many lines are written."""


class Out(Protocol):
    """Where lines go."""

    def write(self, piece: bytes, /) -> int:
        """Write on."""
        ...


@frozen
class Note:
    """A checkpoint as it stands in the store, and the key that signed it with since when it does."""

    size: int
    root: bytes
    note: str
    vkey: str
    since: str


@frozen
class Vouched:
    """The name that checkpoints are signed under now, the one that goes with the lines, and those that were handed out up to
    its place, by size.
    """

    origin: str
    last: Note
    handed_out: tuple[Note, ...]

    @property
    def size(self) -> int:
        """How far the lines go."""
        return self.last.size


@frozen
class Totals:
    """What was written before the manifest: its lines, what is in them, and the SHA-256 over them."""

    lines: int
    events: int
    sealed: int
    receipts: int
    sha256: str


def write(to: Out, db: Database, vouched: Vouched, tell: Told) -> Totals:
    """Write all lines, to the place of the checkpoint. In: the database, within one moment of it.

    Refused as `evidence-gap` where a place is missing, `event-damaged` where a column does not hold what is stored there, or a
    sealed field is not there and nothing up to the place explains it (such lines would not be put back), and
    `evidence-inconsistent` where the events are not those that the checkpoint is of.
    """
    ((store, created_at),) = db.query(f"SELECT store_id, created_at FROM {STORE.table(db)}")
    out, tree, rows = _Counted(to, tell), CompactRange(), Rows(db, vouched.size)
    head = {"casusregie": MARK, "format": FORMAT, "store": store, "created_at": moment(created_at)}
    out.line({**head, "origin": vouched.origin, "place": vouched.size})
    absent = Absent()
    handed_out = list(vouched.handed_out)
    for event, sealed, receipt in rows.events():
        tree.add(_leaf(bytes.fromhex(store), event, tree.size + 1))
        out.line(_event(event, sealed, receipt))
        fields = [each["field"] for each in sealed]
        absent.add(event.place, event.stream, event.version, event.topic, bytes(event.state or b""), fields)
        out.sealed += len(sealed)
        out.receipts += receipt is not None
        while handed_out and handed_out[0].size == tree.size:
            note = handed_out.pop(0)
            if tree.root() != note.root:
                raise Refused("evidence-inconsistent", place=note.size)
            out.line(_signed("handed_out", note))
    if tree.size != vouched.size:
        raise Refused("evidence-gap", place=tree.size + 1)
    if tree.root() != vouched.last.root:
        raise Refused("evidence-inconsistent", place=vouched.size)
    if (missing := absent.first()) is not None:
        raise Refused("event-damaged", stream=missing.stream, version=missing.version, field=missing.field)
    totals = Totals(out.count, tree.size, out.sealed, out.receipts, out.digest.hexdigest())
    out.line({"manifest": {name: getattr(totals, name) for name in ("lines", "events", "sealed", "receipts", "sha256")}})
    out.line(_signed("checkpoint", vouched.last))
    return totals


def _signed(what: str, note: Note) -> dict[str, Any]:
    signed = {"size": note.size, "root": packed(note.root), "note": note.note}
    return {what: signed, "key": {"vkey": note.vkey, "since": note.since}}


def _leaf(store: bytes, event: Stored, expected: int) -> bytes:
    if event.place != expected:
        raise Refused("evidence-gap", place=expected)
    try:
        return leaf_of(store, event).hash
    except BadStampError as bad:
        raise Refused("event-damaged", stream=event.stream, version=event.version, field=str(bad)) from None


def _event(event: Stored, sealed: Sealed, receipt: Receipt | None) -> dict[str, Any]:
    held: dict[str, Any] = {
        "place": event.place, "stream": event.stream, "version": event.version, "topic": event.topic,
        "recorded_at": moment(event.recorded_at), "recorded_by": event.recorded_by, "placed_at": moment(event.placed_at),
        "state": as_text(bytes(event.state or b"")),
    }  # fmt: skip
    if sealed:
        held["sealed"] = sealed
    if receipt is not None:
        held["receipt"] = receipt
    return held


class _Counted:
    """Lines as they are written, counted and summed."""

    def __init__(self, to: Out, tell: Told) -> None:
        self.to, self.tell = to, tell
        self.digest = hashlib.sha256()
        self.count = self.sealed = self.receipts = 0

    def line(self, held: dict[str, Any]) -> None:
        made = written(held)
        self.to.write(made)
        self.digest.update(made)
        self.count += 1
        if self.count % EVERY == 0:
            self.tell(self.count)
