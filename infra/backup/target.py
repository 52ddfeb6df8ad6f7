"""The store that a backup is of, or is put back in: then it is empty, or made for it. A key file is never made."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from domain.frozen import frozen
from domain.refusal import Refused
from infra.backup.parts import PARTS, Holds
from infra.backup.rows import count_of
from infra.store.backend import Backend
from infra.store.config import StoreConfig
from infra.store.database import Database


@frozen(slots=False)
class Target:
    """An opened backend; on a server the databases of its events and of its keys are one."""

    backend: Backend

    @property
    def events(self) -> Database:
        return self.backend.database

    @property
    def keys(self) -> Database:
        return self.backend.keys_database()

    def of(self, holds: Holds) -> Database:
        """The database of one of both."""
        return self.events if holds == "events" else self.keys

    def empty(self, holds: Holds) -> bool:
        """Whether nothing was ever recorded there. A store's own id alone is nothing yet."""
        return not any(count_of(self.of(holds), part) for part in PARTS[holds] if part.name != "casus_store")


@contextmanager
def opened(config: StoreConfig) -> Iterator[Target]:
    """A store that is there. Refused as it is when it is opened for anything else."""
    backend = backend_of(config)
    try:
        yield Target(backend.open())
    finally:
        backend.close()


@contextmanager
def target(config: StoreConfig) -> Iterator[Target]:
    """A store to put something back in: the one that is there, or new files or schemas without a store's id."""
    if config.embedded:
        _make_files(config)
    backend = backend_of(config)
    try:
        for schema in backend.schemas():
            status = schema.status()
            if status.found < status.known and not _is_store(backend):
                schema.upgrade()  # nothing was ever there, or its making was broken off
            else:
                status.check()
        yield Target(backend)
    finally:
        backend.close()


def _is_store(backend: Backend) -> bool:
    """Whether there is a store already: its id is the last thing that making one leaves."""
    database = backend.database
    table = "casus.casus_store" if database.kind == "postgresql" else "casus_store"
    return database.has_table(table) and bool(database.query(f"SELECT 1 FROM {table}"))


def backend_of(config: StoreConfig) -> Backend:
    """The backend of a store, before it is known whether there is one."""
    if config.embedded:
        from infra.store.embedded import Embedded

        return Embedded(config, None)
    from infra.store.server import Server

    return Server(config, None)


def _make_files(config: StoreConfig) -> None:
    from infra.store.sqlite import make_file

    try:
        config.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        raise Refused("store-unwritable", path=str(config.home)) from None
    if not os.access(config.home, os.W_OK | os.X_OK):
        raise Refused("store-unwritable", path=str(config.home))
    for path in (config.events_file, config.keys_db):
        make_file(path)


def without_key_file(versions: Sequence[int], config: StoreConfig) -> tuple[int, ...]:
    """Of these versions of the key-encryption key those that the key file does not have. Refused when it can't be read."""
    from infra.keys.keyfile import read_key_file

    keks = read_key_file(config.keys_in)
    missing = []
    for version in versions:
        try:
            keks.key(version)
        except Refused:
            missing.append(version)
    return tuple(missing)
