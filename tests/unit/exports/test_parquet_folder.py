"""A folder of segments that can't be made is refused as a file that can't be written is; a damaged manifest by its name."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pytest

from domain.refusal import Refused
from infra.exports.files import written_whole
from infra.exports.parquet_folder import MANIFEST, Folder, Terms
from infra.exports.segments import Stretch

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


FILE = "events-000000001-000000100.parquet"
DAMAGED: tuple[dict[str, Any], ...] = (
    {"place": "1"}, {"place": None}, {"place": True}, {"segments": 5}, {"segments": [1]}, {"segments": [{}]}, {"segments": {}},
    {"segments": None}, {"checkpoint": None, "segments": "x"},
)  # fmt: skip
HARMED: tuple[dict[str, Any], ...] = (
    {"upto": None}, {"upto": "1"}, {"sha256": 5}, {"file": 5}, {"file": ["x"]}, {"file": f"../{FILE}"}, {"file": f"/{FILE}"},
    {"file": f"{FILE}\n"}, {"file": MANIFEST}, {"more": 1},
)  # fmt: skip


def kept(path: Path) -> dict[str, Any]:
    """What the manifest of a folder with a segment says."""
    folder = Folder(path, TERMS, 100)
    folder.keep(FILE, Stretch(1, 100, (), frozenset(), withheld=False), "0" * 64)
    held: dict[str, Any] = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    return held


def test_a_manifest_that_is_damaged_is_refused(tmp_path: Path):
    held = kept(tmp_path)
    [segment] = held["segments"]
    Folder(tmp_path, TERMS, 100)
    less = [{"segments": [{name: each for name, each in segment.items() if name != left_out}]} for left_out in segment]
    for harm in (*DAMAGED, *({"segments": [segment | harm]} for harm in HARMED), *less):
        (tmp_path / MANIFEST).write_text(json.dumps(held | harm), encoding="utf-8")
        with pytest.raises(Refused) as refused:
            Folder(tmp_path, TERMS, 100)
        assert (refused.value.code, refused.value.facts) == ("export-folder-unreadable", {"file": MANIFEST}), harm
