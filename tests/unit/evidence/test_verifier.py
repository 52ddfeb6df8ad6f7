"""The standalone verifier: what it finds, what it refuses to read, and that each of its checks is needed."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import zipfile
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from infra.evidence.merkle import consistency_proof, inclusion_proof, root_of
from infra.evidence.note import VerifierKey, parse
from infra.evidence.pack import packing, verify
from infra.evidence.signer import Signer
from tests.support.packs import (
    CASE,
    MEDDLING,
    OTHER,
    Forge,
    Meddle,
    Pack,
    Text,
    base64,
    fault_of,
    meddled,
    stored,
    weakened,
)  # fmt: skip

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


def forged(*changed: Any, **how: Any) -> Pack:
    """A pack of the same log with some events otherwise, signed all the same."""
    instead = {e.place: e for e in changed}
    return Forge([instead.get(e.place, e) for e in EVENTS], TEXTS).pack(**how)


def test_a_pack_holds():
    found = verify.check(GOOD, {}, str(FORGE.signer.key), FORGE.note(4))
    assert (found.last, found.since, len(found.said), found.note.size) == (5, 4, 6, 9)


@pytest.mark.parametrize("since", [*range(1, 9), 9])
@pytest.mark.parametrize("size", [8, 9])
def test_it_goes_on_from_each_checkpoint_before_it(since: int, size: int):
    pack = FORGE.pack(since=min(since, size), size=size)
    assert fault_of(pack, held=FORGE.note(min(since, size))) == ""


@pytest.mark.parametrize("name", MEDDLING)
def test_meddling_is_noticed_by_the_check_that_is_there_for_it(name: str):
    bad = meddled(GOOD, MEDDLING[name].how)
    assert fault_of(bad) == MEDDLING[name].says
    with weakened(*MEDDLING[name].without):
        assert (fault_of(bad) == "") is bool(MEDDLING[name].without)


@pytest.mark.parametrize("name", [n for n, m in MEDDLING.items() if len(m.without) > 1])
def test_of_several_checks_that_notice_it_the_first_is_enough(name: str):
    bad = meddled(GOOD, MEDDLING[name].how)
    with weakened(*MEDDLING[name].without[1:]):
        assert fault_of(bad) == MEDDLING[name].says


# --- what is signed, and false all the same


@pytest.mark.parametrize(
    "says",
    [
        {"stream": OTHER},
        {"version": 9},
        {"version": True},
        {"topic": "case.closing.closed"},
        {"facts": []},
        {"facts": None},
        {"by": None},
        {"by": "kwintes-2"},
    ],
)
def test_bytes_that_say_something_else_than_what_stands_beside_them(says: dict[str, Any]):
    pack = forged(stored(4, CASE, 3, says=says))
    assert fault_of(pack) == "envelope"
    with weakened("check_envelope"):
        assert fault_of(pack) == ""


def test_an_event_of_another_case_is_none_of_this_one():
    pack = FORGE.pack(also=(2, 6, 9))
    assert fault_of(pack) == "stream"
    with weakened("check_streams"):
        assert fault_of(pack) == ""


def test_who_saw_another_case_is_not_of_this_one():
    pack = forged(stored(5, "access:aa", 1, verify.DISCLOSED, SEEN | {"of": OTHER}), also=(5,))
    assert fault_of(pack) == "stream"
    listed = forged(stored(5, "access:aa", 1, verify.DISCLOSED, {"of": None, "seen": [OTHER, CASE]}), also=(5,))
    assert fault_of(listed) == ""


def test_a_tail_that_somebody_saw_is_missed():
    whole = forged(stored(9, "access:bb", 1, verify.DISCLOSED, SEEN | {"seen_version": 5}), also=(5, 9))
    assert fault_of(whole) == ""
    without = meddled(whole, lambda p: p["events"].pop(-2))
    assert fault_of(without) == "erasure"  # of whom the last event said that they were erased
    for event in without["events"]:
        event.get("texts", {}).update({f: {"withheld": "role"} for f, t in event.get("texts", {}).items() if "by" in t})
    assert fault_of(without) == "tail"
    with weakened("check_streams"):
        assert fault_of(without) == ""


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


def without_bytes(pack: Pack, number: int, **why: Any) -> Pack:
    """The pack with the digest of one event's bytes in place of these."""

    def meddle(made: Pack) -> None:
        event = made["events"][number]
        event.pop("texts", None)
        event["digest"] = base64(hashlib.sha256(b64decode(event.pop("state"))).digest())
        event["withheld"] = why

    return meddled(pack, meddle)


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


