"""Counts what a store holds beside acts of seeing: looking is stored too, and what was looked at stays what it was."""

from domain.disclosure import PREFIX
from infra.store.store import Store


def recorded(store: Store) -> int:
    """How many events have a place, disclosures left out: each is a stream of its own, of one event."""
    return store.head() - len(store.streams(PREFIX))
