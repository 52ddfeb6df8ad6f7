"""One suite for both databases: an office at work on a new store, with tables that are set up."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.store import StoreConfig, create_store
from tests.integration.engine.office import Office, opened
from tests.support.stores import DATABASES, config_of


@pytest.fixture(params=DATABASES)
def config(request: pytest.FixtureRequest, tmp_path: Path) -> StoreConfig:
    """A new store with its read models, and nothing in it."""
    dsn = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    made = config_of(request.param, tmp_path, dsn)
    create_store(made).close()
    with opened(made) as office:
        office.models.prepare()
    return made


@pytest.fixture
def office(config: StoreConfig) -> Iterator[Office]:
    """Somebody at work, with two tables: one with a budget and direction for a time, one that takes anonymous cases."""
    with opened(config) as made:
        made.set_up("groningen-zvt", "zeist-ggz-in-de-wijk")
        yield made


@pytest.fixture
def on_server(tmp_path: Path, postgres_database: str) -> Iterator[Office]:
    """An office on a server alone, with one table."""
    config = config_of("postgresql", tmp_path, postgres_database)
    create_store(config).close()
    with opened(config) as made:
        made.models.prepare()
        made.set_up("groningen-zvt")
        yield made
