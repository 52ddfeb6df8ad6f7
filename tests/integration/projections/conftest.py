"""Stores with read models, on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.readmodels import ReadModels
from infra.store import StoreConfig, create_store
from infra.store.store import Store
from tests.support.stores import DATABASES, config_of


@pytest.fixture(params=DATABASES)
def config(request: pytest.FixtureRequest, tmp_path: Path) -> StoreConfig:
    """Where a store is to be made; nothing is there yet."""
    kind = request.param
    dsn = request.getfixturevalue("postgres_database") if kind == "postgresql" else None
    return config_of(kind, tmp_path, dsn)


@pytest.fixture
def store(config: StoreConfig) -> Iterator[Store]:
    """A new, empty store."""
    with create_store(config) as made:
        yield made


@pytest.fixture
def models(store: Store) -> ReadModels:
    """Its read models, made and empty."""
    found = ReadModels(store)
    found.prepare()
    return found


@pytest.fixture
def on_server(tmp_path: Path, postgres_database: str) -> Iterator[Store]:
    """A new store on a server alone: for what SQLite does not have."""
    with create_store(config_of("postgresql", tmp_path, postgres_database)) as made:
        ReadModels(made).prepare()
        yield made
