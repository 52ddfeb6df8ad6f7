"""The key-encryption key is changed: everything stays readable, nothing of the events moves, and an old copy opens nothing."""

import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from domain.refusal import Refused
from infra.erasing.keeper import keeper_of
from infra.keys import rotating
from infra.keys.keyfile import read_key_file
from infra.keys.rotating import STEPS, rotate, versions
from infra.keys.wrapping import unwrap
from infra.store import StoreConfig
from tests.integration.engine.office import Office, opened
from tests.integration.erasing.archive import CHILD, NAME, QUESTION, Archive, texts
from tests.support.stores import DATABASES

ACT = "groningen-zvt:K1"


def in_file(config: StoreConfig) -> list[str]:
    return sorted(json.loads(config.keys_in.read_text())["keys"])


def raw_events(office: Office) -> list[tuple[object, ...]]:
    rows = office.store.connection().query("SELECT originator_id, originator_version, state FROM stored_events ORDER BY 1, 2")
    sealed = office.store.connection().query("SELECT * FROM sealed_fields ORDER BY 1, 2, 3")
    return [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in (*rows, *sealed)]


def test_all_is_readable_afterwards_and_no_event_was_touched(office: Office, archive: Archive):
    number = archive.closed(name=NAME, birth_date="1980-02-03")
    before = raw_events(office)
    done = rotate(office.store, office.config.keys_in, ACT)
    assert done.version == 2
    assert raw_events(office) == before
    assert in_file(office.config) == ["2"]
    assert {NAME, QUESTION, CHILD} <= set(texts(office.store, number).values())
    with opened(office.config) as again:
        assert {NAME, QUESTION, CHILD} <= set(texts(again.store, number).values())


def test_a_person_is_found_again_after_the_change(office: Office):
    who: dict[str, Any] = {"question": QUESTION, "reasons": ["overlast"], "name": NAME, "birth_date": "1980-02-03"}
    number = office.ask("intake.submit", **who).stream
    rotate(office.store, office.config.keys_in, ACT)
    with opened(office.config) as again:
        assert again.ask("intake.submit", **who).duplicates == (number,)


def test_the_file_keeps_its_mode_and_holds_the_new_key_alone(office: Office):
    old = read_key_file(office.config.keys_in).key(1)
    rotate(office.store, office.config.keys_in, ACT)
    assert office.config.keys_in.stat().st_mode & 0o777 == 0o600
    assert read_key_file(office.config.keys_in).key(2) != old
    assert [p.name for p in office.config.keys_in.parent.iterdir() if p.name.startswith(".")] == []


def test_the_same_act_changes_the_key_once_and_another_act_again(office: Office):
    rotate(office.store, office.config.keys_in, ACT)
    assert rotate(office.store, office.config.keys_in, ACT) == rotating.Rotated(2, 0)
    assert rotate(office.store, office.config.keys_in, "groningen-zvt:K2").version == 3
    assert in_file(office.config) == ["3"]


@pytest.mark.parametrize("step", STEPS)
def test_broken_off_at_any_step_nothing_is_lost_and_the_same_goes_on(office: Office, archive: Archive, step: str):
    number = archive.closed()

    def killed(done: str) -> None:
        if done == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(office.store, office.config.keys_in, ACT, killed)
    with opened(office.config) as again:  # whoever works on in between can read and write
        assert {NAME, QUESTION, CHILD} <= set(texts(again.store, number).values())
        other = again.submitted()
    with opened(office.config) as again:
        assert rotate(again.store, office.config.keys_in, ACT).version == 2
        assert {NAME, QUESTION, CHILD} <= set(texts(again.store, number).values())
        assert QUESTION in texts(again.store, other).values()
    assert in_file(office.config) == ["2"]


@pytest.mark.parametrize("cut", ["_wrapped_anew", "_sweep", "_drop_old"])
def test_broken_off_in_the_middle_of_a_step_nothing_is_lost(
    office: Office, archive: Archive, cut: str, monkeypatch: pytest.MonkeyPatch
):
    number = archive.closed()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    target = "wrap" if cut == "_wrapped_anew" else cut
    monkeypatch.setattr(rotating, target, killed)
    with pytest.raises(KeyboardInterrupt):
        rotate(office.store, office.config.keys_in, ACT)
    monkeypatch.undo()
    with opened(office.config) as again:
        assert QUESTION in texts(again.store, number).values()
        rotate(again.store, office.config.keys_in, ACT)
        assert QUESTION in texts(again.store, number).values()


def test_who_read_the_file_before_the_change_goes_on_with_the_new_key(office: Office, archive: Archive):
    """Else a key would be wrapped with a version that is about to go, and be lost with it."""
    number = archive.closed()
    with opened(office.config) as late:
        assert late.store.keys.keks.current == 1
        rotate(office.store, office.config.keys_in, ACT)
        other = late.submitted()
        assert QUESTION in texts(late.store, other).values()
        assert QUESTION in texts(late.store, number).values()
    assert {v for v, count, *_ in versions(office.store, office.config.keys_in) if count} == {2}


