"""What follows on putting events back: what is derived from them is made anew, and the ledger of erasures is asked."""

from __future__ import annotations

from infra.readmodels import ReadModels
from infra.readmodels.catching_up import Told
from infra.store import open_store
from infra.store.config import StoreConfig


def derive(config: StoreConfig, tell: Told) -> int:
    """Make the read models of a store that was put back. Out: the place they are at.

    The store is opened past the check of the ledger: nothing is shown here, and no key is needed.
    """
    with open_store(config, replaying=True) as store:
        return ReadModels(store).rebuild(tell=tell)


def to_erase_again(config: StoreConfig) -> int | None:
    """How many subjects who were erased are in this store again; None where there is no ledger to tell."""
    from infra.erasing.ledger import Ledger
    from infra.erasing.replaying import outstanding

    if not config.ledger_in.exists():
        return None
    with open_store(config, replaying=True) as store:
        return len(outstanding(store, Ledger(config.ledger_in)))
