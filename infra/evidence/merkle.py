"""The Merkle tree of RFC 6962 (section 2.1; the proofs as in RFC 9162, section 2.1): pure functions over hashes of 32 bytes.

A tree is `hash_of(start, end)` for any range of leaves: whoever keeps the hashes gives perfect subtrees, the rest follows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

Subtree = Callable[[int, int], bytes]
"""In: level and number. Out: the hash of the perfect subtree over leaves `number * 2**level` and on, `2**level` of them."""

EMPTY = hashlib.sha256().digest()
"""The root of a tree without leaves."""
SIZE = 32


class ProofError(ValueError):
    """A proof does not prove what it is said to prove."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf: SHA-256 over 0x00 and its bytes."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node: SHA-256 over 0x01 and its two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Iterable[bytes]) -> bytes:
    """The root of a tree of these leaf hashes."""
    grown = CompactRange()
    for each in hashes:
        grown.add(each)
    return grown.root()


class CompactRange:
    """The right edge of a tree that grows: the perfect subtrees it is made of, largest first. In: those of a tree of `size`."""

    def __init__(self, size: int = 0, edge: Sequence[bytes] = ()) -> None:
        if len(edge) != size.bit_count():
            raise ValueError("the edge does not fit the size")
        self.size = size
        self.edge = list(edge)

    def add(self, leaf: bytes) -> None:
        """One leaf more."""
        size, edge = self.size, self.edge
        while size & 1:
            leaf = hashlib.sha256(b"\x01" + edge.pop() + leaf).digest()
            size >>= 1
        edge.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        if not self.edge:
            return EMPTY
        hashed = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            hashed = node_hash(left, hashed)
        return hashed


def hash_of(subtree: Subtree, start: int, end: int) -> bytes:
    """The hash over leaves `start` up to `end`, as the tree has it there (`MTH(D[start:end])`)."""
    count = end - start
    if count == 0:
        return EMPTY
    if count & (count - 1) == 0 and start % count == 0:
        return subtree(count.bit_length() - 1, start // count)
    half = _half(count)
    return node_hash(hash_of(subtree, start, start + half), hash_of(subtree, start + half, end))


def edge_of(subtree: Subtree, size: int) -> list[bytes]:
    """The perfect subtrees of a tree of this size, largest first: where a `CompactRange` goes on from."""
    edge, start = [], 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            edge.append(subtree(level, start >> level))
            start += 1 << level
    return edge


def inclusion_proof(subtree: Subtree, index: int, size: int) -> list[bytes]:
    """What shows that a leaf (counted from 0) is in the tree of this size. `ValueError` for a leaf that it does not have."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of this size")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        half = start + _half(end - start)
        if index < half:
            proof.append(hash_of(subtree, half, end))
            end = half
        else:
            proof.append(hash_of(subtree, start, half))
            start = half
    return proof[::-1]


def consistency_proof(subtree: Subtree, first: int, second: int) -> list[bytes]:
    """What shows that the tree of the second size begins with that of the first. `ValueError` when it is not the larger."""
    if not 0 <= first <= second:
        raise ValueError("the second tree is not the larger one")
    if first in (0, second):
        return []
    proof: list[bytes] = []
    start, end, whole = 0, second, True
    while first != end:
        half = start + _half(end - start)
        if first <= half:
            proof.append(hash_of(subtree, half, end))
            end = half
        else:
            proof.append(hash_of(subtree, start, half))
            start, whole = half, False
    if not whole:
        proof.append(hash_of(subtree, start, end))
    return proof[::-1]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Refused as `ProofError` unless the proof shows this leaf hash at this index (from 0) in the tree with this root."""
    if not 0 <= index < size:
        raise ProofError("the leaf is beyond the tree")
    _hashes(leaf, root, *proof)
    hashed = leaf
    for on_the_left, each in _upwards(index, size - 1, proof):
        hashed = node_hash(each, hashed) if on_the_left else node_hash(hashed, each)
    if hashed != root:
        raise ProofError("the proof leads to another root")


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> None:
    """Refused as `ProofError` unless the proof shows that the tree with the second root begins with that of the first.

    Of an empty first tree nothing can be shown: refused as well.
    """
    if not 0 < first <= second:
        raise ProofError("the first tree is empty or larger than the second")
    if first == second:
        if proof:
            raise ProofError("the proof is too long")
        if first_root != second_root:
            raise ProofError("two roots of one size")
        return
    _hashes(first_root, second_root, *proof)
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    if not path:
        raise ProofError("the proof is too short")
    at, last = first - 1, second - 1
    while at & 1:
        at >>= 1
        last >>= 1
    old = new = path[0]
    for on_the_left, each in _upwards(at, last, path[1:]):
        if on_the_left:
            old, new = node_hash(each, old), node_hash(each, new)
        else:
            new = node_hash(new, each)
    if old != first_root or new != second_root:
        raise ProofError("the proof leads to another root")


def _upwards(at: int, last: int, proof: Sequence[bytes]) -> Iterator[tuple[bool, bytes]]:
    """From a node up to the root: each hash of the proof, and whether it stands on the left. In: the node's number in its row
    and that of the last one. Refused as `ProofError` when the proof is of another length than the way up.
    """
    for each in proof:
        if last == 0:
            raise ProofError("the proof is too long")
        if at & 1 or at == last:
            yield True, each
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            yield False, each
        at >>= 1
        last >>= 1
    if last != 0:
        raise ProofError("the proof is too short")


def _half(count: int) -> int:
    """The largest power of two below a count of two or more."""
    return 1 << (count - 1).bit_length() - 1


def _hashes(*each: bytes) -> None:
    if any(len(one) != SIZE for one in each):
        raise ProofError("a hash is not of 32 bytes")
