"""The key that signs checkpoints: a file of its owner's, never in a database and never beside what it vouches for in a backup."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from pathlib import Path

from domain.refusal import Refused
from infra.evidence.note import ED25519, VerifierKey, body, signed
from infra.folders import on_disk

PRIVATE = "PRIVATE+KEY+"


class Signer:
    """Signs under one name. In: the name (the log's origin) and the seed of the key (32 bytes)."""

    def __init__(self, name: str, seed: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = VerifierKey(name, self._key.public_key().public_bytes_raw())

    def sign(self, size: int, root: bytes) -> str:
        """The note of a checkpoint."""
        text = body(self.key.name, size, root)
        return signed(text, self.key, self._key.sign(text.encode()))

    def __repr__(self) -> str:
        return f"Signer({self.key.name})"


def new_seed() -> bytes:
    """A new key."""
    return secrets.token_bytes(32)


def keep(path: Path, name: str, seed: bytes) -> Signer:
    """Put a key into the file, on a line of its own after those that are there; on the disk, and read back, when this returns.

    Refused: `signer-file-unwritable`, `signer-file-open-to-others`, `signer-file-of-another`.
    """
    signer = Signer(name, seed)
    data = base64.b64encode(ED25519 + seed).decode("ascii")
    line = f"{PRIVATE}{name}+{signer.key.id.hex()}+{data}\n"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        try:
            _must_be_private(file, path)
            size = os.fstat(file).st_size
            # a copy put back by hand may have lost its last line break, and two keys on one line are none
            ended = not size or os.pread(file, 1, size - 1) == b"\n"
            os.write(file, (line if ended else f"\n{line}").encode())
            os.fsync(file)
            if not size:
                on_disk(path.parent)
        finally:
            os.close(file)
    except OSError:
        raise Refused("signer-file-unwritable", path=str(path)) from None
    if read(path, signer.key) is None:
        raise Refused("signer-file-unwritable", path=str(path))
    return signer


def read(path: Path, key: VerifierKey) -> Signer | None:
    """The signer of a verifier key, if the file has it; None where there is no file or no such key in it.

    Another key's line that is damaged is passed over. Refused: `signer-file-open-to-others`, `signer-file-of-another`,
    `signer-file-unreadable`; `signer-file-malformed` with the number of the damaged line that may be the one looked for.
    """
    damaged = None
    for number, line in enumerate(_lines(path), start=1):
        parsed = _parsed(line)
        if parsed is None:
            damaged = damaged or number
        elif parsed[:2] == (key.name, key.id.hex()):
            signer = Signer(key.name, parsed[2])
            if signer.key != key:
                raise Refused("signer-file-malformed", path=str(path), line=number)
            return signer
    if damaged is not None:
        raise Refused("signer-file-malformed", path=str(path), line=damaged)
    return None


def names(path: Path) -> list[str]:
    """The logs that the file has keys of, in the order in which they came into it. Refused as `read`, but for damaged lines."""
    return [parsed[0] for parsed in map(_parsed, _lines(path)) if parsed is not None]


def _lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            _must_be_private(file.fileno(), path)
            return file.read().decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return []
    except OSError:
        raise Refused("signer-file-unreadable", path=str(path)) from None


def others_in(path: Path) -> bool:
    """Whether there is a file with keys, to be asked where the one that is wanted is not among them."""
    return path.exists() and path.stat().st_size > 0


def _must_be_private(file: int, path: Path) -> None:
    found = os.fstat(file)  # of the file that was opened, also where a link led to it
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077:
        raise Refused("signer-file-open-to-others", path=str(path), mode=f"{mode:04o}")
    if found.st_uid not in (os.geteuid(), 0):
        raise Refused("signer-file-of-another", path=str(path))


def _parsed(line: str) -> tuple[str, str, bytes] | None:
    """A line's name, key id and seed; None where it is damaged."""
    name, found, data = (*line.removeprefix(PRIVATE).split("+", 2), "", "")[:3]
    try:
        seed = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        seed = b""
    if not line.startswith(PRIVATE) or len(seed) != 33 or seed[:1] != ED25519:
        return None
    return name, found, seed[1:]
