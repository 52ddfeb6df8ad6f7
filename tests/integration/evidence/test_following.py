"""The follower, turn after turn: what stands in the way of signing is told once, and so is that nothing does any more."""

import pytest

from domain.refusal import Refused
from infra.evidence.due import Often
from infra.evidence.evidence import Evidence
from infra.evidence.following import Following
from infra.store import StoreConfig
from infra.store.store import Store
from tests.integration.evidence.test_checkpoints import sow


class Heard:
    """A follower that signs at every event, and what it says."""

    def __init__(self, store: Store, config: StoreConfig) -> None:
        self.said: list[str] = []
        evidence = Evidence(store, config.signer_in, config.outside, Often(events=1))
        self.following = Following(evidence, lambda _: None, self._hindered, lambda: self.said.append("again"))

    def _hindered(self, refused: Refused) -> None:
        self.said.append(refused.code)

    def turns(self, count: int = 3) -> list[str]:
        """Take so many turns. Out: what it said meanwhile."""
        self.said.clear()
        for _ in range(count):
            self.following.turn()
        return list(self.said)


@pytest.fixture
def follower(store: Store, config: StoreConfig) -> Heard:
    return Heard(store, config)


def test_that_it_signs_again_is_said_once(store: Store, config: StoreConfig, follower: Heard):
    sow(store, 1, 2)
    assert follower.turns() == [], "nothing stood in its way, so there is nothing to say"
    aside = config.signer_in.rename(config.signer_in.with_name("aside"))
    sow(store, 3, 1)
    assert follower.turns() == ["signer-missing"]
    aside.rename(config.signer_in)
    assert follower.turns() == ["again"]
    assert [made.checkpoint.size for made in follower.following.evidence.all()] == [2, 3]
    config.signer_in.rename(aside)
    sow(store, 4, 1)
    assert follower.turns() == ["signer-missing"], "and the next time it is told again"


def test_what_somebody_else_signed_does_not_have_it_sign_again(store: Store, config: StoreConfig, follower: Heard):
    sow(store, 1, 2)
    follower.turns()
    aside = config.signer_in.rename(config.signer_in.with_name("aside"))
    sow(store, 3, 1)
    assert follower.turns() == ["signer-missing"]
    Evidence(store, aside, config.outside).checkpoint()
    assert follower.turns() == [], "nothing is due, and its key is still not here"
    aside.rename(config.signer_in)
    assert follower.turns() == ["again"]
