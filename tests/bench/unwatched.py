"""A store that stores no look, for measuring alone; `python -m tests.bench.unwatched seen|unseen ...` runs the program on it."""

import sys
import uuid
from typing import Any

import infra.store
from cli import main
from domain.event import Header
from domain.events.access import Disclosed
from infra.keys.embedded_vault import EmbeddedVault
from infra.store.store import Store


class Unwatched(EmbeddedVault):
    """Hands out what a disclosure names, that is stored nowhere. In: a store, and where its keys stand."""

    def __init__(self, store: Store) -> None:
        database = store.connection()
        kept = store.keys.vault
        keys = kept.keys if isinstance(kept, EmbeddedVault) else database
        super().__init__(database, lambda: keys, store.now, "" if isinstance(kept, EmbeddedVault) else "casus_keys.")
        self.named: dict[str, Any] = {}
        store.keys.vault = self
        store.disclose = self.name  # type: ignore[method-assign]

    def name(self, event: Disclosed, header: Header) -> str:
        """An id for a disclosure, as the store would give it."""
        made = uuid.uuid4().hex
        self.named[made] = event
        return made

    def _disclosed(self, disclosure: str) -> Any:
        return self.named.pop(disclosure)


def unwatched_program(*line: str) -> int:
    """Run the program with its store taken from it and given back unwatched."""
    opened = infra.store.open_store

    def open_unwatched(*given: Any, **named: Any) -> Store:
        store = opened(*given, **named)
        Unwatched(store)
        return store

    infra.store.open_store = open_unwatched
    return main(line)


if __name__ == "__main__":
    sys.exit(unwatched_program(*sys.argv[2:]) if sys.argv[1] == "unseen" else main(sys.argv[2:]))
