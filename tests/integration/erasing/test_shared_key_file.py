"""A key file that another store uses too: its key is not taken away, and no new store is made with it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from domain.refusal import Refused
from infra.keys.keyfile import read_key_file
from infra.keys.keyfile_changing import change, used_by
from infra.keys.rotating import rotate
from infra.store import StoreConfig, create_store, open_store


@pytest.fixture
def first(tmp_path: Path) -> StoreConfig:
    made = StoreConfig(tmp_path / "first")
    create_store(made).close()
    return made


def without_stores(path: Path) -> None:
    """As it was before it named them."""
    given = json.loads(path.read_text())
    del given["stores"]
    path.write_text(json.dumps(given))


@pytest.fixture
def shared(first: StoreConfig, tmp_path: Path) -> StoreConfig:
    """Another store on the same file, of which the file does not know yet."""
    without_stores(first.keys_in)
    made = StoreConfig(tmp_path / "second", key_file=first.keys_in)
    create_store(made).close()
    return made


def test_a_key_file_names_the_store_that_was_made_with_it(first: StoreConfig):
    with open_store(first) as store:
        assert read_key_file(first.keys_in).stores == (store.store_id,)
    assert first.keys_in.stat().st_mode & 0o777 == 0o600


def test_no_store_is_made_with_the_key_file_of_another(first: StoreConfig, tmp_path: Path):
    other = StoreConfig(tmp_path / "second", key_file=first.keys_in)
    with pytest.raises(Refused, match="key-file-of-another"):
        create_store(other)
    assert not other.events_file.exists()
    create_store(replace(other, key_file=None)).close()


def test_an_older_file_is_read_and_names_whoever_opens_keys_with_it(first: StoreConfig):
    without_stores(first.keys_in)
    with open_store(first) as store:
        store.keys.missing([("LEL-2026-0001", "s1")])
        assert read_key_file(first.keys_in).stores == (store.store_id,)


def test_the_key_of_a_file_that_two_stores_use_is_not_changed(first: StoreConfig, shared: StoreConfig):
    for config in (first, shared):
        with open_store(config) as store:
            store.keys.missing([("LEL-2026-0001", "s1")])
    before = first.keys_in.read_bytes()
    with open_store(first) as store, pytest.raises(Refused, match="key-file-shared") as refused:
        rotate(store, first.keys_in, "t:K1")
    with open_store(shared) as other:
        assert refused.value.facts["store"] == (other.store_id,)
        assert first.keys_in.read_bytes() == before
        other.keys.missing([("LEL-2026-0002", "s1")])


def test_a_store_that_came_while_the_key_was_changed_keeps_the_old_one(first: StoreConfig):
    def comes(step: str) -> None:
        if step == "swept":
            used_by(first.keys_in, "f" * 32)

    with open_store(first) as store, pytest.raises(Refused, match="key-file-shared"):
        rotate(store, first.keys_in, "t:K1", comes)
    assert len(json.loads(first.keys_in.read_text())["keys"]) == 2
    change(first.keys_in, lambda given: given | {"stores": [s for s in given["stores"] if s != "f" * 32]})
    with open_store(first) as store:
        assert rotate(store, first.keys_in, "t:K1").version == 2
    assert len(json.loads(first.keys_in.read_text())["keys"]) == 1


def test_its_own_store_changes_its_key(first: StoreConfig):
    with open_store(first) as store:
        store.keys.missing([("LEL-2026-0001", "s1")])
        assert rotate(store, first.keys_in, "t:K1").version == 2
        assert read_key_file(first.keys_in).stores == (store.store_id,)
