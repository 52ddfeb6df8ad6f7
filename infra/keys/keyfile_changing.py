"""Changes what stands in a key file: one program at a time, whole or not at all; and keeps in it which stores use it."""

from __future__ import annotations

import fcntl
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from domain.refusal import Refused
from infra.keys.keyfile import KeyFile, read_key_file

Document = dict[str, Any]


def document(path: Path) -> Document:
    """What stands in a key file that was read before, as it stands."""
    found: Document = json.loads(path.read_text(encoding="utf-8"))
    return found


def change(path: Path, how: Callable[[Document], Document]) -> KeyFile:
    """Put what `how` makes of a key file in its place, on the disk before this returns. Out: the keys in it then.

    Refused as `key-file-unwritable`; what reading it refuses, and what `how` does.
    """
    try:
        folder = os.open(path.parent, os.O_RDONLY)
    except OSError:
        raise Refused("key-file-unwritable", path=str(path)) from None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)  # of two who read it, the second would take out what the first put in
        read_key_file(path)
        before = document(path)
        after = how(before)
        if after != before:
            _replace(path, after, folder)
    finally:
        os.close(folder)
    return read_key_file(path)


def used_by(path: Path, store: str) -> KeyFile:
    """The keys in a file, for a store that uses it from now on, which the file names then. One that nobody may write beside is
    read all the same: whoever keeps it so changes no key in it either.
    """
    found = read_key_file(path)
    if store in found.stores or not os.access(path.parent, os.W_OK):
        return found
    return change(path, lambda given: given | {"stores": sorted({*given.get("stores", ()), store})})


def must_be_free(path: Path) -> None:
    """Refuse a key file for a new store that another store uses: `key-file-of-another`. One that is not there is free."""
    if path.exists() and read_key_file(path).stores:
        raise Refused("key-file-of-another", path=str(path))


def must_be_alone(path: Path, stores: tuple[str, ...], store: str) -> None:
    """Refuse to change or drop a key that another store needs too: `key-file-shared`, with which."""
    if others := tuple(one for one in stores if one != store):
        raise Refused("key-file-shared", path=str(path), store=others)


def _replace(path: Path, content: Document, folder: int) -> None:
    part = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        try:
            with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "w") as file:
                file.write(json.dumps(content, indent=1) + "\n")
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        os.fsync(folder)
    except OSError:
        raise Refused("key-file-unwritable", path=str(path)) from None
