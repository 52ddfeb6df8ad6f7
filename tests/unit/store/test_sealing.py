"""How a text is sealed: permanent bytes, and a place each."""

from itertools import product

import pytest

from infra.keys.sealing import NONCE, SealBrokenError, Sealed, Slot, commitment, parts, seal, unseal

SLOT = Slot("5e1f", "LEL-2026-0007", 3, "case.intake.supplemented", "text", "s1", "0f3a")
KEY = bytes(range(32))
TEXT = "Ik wil weer rondkomen \u2013 graag."
GOLDEN = Sealed(
    data=bytes.fromhex(
        "000102030405060708090a0b4703d418c1e0c41c85489d80bde47662cabda74399177f0b5d0297a56f066ed66a7fc399c1e1f018"
        "e784189fe9e64f16532e6a831e5c63f0e39353df95c2d52c"
    ),
    digest=bytes.fromhex("4e50a47b602d85ebe0048d25ffa5ee34b1ddd7986ee93ddbac45134af4b53e47"),
    commitment=bytes.fromhex("2113231404bad489df666936f81cc13045431965bb12fa2a092616d62fe77d3a"),
)
"""What the first release sealed. It is never edited: later programs must open it."""


def test_what_the_first_release_sealed_opens():
    opened = unseal(KEY, SLOT, GOLDEN)
    assert opened == (TEXT, bytes(range(16)))
    assert commitment(SLOT, opened.salt, opened.text) == GOLDEN.commitment


def test_the_same_text_is_sealed_differently_each_time():
    one, other = seal(KEY, SLOT, TEXT), seal(KEY, SLOT, TEXT)
    assert one.data[:NONCE] != other.data[:NONCE]
    assert one.commitment != other.commitment
    assert unseal(KEY, SLOT, one).text == unseal(KEY, SLOT, other).text == TEXT


@pytest.mark.parametrize("part", Slot._fields)
def test_it_opens_in_no_other_place(part: str):
    elsewhere = Slot._make(4 if n == part == "version" else "other" if n == part else v for n, v in SLOT._asdict().items())
    with pytest.raises(SealBrokenError):
        unseal(KEY, elsewhere, seal(KEY, SLOT, TEXT))


def test_it_opens_with_no_other_key():
    with pytest.raises(SealBrokenError):
        unseal(bytes(32), SLOT, GOLDEN)


@pytest.mark.parametrize("at", [0, 11, 12, 40, -1])
def test_no_bit_can_be_turned(at: int):
    data = bytearray(GOLDEN.data)
    data[at] ^= 1
    with pytest.raises(SealBrokenError):
        unseal(KEY, SLOT, GOLDEN._replace(data=bytes(data)))


def test_another_digest_or_commitment_is_refused():
    for broken in (GOLDEN._replace(digest=bytes(32)), GOLDEN._replace(commitment=bytes(32))):
        with pytest.raises(SealBrokenError):
            unseal(KEY, SLOT, broken)


def test_no_two_lists_of_parts_give_the_same_bytes():
    lists = [each for n in range(4) for each in product([b"", b"a", b"aa", b"\x00"], repeat=n)]
    assert len({parts(*each) for each in lists}) == len(lists)
