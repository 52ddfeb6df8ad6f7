"""One suite for both databases: every test that asks for `config` or `store` runs on each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

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
def on_server(tmp_path: Path, postgres_database: str) -> StoreConfig:
    """A new store on a server alone: for what SQLite does not have."""
    made = config_of("postgresql", tmp_path, postgres_database)
    create_store(made).close()
    return made


@pytest.fixture
def embedded(tmp_path: Path) -> StoreConfig:
    """A new store on a laptop alone: for what PostgreSQL does not have."""
    made = config_of("sqlite", tmp_path)
    create_store(made).close()
    return made
