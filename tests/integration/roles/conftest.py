"""One house for all tests of a module that only look; tests that change rights build their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.store import create_store
from tests.integration.roles.house import House, build, new_config, tear_down
from tests.support.postgres import Server


@pytest.fixture(scope="module")
def house(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A store on a server with people who have logins."""
    config = new_config(postgres_server, Path(tmp_path_factory.mktemp("roles")))
    create_store(config).close()
    made = build(postgres_server, config)
    yield made
    tear_down(made)
    assert config.dsn is not None
    postgres_server.drop(config.dsn)
