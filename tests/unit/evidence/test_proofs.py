"""Proofs of RFC 6962, true ones and hostile ones, by the tree's own verifier and by the standalone one: they agree on each.

The hostile ones are those of `transparency-dev/merkle` (testdata/inclusion, testdata/consistency), made here for every tree.
"""

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from infra.evidence import merkle
from infra.evidence.pack import verify

SIZES = range(1, 18)
ENTRIES = [bytes([n]) * n for n in range(18)]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]
OTHER = merkle.leaf_hash(b"of another tree")
Verifies = Callable[..., bool]
Inclusion = tuple[int, int, bytes, list[bytes], bytes]
Consistency = tuple[int, int, bytes, bytes, list[bytes]]


def holds(check: Callable[..., None], *asked: object) -> bool:
    try:
        check(*asked)
    except merkle.ProofError:
        return False
    return True


INCLUSION: dict[str, Verifies] = {"tree": partial(holds, merkle.verify_inclusion), "standalone": verify.inclusion}
CONSISTENCY: dict[str, Verifies] = {"tree": partial(holds, merkle.verify_consistency), "standalone": verify.consistency}


def defined(leaves: list[bytes]) -> bytes:
    """`MTH`, as section 2.1 defines it."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return merkle.node_hash(defined(leaves[:half]), defined(leaves[half:]))


def subtree(level: int, number: int) -> bytes:
    return defined(LEAVES[number << level : (number + 1) << level])


def flipped(hashed: bytes, bit: int) -> bytes:
    return (int.from_bytes(hashed) ^ 1 << bit).to_bytes(len(hashed))


def hostile_proofs(proof: list[bytes], *roots: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A proof that was meddled with."""
    for extra in (b"", *roots):
        yield f"trailing {extra[:2].hex()}", [*proof, extra]
        yield f"preceding {extra[:2].hex()}", [extra, *proof]
    for at, each in enumerate(proof):
        yield f"bit 3 of {at}", [*proof[:at], flipped(each, 3), *proof[at + 1 :]]
        yield f"bit 4 of {at}", [*proof[:at], flipped(each, 4), *proof[at + 1 :]]
        yield f"{at} removed", [*proof[:at], *proof[at + 1 :]]
        yield f"{at} twice", [*proof[:at], each, *proof[at:]]
        yield f"{at} cut", [*proof[:at], each[:-1], *proof[at + 1 :]]
    yield "inserted", [*proof[:1], OTHER, *proof[1:]]
    if proof:
        yield "empty", []
    if len(set(proof)) > 1:
        yield "turned", proof[::-1]