@pytest.mark.parametrize("why", [{"withheld": "erased"}, *({"withheld": "erased", "by": n} for n in (0, 4, 99))])
def test_bytes_that_are_missing_without_an_erasure_are_not(why: dict[str, Any]):
    bad = without_bytes(GOOD, 2, **why)
    assert fault_of(bad) == "erasure"
    with weakened("check_erasure"):
        assert fault_of(bad) == ""


@pytest.mark.parametrize("why", ["role", "other-cases", "not-asked"])
def test_an_event_of_the_case_is_not_kept_back_for_another_reason(why: str):
    assert fault_of(without_bytes(GOOD, 2, withheld=why)) == "erasure"


def test_who_saw_more_cases_at_once_is_there_without_saying_which():
    place = [e["place"] for e in GOOD["events"]].index(5)
    assert fault_of(without_bytes(GOOD, place, withheld="other-cases")) == ""


def test_a_digest_is_that_of_the_bytes():
    bad = meddled(without_bytes(GOOD, 4, withheld="erased", by=8), lambda p: p["events"][4].update(digest=base64(b"x" * 32)))
    assert fault_of(bad) == "inclusion"


# --- checkpoints and keys


def another(events: Any = EVENTS, **how: Any) -> Forge:
    return Forge(events, TEXTS, **how)


def test_the_log_of_another_store_is_another():
    other = another(store="4e" * 16)
    assert fault_of(GOOD, held=other.note(4)) == "other-log"
    assert fault_of(meddled(GOOD, lambda p: p.update(checkpoint=other.note()))) == "other-log"
    assert fault_of(other.pack()) == ""  # a store may say anything of itself


def test_a_key_that_did_not_sign_it_is_said():
    other = another(seed=b"\x09" * 32)
    assert fault_of(GOOD, key=str(other.signer.key)) == "other-key"
    assert fault_of(meddled(GOOD, lambda p: p.update(key=str(other.signer.key)))) == "other-key"
    assert fault_of(GOOD, held=other.note(4)) == "other-key"
    forged_by = VerifierKey(FORGE.signer.key.name, Signer(FORGE.signer.key.name, b"\x09" * 32).key.key)
    assert fault_of(other.pack(), key=str(FORGE.signer.key)) == "other-key"
    assert str(forged_by) == str(other.signer.key)


def test_history_that_was_made_anew_does_not_go_on_from_the_checkpoint_held():
    anew = another([stored(1, CASE, 1, texts={"question": QUESTION, "name": NAME}, says={"occurred_at": ""}), *EVENTS[1:]])
    pack = anew.pack(since=4)
    assert fault_of(pack) == ""  # it holds by itself
    assert fault_of(pack, held=FORGE.note(4)) == "inconsistent"
    with weakened("consistency"):
        assert fault_of(pack, held=FORGE.note(4)) == ""


def test_an_older_pack_is_not_proved_by_a_newer_checkpoint():
    older, newer = FORGE.pack(size=7), FORGE.note(9)
    assert fault_of(meddled(older, lambda p: p.update(checkpoint=newer))) == "inclusion"
    assert fault_of(older, held=newer) == "older"
    assert fault_of(GOOD, held=FORGE.note(3)) == "no-proof-since"
    assert fault_of(FORGE.pack(), held=FORGE.note(3)) == "no-proof-since"


def test_the_same_checkpoint_needs_no_proof():
    assert fault_of(FORGE.pack(), held=FORGE.note()) == ""
    other = Forge([*EVENTS[:-1], stored(9, OTHER, 4)], TEXTS)
    assert fault_of(FORGE.pack(), held=other.note()) == "inconsistent"


