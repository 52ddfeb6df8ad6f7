"""Writes a file whole or not at all: beside its place first, then over it in one move."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from domain.refusal import Refused


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
        raise _refusal(error) from None
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
            raise _refusal(error) from None
        raise


def _refusal(error: OSError | ValueError) -> Refused:
    match error:
        case FileNotFoundError() | NotADirectoryError() | ValueError():
            return Refused("export-folder-missing")
        case PermissionError():
            return Refused("export-forbidden")
        case OSError(errno=errno.ENOSPC | errno.EDQUOT | errno.EFBIG):
            return Refused("export-no-space")
        case _:
            return Refused("export-unwritable", errno=error.errno)
