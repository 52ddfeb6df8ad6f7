"""The standalone verifier, given a zip: it opens none that is not just as it was made, and looks at what lies beside the pack."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.evidence.note import parse
from infra.evidence.pack import packing, verify
from tests.support.packed import FORGE, GOOD
from tests.support.packs import CASE, Pack


def whole(pack: Pack = GOOD) -> bytes:
    made = json.dumps(pack).encode()
    now = parse(pack["checkpoint"])[0]
    since = parse(pack["since"]["checkpoint"])[0] if "since" in pack else None
    return packing.zipped(made, now, since, "en", case=CASE, size=9, sha256="")


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return made.getvalue()


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def run(folder: Path, data: bytes, *words: str) -> int:
    (folder / "pack.zip").write_bytes(data)
    return verify.main([str(folder / "pack.zip"), *words])


def test_a_zip_holds_and_is_the_same_each_time(tmp_path: Path):
    assert whole() == whole()
    assert run(tmp_path, whole()) == 0


@pytest.mark.parametrize("member", ["checkpoint.txt", "earlier.txt"])
def test_what_lies_beside_the_pack_is_what_it_says(member: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    other = members(whole()) | {member: FORGE.note(3).encode()}
    assert run(tmp_path, zipped(other)) == 1
    assert member in capsys.readouterr().err


def test_an_earlier_checkpoint_lies_beside_the_pack_where_it_names_one_and_only_there(tmp_path: Path):
    assert run(tmp_path, zipped(but("earlier.txt"))) == 1
    without = members(whole(FORGE.pack()))
    assert run(tmp_path, zipped(without)) == 0
    assert run(tmp_path, zipped(without | {"earlier.txt": FORGE.note(4).encode()})) == 1


def test_another_verifier_in_it_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run(tmp_path, zipped(members(whole()) | {"verify.py": b"print('HOLDS')"})) == 0
    assert "another verify.py" in capsys.readouterr().err


def entry(data: bytes, field: int, value: bytes) -> bytes:
    """The zip with a field of its first central entry otherwise (APPNOTE, 4.3.12): 8 flags, 10 method, 24 size."""
    at = data.index(b"PK\x01\x02") + field
    return data[:at] + value + data[at + len(value) :]


def twice() -> bytes:
    made = io.BytesIO(whole())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(made, "a") as file:
        file.writestr("pack.json", json.dumps(GOOD))
    return made.getvalue()


def but(name: str) -> dict[str, bytes]:
    return {each: data for each, data in members(whole()).items() if each != name}


BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "packed": ("packing", lambda: zipped(members(whole()), zipfile.ZIP_DEFLATED)),
    "a bomb": ("packing", lambda: zipped(members(whole()) | {"README.md": b"0" * 10_000_000}, zipfile.ZIP_DEFLATED)),
    "one packed": ("packing", lambda: entry(whole(), 10, b"\x08")),
    "larger than it is": ("packing", lambda: entry(whole(), 24, b"\xff\xff\xff\x7f")),
    "locked": ("zip", lambda: entry(whole(), 8, b"\x01")),
    "a path": ("members", lambda: zipped(members(whole()) | {"../pack.json": b""})),
    "a path from the root": ("members", lambda: zipped(members(whole()) | {"/etc/passwd": b""})),
    "a folder": ("members", lambda: zipped(members(whole()) | {"more/": b""})),
    "a file more": ("members", lambda: zipped(members(whole()) | {"more.py": b""})),
    "no pack": ("members", lambda: zipped(but("pack.json"))),
    "no checkpoint": ("members", lambda: zipped(but("checkpoint.txt"))),
    "one twice": ("members", twice),
    "cut": ("zip", lambda: whole()[:-30]),
    "a head alone": ("zip", lambda: b"PK\x03\x04"),
    "two letters": ("zip", lambda: b"PK"),
    "no pack in the pack": ("JSON", lambda: zipped(members(whole()) | {"pack.json": b"{"})),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_zip_that_is_not_as_it_was_made_is_not_opened(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    what, made = BOMBS[name]
    assert run(tmp_path, made(), "--json") == 2
    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["fault"], told["what"]) == ("not-checked", "unreadable", what)


@pytest.mark.parametrize("bit", range(0, 8 * 120, 7))
def test_a_zip_with_a_bit_flipped_in_its_heads_is_no_trouble(bit: int, tmp_path: Path):
    data = bytearray(whole())
    at = (len(data) - 120) * 8 + bit
    data[at // 8] ^= 1 << at % 8
    assert run(tmp_path, bytes(data)) in (0, 1, 2)
