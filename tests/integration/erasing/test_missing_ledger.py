"""A ledger that is not there, or lacks a line, is not taken for one in which nobody was erased."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from domain.refusal import Refused
from infra.backup import restore, take
from infra.erasing.keeper import keeper_of
from infra.erasing.ledger import Ledger
from infra.erasing.replaying import accept_replayed
from infra.erasing.standing import standings
from infra.store import StoreConfig, open_store
from tests.integration.engine.office import Office, opened
from tests.integration.erasing.archive import Archive
from tests.integration.erasing.test_replaying import copied
from tests.support.stores import DATABASES


def refused(config: StoreConfig) -> str:
    with pytest.raises(Refused) as found:
        open_store(config)
    return found.value.code


def accept(config: StoreConfig) -> None:
    with open_store(config, replaying=True) as store:
        keeper_of(store).accept_without()


def named(config: StoreConfig) -> StoreConfig:
    return replace(config, ledger=config.ledger_in)


def test_a_ledger_that_was_named_and_is_gone_is_asked_for(office: Office, archive: Archive):
    archive.erased(archive.closed())
    open_store(named(office.config)).close()
    office.config.ledger_in.unlink()
    assert refused(named(office.config)) == "ledger-missing"


def test_where_nobody_was_erased_none_is_asked_for_though_it_was_named(office: Office, archive: Archive):
    archive.closed()
    open_store(named(office.config)).close()


def test_beside_the_folder_it_is_asked_for_on_a_laptop_and_not_on_everybodys_machine(office: Office, archive: Archive):
    archive.erased(archive.closed())
    office.config.ledger_in.unlink()
    if office.config.embedded:
        assert refused(office.config) == "ledger-missing"
    else:
        open_store(office.config).close()


@pytest.mark.parametrize("change", ["gone", "other", "later"])
def test_an_erasure_that_the_ledger_does_not_name_is_asked_for(office: Office, archive: Archive, change: str):
    archive.erased(archive.closed())
    number = archive.closed()
    archive.erased(number)
    path = office.config.ledger_in
    first, last = path.read_text().splitlines()
    altered = {
        "gone": "", "other": json.dumps(json.loads(last) | {"subject": "s2", "keys": ["f" * 32]}) + "\n",
        "later": json.dumps(json.loads(last) | {"at": "2031-01-01T00:00:00+00:00"}) + "\n",
    }  # fmt: skip
    path.write_text(f"{first}\n{altered[change]}")
    assert refused(office.config) == "ledger-line-missing"
    with open_store(office.config, replaying=True) as store:
        told = {one.number: (one.state, one.missing) for one in standings(store, Ledger(path)) if one.subject == "s1"}
    assert told.pop(number) == ("incomplete", "ledger")
    assert set(told.values()) == {("done", None)}
    path.write_text(f"{first}\n{last}\n")
    open_store(office.config).close()


def test_once_it_is_said_that_there_is_none_it_is_served_until_the_next_is_lost(office: Office, archive: Archive):
    archive.erased(archive.closed())
    office.config.ledger_in.unlink()
    accept(named(office.config))
    with opened(named(office.config)) as again:
        Archive(again).erased(Archive(again).closed())
    open_store(named(office.config)).close()
    office.config.ledger_in.unlink()
    assert refused(named(office.config)) == "ledger-missing"


def test_a_ledger_that_was_replayed_is_asked_for_all_the_same(office: Office, archive: Archive):
    """A replay lets in where no ledger is; it accepts no erasure that none names."""
    archive.erased(archive.closed())
    with open_store(office.config, replaying=True) as store:
        name = "casus_keys.ledger_checks" if not office.config.embedded else "ledger_checks"
        db = store.keys_connection()
        db.execute(f"INSERT INTO {name} (what, at, recorded_by) VALUES ('restored', ?, 'restore')", (store.now().isoformat(),))
        ledger = Ledger(office.config.ledger_in)
        assert keeper_of(store).ledger_standing(ledger.lines(store.store_id)) == (0, True)
        accept_replayed(store, ledger)
        assert keeper_of(store).ledger_standing(ledger.lines(store.store_id)) == (0, False)
    office.config.ledger_in.unlink()
    assert refused(named(office.config)) == "ledger-missing"


@pytest.mark.parametrize("config", DATABASES[:1], indirect=True)
@pytest.mark.parametrize("name", ["casus.db", "keys.db"])
def test_either_file_of_before_put_back_alone_shows_that_there_was_an_erasure(config: StoreConfig, tmp_path: Path, name: str):
    with opened(config) as office:
        number = Archive(office).closed()
        put_back = copied(config, tmp_path / "copy")
        Archive(office).erased(number)
    put_back(name)
    config.ledger_in.unlink()
    assert refused(config) == "ledger-missing"


@pytest.mark.parametrize("config", DATABASES[:1], indirect=True)
def test_what_was_put_back_without_a_ledger_is_not_served_before_somebody_said_that_there_is_none(
    config: StoreConfig, tmp_path: Path
):
    with opened(config) as office:
        number = Archive(office).closed()
        files = {holds: tmp_path / holds for holds in ("events", "keys")}
        take(config, files, print)  # type: ignore[arg-type]
        Archive(office).erased(number)
    there = StoreConfig(tmp_path / "there", key_file=config.keys_in)
    restore(there, files, print)  # type: ignore[arg-type]
    assert refused(there) == "ledger-missing"
    assert refused(replace(there, ledger=config.ledger_in)) == "ledger-not-replayed"
    accept(there)
    open_store(there).close()
    restore(there, files, print)  # type: ignore[arg-type]
    open_store(there).close()
