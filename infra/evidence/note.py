"""Signed checkpoints: the notes of C2SP `signed-note` (Ed25519) holding a C2SP `tlog-checkpoint`.

    casusregie/3f0c...           the origin: which log
    4711                         its size
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
                                 its root; then an empty line, and the signatures
    — casusregie/3f0c... Az3grl...

A verifier key is `<name>+<hash>+<key>`, a signer key `PRIVATE+KEY+<name>+<hash>+<key>`, as the specification has them.
No line says when: the note of one size is the same each time it is made (Ed25519 signs without chance, RFC 8032).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import NamedTuple

from domain.refusal import Refused

ED25519 = b"\x01"
DASH = "\u2014 "
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_NAME = re.compile(r"[^\s+]+")


class Checkpoint(NamedTuple):
    """What a note says: of which log, how many leaves, their root (32 bytes); and the note itself."""

    origin: str
    size: int
    root: bytes
    note: str


class VerifierKey(NamedTuple):
    """A public key with the name it signs under."""

    name: str
    key: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return key_id(self.name, self.key)

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(ED25519 + self.key)}"


def key_id(name: str, key: bytes) -> bytes:
    """The first four bytes of SHA-256 over name, line break, kind and key."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + key).digest()[:4]


def verifier_key(text: str) -> VerifierKey:
    """Read a verifier key. Refused as `evidence-key-malformed`."""
    name, found, data = (*text.strip().split("+", 2), "", "")[:3]
    key = _unbase64(data)
    if not _NAME.fullmatch(name) or key is None or len(key) != 33 or key[:1] != ED25519:
        raise Refused("evidence-key-malformed")
    made = VerifierKey(name, key[1:])
    if found != made.id.hex():
        raise Refused("evidence-key-malformed")
    return made


def body(origin: str, size: int, root: bytes) -> str:
    """What is signed."""
    return f"{origin}\n{size}\n{_base64(root)}\n"


def signed(text: str, key: VerifierKey, signature: bytes) -> str:
    """The whole note."""
    return f"{text}\n{DASH}{key.name} {_base64(key.id + signature)}\n"


def parse(note: str) -> tuple[Checkpoint, list[tuple[str, bytes]]]:
    """A note's checkpoint and its signatures (name, with key id and signature), none of them checked yet.

    Refused as `checkpoint-malformed`. Lines after the root are others' to add; they are signed with the rest.
    """
    text, gap, rest = note.rpartition("\n\n" + DASH)
    lines = text.split("\n")
    if not gap or any(ord(c) < 0x20 and c != "\n" for c in note) or not note.endswith("\n") or len(lines) < 3 or "" in lines:
        raise Refused("checkpoint-malformed")
    root = _unbase64(lines[2])
    if not _DECIMAL.fullmatch(lines[1]) or root is None or len(root) != 32:
        raise Refused("checkpoint-malformed")
    signatures = []
    for line in (DASH + rest).removesuffix("\n").split("\n"):
        name, _, data = line.removeprefix(DASH).partition(" ")
        signature = _unbase64(data)
        if not line.startswith(DASH) or not _NAME.fullmatch(name) or signature is None or len(signature) < 5:
            raise Refused("checkpoint-malformed")
        signatures.append((name, signature))
    return Checkpoint(lines[0], int(lines[1]), root, note), signatures


def opened(note: str, *keys: VerifierKey) -> Checkpoint:
    """A note's checkpoint, once one of these keys is seen to have signed it. Refused: `checkpoint-malformed`;
    `checkpoint-other-key` where none of them did; `checkpoint-forged` where one is said to and did not.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    checkpoint, signatures = parse(note)
    message = note[: note.rindex("\n\n" + DASH) + 1].encode()
    by = {(key.name, key.id): key for key in keys}
    known = 0
    for name, signature in signatures:
        key = by.get((name, signature[:4]))
        if key is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.key).verify(signature[4:], message)
        except InvalidSignature:
            raise Refused("checkpoint-forged") from None
        known += 1
    if not known:
        raise Refused("checkpoint-other-key")
    return checkpoint


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _unbase64(text: str) -> bytes | None:
    """The bytes, or None where the text is not their one spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if _base64(data) == text else None
