"""The log of cases and teams: open it, make it, bring it up to date. What is heavy is imported when needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.refusal import Refused
from infra.store.config import StoreConfig
from infra.store.draft import Appended, Draft, Receipt, StoredReceipt, Token

if TYPE_CHECKING:
    from infra.store.backend import Backend
    from infra.store.clock import Clock
    from infra.store.migrate import SchemaStatus
    from infra.store.store import Store

__all__ = [
    "Appended",
    "Draft",
    "Receipt",
    "StoreConfig",
    "StoredReceipt",
    "Token",
    "create_store",
    "open_store",
    "store_status",
    "upgrade_store",
]


def open_store(config: StoreConfig, clock: Clock | None = None, *, replaying: bool = False) -> Store:
    """Open a store that is there. Refused: `no-store`, `store-needs-upgrade`, `store-too-new`, `store-unreachable`; and
    `ledger-not-replayed` for one that holds somebody who was erased, `ledger-missing` and `ledger-line-missing` where the
    ledger can't tell, unless that is what is about to be mended.

    `clock` takes the place of the store's own: for tests and for a play that needs time to pass.
    """
    from infra.store.store import Store

    backend = _backend(config, clock)
    try:
        store = Store(backend.open())
        if not replaying and (not config.embedded or config.keys_db.exists()):  # without any keys nothing can be opened
            from infra.erasing.ledger import Ledger
            from infra.erasing.replaying import check_replayed

            check_replayed(store, Ledger(config.ledger_in), must_be_here=config.embedded or config.ledger is not None)
        return store
    except BaseException:
        backend.close()
        raise


def create_store(config: StoreConfig, clock: Clock | None = None) -> Store:
    """Make a new store, with its id and its key file, and open it. Refused when there is one."""
    try:
        open_store(config).close()
    except Refused as refused:
        if refused.code != "no-store":
            raise
    else:
        raise Refused("store-exists")
    if config.embedded:
        from infra.store.embedded import create
    else:
        from infra.store.server import create
    create(config)
    return open_store(config, clock)


def store_status(config: StoreConfig) -> dict[str, SchemaStatus]:
    """How far the schemas of a store are, by name; without opening it."""
    backend = _backend(config, None)
    try:
        return {schema.name: schema.status() for schema in backend.schemas()}
    finally:
        backend.close()


def upgrade_store(config: StoreConfig) -> list[str]:
    """Bring a store's schemas up to date. Out: the migrations that ran. Refused where there is no store."""
    backend = _backend(config, None)
    try:
        if not any(schema.status().found for schema in backend.schemas()):
            raise Refused("no-store")
        return backend.upgrade()
    finally:
        backend.close()


def _backend(config: StoreConfig, clock: Clock | None) -> Backend:
    if config.embedded:
        from infra.store.embedded import Embedded

        return Embedded(config, clock)
    from infra.store.server import Server

    return Server(config, clock)
