"""One suite for both databases: every test that asks for `config` or `store` runs on each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.store import StoreConfig, create_store, open_store
from infra.store.store import Store
from tests.support.copies import Copies, Make
from tests.support.stores import DATABASES, config_of


def empty(config: StoreConfig) -> None:
    """A store with nothing in it."""
    create_store(config).close()


@pytest.fixture(scope="session")
def begin() -> Make[None]:
    """How the store of a test is made; a folder of tests may have a way of its own."""
    return empty


@pytest.fixture(params=DATABASES)
def config(request: pytest.FixtureRequest, tmp_path: Path, copies: Copies, begin: Make[None]) -> Iterator[StoreConfig]:
    """Where a store is to be made; nothing is there yet, unless the test asks for `store` too."""
    if "store" in request.fixturenames:
        with copies.of(begin, request.param, tmp_path) as (made, _):
            yield made
    else:
        dsn = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
        yield config_of(request.param, tmp_path, dsn)


@pytest.fixture
def store(config: StoreConfig) -> Iterator[Store]:
    """A new store."""
    with open_store(config) as made:
        yield made
