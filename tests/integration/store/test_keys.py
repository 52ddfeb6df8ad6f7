"""The key file, refused when it is not its owner's alone; and tokens that find the same person without reading."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from domain.refusal import Refused
from infra.keys.keyfile import make_key_file, read_key_file
from infra.store import StoreConfig, Token, create_store, open_store
from infra.store.store import Store
from tests.support.seeing import looking, seen
from tests.support.stores import noted, receipt, told

CASE, OTHER = "LEL-2026-0001", "ALM-2026-0001"


def refusal_of(path: Path) -> Refused:
    with pytest.raises(Refused) as refused:
        read_key_file(path)
    assert refused.value.facts["path"] == str(path)
    return refused.value


def test_a_new_key_file_is_for_its_owner_alone(tmp_path: Path):
    made = make_key_file(tmp_path / "k")
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600
    assert len(made.key(made.current)) == 32
    assert [path.name for path in tmp_path.iterdir()] == ["k"]
    assert make_key_file(tmp_path / "k") == made


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666, 0o610])
def test_a_key_file_that_others_may_touch_is_refused(tmp_path: Path, mode: int):
    make_key_file(tmp_path / "k")
    (tmp_path / "k").chmod(mode)
    refused = refusal_of(tmp_path / "k")
    assert (refused.code, refused.facts["mode"]) == ("key-file-open-to-others", f"{mode:04o}")


def test_a_key_file_that_is_missing_is_refused(tmp_path: Path):
    assert refusal_of(tmp_path / "k").code == "key-file-missing"


def test_a_folder_is_no_key_file(tmp_path: Path):
    assert refusal_of(tmp_path).code in {"key-file-unreadable", "key-file-open-to-others"}


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"current": 1, "keys": {}}', '{"current": 1, "keys": {"1": "c2hvcnQ="}}',
     '{"current": 1, "keys": {"1": "not base64!"}}', '{"current": 2, "keys": {"1": ""}}', "\x00\xff"],
)  # fmt: skip
def test_a_key_file_that_is_none_is_refused(tmp_path: Path, content: str):
    path = tmp_path / "k"
    path.write_text(content, encoding="latin-1")
    path.chmod(0o600)
    assert refusal_of(path).code == "key-file-malformed"


def test_a_store_without_its_key_file_seals_and_opens_nothing(store: Store, config: StoreConfig):
    config.keys_in.unlink()
    with open_store(config) as again:
        with pytest.raises(Refused) as refused:
            again.append([told(CASE, "hulp")], expected={CASE: 0}, receipt=receipt("c1"))
        assert refused.value.code == "key-file-missing"
        again.append([noted(CASE)], expected={CASE: 0}, receipt=receipt("c2"))
        assert again.version(CASE) == 1


def test_another_key_file_does_not_fit(store: Store, config: StoreConfig, tmp_path: Path):
    store.append([told(CASE, "hulp")], expected={CASE: 0}, receipt=receipt("c1"))
    make_key_file(tmp_path / "other")
    with open_store(replace(config, key_file=tmp_path / "other")) as again:
        with pytest.raises(Refused) as refused:
            again.append([told(CASE, "meer")], expected={CASE: 1}, receipt=receipt("c2"))
        assert refused.value.code == "key-file-does-not-fit"


def test_a_file_with_a_newer_key_still_opens_what_the_older_wrapped(store: Store, config: StoreConfig):
    from domain.personal import Ref

    store.append([told(CASE, "hulp")], expected={CASE: 0}, receipt=receipt("c1"))
    kept = json.loads(config.keys_in.read_text())
    kept["keys"]["2"], kept["current"] = kept["keys"]["1"][::-1].strip("=").rjust(43, "A") + "=", 2
    config.keys_in.write_text(json.dumps(kept))
    with open_store(config) as again:
        again.append([told(OTHER, "ook")], expected={OTHER: 0}, receipt=receipt("c2"))
        opened = seen(again, [Ref(CASE, 1, "text"), Ref(OTHER, 1, "text")])
    assert list(opened.values()) == ["hulp", "ook"]
    del kept["keys"]["1"]
    config.keys_in.write_text(json.dumps(kept))
    with open_store(config) as again, pytest.raises(Refused) as refused:
        seen(again, [Ref(CASE, 1, "text")])
    assert refused.value.code == "key-version-missing"


def token(stream: str, value: str = "1980-02-03|de boer", purpose: str = "overlap") -> Token:
    return Token(stream, "s1", purpose, value)


def test_the_same_person_is_found_across_streams(store: Store):
    for stream in (CASE, OTHER):
        store.append([noted(stream)], expected={stream: 0}, receipt=receipt(stream), tokens=[token(stream)])
    assert store.tokens.find("overlap", "1980-02-03|de boer", looking(store)) == [(OTHER, "s1"), (CASE, "s1")]
    assert store.tokens.find("overlap", "1980-02-03|de vries", looking(store)) == []
    assert store.tokens.find("search", "1980-02-03|de boer", looking(store)) == []


def test_a_token_of_a_command_that_was_not_stored_finds_nothing(store: Store):
    """Else another person's case, which got the number meanwhile, would seem to be theirs."""
    with pytest.raises(Refused):
        store.append([noted(CASE)], expected={CASE: 7}, receipt=receipt("c1"), tokens=[token(CASE)])
    assert store.tokens.find("overlap", "1980-02-03|de boer", looking(store)) == []
    store.append([noted(OTHER)], expected={OTHER: 0}, receipt=receipt("c1"), tokens=[token(OTHER)])
    assert store.tokens.find("overlap", "1980-02-03|de boer", looking(store)) == [(OTHER, "s1")]


def test_a_command_given_again_does_not_move_its_tokens(store: Store):
    store.append([noted(CASE)], expected={CASE: 0}, receipt=receipt("c1"), tokens=[token(CASE)])
    assert store.append([noted(OTHER)], expected={OTHER: 0}, receipt=receipt("c1"), tokens=[token(OTHER)]).again
    assert store.tokens.find("overlap", "1980-02-03|de boer", looking(store)) == [(CASE, "s1")]


def test_a_token_tells_nothing_without_the_key_file(store: Store):
    import hashlib

    store.append([noted(CASE)], expected={CASE: 0}, receipt=receipt("c1"), tokens=[token(CASE, "123456782")])
    prefix = "casus_keys." if store.connection().kind == "postgresql" else ""
    ((kept,),) = store.keys_connection().query(f"SELECT token FROM {prefix}tokens")
    assert bytes(kept) != hashlib.sha256(b"123456782").digest()


def test_files_and_folder_are_their_owners_alone(embedded: StoreConfig):
    with open_store(embedded) as store:
        store.append([told(CASE, "hulp")], expected={CASE: 0}, receipt=receipt("c1"))
        assert embedded.home.stat().st_mode & 0o777 == 0o700
        modes = {path.name: path.stat().st_mode & 0o777 for path in embedded.home.iterdir()}
    assert set(modes.values()) == {0o600}
    assert {"casus.db", "casus.db-wal", "keys.db", "master.key"} <= set(modes)


def test_files_are_their_owners_alone_whatever_the_mask(tmp_path: Path):
    before = os.umask(0)
    try:
        create_store(StoreConfig(tmp_path / "casus")).close()
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "casus").iterdir()}
    assert set(modes.values()) == {0o600}
