"""Which keys signed a store's checkpoints, which does now, and the signer of that one where its key is here."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from domain.refusal import Refused
from infra.evidence.note import VerifierKey, verifier_key
from infra.evidence.tree import LOCK
from infra.store.database import Database, decoder, encoder

if TYPE_CHECKING:
    from datetime import datetime

    from domain.ids import Code
    from infra.evidence.signer import Signer
    from infra.store.store import Store

NAME = "casusregie"


def reason_of(origin: str) -> str | None:
    """Why a log was begun anew, as its name says; None of a store's first log."""
    last = origin.split("/", 2)[2:]
    return last[0].partition("-")[2] or None if last else None


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

    def signer(
        self, first: Callable[[], object] | None = None, begun: Callable[[VerifierKey], object] = lambda _: None
    ) -> Signer:  # fmt: skip
        """The signer of the key in use; the first time it is made. In: what refuses where it may not be the first; who hears of
        one that was made.

        Refused as `signer-missing` where its key is not here.
        """
        from infra.evidence import signer

        if not self.may_write:
            raise Refused("signer-missing", path=str(self.file), server=self._server)
        key = self.key
        if key is None:
            with alone(self.database):
                if (key := self.key) is None:
                    if first is not None:
                        first()  # alone: who makes it at the same time has it in the file before the store knows it
                    made = self._begin(f"{NAME}/{self.store.store_id}")
                    begun(made.key)
                    return made
        found = signer.read(self.file, key)
        if found is None:
            raise self.missing()
        return found

    def missing(self) -> Refused:
        """What to say where the key in use is not here: `signer-missing`, or `signer-other-keys` where the file has others."""
        from infra.evidence import signer

        others = self.may_write and signer.others_in(self.file)
        return Refused("signer-other-keys" if others else "signer-missing", path=str(self.file), server=self._server)

    @property
    def _server(self) -> bool:
        """Whether others may sign too, on machines of their own."""
        return self.database.kind == "postgresql"

    def is_elsewhere(self) -> bool:
        """Whether the key that signs a server's log is not on this machine: another one has it then, or nobody any more. A file
        that can't be read or is damaged is here.
        """
        from infra.evidence import signer

        try:
            return self._server and self.key is not None and signer.read(self.file, self.key) is None
        except Refused:
            return False

    def later(self, origin: str) -> bool:
        """Whether a log was begun after the one that the store says it goes on with: the file with the signing keys, to which
        each new one is added at the end, is not the database's to change. Not told by a run that may not sign.
        """
        from infra.evidence import signer

        key = self.key
        if key is None or origin == key.name or not self.may_write:
            return False
        names = signer.names(self.file)
        return {origin, key.name} <= set(names) and names.index(origin) > names.index(key.name)

    @cached_property
    def login(self) -> str:
        """Who signs: on a server the login at the database, on a laptop the operating system's user."""
        if self.database.kind == "postgresql":
            return str(self.database.query("SELECT session_user")[0][0])
        from infra.store.embedded import login

        return login()

    def since(self) -> datetime | None:
        """Since when the key that signs now does; None before the first."""
        rows = self.database.query("SELECT since FROM evidence_keys ORDER BY number DESC LIMIT 1")
        return (decoder(self.database, "moment") or (lambda v: v))(rows[0][0]) if rows else None

    def begin_anew(self, reason: Code) -> VerifierKey:
        """Make another key for another log of the same store; from here on it signs. In: why, as a code. It stands in the log's
        name, so it is signed with every checkpoint and nobody who gets one can miss it.
        """
        with alone(self.database):
            return self._begin(f"{NAME}/{self.store.store_id}/{secrets.token_hex(4)}-{reason}").key

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
