"""An import whose connection is lost: found out and gone on with, or said, and gone on with when it is given again."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from domain.refusal import Refused
from infra.imports import Imported, import_log, importing
from infra.logs import open_log
from infra.logs.mapping import NOTHING_MAPPED
from infra.store import StoreConfig, create_store, open_store
from infra.store.store import Store
from tests.support.counting import recorded
from tests.support.cut import Cut, cut_off
from tests.support.logs import PEOPLE, steps, stored, written
from tests.support.stores import config_of, header


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 20)


@pytest.fixture
def server(tmp_path: Path, postgres_database: str) -> StoreConfig:
    made = config_of("postgresql", tmp_path, postgres_database)
    create_store(made).close()
    return made


@pytest.fixture
def relay(server: StoreConfig) -> Iterator[tuple[Cut, StoreConfig]]:
    with cut_off(server) as (cut, through):
        yield cut, replace(through, patience=0.5)


def take(store: Store, path: Path, cut: Cut | None = None, *, for_good: bool = False) -> Imported:
    """Import; with a relay, the answer to the fourth batch is lost."""

    def told(done: int) -> None:
        if cut is not None and done == 60:
            cut.closed = for_good
            cut.armed = b"stored"

    with open_log(path) as log:
        return import_log(store, "harbour", log, NOTHING_MAPPED, header(), told)


def test_a_lost_answer_is_found_out_and_the_import_goes_on(server: StoreConfig, relay: tuple[Cut, StoreConfig], tmp_path: Path):
    cut, through = relay
    log = written(tmp_path / "log.jsonl", steps(40))
    with open_store(through) as store:
        assert take(store, log, cut).added == 200
    assert cut.cuts == 1
    complete(server)


def test_a_server_that_stays_away_interrupts_it(server: StoreConfig, relay: tuple[Cut, StoreConfig], tmp_path: Path):
    cut, through = relay
    log = written(tmp_path / "log.jsonl", steps(40))
    with open_store(through) as store, pytest.raises(Refused) as refused:
        take(store, log, cut, for_good=True)
    assert refused.value.code == "import-interrupted"
    with open_store(server) as store:
        assert take(store, log).added == 200 - 80
    complete(server)


def complete(config: StoreConfig) -> None:
    with open_store(config) as store:
        assert stored(store) == {f"harbour:ship-{n:04}": [0, 1, 2, 3, 4] for n in range(40)}
        assert recorded(store) == 200 + 1 + len(PEOPLE)
