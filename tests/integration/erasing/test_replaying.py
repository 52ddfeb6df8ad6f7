"""A backup was put back: the store is not served until whoever was erased since is erased again."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.refusal import Refused
from infra.erasing.keeper import keeper_of
from infra.erasing.ledger import Ledger, Line
from infra.erasing.replaying import outstanding, replay_ledger
from infra.store import StoreConfig, open_store
from infra.store.store import Store
from infra.store.texts import Withheld
from tests.integration.engine.office import Office, opened
from tests.integration.erasing.archive import CHILD, QUESTION, Archive, finish, texts
from tests.support.seeing import READER
from tests.support.stores import DATABASES

GONE = Withheld("erased")
KEYS = ("originator_id", "subject", "generation", "key_id", "state", "kek_version", "wrapped", "created_at", "erased_at")


def bring_back_keys(store: Store, kept: list[tuple[object, ...]]) -> None:
    """Put the keys back as they once were: an old backup of the key store alone."""
    db = store.keys_connection()
    schema = "casus_keys." if db.kind == "postgresql" else ""
    db.execute(f"DELETE FROM {schema}data_keys")
    db.execute(f"DELETE FROM {schema}erasures")
    marks = ", ".join("?" * len(KEYS))
    db.executemany(f"INSERT INTO {schema}data_keys ({', '.join(KEYS)}) VALUES ({marks})", kept)


def keys_of(store: Store) -> list[tuple[object, ...]]:
    schema = "casus_keys." if store.connection().kind == "postgresql" else ""
    return store.keys_connection().query(f"SELECT {', '.join(KEYS)} FROM {schema}data_keys")


def replayed(config: StoreConfig) -> list[str]:
    with open_store(config, replaying=True) as store:
        return [line.subject for line in replay_ledger(store, Ledger(config.ledger_in), lambda _: READER)]


def refused(config: StoreConfig) -> Refused:
    with pytest.raises(Refused, match="ledger-not-replayed") as found:
        open_store(config)
    return found.value


def test_a_store_in_which_nobody_was_erased_is_served_without_a_ledger(office: Office, archive: Archive):
    archive.closed()
    assert not office.config.ledger_in.exists()
    open_store(office.config).close()


def test_after_an_erasure_the_store_is_served(office: Office, archive: Archive):
    archive.erased(archive.closed())
    open_store(office.config).close()


def test_while_an_erasure_is_broken_off_the_store_is_served_so_that_it_can_go_on(office: Office, archive: Archive):
    number = archive.closed()
    right = archive.begun(number)

    def killed(step: str) -> None:
        if step == "ledger":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        finish(office, number, right, killed)
    with opened(office.config) as again:
        assert finish(again, number, right).keys == 1


def test_old_keys_put_back_are_refused_and_destroyed_again(office: Office, archive: Archive):
    number = archive.closed()
    kept = keys_of(office.store)
    archive.erased(number)
    bring_back_keys(office.store, kept)
    assert QUESTION in texts(office.store, number).values(), "put back, it could be read: the test can fail"
    assert refused(office.config).facts == {"path": str(office.config.ledger_in), "count": 1}
    assert replayed(office.config) == ["s1"]
    with opened(office.config) as again:
        assert set(texts(again.store, number).values()) == {GONE, CHILD}
        assert again.topics(number).count("rights.subject-erased") == 1
    assert replayed(office.config) == []


def test_a_key_that_the_old_keys_do_not_have_is_not_made_anew(office: Office, archive: Archive):
    number = archive.closed()
    archive.erased(number)
    bring_back_keys(office.store, [])
    refused(office.config)
    assert replayed(office.config) == ["s1"]
    with opened(office.config) as again, pytest.raises(Refused, match="subject-erased"):
        again.ask("correcting.state", case=number, statement="Toch nog iets")
    assert keeper_of(office.store).left(number, "s1") == 0


def test_an_interrupted_replay_is_found_again(office: Office, archive: Archive, monkeypatch: pytest.MonkeyPatch):
    number = archive.closed()
    kept = keys_of(office.store)
    archive.erased(number)
    bring_back_keys(office.store, kept)
    with open_store(office.config, replaying=True) as store:
        keeper = type(keeper_of(store))

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(keeper, "destroy", killed)
        with pytest.raises(KeyboardInterrupt):
            replay_ledger(store, Ledger(office.config.ledger_in), lambda _: READER)
        monkeypatch.undo()
    refused(office.config)
    assert replayed(office.config) == ["s1"]


def test_the_ledger_of_another_store_says_nothing_here(office: Office, archive: Archive):
    archive.erased(archive.closed())
    text = office.config.ledger_in.read_text().replace(office.store.store_id, "f" * 32)
    office.config.ledger_in.write_text(text)
    assert outstanding(office.store, Ledger(office.config.ledger_in)) == []


def test_a_line_about_somebody_this_store_never_knew_is_no_reason_to_refuse(office: Office, archive: Archive):
    number = archive.closed()
    archive.erased(number)
    text = office.config.ledger_in.read_text()
    key = Ledger(office.config.ledger_in).lines(office.store.store_id)[0].keys[0]
    office.config.ledger_in.write_text(text + text.replace(number, "GRN-2031-0001").replace(key, "9" * 32))
    open_store(office.config).close()


def test_a_ledger_that_can_not_be_read_is_no_ledger_that_is_empty(office: Office, archive: Archive):
    archive.erased(archive.closed())
    office.config.ledger_in.write_text("torn to pieces\n")
    with pytest.raises(Refused, match="ledger-malformed"):
        open_store(office.config)


# --- whole files put back, on a laptop


def copied(config: StoreConfig, to: Path) -> Callable[..., None]:
    """Copy both files. Out: what puts these of them back."""
    to.mkdir()
    for path in (config.events_file, config.keys_db):
        with sqlite3.connect(path) as live, sqlite3.connect(to / path.name) as backup:
            live.backup(backup)

    def put_back(*names: str) -> None:
        for name in names:
            for file in (name, f"{name}-wal", f"{name}-shm"):  # taken away, not written over: somebody has them open
                config.home.joinpath(file).unlink(missing_ok=True)
            shutil.copy(to / name, config.home / name)

    return put_back


@pytest.mark.parametrize("altered", [{"keys": ["KEY", "0" * 32]}, {"request": "Q9"}], ids=["digest", "request"])
def test_a_line_that_the_log_contradicts_destroys_nothing(office: Office, archive: Archive, altered: dict[str, object]):
    number = archive.closed()
    kept = keys_of(office.store)
    archive.erased(number)
    bring_back_keys(office.store, kept)
    path = office.config.ledger_in
    given = json.loads(path.read_text())
    path.write_text(json.dumps(given | altered).replace("KEY", given["keys"][0]) + "\n")
    with pytest.raises(Refused, match="ledger-line-unbound"):
        replayed(office.config)
    assert QUESTION in texts(office.store, number).values()


def test_a_line_with_the_key_of_another_destroys_nothing(office: Office, archive: Archive):
    number = archive.closed()
    child = next(iter(keeper_of(office.store).keys(number, "s2")))
    Ledger(office.config.ledger_in).append(Line(office.store.store_id, number, "s1", "Q1", (child,), office.store.now()))
    with pytest.raises(Refused, match="ledger-line-unbound"):
        replayed(office.config)
    assert QUESTION in texts(office.store, number).values()


@pytest.mark.parametrize("config", DATABASES[:1], indirect=True)
@pytest.mark.parametrize("names", [("casus.db", "keys.db"), ("casus.db",), ("keys.db",)], ids="+".join)
def test_files_of_before_put_back_are_refused_until_the_ledger_is_replayed(
    config: StoreConfig, tmp_path: Path, names: tuple[str, ...]
):
    with opened(config) as office:
        number = Archive(office).closed()
        put_back = copied(config, tmp_path / "copy")
        Archive(office).erased(number)
    put_back(*names)
    refused(config)
    assert replayed(config) == ["s1"]
    with opened(config) as again:
        assert set(texts(again.store, number).values()) == {GONE, CHILD}
        assert again.case(number).erased == {"s1"}
        with pytest.raises(Refused, match="subject-erased"):
            again.ask("correcting.state", case=number, statement="Toch nog iets")
        assert again.ask("rights.request", who=Archive(again).officer, case=number, kind="access", subject="s2").events
        assert "Q1" not in again.case(number).rights or names == ("keys.db",), "the number of a request is given once"


@pytest.mark.parametrize("config", DATABASES[:1], indirect=True)
def test_without_the_ledger_the_old_files_would_be_served(config: StoreConfig, tmp_path: Path):
    with opened(config) as office:
        number = Archive(office).closed()
        put_back = copied(config, tmp_path / "copy")
        Archive(office).erased(number)
    put_back("casus.db", "keys.db")
    config.ledger_in.unlink()
    with opened(config) as again:
        assert QUESTION in texts(again.store, number).values()
