"""Stores with an evidence log, on both databases."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.evidence.evidence import Evidence
from infra.store import StoreConfig, create_store
from infra.store.store import Store
from tests.support.sown import Sown, sow
from tests.support.stores import DATABASES, config_of
from tests.support.tampering import Attacker


@pytest.fixture(params=DATABASES)
def config(request: pytest.FixtureRequest, tmp_path: Path) -> StoreConfig:
    """Where a store is to be made; nothing is there yet."""
    kind = request.param
    dsn = request.getfixturevalue("postgres_database") if kind == "postgresql" else None
    return config_of(kind, tmp_path, dsn)


@pytest.fixture
def store(config: StoreConfig) -> Iterator[Store]:
    """A new, empty store."""
    with create_store(config) as made:
        yield made


@pytest.fixture
def evidence(store: Store, config: StoreConfig) -> Evidence:
    """Its evidence log."""
    return Evidence(store, config.signer_in, config.outside)


@pytest.fixture(scope="session")
def sown_on(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Callable[[str, Path], Sown]:
    """Gives a copy of a store with a history, on either database: made once for each. In: the database, and a new folder."""
    made: dict[str, Sown] = {}

    def on_server(dsn: str) -> None:
        made["postgresql"] = sow(config_of("postgresql", tmp_path_factory.mktemp("sown"), dsn))

    def copy(kind: str, folder: Path) -> Sown:
        if kind == "postgresql":
            dsn = request.getfixturevalue("postgres_server").fresh_database(on_server)
            return made[kind].moved(folder, dsn)
        if kind not in made:
            made[kind] = sow(config_of(kind, tmp_path_factory.mktemp("sown")))
        return made[kind].moved(folder, None)

    return copy


@pytest.fixture(params=DATABASES)
def attacker(request: pytest.FixtureRequest, sown_on: Callable[[str, Path], Sown], tmp_path: Path) -> Iterator[Attacker]:
    """Somebody with full access to the database of a store that has a history."""
    sown = sown_on(request.param, tmp_path / "copy")
    server = request.getfixturevalue("postgres_server") if sown.config.dsn else None
    made = Attacker(sown)
    yield made
    made.close()
    if server is not None:
        server.drop(sown.config.dsn)


@pytest.fixture
def laptop(sown_on: Callable[[str, Path], Sown], tmp_path: Path) -> Iterator[Attacker]:
    """The same on a laptop, where a column holds whatever is put into it."""
    made = Attacker(sown_on("sqlite", tmp_path / "copy"))
    yield made
    made.close()
