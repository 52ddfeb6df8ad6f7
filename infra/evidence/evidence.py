"""Makes checkpoints: grows the tree, holds it against the last one, and signs. What does not follow on the last is not signed."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from domain.refusal import Refused
from infra.evidence.beginning import never_begun
from infra.evidence.checkpoints import Checkpoints, Made
from infra.evidence.due import Due, Often
from infra.evidence.kept import OutsideError
from infra.evidence.keyring import alone, stands
from infra.evidence.note import Checkpoint, VerifierKey
from infra.evidence.tree import Told, Tree
from infra.evidence.witnesses import all_there, handed_out_and_gone
from infra.store.database import encoder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from domain.ids import Code
    from infra.evidence.signer import Signer
    from infra.store.store import Store

PAUSE = 0.2


class Evidence(Checkpoints):
    """The log of a store. In: it, its signing key's file, the folder outside it, how often it signs, who hears of a first key."""

    def __init__(
        self, store: Store, signer_file: Path, outside: Path, often: Often | None = None,
        begun: Callable[[VerifierKey], object] = lambda _: None,
    ) -> None:  # fmt: skip
        super().__init__(store, signer_file, outside)
        self.tree = Tree(self.database, store.store_id)
        self._due = Due(store, often or Often())
        self._first = partial(never_begun, self.database, signer_file, outside)
        self._begun = begun

    def due(self) -> bool:
        """Whether it is time for the next."""
        return self._due.now()

    def can_sign(self) -> bool:
        """Whether this run of the program signs: it may write the log and has its key, or may make the first one. On a server
        the follower does; who works there does not. Refused as `signer.read` is.
        """
        return self.keyring.can_sign()

    def begin(self, *, new: bool = False) -> VerifierKey:
        """The key that signs; made where there is none yet. In: whether the store itself was made just now, beside which the
        files of another may stand. Refused as `never_begun` is, and as `Keyring.signer` is.
        """
        return self.keyring.signer(None if new else self._first).key

    def begin_anew(self, reason: Code) -> VerifierKey:
        """Go on with a new log after an older backup was put back for good, or the key was lost: another origin, another key,
        from here on. In: why, as a code. The checkpoints of before stay: those up to the end of the backup still hold, the
        later ones tell what was lost.
        """
        made = self.keyring.begin_anew(reason)
        self.kept.put_aside(unless=made.name)
        return made

    # --- making one

    def checkpoint(self, place: int | None = None, tell: Told | None = None) -> Checkpoint:
        """The signed checkpoint of the log up to a place (left out: all that has one), made where there is none yet.

        Refused: `evidence-inconsistent` when the log does not follow on the last checkpoint; `evidence-cut-off` when it does not
        reach so far; `evidence-gap` when a place has lost its event; `checkpoint-gone` when one that was handed out is not stored
        any more; `evidence-begun-before` when it has no key and had one; `signer-missing` or `signer-other-keys`
        when the key is not here; `OutsideError` for what is kept outside; `place-beyond` for a place that
        nothing has; `evidence-empty`. Events are not read again: a verification does.
        """
        size = self._place(place)
        held = self._held()
        if (known := self._known(size)) is None:
            signer = self.keyring.signer(self._first, self._begun)
            self.tree.grow(size, tell)
            with alone(self.database):
                # somebody else may have signed meanwhile
                return self._known(size) or self._sign(signer, size, self._held(), tell)
        for each in (*held, known):
            self._follows(each, tell)
        return known

    def at(self, place: int | None = None, patience: float = 10.0, tell: Told | None = None) -> Checkpoint:
        """The checkpoint that goes with what leaves the house. Who can sign makes it: of this place, or of all that has one.

        Who can't, on a server, waits for whoever does (`patience`, in seconds), who signs as soon as they see a disclosure of an
        export; left out, it is the last one then, and says itself how far it goes. Refused besides: `checkpoint-not-signed`
        where nobody signed any, `checkpoint-elsewhere` where one of this place is not among them.
        """
        if self.database.kind == "sqlite" or self.can_sign():
            return self.checkpoint(place, tell)
        wanted = self._place(place)
        until = time.monotonic() + patience
        while True:
            made = self._known(wanted) if place is not None else self.last()
            found = made.checkpoint if isinstance(made, Made) else made
            # leaves of a store that was put back are made anew by who may
            if found is not None and found.size >= wanted and self.tree.size >= found.size:
                break
            if time.monotonic() > until or (found is None and self._passed(wanted)):
                if found is None and place is not None:
                    self._elsewhere(place)
                if found is None or self.tree.size < found.size:
                    raise Refused("checkpoint-not-signed", place=wanted)
                break
            time.sleep(PAUSE)
        checkpoint = self._opened(found)
        self._follows(checkpoint)
        return checkpoint

    def _passed(self, place: int) -> bool:
        """Whether who signs has signed beyond a place: none of that place is coming any more."""
        last = self.last()
        return last is not None and last.checkpoint.size > place

    def _place(self, place: int | None) -> int:
        head = self.store.head()
        if head == 0:
            raise Refused("evidence-empty")
        if place == 0:
            raise Refused("place-nought", last=head)
        if place is not None and place > head:
            raise Refused("place-beyond", place=place, last=head)
        return place or head

    def _sign(self, signer: Signer, size: int, held: list[Checkpoint], tell: Told | None) -> Checkpoint:
        for each in held:
            self._follows(each, tell)
        self._whole()
        root = self.tree.root(size)
        made = Checkpoint(signer.key.name, size, root, signer.sign(size, root))
        encode = encoder(self.database, "moment") or (lambda v: v)
        row = (made.origin, size, root, made.note, encode(self.store.now()), self.keyring.login)
        self.database.execute(f"INSERT INTO {stands(self.database, 'checkpoints')} VALUES (?, ?, ?, ?, ?, ?)", row)
        if all(each.size < size for each in held):
            self.kept.put_aside(unless=made.origin)
            self.kept.keep(made.note)  # where that fails the one in the store is not kept either, and the next run says so again
        return made

    def _known(self, size: int) -> Checkpoint | None:
        """The one of exactly this size that was signed before."""
        key = self.key
        found = self._made("WHERE origin = ? AND size = ?", (key.name, size)) if key else []
        return self._opened(found[0].checkpoint) if found else None

    def _held(self) -> list[Checkpoint]:
        """The last one in the store and the last one outside it."""
        last, key = self.last(), self.key
        held = [self._opened(last.checkpoint)] if last else []
        kept = self.kept.said(self.keys())
        if kept is not None and self.keyring.later(kept.origin):
            raise OutsideError("outside-later-log", path=str(self.kept.path))
        # one of before it was begun anew is put aside, not followed
        if kept is not None and kept not in held and (key is None or kept.origin == key.name):
            held.append(kept)
        return held

    def _whole(self) -> None:
        """Refuse where the store itself tells that something is gone: an event of a place, or a checkpoint handed out."""
        all_there(self.database)
        last, since = self.last(), self.keyring.since()
        gone = handed_out_and_gone(self.database, last.checkpoint.size if last else 0, since) if since else None
        if gone is not None:
            raise Refused("checkpoint-gone", place=gone)

    def _follows(self, held: Checkpoint, tell: Told | None = None) -> None:
        """Refuse to go on where the log is not the one that a checkpoint is of."""
        self._reaches(held)
        self.tree.grow(held.size, tell)
        self._is_of(held, self.tree.root(held.size))

    def _reaches(self, held: Checkpoint) -> None:
        head = self.store.head()
        if held.size > head:
            raise Refused("evidence-cut-off", place=held.size, last=head)

    def _is_of(self, held: Checkpoint, root: bytes) -> None:
        if root != held.root:
            raise Refused("evidence-inconsistent", place=held.size, agrees=self.agrees())

    def agrees(self, origin: str | None = None) -> int | None:
        """Up to which signed size the tree is as it was signed: the largest checkpoint in the store that holds, of any log or of
        one; None where none does.
        """
        return self.tree.fits({(c.size, c.root) for c, *_ in self.all() if origin in (None, c.origin)})

    def problem(self) -> Refused | None:
        """What stands in the way of the next checkpoint, as far as can be told without making one; None where nothing does."""
        try:
            for each in self._held():
                self._reaches(each)
                if each.size <= self.tree.size or self.keyring.may_write:  # others can't make leaves of events they may not see
                    self._is_of(each, self.tree.root_ahead(each.size))
            if self.keyring.may_write:  # others may not see every event, and can't count them
                self._whole()
                if self.key is None:
                    self._first()
                if not self.can_sign():
                    return self.keyring.missing()
                return self.kept.unwritable()
        except Refused as refused:
            return refused
        return None
