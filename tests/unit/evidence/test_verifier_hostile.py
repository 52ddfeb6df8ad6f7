"""The standalone verifier, given what is no pack or one that was made to hurt it: it refuses, and stumbles over nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.evidence.pack import verify
from tests.support.packed import GOOD, forged
from tests.support.packs import CASE, Meddle, base64, meddled, stored

NOT_A_PACK: dict[str, tuple[str, bytes]] = {
    "nothing": ("JSON", b""),
    "no JSON": ("JSON", b"{"),
    "a list": ("names", b"[]"),
    "null": ("names", b"null"),
    "a number": ("names", b"1"),
    "two objects": ("JSON", b"{}{}"),
    "not UTF-8": ("JSON", b"\xff\xfe"),
    "deep": ("JSON", b"[" * 50_000),
    "deep objects": ("JSON", b'{"a":' * 50_000),
    "a huge number": ("JSON", b'{"upto":' + b"9" * 10_000 + b"}"),
    "very many parts": ("size", b"[" + b"[]," * 200_000 + b"[]]"),
    "very many names": ("size", b'{"a":"b",' * 100_000),
    "not a number": ("NaN", b'{"upto": NaN}'),
    "a name twice": ("a name twice", b'{"format": "a", "format": "a"}'),
}


def why_not(folder: Path, capsys: pytest.CaptureFixture[str], data: bytes, name: str = "pack.json") -> str:
    """The fault that is told, with what is unreadable."""
    (folder / name).write_bytes(data)
    code = verify.main([str(folder / name), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], code) in (("does-not-hold", 1), ("not-checked", 2))
    return f"unreadable {told['what']}" if told["fault"] == "unreadable" else str(told["fault"])


@pytest.mark.parametrize("name", NOT_A_PACK)
def test_what_is_no_pack_is_refused_and_not_stumbled_over(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    what, data = NOT_A_PACK[name]
    assert why_not(tmp_path, capsys, data) == f"unreadable {what}"


def test_what_is_larger_than_a_pack_can_be_is_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    data = json.dumps(GOOD).encode()
    monkeypatch.setattr(verify, "LIMIT", len(data) - 1)
    assert why_not(tmp_path, capsys, data) == "unreadable size"
    monkeypatch.setattr(verify, "LIMIT", len(data))
    assert verify.main([str(tmp_path / "pack.json")]) == 0


HOSTILE: dict[str, tuple[str, Meddle]] = {
    "a name more": ("unreadable names", lambda p: p.update(more=1)),
    "a name less": ("unreadable names", lambda p: p.pop("case")),
    "another format": ("unreadable format", lambda p: p.update(format="casusregie-pack/2")),
    "a truth for a number": ("unreadable types", lambda p: p.update(upto=True)),
    "half a place": ("unreadable types", lambda p: p["events"][0].update(place=1.0)),
    "a truth for a place": ("unreadable types", lambda p: p["events"][0].update(place=True)),
    "a truth for a version": ("unreadable types", lambda p: p["events"][0].update(version=True)),
    "a place beyond all": ("beyond", lambda p: p["events"][0].update(place=1 << 80)),
    "a version beyond all": ("unreadable a number or a text too large", lambda p: p["events"][0].update(version=1 << 80)),
    "a version below all": ("beyond", lambda p: p["events"][0].update(version=-1)),
    "no place": ("beyond", lambda p: p["events"][0].update(place=0)),
    "a stream too long": ("unreadable a number or a text too large", lambda p: p["events"][0].update(stream="x" * 70_000)),
    "half a character": ("unreadable UTF-8", lambda p: p["events"][0].update(recorded_by="\ud800")),
    "events in events": ("unreadable names", lambda p: p["events"].append([])),
    "an event that is none": ("unreadable names", lambda p: p["events"].__setitem__(0, None)),
    "an event that is a number": ("unreadable names", lambda p: p["events"].__setitem__(0, 1)),
    "an event that is words": ("unreadable names", lambda p: p["events"].__setitem__(0, "state")),
    "a text that is none": ("unreadable names", lambda p: p["events"][0]["texts"].update(name=None)),
    "bytes that are none": ("unreadable types", lambda p: p["events"][0].update(state=None)),
    "a proof of none": ("unreadable base64", lambda p: p["events"][0].update(proof=[None])),
    "neither bytes nor digest": ("unreadable names", lambda p: p["events"][0].pop("state")),
    "an event of nothing": ("unreadable names", lambda p: p["events"].append({})),
    "no events": ("unreadable no event of the case", lambda p: p.update(events=[])),
    "base64 on two lines": ("unreadable base64", lambda p: p["events"][0].update(state=p["events"][0]["state"] + "\n")),
    "base64 spelled otherwise": (
        "unreadable base64",
        lambda p: p["events"][0]["proof"].__setitem__(0, p["events"][0]["proof"][0][:-2] + "9="),
    ),
    "bytes and their digest": ("unreadable names", lambda p: p["events"][0].update(digest=base64(b"x" * 32))),
    "a proof of numbers": ("unreadable base64", lambda p: p["events"][0].update(proof=[1, 2, 3])),
    "a proof of short hashes": ("inclusion", lambda p: p["events"][0].update(proof=["AA=="])),
    "a proof of very many": ("inclusion", lambda p: p["events"][0].update(proof=p["events"][0]["proof"] * 10_000)),
    "a time that is none": ("stamp", lambda p: p["events"][0].update(recorded_at="2026-02-30T00:00:00.000000Z")),
    "a time spelled otherwise": (
        "stamp",
        lambda p: p["events"][0].update(recorded_at=p["events"][0]["recorded_at"].replace("Z", "+00:00")),
    ),
    "a time without its zone": (
        "stamp",
        lambda p: p["events"][0].update(recorded_at=p["events"][0]["recorded_at"].removesuffix("Z")),
    ),
    "the end of a day for the next": ("stamp", lambda p: p["events"][0].update(recorded_at="2026-01-01T24:00:00.000000Z")),
    "texts in a list": ("unreadable types", lambda p: p["events"][0].update(texts=[])),
    "texts for nothing": ("unreadable texts", lambda p: p["events"][3].update(texts={})),
    "a text and why not": ("unreadable names", lambda p: p["events"][0]["texts"]["name"].update(withheld="role")),
    "a reason of one's own": ("unreadable withheld", lambda p: p["events"][0]["texts"].update(name={"withheld": "because"})),
    "a reason of other cases": (
        "unreadable withheld",
        lambda p: p["events"][0]["texts"].update(name={"withheld": "other-cases"}),
    ),
    "a reason and more": ("unreadable names", lambda p: p["events"][0]["texts"].update(name={"withheld": "role", "more": 1})),
    "a reason and a place": ("erasure", lambda p: p["events"][0]["texts"].update(name={"withheld": "role", "by": 8})),
    "a place that is a word": (
        "unreadable types",
        lambda p: p["events"][0]["texts"].update(name={"withheld": "erased", "by": "8"}),
    ),
    "since in a list": ("unreadable types", lambda p: p.update(since=[])),
    "since of nothing": ("bad-note", lambda p: p.update(since={"checkpoint": "", "proof": []})),
    "since of more": ("unreadable names", lambda p: p["since"].update(more=1)),
    "a key of before that is none": ("unreadable types", lambda p: p["since"].update(key=5)),
    "a proof since, cut": ("inconsistent", lambda p: p["since"]["proof"].pop()),
    "a log of no store": ("unreadable format", lambda p: p.update(origin="casusregie/")),
    "a key of nothing": ("bad-key", lambda p: p.update(key="")),
    "a key with its name alone": ("bad-key", lambda p: p.update(key=p["origin"] + "+00000000+")),
    "no checkpoint": ("bad-note", lambda p: p.update(checkpoint="")),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_parts_are_refused_and_not_stumbled_over(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    says, how = HOSTILE[name]
    assert why_not(tmp_path, capsys, json.dumps(meddled(GOOD, how)).encode()) == says


SIGNED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "no object": ("envelope", lambda _: b"[]"),
    "no JSON": ("unreadable JSON", lambda state: state[:-1]),
    "a name twice": ("unreadable a name twice", lambda state: state[:-1] + b', "version": 3}'),
    "a name twice within": ("unreadable a name twice", lambda state: state.replace(b'"facts": {', b'"facts": {"a": 1, "a": 1')),
    "no number": ("unreadable NaN", lambda state: state.replace(b'"facts": {', b'"facts": {"a": NaN')),
    "very many parts": (
        "unreadable size",
        lambda state: state.replace(b"{}", b'{"a": [' + b"1," * 150_000 + b"1]}"),
    ),
    "a seal of nothing": ("unreadable names", lambda state: state[:-1] + b', "sealed": {"text": {}}}'),
    "seals in a list": ("envelope", lambda state: state[:-1] + b', "sealed": []}'),
}


@pytest.mark.parametrize("name", SIGNED)
def test_bytes_that_were_signed_are_not_trusted_to_be_well_made(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    says, how = SIGNED[name]
    good = stored(4, CASE, 3)
    assert good.state is not None
    pack = forged(good._replace(state=how(good.state)))
    if name == "a seal of nothing":
        pack["events"][2]["texts"] = {"text": {"withheld": "role"}}
    assert why_not(tmp_path, capsys, json.dumps(pack).encode()) == says