def test_what_is_not_proved_is_not_said_to_be_false(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for pack, held, mend in ((FORGE.pack(size=7), 9, "made now"), (GOOD, 3, "--since"), (FORGE.pack(), 3, "--since")):
        (tmp_path / "pack.json").write_text(json.dumps(pack), encoding="utf-8")
        (tmp_path / "mine").write_text(FORGE.note(held), encoding="utf-8")
        assert verify.main([str(tmp_path / "pack.json"), "--checkpoint", str(tmp_path / "mine")]) == 2
        said = capsys.readouterr().err
        assert "NOT CHECKED" in said
        assert mend in said


def test_the_proofs_are_those_of_the_tree():
    hashes = [leaf.to_bytes(32) for leaf in range(17)]

    def subtree(level: int, number: int) -> bytes:
        return root_of(hashes[number << level : (number + 1) << level])

    for size in range(1, 18):
        root = root_of(hashes[:size])
        for first in range(1, size + 1):
            old, proof = root_of(hashes[:first]), consistency_proof(subtree, first, size)
            assert verify.consistency(first, size, old, root, proof)
            assert not verify.consistency(first, size, old, root, [*proof, root])
            assert not verify.consistency(first, size, hashes[3], root, proof)
            assert not any(verify.consistency(first, size, old, root, proof[:-n]) for n in range(1, len(proof) + 1))
            proof = inclusion_proof(subtree, first - 1, size)
            assert verify.inclusion(first - 1, size, hashes[first - 1], proof, root)
            assert not verify.inclusion(first - 1, size, hashes[first - 1], [*proof, root], root)
            assert not any(
                verify.inclusion(first - 1, size, hashes[first - 1], proof[:-n], root) for n in range(1, 1 + len(proof))
            )


# --- a log that was begun anew


ANEW = Forge(EVENTS, TEXTS, seed=b"\x05" * 32, anew="/0a1b2c3d-older-backup")
KEYS = f"{ANEW.signer.key}\n{KEY}"


def test_what_was_begun_anew_goes_on_from_a_checkpoint_of_before_and_says_so():
    pack = ANEW.pack(since=4, former=FORGE)
    found = verify.check(pack, {}, KEYS, FORGE.note(4))
    assert (found.since, found.minds) == (4, ["begun-anew"])
    assert verify.check(pack, {}, str(ANEW.signer.key), FORGE.note(4)).minds == ["begun-anew", "own-former-key"]
    assert verify.check(pack, {}).minds == ["own-key", "own-since", "begun-anew", "own-former-key"]


def test_a_checkpoint_of_before_is_checked_with_the_key_of_before():
    pack, forger = ANEW.pack(since=4, former=FORGE), Forge(EVENTS, TEXTS, seed=b"\x09" * 32)
    assert fault_of(pack, key=KEY, held=FORGE.note(4)) == "no-key"  # of the log as it goes on now
    elsewhere, same = Forge(EVENTS, TEXTS, store="4e" * 16), Forge(EVENTS, TEXTS, anew="/0a1b2c3d-older-backup")
    assert fault_of(pack, key=str(elsewhere.signer.key)) == fault_of(pack, key=str(same.signer.key)) == "other-key"
    assert fault_of(ANEW.pack(since=4, former=forger), key=KEYS, held=FORGE.note(4)) == "other-key"
    assert fault_of(pack, held=forger.note(4)) == "other-key"
    assert fault_of(ANEW.pack(since=4), held=FORGE.note(4)) == "no-key"
    assert fault_of(ANEW.pack(), key=KEYS, held=FORGE.note(4)) == "no-proof-since"
    foreign = Forge(EVENTS, TEXTS, store="4e" * 16)
    assert fault_of(ANEW.pack(since=4, former=foreign), held=foreign.note(4)) == "other-log"
    with weakened("check_signature"):
        assert fault_of(pack, held=forger.note(4)) == ""


def test_what_was_begun_anew_otherwise_does_not_go_on_from_before():
    other = [stored(1, CASE, 1, texts={"question": QUESTION, "name": NAME}, says={"occurred_at": ""}), *EVENTS[1:]]
    pack = Forge(other, TEXTS, seed=b"\x05" * 32, anew="/0a1b2c3d-older-backup").pack(since=4, former=FORGE)
    assert fault_of(pack, key=KEYS, held=FORGE.note(4)) == "inconsistent"
    with weakened("consistency"):
        assert fault_of(pack, key=KEYS, held=FORGE.note(4)) == ""


def test_several_keys_are_given_by_word_and_by_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "pack.json").write_text(json.dumps(ANEW.pack(since=4, former=FORGE)), encoding="utf-8")
    (tmp_path / "mine").write_text(FORGE.note(4), encoding="utf-8")
    (tmp_path / "key").write_text(f"{KEY}\n", encoding="utf-8")
    words = [str(tmp_path / "pack.json"), "--checkpoint", str(tmp_path / "mine"), "--key", str(tmp_path / "key")]
    assert verify.main([*words, "--key", str(ANEW.signer.key)]) == 0
    [mind] = capsys.readouterr().err.splitlines()
    assert mind.startswith("MIND: after that checkpoint the log was begun anew: casusregie/")
    assert "-older-backup. Ask" in mind


