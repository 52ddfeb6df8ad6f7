"""One house for all tests of a module that only look; tests that change rights build their own."""

from collections.abc import Iterator

import pytest

from tests.integration.roles.house import House, built
from tests.support.postgres import Server


@pytest.fixture(scope="module")
def house(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A store on a server with people who have logins."""
    with built(postgres_server, tmp_path_factory.mktemp("roles")) as made:
        yield made
