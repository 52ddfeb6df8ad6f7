"""One suite for both databases: an office with a case that is closed, in which somebody is to be erased."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.store import StoreConfig
from tests.integration.engine.conftest import one_table
from tests.integration.engine.office import Office, opened
from tests.integration.erasing.archive import PRIVACY, Archive
from tests.support.copies import Copies
from tests.support.stores import DATABASES


def with_officer(config: StoreConfig) -> None:
    """A store with its read models, and one table that has a privacy officer."""
    one_table(config)
    with opened(config) as office:
        office.ask("team.add-professional", partner="gemeente", roles=[PRIVACY], name="Pia Verzonnen")


@pytest.fixture(params=DATABASES)
def config(request: pytest.FixtureRequest, copies: Copies, tmp_path: Path) -> Iterator[StoreConfig]:
    """Where that store is."""
    with copies.of(with_officer, request.param, tmp_path) as (made, _):
        yield made


@pytest.fixture
def office(config: StoreConfig) -> Iterator[Office]:
    """Somebody at work there."""
    with opened(config) as made:
        yield made


@pytest.fixture
def archive(office: Office) -> Archive:
    """What was asked and decided up to the erasure itself."""
    return Archive(office)
