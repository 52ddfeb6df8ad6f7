"""One suite for both databases: an office with a case that is closed, in which somebody is to be erased."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.store import StoreConfig, create_store
from tests.integration.engine.office import GRN, Office, opened
from tests.integration.erasing.archive import PRIVACY, Archive
from tests.support.stores import DATABASES, config_of


@pytest.fixture(params=DATABASES)
def config(request: pytest.FixtureRequest, tmp_path: Path) -> StoreConfig:
    """A new store with its read models, and one table that has a privacy officer."""
    dsn = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    made = config_of(request.param, tmp_path, dsn)
    create_store(made).close()
    with opened(made) as office:
        office.models.prepare()
        office.set_up(GRN)
        office.ask("team.add-professional", partner="gemeente", roles=[PRIVACY], name="Pia Verzonnen")
    return made


@pytest.fixture
def office(config: StoreConfig) -> Iterator[Office]:
    """Somebody at work there."""
    with opened(config) as made:
        yield made


@pytest.fixture
def archive(office: Office) -> Archive:
    """What was asked and decided up to the erasure itself."""
    return Archive(office)
