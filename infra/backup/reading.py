"""Reads a backup file and checks everything in it while it is read; what is wrong is named by its part."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from pydantic_core import from_json

from domain.refusal import Refused
from infra.backup.form import EVERY, FORMAT, HEADER, MARK, Header, Sum, Told, decoders, manifest, sum_of
from infra.backup.parts import PARTS, Holds, Part
from infra.backup.rows import rows_of
from infra.store.database import Database

GZIP = b"\x1f\x8b"
LONGEST = 64_000_000
"""No line is longer: a file that has one is damaged, or means harm."""


class Damaged(Refused):
    """A backup file is not as it was written. Facts: `field` (the option it was named with) and `part`."""

    def __init__(self, holds: Holds, part: str) -> None:
        super().__init__("backup-damaged", field=holds, part=part)


class Vouching(NamedTuple):
    """A checkpoint that what was put back is the history of: its place, its root (base64), and the key that signed it."""

    place: int
    root: str
    vkey: str


class Source:
    """A backup file to be read. In: the open file, and which option named it. Refused: `backup-foreign`, `backup-too-new`,
    `backup-of-other-kind`, or `Damaged` with the part.
    """

    def __init__(self, file: IO[bytes], holds: Holds) -> None:
        self.file, self.holds = file, holds
        self.sums: dict[str, Sum] = {}
        self.format = FORMAT
        self.vouching: Vouching | None = None
        self._at = "header"
        self._lines: Iterator[bytes] = iter(())

    @property
    def erased(self) -> int:
        """Nothing: what a backup leaves out, it does not name."""
        return 0

    def header(self) -> Header:
        """What the file says of itself. Reading begins anew."""
        self.file.seek(0)
        if self.file.read(len(GZIP)) != GZIP:
            raise Refused("backup-foreign", field=self.holds)
        self.file.seek(0)
        self.sums, self._at = {}, "header"
        self._lines = self._read(gzip.GzipFile(fileobj=self.file, mode="rb"))
        found = self._object()
        if not isinstance(found, dict) or found.get(MARK) != "backup":
            raise Refused("backup-foreign", field=self.holds)
        known = found.get("format")
        if type(known) is not int or not 1 <= known <= FORMAT:
            raise Refused("backup-too-new", field=self.holds)
        self.format = known
        if found.get("holds") != self.holds:
            raise Refused("backup-of-other-kind", field=self.holds)
        if not all(isinstance(found.get(name), str) for name in HEADER):
            raise self._damaged()
        return Header(*(found[name] for name in HEADER))

    def parts(self) -> Iterator[tuple[Part, Iterator[list[Any]]]]:
        """After the header: each part with its rows, to be taken wholly, in this order. At the end the manifest must fit."""
        for part in PARTS[self.holds]:
            if part.format > self.format:
                continue
            self._at = part.name
            if self._object() != {"part": part.name, "columns": list(part.columns)}:
                raise self._damaged()
            yield part, self._rows(part)
            if part.name not in self.sums:
                raise RuntimeError(f"{part.name} was not read to its end")
        self._at = "manifest"
        if self._object() != manifest(self.sums) or next(self._lines, None) is not None:
            raise self._damaged()

    def check(self, tell: Told) -> Header:
        """Read all of it. Out: its header."""
        header, done = self.header(), 0
        for _, rows in self.parts():
            for _ in rows:
                done += 1
                if done % EVERY == 0:
                    tell(done)
        return header

    def stands_in(self, db: Database) -> bool:
        """Whether a database holds exactly what is in the file. To be asked once all of it was read."""
        held = (part for part in PARTS[self.holds] if part.is_in(db) and part.name in self.sums)
        return all(sum_of(part, rows_of(db, part)) == self.sums[part.name] for part in held)

    def _rows(self, part: Part) -> Iterator[list[Any]]:
        digest, decode = hashlib.sha256(), decoders(part)
        for count, text in enumerate(self._lines):
            found = _parsed(text)
            if isinstance(found, dict):
                self.sums[part.name] = Sum(count, digest.hexdigest())
                if found != {"end": part.name, "rows": count, "sha256": digest.hexdigest()}:
                    break
                return
            digest.update(text)
            try:
                row = [None if v is None else d(v) for d, v in zip(decode, found, strict=True)]
            except (ValueError, TypeError, KeyError):
                break
            yield row
        raise self._damaged()

    def _object(self) -> Any:
        text = next(self._lines, None)
        return None if text is None else _parsed(text)

    def _read(self, file: gzip.GzipFile) -> Iterator[bytes]:
        try:
            while text := file.readline(LONGEST):
                if not text.endswith(b"\n"):
                    raise self._damaged()
                yield text
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise self._damaged() from None

    def _damaged(self) -> Damaged:
        return Damaged(self.holds, self._at)


def _parsed(text: bytes) -> Any:
    try:
        return from_json(text)
    except ValueError:
        return None