def hostile_inclusions(asked: Inclusion) -> Iterator[tuple[str, Inclusion]]:
    index, size, leaf, proof, root = asked
    for other in (index - 1, index + 1, index ^ 2, -1, size, 1 << 64):
        yield f"index {other}", (other, size, leaf, proof, root)
    for other in (size * 2, size // 2, 0, index):
        yield f"size {other}", (index, other, leaf, proof, root)
    for name, each in (("wrong", OTHER), ("no", b""), ("flipped", flipped(leaf, 9))):
        yield f"{name} leaf", (index, size, each, proof, root)
    for name, each in (("wrong", OTHER), ("no", b""), ("empty tree's", merkle.EMPTY), ("flipped", flipped(root, 9))):
        yield f"{name} root", (index, size, leaf, proof, each)
    yield "nothing at all", (index, size, b"", proof, b"")
    for name, made in hostile_proofs(proof, root):
        yield name, (index, size, leaf, made, root)


def hostile_consistencies(asked: Consistency) -> Iterator[tuple[str, Consistency]]:
    first, second, old, new, proof = asked
    for other in {first - 1, first + 1, first ^ 2, 0, -1, second + 1} - {first}:
        yield f"first {other}", (other, second, old, new, proof)
    for other in {second * 2, second // 2, 0, first - 1} - {second}:
        yield f"second {other}", (first, other, old, new, proof)
    for name, each in (("wrong", OTHER), ("no", b""), ("empty tree's", merkle.EMPTY), ("flipped", flipped(old, 5))):
        yield f"{name} first root", (first, second, each, new, proof)
    for name, each in (("wrong", OTHER), ("no", b""), ("empty tree's", merkle.EMPTY), ("flipped", flipped(new, 5))):
        yield f"{name} second root", (first, second, old, each, proof)
    if first != second:
        yield "swapped roots", (first, second, new, old, proof)
        yield "swapped sizes", (second, first, old, new, proof)
    for name, made in hostile_proofs(proof, old, new):
        yield name, (first, second, old, new, made)


def inclusions() -> Iterator[Inclusion]:
    for size in SIZES:
        root = defined(LEAVES[:size])
        for index in range(size):
            yield index, size, LEAVES[index], merkle.inclusion_proof(subtree, index, size), root


def consistencies() -> Iterator[Consistency]:
    for second in SIZES:
        for first in range(1, second + 1):
            proof = merkle.consistency_proof(subtree, first, second)
            yield first, second, defined(LEAVES[:first]), defined(LEAVES[:second]), proof


@pytest.mark.parametrize("size", SIZES)
def test_the_root_is_the_one_of_the_definition(size: int):
    assert merkle.root_of(LEAVES[:size]) == merkle.hash_of(subtree, 0, size) == defined(LEAVES[:size])


@pytest.mark.parametrize("verifier", INCLUSION)
def test_every_true_inclusion_proof_holds(verifier: str):
    assert [asked[:2] for asked in inclusions() if not INCLUSION[verifier](*asked)] == []


@pytest.mark.parametrize("verifier", INCLUSION)
def test_every_hostile_inclusion_proof_is_refused(verifier: str):
    made = [(name, bad) for asked in inclusions() for name, bad in hostile_inclusions(asked)]
    assert [(name, bad[:2]) for name, bad in made if INCLUSION[verifier](*bad)] == []
    assert len(made) > 1000


@pytest.mark.parametrize("verifier", CONSISTENCY)
def test_every_true_consistency_proof_holds(verifier: str):
    assert [asked[:2] for asked in consistencies() if not CONSISTENCY[verifier](*asked)] == []


@pytest.mark.parametrize("verifier", CONSISTENCY)
def test_every_hostile_consistency_proof_is_refused(verifier: str):
    made = [(name, bad) for asked in consistencies() for name, bad in hostile_consistencies(asked)]
    assert [(name, bad[:2]) for name, bad in made if CONSISTENCY[verifier](*bad)] == []
    assert len(made) > 1000


@pytest.mark.parametrize("verifier", CONSISTENCY)
@pytest.mark.parametrize(
    ("sizes", "old", "new", "proof", "true"),
    [
        ((0, 1), merkle.EMPTY, merkle.EMPTY, [merkle.EMPTY], False),
        ((0, 0), merkle.EMPTY, OTHER, [], False),
        ((1, 1), merkle.EMPTY, OTHER, [], False),
        ((2, 1), OTHER, LEAVES[0], [], False),
        ((1, 0), OTHER, LEAVES[0], [], False),
        ((0, 1), OTHER, LEAVES[0], [], False),
        ((0, 1), merkle.EMPTY, OTHER, [], False),
        ((1, 1), b"whatever" * 4, b"whatever" * 4, [], True),
        ((1, 1), b"whatever" * 4, b"another!" * 4, [], False),
        ((0, 0), OTHER, OTHER, [], False),
        ((1, 2), OTHER, LEAVES[0], [], False),
        ((1, 1), merkle.EMPTY, merkle.EMPTY, [merkle.EMPTY], False),
        ((0, 0), merkle.EMPTY, merkle.EMPTY, [merkle.EMPTY], False),
        ((0, 0), merkle.EMPTY, merkle.EMPTY, [], False),
    ],
)
def test_of_trees_of_one_size_or_none_at_all(
    verifier: str, sizes: tuple[int, int], old: bytes, new: bytes, proof: list[bytes], true: bool
):
    assert CONSISTENCY[verifier](*sizes, old, new, proof) is true


def test_a_verifier_that_passes_over_the_length_of_a_proof_is_caught(monkeypatch: pytest.MonkeyPatch):
    """The control: the same hostile proofs, and a verifier that takes a hash less for granted."""

    def weak(index: int, size: int, leaf: bytes, proof: list[bytes], root: bytes) -> bool:
        return any(verify.inclusion(index, size, leaf, proof[:n], root) for n in range(len(proof) + 1))

    taken = [name for asked in inclusions() for name, bad in hostile_inclusions(asked) if weak(*bad)]
    assert any(name.startswith("trailing") for name in taken)
