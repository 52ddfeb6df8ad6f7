"""Writes a file whole or not at all: beside its place first, then over it in one move."""

from __future__ import annotations

import errno
import gzip
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO

from domain.refusal import Refused

Leaving = Callable[[str], object]
"""Hears the digest (SHA-256, hexadecimal) of a file once that is whole, and before it is in its place."""


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to, readable by its owner alone: at `path` when the block ends well, else nowhere.

    Refuses a place that can't be written.
    """
    if path.is_dir():
        raise Refused("file-is-folder")
    try:
        handle, name = tempfile.mkstemp(prefix=".casus-", suffix=".part", dir=path.parent)
    except (OSError, ValueError) as error:
        raise unwritable(error) from None
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException as error:
        with suppress(OSError):
            Path(name).unlink()
        if isinstance(error, OSError):
            raise unwritable(error) from None
        raise


class Digested:
    """A file to write to, and the SHA-256 of what was written."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.digest = sha256()

    def write(self, piece: bytes) -> int:
        """Write on."""
        self.digest.update(piece)
        return self.file.write(piece)

    def flush(self) -> None:
        """Hand on what was written."""
        self.file.flush()


@contextmanager
def packed(file: Digested, path: Path) -> Iterator[Digested | gzip.GzipFile]:
    """What to write to: the file, or where its name ends in `.gz` what packs for it. Without a name and a time in its heading
    a packed file is the same each time too.
    """
    if path.suffix.lower() != ".gz":
        yield file
        return
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0, compresslevel=6) as made:
        yield made


def unwritable(error: OSError | ValueError) -> Refused:
    """What is wrong with a place that an export was to go to, as a refusal."""
    match error:
        case FileNotFoundError() | NotADirectoryError() | ValueError():
            return Refused("export-folder-missing")
        case PermissionError():
            return Refused("export-forbidden")
        case OSError(errno=errno.ENOSPC | errno.EDQUOT | errno.EFBIG):
            return Refused("export-no-space")
        case _:
            return Refused("export-unwritable", errno=error.errno)
