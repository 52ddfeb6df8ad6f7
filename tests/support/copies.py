"""Stores that are made once on each database, and copied for each test that needs one: many times quicker than making it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from infra.store import StoreConfig
from tests.support.postgres import Server
from tests.support.stores import config_of

T = TypeVar("T")
Make = Callable[[StoreConfig], T]
"""Makes a store where it is told to and leaves it closed. Out: what is good to know of it, in every copy the same."""


@dataclass(frozen=True)
class Original:
    """A store that is copied and never used."""

    root: Path
    config: StoreConfig
    told: Any


@dataclass
class Copies:
    """In: gives the server when one is needed first; makes a new folder.

    A copy is the same store: by its id, its keys and all that is in it. A test about another store makes that itself.
    """

    server: Callable[[], Server]
    folder: Callable[[], Path]
    originals: dict[tuple[Make[Any], str], Original] = field(default_factory=dict)

    @contextmanager
    def of(self, make: Make[T], kind: str, root: Path) -> Iterator[tuple[StoreConfig, T]]:
        """A copy of what `make` makes on that database, in an empty folder, for as long as the block lasts."""
        if (make, kind) not in self.originals:
            self.originals[make, kind] = self._original(make, kind)
        original = self.originals[make, kind]
        shutil.copytree(original.root, root, dirs_exist_ok=True)
        dsn = self.server().copied(original.config.dsn) if original.config.dsn else None
        try:
            yield config_of(kind, root, dsn), original.told
        finally:
            if dsn:
                self.server().drop(dsn)

    def _original(self, make: Make[T], kind: str) -> Original:
        root = self.folder()
        config = config_of(kind, root, self.server().fresh_database() if kind == "postgresql" else None)
        told = make(config)
        if config.dsn:
            self.server().keep(config.dsn)
        return Original(root, config, told)
