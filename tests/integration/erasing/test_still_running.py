"""A program that had opened a key before somebody else erased it holds it no longer than until it next asks."""

import pytest

from domain.refusal import Refused
from infra.keys.keystore import KeyState
from infra.keys.vault import WrappedKey
from infra.store.store import Store
from tests.integration.engine.office import Office

PAIR = ("LEL-2026-0001", "s1")


def made(store: Store) -> WrappedKey:
    """A key that was made and is kept in memory, as the vault would release it."""
    store.keys.missing([PAIR])
    found = store.keys.to_write([PAIR])[PAIR]
    return WrappedKey(found.stream, found.subject, found.generation, found.key_id, found.state.value, None, None)


def test_a_key_that_comes_back_as_erased_is_forgotten(office: Office):
    keys, row = office.store.keys, made(office.store)
    assert keys.to_write([PAIR])
    [back] = keys.take([row._replace(state="erased")]).values()
    assert back.state is KeyState.ERASED
    with pytest.raises(Refused, match="no-disclosure"):
        keys.to_write([PAIR])


def test_a_later_key_stays_when_an_earlier_one_was_erased(office: Office):
    keys, row = office.store.keys, made(office.store)
    keys.take([row._replace(state="erased", generation=0)])
    assert keys.to_write([PAIR])
