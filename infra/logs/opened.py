"""Opens a file that a user named, plain or gzipped, and turns what can be wrong with a file into refusals."""

from __future__ import annotations

import gzip
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from domain.refusal import Refused

BLOCK = 64 * 1024
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Opened:
    """A file's bytes, unpacked; its first bytes; `tell()`, how much of the file was read; and its size (0: unknown)."""

    stream: IO[bytes]
    start: bytes
    tell: Callable[[], int]
    size: int


@contextmanager
def file_refusals() -> Iterator[None]:
    """Inside this block, what is wrong with a file that a user named is a refusal."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise Refused("file-missing") from None
    except IsADirectoryError:
        raise Refused("file-is-folder") from None
    except PermissionError:
        raise Refused("file-forbidden") from None
    except gzip.BadGzipFile:
        raise Refused("log-gzip-broken") from None
    except OSError as error:
        raise Refused("file-broken", errno=error.errno) from None


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """The file for as long as the block runs. Refuses what can't be opened, and what breaks while it is read."""
    if "\0" in str(path):
        raise Refused("file-missing")
    try:
        with file_refusals(), path.open("rb") as raw:
            status = os.fstat(raw.fileno())
            regular = stat.S_ISREG(status.st_mode)
            stream: Any = gzip.GzipFile(fileobj=raw) if raw.peek(2)[:2] == _GZIP else raw
            start: bytes = stream.peek(BLOCK)[:BLOCK]
            if not start:
                raise Refused("log-empty")
            yield Opened(stream, start, raw.tell if regular else _unknown, status.st_size if regular else 0)
    except (EOFError, zlib.error):
        raise Refused("log-gzip-broken") from None


def _unknown() -> int:
    return 0
