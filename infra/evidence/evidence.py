"""Makes checkpoints: grows the tree, holds it against the last one, and signs. What does not follow on the last is not signed."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.frozen import frozen
from domain.refusal import Refused
from infra.evidence.kept import Kept
from infra.evidence.note import Checkpoint, VerifierKey, opened, verifier_key
from infra.evidence.tree import Told, Tree
from infra.store.database import decoder, encoder

if TYPE_CHECKING:
    from pathlib import Path

    from infra.evidence.signer import Signer
    from infra.store.store import Store

NAME = "casusregie"
TOPICS = ("case.rights.subject-erased",)
"""What makes a checkpoint due at once, beside a file that leaves the house."""
EXPORTED = b'"outcome":"exported"'


@frozen
class Often:
    """How often a checkpoint is made: after so many events, or after so long where there was any."""

    events: int = 1000
    every: timedelta = timedelta(minutes=15)


class Made(NamedTuple):
    """A checkpoint as it stands in the store: what it says, when it was signed and by which login."""

    checkpoint: Checkpoint
    made_at: datetime
    made_by: str


class Evidence:
    """The evidence log of one store. In: the store, where the signing key is kept, and the folder outside the store."""

    def __init__(self, store: Store, signer_file: Path, outside: Path, often: Often | None = None) -> None:
        self.store = store
        self.database = store.connection()
        self.tree = Tree(self.database, store.store_id)
        self.signer_file = signer_file
        self.kept = Kept(outside, store.store_id)
        self.often = often or Often()

    # --- what there is

    @property
    def key(self) -> VerifierKey | None:
        """The key that signs now; None before the first checkpoint."""
        found = self.keys()
        return found[-1] if found else None

    def keys(self) -> list[VerifierKey]:
        """All keys that ever signed, the first one first."""
        rows = self.database.query("SELECT vkey FROM evidence_keys ORDER BY number")
        return [verifier_key(vkey) for (vkey,) in rows]

    def last(self) -> Made | None:
        """The checkpoint that reaches furthest, of the log as it goes on now."""
        key = self.key
        found = self._made("WHERE origin = ? ORDER BY size DESC LIMIT 1", (key.name,)) if key else []
        return found[0] if found else None

    def all(self) -> list[Made]:
        """Every checkpoint in the store, by size. None of them is checked."""
        return self._made("ORDER BY size, origin")

    def _made(self, which: str, params: tuple[Any, ...] = ()) -> list[Made]:
        at = decoder(self.database, "moment") or (lambda v: v)
        rows = self.database.query(f"SELECT origin, size, root, note, made_at, made_by FROM checkpoints {which}", params)
        return [Made(Checkpoint(o, size, bytes(root), note), at(made), by) for o, size, root, note, made, by in rows]

    def can_sign(self) -> bool:
        """Whether this run of the program has the key: on a server the follower has, who works there has not."""
        key = self.key
        if key is None:
            return self.database.kind == "sqlite" or self.store.in_owners_hands() or self.signer_file.exists()
        from infra.evidence import signer

        return signer.read(self.signer_file, key) is not None

    # --- making one

    def due(self) -> bool:
        """Whether it is time for the next: enough events, long enough ago, a file that left, or somebody who was erased."""
        head, last = self.store.head(), self.last()
        size = last.checkpoint.size if last else 0
        if head <= size:
            return False
        if last is None or head - size >= self.often.events or self.store.now() - last.made_at >= self.often.every:
            return True
        rows = self.database.query(
            "SELECT e.topic, e.state FROM places p JOIN stored_events e ON e.originator_id = p.originator_id "
            "AND e.originator_version = p.originator_version WHERE p.place > ?",
            (size,),
        )
        return any(topic in TOPICS or EXPORTED in bytes(state) for topic, state in rows)

    def checkpoint(self, place: int | None = None, tell: Told | None = None) -> Checkpoint:
        """The signed checkpoint of the log up to a place (left out: all that has one), made where there is none yet.

        Refused: `evidence-inconsistent` when the log does not follow on the last checkpoint; `evidence-cut-off` when it does not
        reach so far; `signer-missing` when the key is not here; `place-beyond` for a place that nothing has; `log-empty`.
        """
        head = self.store.head()
        size = head if place is None else place
        if not 0 < size <= head:
            raise Refused("log-empty") if head == 0 else Refused("place-beyond", place=size, last=head)
        self.tree.grow(size, tell)
        known = self._known(size)
        if known is not None:
            return known
        signer = self._signer()
        root = self.tree.root(size)
        held = self._held()
        for each in held:
            self._follows(each, tell)
        note = signer.sign(size, root)
        self._keep(Checkpoint(signer.key.name, size, root, note))
        if all(each.size < size for each in held):
            self.kept.keep(note)
        return Checkpoint(signer.key.name, size, root, note)

    def _known(self, size: int) -> Checkpoint | None:
        """The one of exactly this size that was signed before, if the log is still as it was then."""
        key = self.key
        found = self._made("WHERE origin = ? AND size = ?", (key.name, size)) if key else []
        if not found:
            return None
        checkpoint = opened(found[0].checkpoint.note, *self.keys())
        self._follows(checkpoint)
        return checkpoint

    def _held(self) -> list[Checkpoint]:
        """The last one in the store and the last one outside it."""
        last, outside, keys = self.last(), self.kept.last(), self.keys()
        notes = [*([last.checkpoint.note] if last else []), *([outside] if outside else [])]
        return [opened(note, *keys) for note in dict.fromkeys(notes)]

    def _follows(self, held: Checkpoint, tell: Told | None = None) -> None:
        """Refuse to go on where the log is not the one that a checkpoint is of."""
        head = self.store.head()
        if held.size > head:
            raise Refused("evidence-cut-off", place=held.size, last=head)
        self.tree.grow(held.size, tell)
        if self.tree.root(held.size) != held.root:
            raise Refused("evidence-inconsistent", place=held.size)

    def _keep(self, checkpoint: Checkpoint) -> None:
        encode = encoder(self.database, "moment") or (lambda v: v)
        row = (checkpoint.origin, checkpoint.size, checkpoint.root, checkpoint.note, encode(self.store.now()), self._login)
        sql = "INSERT INTO {} VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
        self.database.execute(sql.format(self._table("checkpoints")), row)

    # --- the key

    def _signer(self) -> Signer:
        """The signer of the key in use; the first time it is made."""
        from infra.evidence import signer

        key = self.key
        if key is None:
            return self._begin(f"{NAME}/{self.store.store_id}")
        found = signer.read(self.signer_file, key)
        if found is None:
            raise Refused("signer-missing", path=str(self.signer_file))
        return found

    def _begin(self, origin: str) -> Signer:
        """Make a key for a log, and have the store know it. The first to do so is the one."""
        from infra.evidence import signer

        made = signer.keep(self.signer_file, origin, signer.new_seed())
        encode = encoder(self.database, "moment") or (lambda v: v)
        number = len(self.keys()) + 1
        sql = f"INSERT INTO {self._table('evidence_keys')} VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        self.database.execute(sql, (number, str(made.key), encode(self.store.now())))
        key = self.key
        assert key is not None
        found = made if key == made.key else signer.read(self.signer_file, key)
        if found is None:
            raise Refused("signer-missing", path=str(self.signer_file))
        return found

    def begin_anew(self) -> VerifierKey:
        """Go on with a new log after an older backup was put back for good: another origin, another key, from here on.

        The checkpoints of before stay: those up to the end of the backup still hold, the later ones tell what was lost.
        """
        signer = self._begin(f"{NAME}/{self.store.store_id}/{secrets.token_hex(4)}")
        self.kept.put_aside()
        return signer.key

    def _table(self, name: str) -> str:
        return name if self.database.kind == "sqlite" else f"casus.{name}"

    @cached_property
    def _login(self) -> str:
        if self.database.kind == "postgresql":
            return str(self.database.query("SELECT session_user")[0][0])
        from infra.store.embedded import login

        return login()
