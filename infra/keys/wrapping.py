"""Wraps a key with a key-encryption key, bound to what it is a key of."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.refusal import Refused
from infra.keys.keyfile import KeyEncryptionKeys
from infra.keys.sealing import NONCE, parts

_WRAPPED = b"casusregie wrapped key 1"


def wrap(keks: KeyEncryptionKeys, key: bytes, about: tuple[str, ...]) -> tuple[int, bytes]:
    """The key wrapped with the current key-encryption key. Out: that key's version and the wrapped bytes."""
    nonce = os.urandom(NONCE)
    sealed = AESGCM(keks.key(keks.current)).encrypt(nonce, key, _bound_to(keks.current, about))
    return keks.current, nonce + sealed


def unwrap(keks: KeyEncryptionKeys, version: int, wrapped: bytes, about: tuple[str, ...]) -> bytes:
    """The key again. Refused with another key-encryption key, or when it is the key of something else."""
    try:
        return AESGCM(keks.key(version)).decrypt(wrapped[:NONCE], wrapped[NONCE:], _bound_to(version, about))
    except InvalidTag:
        raise Refused("key-file-does-not-fit", version=version) from None


def _bound_to(version: int, about: tuple[str, ...]) -> bytes:
    return parts(_WRAPPED, version.to_bytes(4, "big"), *(each.encode() for each in about))
