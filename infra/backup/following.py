"""What follows on putting events back: what is derived from them is made anew, and the ledger of erasures is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.readmodels import ReadModels
from infra.readmodels.catching_up import Told
from infra.store import open_store
from infra.store.config import StoreConfig

if TYPE_CHECKING:
    from infra.store.store import Store


def derive(config: StoreConfig, tell: Told) -> int:
    """Make the read models of a store that was put back, and the leaves of its evidence log. Out: the place they are at.

    The store is opened past the check of the ledger: nothing is shown here, and no key is needed.
    """
    with open_store(config, replaying=True) as store:
        if not config.embedded:
            _on_server(store)
        place = ReadModels(store).rebuild(tell=tell)
        _signed(store)
        return place


def _signed(store: Store) -> None:
    """The leaves that the checkpoints are of: who may read a part of the history alone holds the rest against them. Refused as
    any growing of the tree is, where what was put back is not whole.
    """
    from infra.evidence.tree import Tree

    ((size,),) = store.connection().query("SELECT coalesce(max(size), 0) FROM checkpoints")
    Tree(store.connection(), store.store_id).grow(min(size, store.head()))


DISCLOSURES = """
    INSERT INTO casus.disclosures
        SELECT substr(e.originator_id, 8), a.facts ->> 'of', e.recorded_by, coalesce(a.who ->> 'team', ''), e.xid,
            ARRAY(SELECT jsonb_array_elements_text(a.facts -> 'subjects')),
            ARRAY(SELECT jsonb_array_elements_text(a.facts -> 'fields')), a.facts ->> 'outcome', e.recorded_at
        FROM casus.stored_events e, LATERAL casus.taken_apart(e.state) a
        WHERE e.topic = 'access.access.disclosed'
        ON CONFLICT DO NOTHING
"""


def _on_server(store: Store) -> None:
    """What the server goes by when it lets somebody in: rosters, cases, who is in them, and who saw what."""
    from infra.store.roles.filling import fill

    fill(store)
    store.connection().execute(DISCLOSURES)


def to_erase_again(config: StoreConfig) -> int | None:
    """How many subjects who were erased are in this store again; None where there is no ledger to tell."""
    from infra.erasing.ledger import Ledger
    from infra.erasing.replaying import outstanding

    if not Ledger(config.ledger_in).is_there():
        return None
    with open_store(config, replaying=True) as store:
        return len(outstanding(store, Ledger(config.ledger_in)))
