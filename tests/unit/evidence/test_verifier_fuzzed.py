"""Whatever is done to a pack, it is refused or proves nothing else than it did; and nobody stumbles over it."""

from __future__ import annotations

import copy
import json
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from infra.evidence.pack import verify
from tests.support.packed import FORGE, GOOD, KEY
from tests.support.packs import Pack, base64, weakened

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(0, 12), st.floats(), st.text(), st.sampled_from(["", "role", "erased"]),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=8), st.integers(), max_size=2),
    st.binary(max_size=40).map(base64),
)  # fmt: skip
DOINGS = st.sampled_from(["put", "drop", "copy", "flip", "twice", "turn"])
HELD = FORGE.note(4)


def ways(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each part."""
    if path:
        yield path
    for name, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from ways(part, (*path, name))


WAYS = list(ways(GOOD))


def at(pack: Any, path: tuple[Any, ...]) -> Any:
    for name in path:
        pack = pack[name]
    return pack


def changed(pack: Pack, path: tuple[Any, ...], doing: str, value: Any, other: tuple[Any, ...], bit: int) -> Pack:
    """A copy in which one part is another value, gone, another part's, with a bit flipped, there twice, or turned round."""
    made = copy.deepcopy(pack)
    above, name, old = at(made, path[:-1]), path[-1], at(made, path)
    if doing == "drop":
        del above[name]
    elif doing == "copy":
        above[name] = copy.deepcopy(at(pack, other))
    elif doing == "twice" and isinstance(above, list):
        above.insert(name, copy.deepcopy(old))
    elif doing == "turn" and isinstance(old, (list, str)):
        above[name] = old[::-1]
    elif doing == "flip" and isinstance(old, str) and old:
        place, with_ = bit % len(old), chr(ord(old[bit % len(old)]) ^ 1 << bit % 7)
        above[name] = old[:place] + with_ + old[place + 1 :]
    else:
        above[name] = value
    return made


def proved(found: verify.Held) -> dict[int, Any]:
    """What a pack proves: by place what was recorded, and the texts that were opened."""
    return {
        place: (
            {name: event[name] for name in verify.EVENT if name != "proof"},
            b64decode(event["state"]) if "state" in event else None,
            {f: t["text"] for f, t in event.get("texts", {}).items() if "text" in t},
        )
        for place, (event, _) in found.said.items()
    }  # fmt: skip


ALL = proved(verify.check(GOOD, {}, KEY, HELD))


def nothing_else(found: dict[int, Any]) -> bool:
    """Whether all of it was proved before. Less may be: a text that is said to be withheld, who saw it left out."""
    return all(
        stamps == ALL[place][0] and state in (None, ALL[place][1]) and texts.items() <= ALL[place][2].items()
        for place, (stamps, state, texts) in found.items()
    )


def outcome(pack: Any) -> dict[int, Any] | None:
    try:
        return proved(verify.check(pack, {}, KEY, HELD))
    except (verify.Fault, UnicodeError):
        return None


@given(st.sampled_from(WAYS), DOINGS, VALUES, st.sampled_from(WAYS), st.integers(0, 100_000))
@example(("events", 0, "place"), "put", True, ("case",), 0)
@example(("events", 0, "version"), "put", 1.0, ("case",), 0)
@example(("events", 0), "put", None, ("case",), 0)
@example(("events", 5), "drop", None, ("case",), 0)
def test_a_part_that_is_otherwise_is_refused_or_proves_nothing_else(
    path: tuple[Any, ...], doing: str, value: Any, other: tuple[Any, ...], bit: int
):
    found = outcome(changed(GOOD, path, doing, value, other, bit))
    assert found is None or nothing_else(found)


@given(
    st.lists(
        st.tuples(st.sampled_from(WAYS), DOINGS, VALUES, st.sampled_from(WAYS), st.integers(0, 9999)), min_size=2, max_size=4
    )
)
def test_several_parts_at_once_too(changes: list[tuple[Any, ...]]):
    pack = GOOD
    for path, *how in changes:
        try:
            pack = changed(pack, path, *how)
        except (LookupError, TypeError):
            continue  # what an earlier change took away
    found = outcome(pack)
    assert found is None or nothing_else(found)


WHOLE = json.dumps(GOOD).encode()


@given(st.integers(0, len(WHOLE) * 8 - 1), st.sampled_from(["flip", "cut", "insert"]), st.binary(min_size=1, max_size=8))
def test_bytes_that_are_otherwise_are_refused_or_prove_nothing_else(bit: int, how: str, more: bytes):
    data = bytearray(WHOLE)
    if how == "flip":
        data[bit // 8] ^= 1 << bit % 8
    elif how == "cut":
        del data[bit // 8 :]
    else:
        data[bit // 8 : bit // 8] = more
    with tempfile.TemporaryDirectory() as folder:
        (path := Path(folder) / "pack.json").write_bytes(data)
        try:
            pack, beside = verify.read(str(path))
        except verify.Fault:
            return
    found = outcome(pack)
    assert beside == {}
    assert found is None or nothing_else(found)


@given(
    st.recursive(VALUES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(list(verify.PACK)), inner))
)
def test_anything_at_all_is_no_pack(value: Any):
    assert outcome(value) is None


def test_a_verifier_without_proofs_would_be_found_out():
    """The control: with the inclusion left unchecked, one of these changes proves something else."""
    with weakened("inclusion"):
        found = outcome(changed(GOOD, ("events", 0, "recorded_by"), "put", "somebody", ("case",), 0))
    assert found is not None
    assert not nothing_else(found)
