"""Which keys signed a store's checkpoints, which does now, and the signer of that one where its key is here."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from domain.refusal import Refused
from infra.evidence.note import VerifierKey, verifier_key
from infra.evidence.tree import LOCK
from infra.store.database import Database, encoder

if TYPE_CHECKING:
    from infra.evidence.signer import Signer
    from infra.store.store import Store

NAME = "casusregie"


class Keyring:
    """In: the store, which knows the verifier keys, and the file in which the signing keys stand."""

    def __init__(self, store: Store, file: Path) -> None:
        self.store = store
        self.database = store.connection()
        self.file = file

    @property
    def key(self) -> VerifierKey | None:
        """The key that signs now; None before the first checkpoint."""
        found = self.keys()
        return found[-1] if found else None

    def keys(self) -> list[VerifierKey]:
        """All keys that ever signed, the first one first."""
        rows = self.database.query("SELECT vkey FROM evidence_keys ORDER BY number")
        return [verifier_key(vkey) for (vkey,) in rows]

    def can_sign(self) -> bool:
        """Whether this run has the key that signs, or may make the first one."""
        if not self.may_write:
            return False
        key = self.key
        if key is None:
            return True
        from infra.evidence import signer

        return signer.read(self.file, key) is not None

    @cached_property
    def may_write(self) -> bool:
        """Whether this login may write the evidence log: on a server the follower's, and the owner's."""
        if self.database.kind == "sqlite":
            return True
        return bool(self.database.query("SELECT has_table_privilege('casus.evidence_keys', 'INSERT')")[0][0])

    def signer(self) -> Signer:
        """The signer of the key in use; the first time it is made. Refused as `signer-missing` where its key is not here."""
        from infra.evidence import signer

        if not self.may_write:
            raise Refused("signer-missing", path=str(self.file))
        key = self.key
        if key is None:
            with alone(self.database):
                if (key := self.key) is None:
                    return self._begin(f"{NAME}/{self.store.store_id}")
        found = signer.read(self.file, key)
        if found is None:
            raise Refused("signer-missing", path=str(self.file))
        return found

    def begin_anew(self) -> VerifierKey:
        """Make another key for another log of the same store; from here on it signs."""
        with alone(self.database):
            return self._begin(f"{NAME}/{self.store.store_id}/{secrets.token_hex(4)}").key

    def _begin(self, origin: str) -> Signer:
        """Make a key, have it in the file first, and then have the store know it."""
        from infra.evidence import signer

        made = signer.keep(self.file, origin, signer.new_seed())
        encode = encoder(self.database, "moment") or (lambda v: v)
        row = (len(self.keys()) + 1, str(made.key), encode(self.store.now()))
        self.database.execute(f"INSERT INTO {stands(self.database, 'evidence_keys')} VALUES (?, ?, ?)", row)
        return made


@contextmanager
def alone(database: Database) -> Iterator[None]:
    """One signs at a time: what is signed and what is kept outside go on together."""
    with database.transaction():
        if database.kind == "postgresql":
            database.query("SELECT pg_advisory_xact_lock(?)", (LOCK + 1,))
        yield


def stands(database: Database, table: str) -> str:
    """A table of the log's as it is written to: on a server others are searched first."""
    return table if database.kind == "sqlite" else f"casus.{table}"