def test_the_database_takes_no_key_that_an_older_version_wraps(office: Office):
    rotate(office.store, office.config.keys_in, ACT)
    db = office.store.keys_connection()
    schema = "casus_keys." if db.kind == "postgresql" else ""
    at = "2026-01-01T00:00:00.000000Z"
    insert = (
        f"INSERT INTO {schema}data_keys (originator_id, subject, generation, key_id, state, kek_version, wrapped, created_at) "
        "VALUES (?, 's1', 1, ?, 'active', ?, ?, ?)"
    )
    db.execute(insert, ("X-1", "a" * 32, 1, b"old", at))
    db.execute(insert, ("X-2", "b" * 32, 2, b"new", at))
    assert [r[0] for r in db.query(f"SELECT key_id FROM {schema}data_keys WHERE key_id IN (?, ?)", ("a" * 32, "b" * 32))] == [
        "b" * 32
    ]


def test_a_key_file_that_can_not_be_replaced_changes_nothing(office: Office, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused, match="key-file-unwritable") as refused:
        rotate(office.store, office.config.keys_in, ACT)
    assert refused.value.facts["path"] == str(office.config.keys_in)
    monkeypatch.undo()
    assert in_file(office.config) == ["1"]
    assert [p.name for p in office.config.keys_in.parent.iterdir() if p.name.startswith(".")] == []


# --- an old backup, opened by hand with today's key-encryption key


def opened_by_hand(copy: Path, config: StoreConfig, number: str) -> dict[str, int]:
    """How many of the wrapped keys of a case in an old copy of the key store open with any key that today's key file holds."""
    keks = read_key_file(config.keys_in)
    ((store_id,),) = sqlite3.connect(copy / "casus.db").execute("SELECT store_id FROM casus_store").fetchall()
    rows = sqlite3.connect(copy / "keys.db").execute(
        "SELECT subject, key_id, wrapped FROM data_keys WHERE originator_id = ?", (number,)
    )
    found: dict[str, int] = {}
    for subject, key_id, wrapped in rows:
        for version in in_file(config):
            for bound_to in range(1, 4):
                about = ("data key", store_id, number, subject, key_id)
                found[subject] = found.get(subject, 0) + _opens(keks, int(version), bound_to, wrapped, about)
    return found


def _opens(keks: object, version: int, bound_to: int, wrapped: bytes, about: tuple[str, ...]) -> bool:
    class Tried:
        current = bound_to

        def key(self, _: int) -> bytes:
            return keks.key(version)  # type: ignore[attr-defined, no-any-return]

    try:
        return len(unwrap(Tried(), bound_to, wrapped, about)) == 32
    except Refused:
        return False


@pytest.mark.parametrize("config", DATABASES[:1], indirect=True)
@pytest.mark.parametrize("rotated", [True, False])
def test_an_old_backup_with_todays_key_file_opens_nothing_of_who_was_erased(
    office: Office, archive: Archive, tmp_path: Path, rotated: bool
):
    number = archive.closed()
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in (office.config.events_file, office.config.keys_db):
        with sqlite3.connect(path) as live, sqlite3.connect(copy / path.name) as backup:
            live.backup(backup)
    archive.erased(number)
    if rotated:
        rotate(office.store, office.config.keys_in, ACT)
        assert opened_by_hand(copy, office.config, number) == {"s1": 0, "s2": 0}
    else:
        assert opened_by_hand(copy, office.config, number) == {"s1": 1, "s2": 1}, (
            "without the change the copy opens: the test can fail"
        )


@pytest.mark.parametrize("config", DATABASES[:1], indirect=True)
def test_no_old_wrapping_is_left_in_the_file_after_the_change(office: Office, archive: Archive):
    archive.closed()
    db = office.store.keys_connection()
    old = [bytes(row[0]) for row in db.query("SELECT wrapped FROM data_keys")]
    content = [office.config.keys_db.read_bytes() + office.config.keys_db.with_name("keys.db-wal").read_bytes()]
    assert all(any(w in c for c in content) for w in old)
    rotate(office.store, office.config.keys_in, ACT)
    left = [p.read_bytes() for p in (office.config.keys_db, office.config.keys_db.with_name("keys.db-wal"))]
    assert not [w for w in old if any(w in c for c in left)]


def test_a_change_after_an_erasure_is_told(office: Office, archive: Archive):
    from infra.erasing.ledger import Ledger
    from infra.erasing.standing import standings

    number = archive.closed()
    archive.erased(number)
    ledger = Ledger(office.config.ledger_in)
    assert [s.rotated for s in standings(office.store, ledger)] == [False]
    rotate(office.store, office.config.keys_in, ACT)
    assert [s.rotated for s in standings(office.store, ledger)] == [True]
    assert list(keeper_of(office.store).rotations()) == [2]
    other = archive.closed()
    archive.erased(other)
    assert {s.number: s.rotated for s in standings(office.store, ledger)} == {number: True, other: False}
