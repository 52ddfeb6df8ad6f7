"""The ledger: a line for each erasure, on the disk before anything is destroyed, and refused rather than guessed at."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.refusal import Refused
from infra.erasing.ledger import Ledger, Line

LINE = Line("a" * 32, "HBR-2026-0001", "s1", "Q1", ("k" * 32,), datetime(2026, 12, 1, 11, tzinfo=UTC))
OTHER = replace(LINE, subject="s2")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "beside" / "erasures.jsonl")


def test_without_a_file_there_are_no_lines(ledger: Ledger):
    assert ledger.lines(LINE.store) == []
    assert not ledger.path.exists()


def test_what_was_appended_is_read_again(ledger: Ledger):
    assert ledger.append(LINE) == LINE
    ledger.append(OTHER)
    assert ledger.lines(LINE.store) == [LINE, OTHER]
    assert ledger.find(LINE.store, LINE.stream, "s2") == OTHER
    assert ledger.lines("b" * 32) == []


def test_the_same_subject_has_one_line_the_first(ledger: Ledger):
    ledger.append(LINE)
    assert ledger.append(replace(LINE, at=datetime(2027, 1, 1, tzinfo=UTC))) == LINE
    assert ledger.path.read_text().count("\n") == 1


def test_it_is_for_its_owner_alone_and_holds_ids_only(ledger: Ledger):
    ledger.append(LINE)
    assert ledger.path.stat().st_mode & 0o777 == 0o600
    assert ledger.path.parent.stat().st_mode & 0o777 == 0o700
    assert set(json.loads(ledger.path.read_text())) == {"casusregie", "store", "stream", "subject", "request", "keys", "at"}


def test_it_is_on_the_disk_before_it_is_said_to_be(ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    synced: list[str] = []
    real = os.fsync

    def fsync(file: int) -> None:
        synced.append(Path(f"/proc/self/fd/{file}").readlink().name)
        real(file)

    monkeypatch.setattr(os, "fsync", fsync)
    ledger.append(LINE)
    assert synced == ["erasures.jsonl", "beside"]


@pytest.mark.parametrize("torn", [b"{", b'{"casusregie": "erasure 1", "store": "aa', OTHER.text().encode()[:-1], b"{}"])
def test_a_last_line_that_was_never_finished_is_refused_and_not_cut_off(ledger: Ledger, torn: bytes):
    ledger.append(LINE)
    with ledger.path.open("ab") as file:
        file.write(torn)
    for ask in (lambda: ledger.lines(LINE.store), lambda: ledger.append(OTHER)):
        with pytest.raises(Refused, match="ledger-malformed") as refused:
            ask()
        assert refused.value.facts["line"] == 2
    assert ledger.path.read_bytes().endswith(torn)


def test_a_whole_last_line_without_its_line_break_is_a_line_and_stays(ledger: Ledger):
    ledger.append(LINE)
    ledger.path.write_bytes(ledger.path.read_bytes() + OTHER.text().encode())
    assert ledger.lines(LINE.store) == [LINE, OTHER]
    third = replace(LINE, subject="s3")
    ledger.append(third)
    assert ledger.lines(LINE.store) == [LINE, OTHER, third]


@pytest.mark.parametrize("taken", [0, 1, 50])
def test_a_disk_that_takes_a_part_only_is_refused_and_leaves_the_file_as_it_was(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, taken: int
):
    ledger.append(LINE)
    room, real = [taken], os.write

    def write(file: int, data: bytes) -> int:
        fits = real(file, bytes(data)[: room[0]]) if room[0] else 0
        room[0] -= fits
        return fits

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(Refused, match="ledger-unwritable"):
        ledger.append(OTHER)
    monkeypatch.undo()
    assert ledger.lines(LINE.store) == [LINE]
    assert ledger.append(OTHER) == OTHER


def test_a_disk_that_takes_it_bit_by_bit_has_the_whole_line(ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, bytes(data)[:7]))
    ledger.append(LINE)
    assert ledger.lines(LINE.store) == [LINE]


def test_a_line_that_can_not_be_read_back_is_not_said_to_be_there(ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "write", lambda file, data: len(data))
    with pytest.raises(Refused, match="ledger-unwritable"):
        ledger.append(LINE)


@pytest.mark.parametrize("bad", ["{}", "[]", "nonsense", '{"casusregie": "erasure 2"}', ""])
def test_a_line_that_is_none_is_refused_with_its_number(ledger: Ledger, bad: str):
    ledger.append(LINE)
    ledger.path.write_text(f"{ledger.path.read_text()}{bad}\n")
    with pytest.raises(Refused, match="ledger-malformed") as refused:
        ledger.lines(LINE.store)
    assert refused.value.facts == {"path": str(ledger.path), "line": 2}
    with pytest.raises(Refused, match="ledger-malformed"):
        ledger.append(OTHER)


def test_a_ledger_that_can_not_be_read_is_refused_and_not_taken_for_none(ledger: Ledger):
    ledger.path.mkdir(parents=True)
    with pytest.raises(Refused, match="ledger-unreadable"):
        ledger.lines(LINE.store)
    with pytest.raises(Refused, match="ledger-unwritable"):
        ledger.append(LINE)


def test_the_digest_is_of_the_line_as_it_stands(ledger: Ledger):
    import hashlib

    ledger.append(LINE)
    assert hashlib.sha256(ledger.path.read_bytes()[:-1]).hexdigest() == LINE.digest()


@pytest.mark.parametrize(
    ("home", "beside"),
    [("/srv/casus", "/srv/casus-ledger"), ("/srv/x/..", "/srv-ledger"), (".", "{here}-ledger"), ("/", "/-ledger")],
)
def test_unless_said_otherwise_it_stands_beside_the_home_folder_whatever_that_is_called(home: str, beside: str):
    from infra.store.config import StoreConfig

    assert StoreConfig(Path(home)).ledger_in == Path(beside.format(here=Path.cwd())) / "erasures.jsonl"
    assert StoreConfig(Path(home), ledger=Path("/mnt/ledger")).ledger_in == Path("/mnt/ledger")
