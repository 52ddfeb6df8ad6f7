"""One suite for both databases: an office at work on a new store, with tables that are set up."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.store import StoreConfig, create_store
from tests.integration.engine.office import Office, opened
from tests.support.copies import Copies
from tests.support.stores import DATABASES


def prepared(config: StoreConfig) -> None:
    """A store with its read models, and nothing in it."""
    create_store(config).close()
    with opened(config) as office:
        office.models.prepare()


def two_tables(config: StoreConfig) -> None:
    """The same with two tables: one with a budget and direction for a time, one that takes anonymous cases."""
    prepared(config)
    with opened(config) as office:
        office.set_up("groningen-zvt", "zeist-ggz-in-de-wijk")


def one_table(config: StoreConfig) -> None:
    """The same with one table."""
    prepared(config)
    with opened(config) as office:
        office.set_up("groningen-zvt")


@pytest.fixture(params=DATABASES)
def config(request: pytest.FixtureRequest, copies: Copies, tmp_path: Path) -> Iterator[StoreConfig]:
    """A new store with its read models, and nothing in it but two tables where the test asks for `office` too."""
    make = two_tables if "office" in request.fixturenames else prepared
    with copies.of(make, request.param, tmp_path) as (made, _):
        yield made


@pytest.fixture
def office(config: StoreConfig) -> Iterator[Office]:
    """Somebody at work, with two tables: one with a budget and direction for a time, one that takes anonymous cases."""
    with opened(config) as made:
        yield made


@pytest.fixture
def on_server(copies: Copies, tmp_path: Path) -> Iterator[Office]:
    """An office on a server alone, with one table."""
    with copies.of(one_table, "postgresql", tmp_path) as (config, _), opened(config) as made:
        yield made
