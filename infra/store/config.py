"""Where a store is kept: a folder on a laptop or a PostgreSQL server, and its key file."""

from __future__ import annotations

import os
from pathlib import Path

from domain.frozen import frozen


@frozen
class StoreConfig:
    """In: the home folder, and for a server its DSN (never printed: it may hold a password).

    `key_file` is where the key-encryption keys stand, `master.key` in the home folder unless said otherwise.
    `ledger` is where erasures are written down, outside the home folder: beside it unless said otherwise.
    `signer` is where the keys stand that sign checkpoints, beside the key-encryption keys unless said otherwise.
    `patience` is how many seconds an unreachable or busy store is tried again: the only retries there are.
    """

    home: Path
    dsn: str | None = None
    key_file: Path | None = None
    patience: float = 10.0
    connect_timeout: int = 5
    ledger: Path | None = None
    signer: Path | None = None

    @property
    def embedded(self) -> bool:
        return self.dsn is None

    @property
    def events_file(self) -> Path:
        return self.home / "casus.db"

    @property
    def keys_db(self) -> Path:
        return self.home / "keys.db"

    @property
    def keys_in(self) -> Path:
        return self.key_file or self.home / "master.key"

    @property
    def ledger_in(self) -> Path:
        whole = Path(os.path.abspath(self.home))  # noqa: PTH100 - a home of `.` has no name, and a link is not followed
        return self.ledger or whole.parent / f"{whole.name}-ledger" / "erasures.jsonl"

    @property
    def signer_in(self) -> Path:
        return self.signer or self.keys_in.with_name("signer.key")

    @property
    def outside(self) -> Path:
        """The folder of what is kept outside the store: erasures and the last checkpoint, so that an older backup can be told."""
        return self.ledger_in.parent

    def __repr__(self) -> str:  # the dataclass's own would print the DSN
        return f"StoreConfig({'embedded' if self.embedded else 'postgresql'})"
