"""What follows on putting events back: everything that is derived from them is made anew."""

from __future__ import annotations

from infra.backup.target import backend_of
from infra.readmodels import ReadModels
from infra.readmodels.catching_up import Told
from infra.store.config import StoreConfig
from infra.store.store import Store


def derive(config: StoreConfig, tell: Told) -> int:
    """Make the read models of a store that was put back. Out: the place they are at.

    The store is opened past the check of the erasure ledger: nothing is shown here, and no key is needed.
    """
    backend = backend_of(config)
    try:
        return ReadModels(Store(backend.open())).rebuild(tell=tell)
    finally:
        backend.close()
