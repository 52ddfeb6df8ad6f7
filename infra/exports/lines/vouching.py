"""Finds the checkpoint that goes with the lines up to a place, and those handed out by then, with the keys that signed them."""

from __future__ import annotations

from hashlib import sha256

from pydantic_core import from_json

from domain.refusal import Refused
from infra.backup.parts import AT, CHECKPOINTS, EVENTS, EVIDENCE_KEYS, PLACES
from infra.exports.lines.rows import moment
from infra.exports.lines.writing import Note, Vouched
from infra.store.database import Database
from infra.store.disclosing import TOPIC

HAND_OUT = "evidence-hand-out"


def vouched_for(db: Database, origin: str, place: int) -> Vouched:
    """The checkpoint of exactly this size, and every other that the log says was handed out, at or before this place: which these
    are follows from the place alone. Refused as `no-checkpoint` where the store has none of this size.
    """
    rows = db.query(f"SELECT origin, size, root, note FROM {CHECKPOINTS.table(db)} WHERE size <= ?", (place,))
    keys = {vkey.split("+", 1)[0]: (vkey, moment(since)) for vkey, since in _keys(db)}
    if origin not in keys:
        raise Refused("no-checkpoint", place=place)
    signed = {(name, size): Note(size, bytes(root), note, *keys[name]) for name, size, root, note in rows}
    if (origin, place) not in signed:
        raise Refused("no-checkpoint", place=place)
    given = _handed_out(db, place)
    handed_out = [note for note in signed.values() if note.size < place and sha256(note.note.encode()).hexdigest() in given]
    return Vouched(origin, signed[origin, place], tuple(sorted(handed_out, key=lambda note: (note.size, note.note))))


def _keys(db: Database) -> list[tuple[str, object]]:
    """Every key that ever signed, the first one first."""
    return [(vkey, since) for vkey, since in db.query(f"SELECT vkey, since FROM {EVIDENCE_KEYS.table(db)} ORDER BY number")]


def _handed_out(db: Database, place: int) -> set[str]:
    """The digests of the notes that were handed out, as recorded up to a place."""
    given = set()
    for (state,) in db.stream(
        f"SELECT t.state FROM {PLACES.table(db)} p JOIN {EVENTS.table(db)} t ON {AT} WHERE p.place <= ? AND t.topic = ?",
        (place, TOPIC),
    ):
        if HAND_OUT.encode() in bytes(state):
            given.add(_digest(bytes(state)))
    return given - {""}


def _digest(state: bytes) -> str:
    """Of which note an act of seeing says that it was handed out; empty where it says no such thing, or can't be read."""
    try:
        facts = from_json(state)["facts"]
        handed_out = (facts["what"], facts["outcome"]) == (HAND_OUT, "exported")
        return str(facts["digest"]) if handed_out else ""
    except (ValueError, LookupError, TypeError):
        return ""
