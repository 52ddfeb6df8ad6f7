"""The standalone verifier, of checkpoints and keys: whose the log is, who signed it, and that it goes on from what was held."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.evidence.merkle import consistency_proof, inclusion_proof, root_of
from infra.evidence.note import VerifierKey
from infra.evidence.pack import verify
from infra.evidence.signer import Signer
from tests.support.packed import ANEW, EVENTS, FORGE, GOOD, KEY, KEYS, NAME, QUESTION, TEXTS
from tests.support.packs import CASE, OTHER, Forge, base64, fault_of, meddled, stored, weakened


def another(events: Any = EVENTS, **how: Any) -> Forge:
    return Forge(events, TEXTS, **how)


def test_the_log_of_another_store_is_another():
    other = another(store="4e" * 16)
    assert fault_of(GOOD, held=other.note(4)) == "other-log"
    assert fault_of(meddled(GOOD, lambda p: p.update(checkpoint=other.note()))) == "other-log"
    assert fault_of(other.pack()) == ""  # a store may say anything of itself
    assert fault_of(meddled(FORGE.pack(), lambda p: p.update(store=other.store))) == "other-log"
    assert fault_of(meddled(FORGE.pack(), lambda p: p.update(key=str(other.signer.key)))) == "other-log"


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


@pytest.mark.parametrize("key", ["", "\n", f"{KEY} more"])
def test_a_key_of_nothing_is_not_taken_for_none_given(key: str):
    assert fault_of(GOOD, key=key) == "bad-key"


def written(name: str, kind: bytes) -> str:
    """A verifier key with the id that is its own."""
    data = kind + FORGE.signer.key.key
    made = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
    return f"{name}+{made.hex()}+{base64(data)}"


def test_a_key_of_another_kind_or_with_a_space_in_its_name_is_none():
    name = FORGE.signer.key.name
    assert written(name, b"\x01") == KEY
    assert fault_of(GOOD, key=written(name, b"\x02")) == "bad-key"
    assert fault_of(meddled(GOOD, lambda p: p["since"].update(key=written("a b", b"\x01")))) == "bad-key"


def test_a_note_has_nothing_in_it_that_is_not_seen():
    held = FORGE.note(4)
    assert fault_of(GOOD, held=held + "\u2014 somebody AAAAAAAA\n") == ""
    for bad in (held + "\u2014 some\x01body AAAAAAAA\n", held.replace("casusregie/", "casus\tregie/", 1)):
        assert fault_of(GOOD, held=bad) == "bad-note"


def test_without_cryptography_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    with pytest.raises(verify.Fault, match="no-cryptography") as caught:
        verify.check(GOOD, {})
    assert "pip install cryptography" in verify.Teller("en", as_json=False).say(caught.value.code, what=caught.value.what)
