"""Signed checkpoints, well made and not, by the program and by the standalone verifier: they agree on each.

After C2SP signed-note and tlog-checkpoint: what is malformed, whose signatures are passed over, what a key's name is bound to.
"""

import base64
from collections.abc import Callable

import pytest

from domain.refusal import Refused
from infra.evidence import note
from infra.evidence.pack import verify
from infra.evidence.signer import Signer

ORIGIN = "casusregie/" + "3f" * 16
ROOT = bytes(range(32))
OURS, ANOTHER = Signer(ORIGIN, b"\x01" * 32), Signer("witness.example/w1", b"\x02" * 32)
SAME_NAME = Signer(ORIGIN, b"\x03" * 32)
NOTE = OURS.sign(4711, ROOT)
BODY = note.body(ORIGIN, 4711, ROOT)
LINE = NOTE.removeprefix(f"{BODY}\n")
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
"""The key in the documentation of golang.org/x/mod/sumdb/note."""


def by_program(text: str, key: Signer = OURS) -> str:
    """What comes of it: a word, the same for both."""
    try:
        made = note.opened(text, key.key)
    except Refused as refused:
        return refused.code.removeprefix("checkpoint-")
    return f"{made.origin} {made.size} {made.root.hex()}"


def by_verifier(text: str, key: Signer = OURS) -> str:
    try:
        made = verify.note_of(text, "note")
        verify.check_signature(made, verify.verifier_key(str(key.key)), "note")
    except verify.Fault as fault:
        return {"bad-note": "malformed"}.get(fault.code, fault.code)
    return f"{made.origin} {made.size} {made.root.hex()}"


BOTH = pytest.mark.parametrize("reads", [by_program, by_verifier])
Reads = Callable[..., str]
SAYS = f"{ORIGIN} 4711 {ROOT.hex()}"


def signed(text: str, signer: Signer = OURS) -> str:
    return note.signed(text, signer.key, signer._key.sign(text.encode()))


def line_of(text: str, signer: Signer) -> str:
    return signed(text, signer).removeprefix(f"{text}\n")


@BOTH
def test_a_note_says_what_was_signed(reads: Reads):
    assert reads(NOTE) == SAYS


@BOTH
def test_signatures_of_others_are_passed_over_wherever_they_stand(reads: Reads):
    theirs = line_of(BODY, ANOTHER)
    nonsense = f"\N{EM DASH} someone {base64.b64encode(b'12345').decode()}\n"
    for text in (f"{BODY}\n{theirs}{LINE}", f"{BODY}\n{LINE}{theirs}", f"{BODY}\n{nonsense}{LINE}{nonsense}"):
        assert reads(text) == SAYS


@BOTH
def test_lines_after_the_root_are_signed_with_the_rest(reads: Reads):
    longer = f"{BODY}something more\n"
    assert reads(signed(longer)) == SAYS
    assert reads(f"{longer}\n{LINE}") == "forged"


@BOTH
def test_another_key_of_the_same_name_is_another_key(reads: Reads):
    assert reads(SAME_NAME.sign(4711, ROOT)) == "other-key"
    assert reads(NOTE, SAME_NAME) == "other-key"
    assert reads(f"{BODY}\n{line_of(BODY, ANOTHER)}") == "other-key"


@BOTH
def test_a_key_id_on_somebody_elses_signature_is_a_forgery(reads: Reads):
    stolen = base64.b64encode(OURS.key.id + SAME_NAME._key.sign(BODY.encode())).decode()
    assert reads(f"{BODY}\n\N{EM DASH} {ORIGIN} {stolen}\n") == "forged"
    renamed = line_of(BODY, OURS).replace(ORIGIN, "another")
    assert reads(f"{BODY}\n{renamed}") == "other-key"


@BOTH
def test_a_wrong_signature_beside_a_right_one_is_not_passed_over(reads: Reads):
    wrong = base64.b64encode(OURS.key.id + b"\x00" * 64).decode()
    assert reads(f"{BODY}\n{LINE}\N{EM DASH} {ORIGIN} {wrong}\n") == "forged"


@BOTH
@pytest.mark.parametrize("bit", [0, 7, 200, 511])
def test_a_flipped_bit_in_the_signature_is_a_forgery(reads: Reads, bit: int):
    data = base64.b64decode(LINE.split()[-1])
    flipped = (int.from_bytes(data[4:]) ^ 1 << bit).to_bytes(64)
    assert reads(f"{BODY}\n\N{EM DASH} {ORIGIN} {base64.b64encode(data[:4] + flipped).decode()}\n") == "forged"


@BOTH
@pytest.mark.parametrize(
    ("old", "new"),
    [(ORIGIN, ORIGIN[:-1] + "0"), ("4711", "4712"), ("AAEC", "AAED")],
)
def test_a_body_that_was_changed_is_a_forgery(reads: Reads, old: str, new: str):
    assert BODY.count(old) == 1
    assert reads(f"{BODY.replace(old, new)}\n{LINE}") == "forged"


