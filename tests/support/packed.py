"""A pack of a small case, for the verifier's tests: of a log in memory whose signing key is ours; and what is said of it."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from infra.evidence.pack import verify
from tests.support.packs import CASE, OTHER, Forge, Pack, Text, base64, meddled, stored

QUESTION, NAME, MORE = Text("s1", "Er is hulp nodig"), Text("s1", "Ada Verzonnen"), Text("s2", "Het gaat beter")
ERASED = Text("s2", "Weg", {"withheld": "erased", "by": 8})
SEEN = {"of": CASE, "seen_version": 3, "seen": []}
EVENTS = (
    stored(1, CASE, 1, texts={"question": QUESTION, "name": NAME}),
    stored(2, OTHER, 1),
    stored(3, CASE, 2, texts={"text": MORE}),
    stored(4, CASE, 3, facts={"reasons": ["overlast"]}),
    stored(5, "access:aa", 1, verify.DISCLOSED, SEEN),
    stored(6, OTHER, 2),
    stored(7, CASE, 4, texts={"text": ERASED}),
    stored(8, CASE, 5, "case.rights.subject-erased", {"subject": "s2"}),
    stored(9, OTHER, 3),
)
TEXTS = {(1, "question"): QUESTION, (1, "name"): NAME, (3, "text"): MORE, (7, "text"): ERASED}
FORGE = Forge(EVENTS, TEXTS)
GOOD, KEY = FORGE.pack(since=4, also=(5,)), str(FORGE.signer.key)

ANEW = Forge(EVENTS, TEXTS, seed=b"\x05" * 32, anew="/0a1b2c3d-older-backup")
"""The same log, begun anew after a backup was put back."""
KEYS = f"{ANEW.signer.key}\n{KEY}"


def forged(*changed: Any, **how: Any) -> Pack:
    """A pack of the same log with some events otherwise, signed all the same."""
    instead = {e.place: e for e in changed}
    return Forge([instead.get(e.place, e) for e in EVENTS], TEXTS).pack(**how)


def without_bytes(pack: Pack, number: int, **why: Any) -> Pack:
    """The pack with the digest of one event's bytes in place of these."""

    def meddle(made: Pack) -> None:
        event = made["events"][number]
        event.pop("texts", None)
        event["digest"] = base64(hashlib.sha256(b64decode(event.pop("state"))).digest())
        event["withheld"] = why

    return meddled(pack, meddle)


def told(folder: Path, capsys: pytest.CaptureFixture[str], *words: str, pack: Pack = GOOD) -> str:
    """What the verifier shows of a pack that holds."""
    (folder / "pack.json").write_text(json.dumps(pack), encoding="utf-8")
    assert verify.main([str(folder / "pack.json"), *words]) == 0
    return capsys.readouterr().out
