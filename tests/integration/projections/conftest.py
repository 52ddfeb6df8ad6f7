"""Stores with read models, on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.readmodels import ReadModels
from infra.store import StoreConfig, create_store, open_store
from infra.store.store import Store
from tests.support.copies import Copies, Make


def prepared(config: StoreConfig) -> None:
    """An empty store with its read models."""
    with create_store(config) as store:
        ReadModels(store).prepare()


@pytest.fixture(scope="session")
def begin() -> Make[None]:
    return prepared


@pytest.fixture
def models(store: Store) -> ReadModels:
    """Its read models, made and empty."""
    found = ReadModels(store)
    found.prepare()
    return found


@pytest.fixture
def server_config(copies: Copies, tmp_path: Path) -> Iterator[StoreConfig]:
    """Where a new store on a server is: for what SQLite does not have."""
    with copies.of(prepared, "postgresql", tmp_path) as (made, _):
        yield made


@pytest.fixture
def on_server(server_config: StoreConfig) -> Iterator[Store]:
    """That store."""
    with open_store(server_config) as store:
        yield store
