"""New stores on one of the databases alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.store import StoreConfig
from tests.integration.conftest import empty
from tests.support.copies import Copies


@pytest.fixture
def on_server(copies: Copies, tmp_path: Path) -> Iterator[StoreConfig]:
    """A new store on a server alone: for what SQLite does not have."""
    with copies.of(empty, "postgresql", tmp_path) as (made, _):
        yield made


@pytest.fixture
def embedded(copies: Copies, tmp_path: Path) -> Iterator[StoreConfig]:
    """A new store on a laptop alone: for what PostgreSQL does not have."""
    with copies.of(empty, "sqlite", tmp_path) as (made, _):
        yield made
