"""The ledger of erasures: a file outside the store, a line for each, so that a backup put back can't bring anybody back."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from domain.frozen import frozen
from domain.refusal import Refused
from infra.folders import on_disk

MARK = "erasure 1"


@frozen
class Line:
    """That a subject of a stream was erased: which store, by which request, which keys, when. Nothing of a person."""

    store: str
    stream: str
    subject: str
    request: str
    keys: tuple[str, ...]
    at: datetime

    def text(self) -> str:
        """The line as it stands in the file."""
        return json.dumps(
            {
                "casusregie": MARK, "store": self.store, "stream": self.stream, "subject": self.subject,
                "request": self.request, "keys": list(self.keys), "at": self.at.isoformat(),
            }
        )  # fmt: skip

    def digest(self) -> str:
        """What the log keeps of the line."""
        return hashlib.sha256(self.text().encode()).hexdigest()


class Ledger:
    """The file. In: its path; the file need not be there."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def is_there(self) -> bool:
        """Whether there is a file. Refused where that can't be told: a store is not served on a guess."""
        try:
            return self.path.exists()
        except OSError:
            raise Refused("ledger-unreadable", path=str(self.path)) from None

    def lines(self, store: str) -> list[Line]:
        """The lines about one store. Refused: `ledger-unreadable`, `ledger-malformed` with the line's number."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return []
        except OSError:
            raise Refused("ledger-unreadable", path=str(self.path)) from None
        return [line for line in self._parsed(content) if line.store == store]

    def find(self, store: str, stream: str, subject: str) -> Line | None:
        """The line about a subject of a stream, if there is one."""
        return next((line for line in self.lines(store) if (line.stream, line.subject) == (stream, subject)), None)

    def append(self, line: Line) -> Line:
        """Have a line in the file, on the disk and read back before this returns. Out: the line; the one that was there, if
        there was one about the same subject. Refused as `ledger-unwritable`: the file is as it was then.
        """
        try:
            with self._opened() as file:
                content = _all_of(file)
                for known in self._parsed(content):
                    if (known.store, known.stream, known.subject) == (line.store, line.stream, line.subject):
                        os.fsync(file)
                        return known
                broken = b"" if not content or content.endswith(b"\n") else b"\n"
                _add(file, len(content), broken + f"{line.text()}\n".encode())
        except OSError:
            raise Refused("ledger-unwritable", path=str(self.path)) from None
        return line

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """The file, made where it is not there, for us alone."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
            on_disk(self.path.parent)
        finally:
            os.close(file)

    def _parsed(self, content: bytes) -> Sequence[Line]:
        """The lines. The last needs no line break to be one: who copied the file by hand may have lost it. What is no line is
        refused wherever it stands; it is never cut off, for it may say of whom a key is gone.
        """
        found = []
        for number, text in enumerate(content.removesuffix(b"\n").split(b"\n") if content else (), start=1):
            try:
                given = json.loads(text)
                if given["casusregie"] != MARK:
                    raise ValueError
                found.append(
                    Line(
                        given["store"], given["stream"], given["subject"], given["request"], tuple(given["keys"]),
                        datetime.fromisoformat(given["at"]),
                    )
                )  # fmt: skip
            except (ValueError, KeyError, TypeError):
                raise Refused("ledger-malformed", path=str(self.path), line=number) from None
        return found


def _add(file: int, end: int, text: bytes) -> None:
    """Write at the end, all of it or nothing: a full disk takes a part, and says so by the count alone."""
    try:
        left = memoryview(text)
        while left:
            written = os.write(file, left)
            if not written:
                raise OSError
            left = left[written:]
        os.fsync(file)
        if os.pread(file, len(text) + 1, end) != text:
            raise OSError
    except OSError:
        os.ftruncate(file, end)
        os.fsync(file)
        raise


def _all_of(file: int) -> bytes:
    return os.pread(file, os.fstat(file).st_size, 0)
