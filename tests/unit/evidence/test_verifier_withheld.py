"""The standalone verifier, of what a pack does not give: texts and bytes of who was erased, or that go to no reader."""

from __future__ import annotations

import hashlib
import itertools
import json
import struct
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from tests.support.packed import EVENTS, FORGE, GOOD, TEXTS, forged, told, without_bytes
from tests.support.packs import CASE, OTHER, Forge, Meddle, Text, base64, fault_of, meddled, stored, weakened


def test_erased_is_who_the_history_says():
    other = forged(stored(8, CASE, 5, "case.rights.subject-erased", {"subject": "s1"}))
    assert fault_of(other) == "erasure"
    with weakened("check_erasure"):
        assert fault_of(other) == ""


def put_why(why: str, **by: int) -> Meddle:
    """Why the last event's text is not there."""
    return lambda pack: pack["events"][-1].update(texts={"text": {"withheld": why, **by}})


OF_BEFORE = meddled(FORGE.pack(size=7, since=4), put_why("erased-since"))
"""A pack of before the erasure, made after it."""


def test_who_was_erased_after_what_is_shown_is_on_the_word_of_who_made_it():
    assert fault_of(OF_BEFORE) == ""
    for by in (8, 9, 999_999):
        bad = meddled(OF_BEFORE, put_why("erased", by=by))
        assert fault_of(bad) == "erasure"
        with weakened("check_erasure"):
            assert fault_of(bad) == ""
    assert fault_of(meddled(OF_BEFORE, put_why("erased-since", by=8))) == "erasure"


def test_what_was_recorded_after_an_erasure_is_not_erased_by_it():
    after = stored(9, CASE, 6, texts={"text": Text("s2", "Weer terug")})
    log = [*EVENTS[:8], after]
    bad = Forge(log, TEXTS | {(9, "text"): Text("s2", "", {"withheld": "erased", "by": 8})}).pack()
    assert fault_of(bad) == "erasure"
    with weakened("check_erasure"):
        assert fault_of(bad) == ""
    assert fault_of(Forge(log, TEXTS | {(9, "text"): Text("s2", "Weer terug")}).pack()) == ""


# --- bytes that do not go along


def test_bytes_that_were_removed_after_an_erasure_are_withheld():
    assert fault_of(without_bytes(GOOD, 4, withheld="erased", by=8)) == ""


def test_bytes_that_are_withheld_are_named_for_nobody_proves_whose_they_were(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """The fourth is of nobody who was erased: any event before an erasure can be said to be of that person."""
    bare = without_bytes(GOOD, 2, withheld="erased", by=8)
    verdict = json.loads(told(tmp_path, capsys, "--json", pack=bare).splitlines()[-1])
    assert (verdict["verdict"], verdict["withheld"]) == ("holds-but-withheld", [4])
    out = told(tmp_path, capsys, pack=bare)
    assert "HOLDS, but what 1 event(s) said is withheld and can't be proved (place 4): 6 events" in out
    assert "withheld, so says who made this: erased at place 8" in out
    assert "KLOPT, maar wat 1 gebeurtenis(sen) zeiden" in told(tmp_path, capsys, "--lang", "nl", pack=bare)
    verdict = json.loads(told(tmp_path, capsys, "--json").splitlines()[-1])
    assert (verdict["verdict"], verdict["withheld"]) == ("holds", [])
    assert "\nHOLDS: 6 events" in told(tmp_path, capsys)


@pytest.mark.parametrize("why", [{"withheld": "erased"}, *({"withheld": "erased", "by": n} for n in (0, 4, 7, 99))])
def test_bytes_that_are_missing_without_an_erasure_are_not(why: dict[str, Any]):
    bad = without_bytes(GOOD, 2, **why)
    assert fault_of(bad) == "erasure"
    with weakened("check_erasure"):
        assert fault_of(bad) == ""


def test_who_saw_it_is_not_kept_back_for_a_reason_of_texts():
    place = [e["place"] for e in GOOD["events"]].index(5)
    assert fault_of(without_bytes(GOOD, place, withheld="role")) == "erasure"


@pytest.mark.parametrize("why", ["role", "other-cases", "not-asked"])
def test_an_event_of_the_case_is_not_kept_back_for_another_reason(why: str):
    assert fault_of(without_bytes(GOOD, 2, withheld=why)) == "erasure"


def test_who_saw_more_cases_at_once_is_there_without_saying_which():
    place = [e["place"] for e in GOOD["events"]].index(5)
    assert fault_of(without_bytes(GOOD, place, withheld="other-cases")) == ""


def test_a_digest_is_that_of_the_bytes():
    bad = meddled(without_bytes(GOOD, 4, withheld="erased", by=8), lambda p: p["events"][4].update(digest=base64(b"x" * 32)))
    assert fault_of(bad) == "inclusion"


def test_a_digest_cut_short_does_not_pass_its_end_off_as_the_beginning_of_what_follows():
    """In the leaf the stream stands after the digest, with its length before it: a digest may happen to end in another length."""
    length = struct.pack(">H", 2 + len(CASE))
    made = (stored(4, CASE, 3, facts={"n": n}) for n in itertools.count())
    chosen = next(event for event in made if hashlib.sha256(event.state or b"").digest().endswith(length))
    pack = without_bytes(forged(chosen), 2, withheld="erased", by=8)
    assert fault_of(pack) == ""
    event = pack["events"][2]
    cut = {"digest": base64(b64decode(event["digest"])[:-2]), "stream": (struct.pack(">H", len(CASE)) + CASE.encode()).decode()}
    assert fault_of(meddled(pack, lambda p: p["events"][2].update(cut))) == "inclusion"


@pytest.mark.parametrize("more", [{"more": 1}, {"by": "8"}, {"withheld": None}])
def test_why_bytes_are_withheld_is_said_as_it_is_to_be(more: dict[str, Any]):
    assert fault_of(without_bytes(GOOD, 2, **{"withheld": "erased", "by": 8} | more)) == "unreadable"


def test_bytes_are_erased_by_an_event_of_their_own_stream():
    elsewhere = forged(stored(9, OTHER, 3, "case.rights.subject-erased", {"subject": "s2"}), also=(2, 6, 9))
    assert fault_of(without_bytes(elsewhere, 2, withheld="erased", by=9)) == "erasure"


def test_what_erased_is_not_itself_withheld():
    bare = without_bytes(without_bytes(GOOD, 2, withheld="erased", by=8), -1, withheld="erased", by=8)
    assert fault_of(bare) == "erasure"