MALFORMED = {
    "nothing": "",
    "no signature": BODY,
    "no signature, only its gap": f"{BODY}\n",
    "no end of line": NOTE[:-1],
    "a line more": f"{NOTE}\n",
    "words after it": f"{NOTE}end\n",
    "carriage returns": NOTE.replace("\n", "\r\n"),
    "a tab": signed(f"{BODY}a\tb\n"),
    "a nought": signed(f"{BODY}a\0b\n"),
    "a hyphen for the dash": NOTE.replace("\N{EM DASH}", "-"),
    "two lines": signed(f"{ORIGIN}\n4711\n"),
    "an empty origin": signed(f"\n4711\n{BODY.splitlines()[2]}\n"),
    "an empty line in it": signed(BODY.replace("\n4711", "\n\n4711")),
    "a size with a zero before it": signed(BODY.replace("4711", "04711")),
    "a size with a sign": signed(BODY.replace("4711", "+4711")),
    "a size below nothing": signed(BODY.replace("4711", "-4711")),
    "a size in hexadecimal": signed(BODY.replace("4711", "0x1")),
    "a size of other digits": signed(BODY.replace("4711", "\N{ARABIC-INDIC DIGIT FOUR}")),
    "a size with a space": signed(BODY.replace("4711", "4711 ")),
    "a size beyond all": signed(BODY.replace("4711", "9" * 5000)),
    "a root too short": signed(note.body(ORIGIN, 4711, ROOT[:31])),
    "a root too long": signed(note.body(ORIGIN, 4711, ROOT + b"!")),
    "a root in hexadecimal": signed(f"{ORIGIN}\n4711\n{ROOT.hex()}\n"),
    "a root spelled otherwise": signed(BODY.replace("Hh8=", "Hh9=")),
    "a root without its padding": signed(BODY.replace("Hh8=", "Hh8")),
    "a signature that is no base64": f"{BODY}\n\N{EM DASH} {ORIGIN} !!!!\n",
    "a signature of four bytes": f"{BODY}\n\N{EM DASH} {ORIGIN} AAAAAA==\n",
    "a signature without a name": f"{BODY}\n\N{EM DASH} AAAAAAAA\n",
    "a signature spelled otherwise": NOTE.replace("=\n", "\n") if "=" in LINE else f"{NOTE[:-1]}=\n",
    "a name with a plus": f"{BODY}\n{LINE.replace(ORIGIN, 'a+b')}",
    "two spaces": f"{BODY}\n{LINE.replace(ORIGIN, ORIGIN + ' ')}",
    "a line between the signatures": f"{BODY}\n{LINE}\n{LINE}",
}


@BOTH
@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_malformed_is_refused_as_such(reads: Reads, name: str):
    assert reads(MALFORMED[name]) == "malformed"


@pytest.mark.parametrize("key", [str(OURS.key), GO_KEY])
def test_a_verifier_key_reads_the_same_to_both(key: str):
    ours, theirs = note.verifier_key(key), verify.verifier_key(f"{key}\n")
    assert (ours.name, ours.id, ours.key) == tuple(theirs)
    assert str(ours) == key


@pytest.mark.parametrize(
    "key",
    [
        "", "+", "++", GO_KEY[:-1], GO_KEY + "A", GO_KEY.replace("PeterNeumann", "PeterNeuman"), GO_KEY.replace("c74f", "c74e"),
        GO_KEY.replace("+ARpc", "+AhpC"), GO_KEY.replace("PeterNeumann", "Peter Neumann"), "PRIVATE+KEY+" + GO_KEY,
        GO_KEY.upper(), "x" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_verifier_key_is_refused(key: str):
    with pytest.raises(Refused, match="evidence-key-malformed"):
        note.verifier_key(key)
    with pytest.raises(verify.Fault, match="bad-key"):
        verify.verifier_key(key)


def test_a_verifier_that_looks_at_no_signature_is_caught(monkeypatch: pytest.MonkeyPatch):
    """The control."""
    forged = f"{BODY.replace('4711', '4712')}\n{LINE}"
    monkeypatch.setattr(verify, "check_signature", lambda *_: None)
    assert by_verifier(forged) != by_program(forged)


@pytest.mark.parametrize("key", [b"\x00" * 32, b"\xff" * 32, b"\x01" + b"\x00" * 31])
def test_a_key_that_is_no_point_signs_nothing(key: bytes):
    weak = note.VerifierKey(ORIGIN, key)
    text = note.signed(BODY, weak, b"\x00" * 64)
    with pytest.raises(Refused, match="checkpoint-forged"):
        note.opened(text, weak)
    with pytest.raises(verify.Fault, match="forged"):
        verify.check_signature(verify.note_of(text, "note"), verify.verifier_key(str(weak)), "note")
