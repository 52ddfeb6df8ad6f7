"""Killed outright after any step, without a word: the next run goes on, and nothing is lost or left."""

import signal
import subprocess
import sys

import pytest

from infra.erasing.carrying_out import STEPS as ERASING
from infra.erasing.ledger import Ledger
from infra.erasing.standing import standings
from infra.keys.rotating import STEPS as ROTATING
from infra.keys.rotating import rotate
from infra.store import StoreConfig
from infra.store.texts import Withheld
from tests.integration.engine.office import opened
from tests.integration.erasing.archive import CHILD, QUESTION, Archive, finish, texts
from tests.integration.erasing.killed import ACT
from tests.support.stores import DATABASES

laptop = pytest.mark.parametrize("config", DATABASES[:1], indirect=True)


def killed(*args: str) -> None:
    done = subprocess.run([sys.executable, "-m", "tests.integration.erasing.killed", *args], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@laptop
@pytest.mark.parametrize("step", ERASING)
def test_an_erasure_that_was_killed_goes_on(config: StoreConfig, step: str):
    with opened(config) as office:
        number = Archive(office).closed()
        right = Archive(office).begun(number)
    killed(str(config.home), "erase", step, number, right)
    with opened(config) as again:
        ledger = Ledger(config.ledger_in)
        following = ERASING[ERASING.index(step) + 1 :]
        assert [(s.state, s.missing) for s in standings(again.store, ledger)] == [
            ("incomplete", following[0]) if following else ("done", None)
        ]
        assert finish(again, number, right).keys == 1
        assert set(texts(again.store, number).values()) == {CHILD, Withheld("erased")}
        assert again.topics(number).count("rights.subject-erased") == 1
        assert len(ledger.lines(again.store.store_id)) == 1


@laptop
@pytest.mark.parametrize("step", ROTATING)
def test_a_change_of_keys_that_was_killed_goes_on(config: StoreConfig, step: str):
    with opened(config) as office:
        number = Archive(office).closed()
    killed(str(config.home), "rotate", step)
    with opened(config) as again:
        assert QUESTION in texts(again.store, number).values()
        other = again.submitted()
        assert rotate(again.store, config.keys_in, ACT).version == 2
        for each in (number, other):
            assert QUESTION in texts(again.store, each).values()
