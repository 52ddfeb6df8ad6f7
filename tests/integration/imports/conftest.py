"""One suite for both databases, and small logs that are invented as they are needed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.imports import Imported, import_log
from infra.logs import open_log
from infra.logs.mapping import NOTHING_MAPPED, ActivityMap
from infra.store import StoreConfig, create_store
from infra.store.store import Store
from tests.support.stores import DATABASES, config_of, header

Import = Callable[..., Imported]


@pytest.fixture(params=DATABASES)
def config(request: pytest.FixtureRequest, tmp_path: Path) -> StoreConfig:
    """Where a new store is."""
    kind = request.param
    made = config_of(kind, tmp_path, request.getfixturevalue("postgres_database") if kind == "postgresql" else None)
    create_store(made).close()
    return made


@pytest.fixture
def store(config: StoreConfig) -> Iterator[Store]:
    from infra.store import open_store

    with open_store(config) as opened:
        yield opened


@pytest.fixture
def take(store: Store) -> Import:
    """Imports a log from a file into the store."""

    def take(path: Path, source: str = "harbour", table: ActivityMap = NOTHING_MAPPED) -> Imported:
        with open_log(path) as log:
            return import_log(store, source, log, table, header())

    return take
