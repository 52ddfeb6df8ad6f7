"""One suite for both databases, and small logs that are invented as they are needed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.imports import Imported, import_log
from infra.logs import open_log
from infra.logs.mapping import NOTHING_MAPPED, ActivityMap
from infra.store import StoreConfig
from infra.store.store import Store
from tests.integration.conftest import empty
from tests.support.copies import Copies
from tests.support.stores import DATABASES, header

Import = Callable[..., Imported]


@pytest.fixture(params=DATABASES)
def config(request: pytest.FixtureRequest, copies: Copies, tmp_path: Path) -> Iterator[StoreConfig]:
    """Where a new store is."""
    with copies.of(empty, request.param, tmp_path) as (made, _):
        yield made


@pytest.fixture
def take(store: Store) -> Import:
    """Imports a log from a file into the store."""

    def take(path: Path, source: str = "harbour", table: ActivityMap = NOTHING_MAPPED) -> Imported:
        with open_log(path) as log:
            return import_log(store, source, log, table, header())

    return take
