"""A server's store that came from the JSON Lines of a laptop is used on: its log goes on from the notes of before."""

import shutil
from pathlib import Path

import pytest

from infra.backup import restore
from infra.backup.following import derive
from infra.evidence.checks.report import Check
from infra.evidence.evidence import Evidence
from infra.evidence.verifying import verify
from infra.store import StoreConfig, create_store, open_store
from infra.store.store import Store
from tests.integration.backup.conftest import NewPlace, fill
from tests.integration.backup.lines import exported, lines
from tests.integration.backup.test_lines_handed_out import hand_out
from tests.integration.backup.test_there_and_back import backed_up, quiet


def log_of(store: Store, config: StoreConfig) -> Evidence:
    return Evidence(store, config.signer_in, config.outside)


def moved(here: StoreConfig, there: StoreConfig, tmp_path: Path) -> None:
    """Put the lines back elsewhere, with the keys, and with the files of the keys."""
    there.home.mkdir(mode=0o700, parents=True)
    for file in ("keys_in", "signer_in"):
        shutil.copy(getattr(here, file), getattr(there, file))
    restore(there, {"events": tmp_path / "all.jsonl", "keys": backed_up(here, tmp_path)["keys"]}, quiet)


@pytest.mark.parametrize(("first", "second"), [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_it_goes_on_from_what_an_auditor_holds(first: str, second: str, new_place: NewPlace, tmp_path: Path):
    here, there = new_place(first), new_place(second)
    with create_store(here) as store:
        fill(store)
        log_of(store, here).checkpoint()
    held = hand_out(here, 4)
    place = exported(here, tmp_path / "all.jsonl").events
    with open_store(here) as store:
        between = log_of(store, here).checkpoint(place - 1).note  # nobody was given it, so it does not come along
    moved(here, there, tmp_path)
    derive(there, lambda _: None)

    with open_store(there) as store:
        log = log_of(store, there)
        last = log.last()
        assert last is not None
        assert last.checkpoint.size == place
        fill(store, first=31)
        made = log.checkpoint()
        assert made.size == store.head() == place + 6
        for since in (held, last.checkpoint.note, made.note):
            report = verify(store, log.kept, since=since, held=[held, made.note], key=log.key)
            assert (report.faults, report.signed) == ((), made.size)
            assert report.events == made.size - report.since > -1
        assert log.checkpoint(place - 1).note == between

    # of the same place the same file: of what came along, and of what was recorded since
    exported(there, tmp_path / "then.jsonl", place)
    assert lines(tmp_path / "then.jsonl") == lines(tmp_path / "all.jsonl")
    exported(there, tmp_path / "more.jsonl", made.size)
    back = new_place(first)
    restore(back, {"events": tmp_path / "more.jsonl"}, quiet)
    back.signer_in.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy(here.signer_in, back.signer_in)
    exported(back, tmp_path / "back.jsonl", made.size)
    assert lines(tmp_path / "back.jsonl") == lines(tmp_path / "more.jsonl")


@pytest.mark.parametrize("kind", ["postgresql"])
def test_what_is_changed_in_it_afterwards_is_found_with_the_note_of_before(kind: str, new_place: NewPlace, tmp_path: Path):
    """The control."""
    here, there = new_place("sqlite"), new_place(kind)
    with create_store(here) as store:
        fill(store)
        held = log_of(store, here).checkpoint().note
    exported(here, tmp_path / "all.jsonl")
    moved(here, there, tmp_path)
    with open_store(there) as store:
        fill(store, first=31)
        db = store.connection()
        db.execute("ALTER TABLE casus.stored_events DISABLE TRIGGER USER")
        db.execute("UPDATE casus.stored_events SET recorded_by = 'x' WHERE originator_id = 'LEL-2026-0001'")
        report = verify(store, log_of(store, there).kept, held=[held])
    assert Check.LEAVES in {fault.check for fault in report.faults}
