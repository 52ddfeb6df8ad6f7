"""The file with the key-encryption keys: made once, refused when others may read it."""

from __future__ import annotations

import base64
import binascii
import json
import os
import stat
from pathlib import Path
from typing import Protocol

from domain.frozen import frozen
from domain.refusal import Refused

SIZE = 32


class KeyEncryptionKeys(Protocol):
    """Where key-encryption keys come from: by version, and which one wraps what is new."""

    @property
    def current(self) -> int: ...

    def key(self, version: int) -> bytes: ...


@frozen(slots=False)
class KeyFile:
    """Keys read from a file, and the ids of the stores that use it, as far as it names them: older files name none."""

    path: Path
    current: int
    _keys: dict[int, bytes]
    stores: tuple[str, ...] = ()

    def key(self, version: int) -> bytes:
        """The key of a version; refused when this file has none of it."""
        try:
            return self._keys[version]
        except KeyError:
            raise Refused("key-version-missing", path=str(self.path), version=version) from None

    def __repr__(self) -> str:
        return f"KeyFile({self.path})"


def read_key_file(path: Path) -> KeyFile:
    """The keys in a file. Refused when it is missing, malformed, or may be read by anybody but its owner."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise Refused("key-file-open-to-others", path=str(path), mode=f"{mode:04o}")
            content = file.read()
    except FileNotFoundError:
        raise Refused("key-file-missing", path=str(path)) from None
    except OSError:
        raise Refused("key-file-unreadable", path=str(path)) from None
    try:
        given = json.loads(content)
        keys = {int(version): base64.b64decode(text, validate=True) for version, text in given["keys"].items()}
        current = int(given["current"])
        stores = tuple(given.get("stores", ()))
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise Refused("key-file-malformed", path=str(path)) from None
    if current not in keys or any(len(key) != SIZE for key in keys.values()) or not all(isinstance(s, str) for s in stores):
        raise Refused("key-file-malformed", path=str(path))
    return KeyFile(path, current, keys, stores)


def make_key_file(path: Path) -> KeyFile:
    """Make a file with one new key, for its owner alone. One that is there already is read and kept."""
    if path.exists():
        return read_key_file(path)
    key = base64.b64encode(os.urandom(SIZE)).decode()
    content = json.dumps({"casusregie": "key-encryption-keys", "current": 1, "keys": {"1": key}}, indent=1)
    try:
        # Whole or not at all: half a key file would lock everybody out.
        part = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(content + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, path)  # unlike a rename, it never puts itself in place of one that is there
        except FileExistsError:
            pass
        finally:
            part.unlink()
    except OSError:
        raise Refused("key-file-unwritable", path=str(path)) from None
    return read_key_file(path)
