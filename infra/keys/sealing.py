"""How a text is sealed for one position in one store, and opened again (see docs/explanation/event-format.md)."""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
SALT = 16
_FIELD = b"casusregie sealed field 1"
_COMMITMENT = b"casusregie text commitment 1"


class Slot(NamedTuple):
    """The one position a ciphertext is made for; it opens nowhere else."""

    store: str
    stream: str
    version: int
    topic: str
    field: str
    subject: str
    key_id: str


class Sealed(NamedTuple):
    """A sealed text: nonce with ciphertext, its digest, and the salted commitment to the text."""

    data: bytes
    digest: bytes
    commitment: bytes


class Opened(NamedTuple):
    """An opened text with the salt that shows it is the text committed to."""

    text: str
    salt: bytes


class SealBrokenError(Exception):
    """The ciphertext, its key or its position is not the one it was sealed with."""


def parts(*each: bytes) -> bytes:
    """The parts, each after its length in four bytes: no two lists give the same bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in each)


def commitment(slot: Slot, salt: bytes, text: str) -> bytes:
    """What binds a text, with its salt, to the position where it was recorded."""
    place = parts(_COMMITMENT, slot.stream.encode(), slot.version.to_bytes(8, "big"), slot.field.encode())
    return hashlib.sha256(place + parts(salt, text.encode())).digest()


def _bound_to(slot: Slot) -> bytes:
    return parts(
        _FIELD,
        slot.store.encode(),
        slot.stream.encode(),
        slot.version.to_bytes(8, "big"),
        slot.topic.encode(),
        slot.field.encode(),
        slot.subject.encode(),
        slot.key_id.encode(),
    )


def seal(key: bytes, slot: Slot, text: str) -> Sealed:
    """Seal a text for its position, with a new salt and nonce."""
    salt, nonce = os.urandom(SALT), os.urandom(NONCE)
    data = nonce + AESGCM(key).encrypt(nonce, salt + text.encode(), _bound_to(slot))
    return Sealed(data, hashlib.sha256(data).digest(), commitment(slot, salt, text))


def unseal(key: bytes, slot: Slot, sealed: Sealed) -> Opened:
    """Open what was sealed, and check that it is what was committed to."""
    if not hmac.compare_digest(hashlib.sha256(sealed.data).digest(), sealed.digest):
        raise SealBrokenError
    try:
        plain = AESGCM(key).decrypt(sealed.data[:NONCE], sealed.data[NONCE:], _bound_to(slot))
    except InvalidTag:
        raise SealBrokenError from None
    salt, text = plain[:SALT], plain[SALT:].decode()
    if not hmac.compare_digest(commitment(slot, salt, text), sealed.commitment):
        raise SealBrokenError
    return Opened(text, salt)
