"""The checkpoints that were signed: those in the store, the last one outside it, and the keys they are checked with."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.refusal import Refused
from infra.evidence.kept import Kept
from infra.evidence.keyring import Keyring
from infra.evidence.note import Checkpoint, VerifierKey, opened
from infra.store.database import decoder

if TYPE_CHECKING:
    from pathlib import Path

    from infra.store.store import Store


class Made(NamedTuple):
    """A checkpoint as it stands in the store: what it says, when it was signed and by which login; none (an empty text), and
    the earliest that it can have been, of one that came with JSON Lines.
    """

    checkpoint: Checkpoint
    made_at: datetime
    made_by: str


class Checkpoints:
    """In: the store, where the signing key is kept, and the folder outside the store."""

    def __init__(self, store: Store, signer_file: Path, outside: Path) -> None:
        self.store = store
        self.database = store.connection()
        self.keyring = Keyring(store, signer_file)
        self.kept = Kept(outside, store.store_id)

    @property
    def key(self) -> VerifierKey | None:
        """The key that signs now; None before the first checkpoint."""
        return self.keyring.key

    def keys(self) -> list[VerifierKey]:
        """All keys that ever signed, the first one first."""
        return self.keyring.keys()

    def last(self) -> Made | None:
        """The checkpoint that reaches furthest, of the log as it goes on now."""
        key = self.key
        found = self._made("WHERE origin = ? ORDER BY size DESC LIMIT 1", (key.name,)) if key else []
        return found[0] if found else None

    def all(self) -> list[Made]:
        """Every checkpoint in the store, by size. None of them is checked."""
        return self._made("ORDER BY size, origin")

    def signed_at(self, checkpoint: Checkpoint) -> datetime | None:
        """When one was signed, as the store has it; None where it does not have it."""
        found = self._made("WHERE origin = ? AND size = ?", (checkpoint.origin, checkpoint.size))
        return found[0].made_at if found else None

    def outside(self) -> Checkpoint | None:
        """What the note outside the store says; it is not checked. Refused as `Kept.said` is."""
        return self.kept.said()

    def _elsewhere(self, place: int) -> None:
        """Refused as `checkpoint-elsewhere`, with the places of the nearest before and after it, where there are any."""
        key = self.key
        sizes = [made.checkpoint.size for made in self._made("WHERE origin = ? ORDER BY size", (key.name,))] if key else []
        if sizes:
            below, above = (size for size in reversed(sizes) if size < place), (size for size in sizes if size > place)
            raise Refused("checkpoint-elsewhere", place=place, below=next(below, None), above=next(above, None))

    def _made(self, which: str, params: tuple[Any, ...] = ()) -> list[Made]:
        at = decoder(self.database, "moment") or (lambda v: v)
        rows = self.database.query(f"SELECT origin, size, root, note, made_at, made_by FROM checkpoints {which}", params)
        return [Made(Checkpoint(o, size, bytes(root), note), at(made), by) for o, size, root, note, made, by in rows]

    def _opened(self, stored: Checkpoint) -> Checkpoint:
        """What the note of a row says, which must be what the row says. Refused as `opened` is."""
        found = opened(stored.note, *self.keys())
        if found != stored:
            raise Refused("checkpoint-forged")
        return found
