"""A writer that is killed leaves all of a command or nothing; the whole run of this is `make faults`."""

from pathlib import Path

import pytest

from infra.store import StoreConfig, create_store
from tests.faults.checking import complaints
from tests.faults.killing import SHORT_LIFE, Campaign, run_all
from tests.faults.work import Appending


def killed(config: StoreConfig, broken: str = "", seed: int = 1) -> tuple[Campaign, list[str]]:
    work = Appending()
    with create_store(config) as store:
        work.prepare(store)
    campaign = Campaign(1, 8)
    run_all(config, [campaign], work="append", broken=broken, life=SHORT_LIFE, seed=seed)
    return campaign, complaints(config, work, campaign.acknowledged, range(1, 9))


def test_what_was_acknowledged_is_there_once_and_nothing_is_half(config: StoreConfig):
    campaign, said = killed(config)
    assert campaign.kills > 0
    assert campaign.acknowledged == set(range(1, 9))
    assert said == []


def test_the_checker_catches_a_broken_store(tmp_path: Path):
    from tests.support.stores import config_of

    for seed in range(6):
        _, said = killed(config_of("sqlite", tmp_path / str(seed)), "acknowledged-early", seed)
        if said:
            return
    pytest.fail("a store that acknowledges too early was not caught")
