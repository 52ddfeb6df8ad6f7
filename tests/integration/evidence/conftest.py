"""Stores with an evidence log, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.evidence.evidence import Evidence
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
def evidence(store: Store, config: StoreConfig) -> Evidence:
    """Its evidence log."""
    return Evidence(store, config.signer_in, config.outside)