# --- what can't be read


NOT_A_PACK: dict[str, bytes] = {
    "nothing": b"", "no JSON": b"{", "a list": b"[]", "null": b"null", "a number": b"1", "two objects": b"{}{}",
    "not UTF-8": b"\xff\xfe", "deep": b"[" * 200_000, "deep objects": b'{"a":' * 200_000,
    "a huge number": b'{"upto":' + b"9" * 10_000 + b"}",
    "very many parts": b"[" + b"[]," * 200_000 + b"[]]", "very many names": b'{"a":"b",' * 100_000,
    "not a number": b'{"upto": NaN}', "a name twice": b'{"format": "a", "format": "a"}',
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_A_PACK)
def test_what_is_no_pack_is_refused_and_not_stumbled_over(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "pack.json").write_bytes(NOT_A_PACK[name])
    assert verify.main([str(tmp_path / "pack.json")]) == 2
    assert "can't be read" in capsys.readouterr().err


HOSTILE: dict[str, Any] = {
    "a name more": lambda p: p.update(more=1),
    "a name less": lambda p: p.pop("case"),
    "another format": lambda p: p.update(format="casusregie-pack/2"),
    "a truth for a number": lambda p: p.update(upto=True),
    "half a place": lambda p: p["events"][0].update(place=1.0),
    "a place beyond all": lambda p: p["events"][0].update(place=1 << 80),
    "a version beyond all": lambda p: p["events"][0].update(version=1 << 80),
    "no place": lambda p: p["events"][0].update(place=0),
    "a stream too long": lambda p: p["events"][0].update(stream="x" * 70_000),
    "half a character": lambda p: p["events"][0].update(recorded_by="\ud800"),
    "events in events": lambda p: p["events"].append([]),
    "an event that is none": lambda p: p["events"].__setitem__(0, None),
    "an event that is a number": lambda p: p["events"].__setitem__(0, 1),
    "an event that is words": lambda p: p["events"].__setitem__(0, "state"),
    "a text that is none": lambda p: p["events"][0]["texts"].update(name=None),
    "bytes that are none": lambda p: p["events"][0].update(state=None),
    "a proof of none": lambda p: p["events"][0].update(proof=[None]),
    "neither bytes nor digest": lambda p: p["events"][0].pop("state"),
    "an event of nothing": lambda p: p["events"].append({}),
    "no events": lambda p: p.update(events=[]),
    "base64 on two lines": lambda p: p["events"][0].update(state=p["events"][0]["state"] + "\n"),
    "base64 spelled otherwise": lambda p: p["events"][0]["proof"].__setitem__(0, p["events"][0]["proof"][0][:-2] + "9="),
    "bytes and their digest": lambda p: p["events"][0].update(digest=base64(b"x" * 32)),
    "a proof of numbers": lambda p: p["events"][0].update(proof=[1, 2, 3]),
    "a proof of short hashes": lambda p: p["events"][0].update(proof=["AA=="]),
    "a proof of very many": lambda p: p["events"][0].update(proof=p["events"][0]["proof"] * 10_000),
    "a time that is none": lambda p: p["events"][0].update(recorded_at="2026-02-30T00:00:00.000000Z"),
    "a time spelled otherwise": lambda p: p["events"][0].update(recorded_at=p["events"][0]["recorded_at"].replace("Z", "+00:00")),
    "texts in a list": lambda p: p["events"][0].update(texts=[]),
    "texts for nothing": lambda p: p["events"][3].update(texts={}),
    "a text and why not": lambda p: p["events"][0]["texts"]["name"].update(withheld="role"),
    "a reason of one's own": lambda p: p["events"][0]["texts"].update(name={"withheld": "because"}),
    "a reason and a place": lambda p: p["events"][0]["texts"].update(name={"withheld": "role", "by": 8}),
    "a place that is a word": lambda p: p["events"][0]["texts"].update(name={"withheld": "erased", "by": "8"}),
    "since in a list": lambda p: p.update(since=[]),
    "since of nothing": lambda p: p.update(since={"checkpoint": "", "proof": []}),
    "a proof since, cut": lambda p: p["since"]["proof"].pop(),
    "a key of nothing": lambda p: p.update(key=""),
    "a key with its name alone": lambda p: p.update(key=p["origin"] + "+00000000+"),
    "no checkpoint": lambda p: p.update(checkpoint=""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_parts_are_refused_and_not_stumbled_over(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    bad = meddled(GOOD, HOSTILE[name])
    (tmp_path / "pack.json").write_text(json.dumps(bad), encoding="utf-8")
    assert verify.main([str(tmp_path / "pack.json"), "--json"]) in (1, 2)
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] in ("does-not-hold", "not-checked")


# --- as a zip


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
    less = {name: data for name, data in members(whole()).items() if name != member}
    assert run(tmp_path, zipped(less)) in (1, 2)


def test_another_verifier_in_it_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run(tmp_path, zipped(members(whole()) | {"verify.py": b"print('HOLDS')"})) == 0
    assert "another verify.py" in capsys.readouterr().err


def test_a_zip_that_is_not_as_it_was_made_is_not_opened(tmp_path: Path):
    good = members(whole())
    bombs = {
        "packed": zipped(good, zipfile.ZIP_DEFLATED),
        "a bomb": zipped(good | {"README.md": b"0" * 10_000_000}, zipfile.ZIP_DEFLATED),
        "a path": zipped(good | {"../pack.json": b""}), "a path from the root": zipped(good | {"/etc/passwd": b""}),
        "a folder": zipped(good | {"more/": b""}), "a file more": zipped(good | {"more.py": b""}),
        "no pack": zipped({"README.md": b""}), "cut": whole()[:-30], "a head alone": b"PK\x03\x04", "two letters": b"PK",
    }  # fmt: skip
    assert {name: run(tmp_path, data) for name, data in bombs.items()} == dict.fromkeys(bombs, 2)


def test_two_of_one_name_are_not_opened(tmp_path: Path):
    made = io.BytesIO(whole())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(made, "a") as file:
        file.writestr("pack.json", json.dumps(GOOD))
    assert run(tmp_path, made.getvalue()) == 2


@pytest.mark.parametrize("bit", range(0, 8 * 120, 7))
def test_a_zip_with_a_bit_flipped_in_its_heads_is_no_trouble(bit: int, tmp_path: Path):
    data = bytearray(whole())
    at = (len(data) - 120) * 8 + bit
    data[at // 8] ^= 1 << at % 8
    assert run(tmp_path, bytes(data)) in (0, 1, 2)


# --- what it tells


def told(folder: Path, capsys: pytest.CaptureFixture[str], *words: str, pack: Pack = GOOD) -> str:
    (folder / "pack.json").write_text(json.dumps(pack), encoding="utf-8")
    assert verify.main([str(folder / "pack.json"), *words]) == 0
    return capsys.readouterr().out


def test_it_tells_each_event_with_its_texts_and_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = told(tmp_path, capsys)
    for part in (
        "Er is hulp nodig",
        "Ada Verzonnen",
        "overlast",
        "kwintes-2 (os-1000)",
        "withheld: erased at place 8",
        "times in UTC",
        "happened 2026-01-02 09:00:00Z  recorded 2026-01-02 09:00:00Z  placed 2026-01-02 09:00:00Z",
        "HOLDS",
    ):
        assert part in out
    dutch = told(tmp_path, capsys, "--lang", "nl")
    assert "KLOPT" in dutch
    assert "niet getoond: gewist op plaats 8" in dutch


def test_what_was_recorded_afterwards_shows_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    late = Forge([stored(1, CASE, 1, says={"occurred_at": "2025-11-03T08:00:00.000000Z"})]).pack()
    assert "happened 2025-11-03 08:00:00Z  recorded 2026-01-02 09:00:00Z" in told(tmp_path, capsys, pack=late)
    odd = Forge([stored(1, CASE, 1, says={"occurred_at": "soon\x1b[2J"})]).pack()
    assert r"happened soon\u001b[2J  recorded" in told(tmp_path, capsys, pack=odd)


def test_each_reason_is_said_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for why in verify.WHY.keys() - {"erased", verify.OTHERS}:
        pack = meddled(GOOD, lambda p, why=why: p["events"][0]["texts"].update(name={"withheld": why}))  # type: ignore[misc]
        for lang, at in (("nl", 0), ("en", 1)):
            assert f": {verify.WHY[why][at]}\n" in told(tmp_path, capsys, "--lang", lang, pack=pack)


def test_it_tells_what_was_known_at_a_moment(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    def places(*words: str) -> list[int]:
        rows = [json.loads(line) for line in told(tmp_path, capsys, "--json", *words).splitlines()]
        assert rows[-1]["verdict"] == "holds"
        return [row["place"] for row in rows[:-1]]

    assert places() == [1, 3, 4, 5, 7, 8]
    assert places("--known-at", "2026-01-04") == [1, 3]
    assert places("--known-at", "2026-01-04T10:00:00+01:00") == [1, 3]
    assert places("--known-at", "2026-01-04T09:59:59.999999+01:00") == [1]
    assert places("--known-at", "2025-12-31") == []


@pytest.mark.parametrize(("moment", "more"), [("2026-01-08", False), ("2026-01-09", True), ("2027-01-01", True)])
def test_a_moment_after_all_that_is_shown_is_minded(moment: str, more: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """The last event of the case was placed on the 9th; what came after it in the log was of another case."""
    out = told(tmp_path, capsys, "--json", "--known-at", moment)
    assert ("known-ends" in json.loads(out.splitlines()[-1])["mind"]) is more
    told(tmp_path, capsys)
    (tmp_path / "pack.json").write_text(json.dumps(GOOD), encoding="utf-8")
    verify.main([str(tmp_path / "pack.json"), "--known-at", moment])
    assert ("ends at place 9" in capsys.readouterr().err) is more


def test_a_day_ends_as_it_does_in_amsterdam_without_a_table_of_zones(monkeypatch: pytest.MonkeyPatch):
    zone = ZoneInfo("Europe/Amsterdam")
    days = [datetime(year, 1, 1, 23, 59, 59, 999999, zone) + timedelta(days=n) for year in (2000, 2026, 2028) for n in range(366)]
    monkeypatch.setitem(sys.modules, "zoneinfo", None)
    assert [verify.moment(f"{day:%Y-%m-%d}") for day in days] == [day.astimezone(UTC) for day in days]
    assert verify.moment("2026-03-28").utcoffset() != verify.moment("2026-03-29").utcoffset(), "the control: it does change"


@pytest.mark.parametrize("moment", ["", "yesterday", "2026-02-30", "2026-03-01T09:00:00", "2026-03", "9" * 5000])
def test_a_moment_that_is_none_is_a_wrong_question(moment: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "pack.json").write_text(json.dumps(GOOD), encoding="utf-8")
    assert verify.main([str(tmp_path / "pack.json"), "--known-at", moment]) == 2
    assert "2026-03-01" in capsys.readouterr().err


def test_it_minds_a_key_and_a_checkpoint_that_nobody_gave(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "pack.json").write_text(json.dumps(GOOD), encoding="utf-8")
    (tmp_path / "mine").write_text(FORGE.note(4), encoding="utf-8")
    (tmp_path / "key").write_text(f"{FORGE.signer.key}\n", encoding="utf-8")
    verify.main([str(tmp_path / "pack.json")])
    assert capsys.readouterr().err.count("MIND") == 2
    verify.main([str(tmp_path / "pack.json"), "--key", str(tmp_path / "key"), "--checkpoint", str(tmp_path / "mine")])
    assert capsys.readouterr().err == ""


def test_nothing_is_shown_of_what_does_not_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    bad = meddled(GOOD, MEDDLING["one taken from the middle"].how)
    (tmp_path / "pack.json").write_text(json.dumps(bad), encoding="utf-8")
    assert verify.main([str(tmp_path / "pack.json")]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert f"place 4, {CASE} version 3" in err


def test_what_a_terminal_would_carry_out_is_shown_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    shown = Text("s1", "a\x1b[2Jb\u202ec\nd")
    pack = Forge([stored(1, CASE, 1, texts={"t": shown})], {(1, "t"): shown}).pack()
    assert r"a\u001b[2Jb\u202ec\u000ad" in told(tmp_path, capsys, pack=pack)


@pytest.mark.parametrize("file", ["pack", "held", "key"])
def test_a_file_that_is_not_there_is_said(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "pack.json").write_text(json.dumps(GOOD), encoding="utf-8")
    there, gone = str(tmp_path / "pack.json"), str(tmp_path / "gone")
    words = {"pack": [gone], "held": [there, "--checkpoint", gone], "key": [there, "--key", gone]}[file]
    assert verify.main(words) == 2
    assert "gone" in capsys.readouterr().err
