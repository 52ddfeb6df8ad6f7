"""A store with something in it on each database, and places to put a backup back in."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.store import StoreConfig, create_store, open_store
from infra.store.draft import Token
from infra.store.store import Store
from tests.support.postgres import Server
from tests.support.stores import DATABASES, noted, receipt, told

NewPlace = Callable[[str], StoreConfig]


@pytest.fixture
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewPlace]:
    """Makes somewhere for a store, where nothing is yet. In: on which database."""
    made: list[str] = []

    def place(kind: str) -> StoreConfig:
        home = tmp_path / f"place-{len(made)}-{kind}" / "casus"
        dsn = None
        if kind == "postgresql":
            server: Server = request.getfixturevalue("postgres_server")
            dsn = server.fresh_database()
        made.append(dsn or "")
        ledger = tmp_path / "ledger" / "erasures.jsonl"
        ledger.parent.mkdir(mode=0o700, exist_ok=True)
        ledger.touch(mode=0o600)  # in which nobody stands: what is put back is served
        return StoreConfig(home, dsn=dsn, patience=5.0, ledger=ledger)

    yield place
    for dsn in filter(None, made):
        request.getfixturevalue("postgres_server").drop(dsn)


@pytest.fixture(params=DATABASES)
def config(request: pytest.FixtureRequest, new_place: NewPlace) -> StoreConfig:
    """A store with two cases, of which one text was recorded for two persons each."""
    made = new_place(request.param)
    with create_store(made) as store:
        fill(store)
    return made


def fill(store: Store, first: int = 1) -> None:
    """Something of every table: events, texts, receipts, keys and tokens."""
    for n in range(first, first + 2):
        case = f"LEL-2026-{n:04}"
        tokens = [Token(case, "s1", "name", f"Wilma {n}")]
        command = f"c{n}"
        drafts = [told(case, f"Text of {case}", command), noted(case, command, name=f"Name in {case}"), noted(case, command)]
        store.append(drafts, expected={case: 0}, receipt=receipt(command), tokens=tokens)


def whole(config: StoreConfig) -> list[tuple[object, ...]]:
    """All that stands in the log, in the one order, with its stamps."""
    with open_store(config) as store:
        return [(r.stream, r.version, bytes(r.state), _utc(r.recorded_at), r.recorded_by, r.place) for r in store.raw_after(0)]


def _utc(stamp: object) -> str:
    from infra.store.database import iso

    return stamp if isinstance(stamp, str) else iso(stamp)  # type: ignore[arg-type]
