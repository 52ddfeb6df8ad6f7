"""Finds the checkpoint that goes with the lines up to a place, with the key that signed it."""

from __future__ import annotations

from domain.refusal import Refused
from infra.backup.parts import CHECKPOINTS, EVIDENCE_KEYS
from infra.exports.lines.rows import moment
from infra.exports.lines.writing import Vouched
from infra.store.database import Database


def vouched_for(db: Database, origin: str, place: int) -> Vouched:
    """The checkpoint of exactly this size. Refused as `no-checkpoint` where the store has none."""
    found = db.query(
        f"SELECT root, note, made_at, made_by FROM {CHECKPOINTS.table(db)} WHERE origin = ? AND size = ?", (origin, place)
    )
    keys = db.query(f"SELECT vkey, since FROM {EVIDENCE_KEYS.table(db)} ORDER BY number")
    signing = [(vkey, since) for vkey, since in keys if vkey.split("+", 1)[0] == origin]
    if not found or not signing:
        raise Refused("no-checkpoint", place=place)
    root, note, made_at, made_by = found[0]
    vkey, since = signing[-1]
    return Vouched(origin, place, bytes(root), note, moment(made_at), made_by, vkey, moment(since))
