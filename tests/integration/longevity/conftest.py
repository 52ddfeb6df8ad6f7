"""A store of each release, put back on each database as it was left then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.readmodels import ReadModels
from infra.store import StoreConfig, create_store
from infra.store.roles.installing import install
from tests.golden.files import later, loaded, put_back, release, releases
from tests.golden.make import ROOT, schemas
from tests.golden.story import Line, Player, Told
from tests.integration.longevity.catalogue import Catalogue, catalogue
from tests.support.postgres import Server
from tests.support.stores import DATABASES

GOLDENS = [(name, kind) for name in releases() for kind in DATABASES]
OLDER = [(name, kind) for name, kind in GOLDENS if release(name)["schemas"][kind] != schemas(ROOT)[kind]]
"""Those for which there is a migration to run: of the first release all of them."""
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Old:
    """A store of a release, not upgraded yet."""

    name: str
    kind: str
    config: StoreConfig
    player: Player

    def typed(self, text: str, who: str = "pilots-1", team: str = "harbour-table") -> Told:
        """Have somebody type something, today."""
        return self.player(Line(NOW, who, team, "$", text))

    def done(self, text: str, who: str = "pilots-1", team: str = "harbour-table") -> Told:
        """The same, of what must succeed."""
        told = self.typed(text, who, team)
        assert told.code == 0, (text, told)
        return told

    @property
    def roles(self) -> bool:
        """Whether it is on a server where the roles were installed."""
        return self.kind == "postgresql" and not any(each.typed.startswith("store roles") for each in later(self.name, self.kind))


PutBack = Callable[[str, str], Old]


@pytest.fixture
def back(postgres_server: Server, tmp_path: Path) -> Iterator[PutBack]:
    """Puts the store of a release back on a database, as often as it is asked."""
    made: list[str] = []

    def put(name: str, kind: str) -> Old:
        home = tmp_path / f"{name}-{kind}-{len(made)}" / "casus"
        made.append(postgres_server.fresh_database(loaded(name)) if kind == "postgresql" else "")
        dsn = made[-1] or None
        return Old(name, kind, put_back(name, home, dsn), Player(home, dsn))

    yield put
    for dsn in filter(None, made):
        postgres_server.drop(dsn)


@pytest.fixture(params=GOLDENS, ids="-".join)
def old(request: pytest.FixtureRequest, back: PutBack) -> Old:
    """A store of each release, on each database."""
    return back(*request.param)


@pytest.fixture(params=OLDER, ids="-".join)
def older(request: pytest.FixtureRequest, back: PutBack) -> Old:
    """A store of each release that must be upgraded, on each database."""
    return back(*request.param)


@pytest.fixture(scope="module")
def fresh(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Old], Catalogue]]:
    """What a database says of a new store, made by today's program, of the kind of an old one."""
    found: dict[tuple[str, bool], Catalogue] = {}
    dsns: list[str] = []

    def of(old: Old) -> Catalogue:
        if (old.kind, old.roles) not in found:
            dsn = postgres_server.fresh_database() if old.kind == "postgresql" else None
            dsns.extend([dsn] if dsn else [])
            config = StoreConfig(tmp_path_factory.mktemp("fresh") / "casus", dsn=dsn)
            with create_store(config) as store:
                ReadModels(store).prepare()
                if old.roles:
                    install(store.connection())
            found[old.kind, old.roles] = catalogue(config)
        return found[old.kind, old.roles]

    yield of
    for dsn in dsns:
        postgres_server.drop(dsn)
