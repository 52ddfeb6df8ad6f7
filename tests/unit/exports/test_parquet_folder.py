"""Where a folder of segments can't be made, it is refused as a file that can't be written is."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from domain.refusal import Refused
from infra.exports.files import written_whole
from infra.exports.parquet_folder import Folder, Terms

TERMS = Terms("casusregie/0", "warehouse", 100, "none", False, None)


@pytest.mark.parametrize("named", ["no/where", "file/in-it", "nul\0"])
def test_a_place_that_is_not_there(tmp_path: Path, named: str):
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="export-folder-missing"):
        Folder(tmp_path / named, TERMS, 1)
    with pytest.raises(Refused, match="export-folder-missing"), written_whole(tmp_path / named / "file"):
        pass


def test_a_file_is_no_folder(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="export-not-a-folder"):
        Folder(tmp_path / "file", TERMS, 1)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [(errno.EACCES, "export-forbidden"), (errno.ENOSPC, "export-no-space"), (errno.EROFS, "export-unwritable")],
)
def test_what_the_disk_says_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: int, code: str):
    def fails(*_: object, **__: object) -> None:
        raise OSError(wrong, "so the disk says")

    monkeypatch.setattr(Path, "mkdir", fails)
    with pytest.raises(Refused, match=code):
        Folder(tmp_path / "out", TERMS, 1)
