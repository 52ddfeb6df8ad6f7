"""What is kept outside the store is on the disk, with its name in its folder, before it is said to be."""

import os
from pathlib import Path

import pytest

from infra.evidence import signer
from infra.evidence.kept import Kept

STORE = "5c57891713d33f967c4a477d3a9185fb"


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What was had on the disk, in order."""
    found: list[Path] = []
    real = os.fsync

    def fsync(file: int) -> None:
        found.append(Path(f"/proc/self/fd/{file}").readlink())
        real(file)

    monkeypatch.setattr(os, "fsync", fsync)
    return found


def test_a_note_and_then_its_place(tmp_path: Path, synced: list[Path]):
    kept = Kept(tmp_path / "outside", STORE)
    kept.keep("a note\n")
    assert [path.suffix for path in synced] == [".part", ""]
    assert synced[-1] == kept.path.parent
    kept.put_aside(unless="another log")
    assert synced[2:] == [kept.path.parent]
    assert kept.last() is None


def test_a_key_and_for_the_first_one_its_file(tmp_path: Path, synced: list[Path]):
    file = tmp_path / "safe" / "signer.key"
    signer.keep(file, f"casusregie/{STORE}", signer.new_seed())
    assert synced == [file, file.parent]
    signer.keep(file, f"casusregie/{STORE}/2", signer.new_seed())
    assert synced[2:] == [file]
