"""Reads the other form that can be put back: a whole store as JSON Lines. Everything in it is checked before a row is given."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from pydantic_core import from_json

from domain.refusal import Refused
from infra.backup.form import EVERY, Header, Sum, Told
from infra.backup.form import MARK as KEY
from infra.backup.parts import CHECKPOINTS, EVENTS, EVIDENCE_KEYS, NOTICES, PARTS, PLACES, RECEIPTS, SEALED, STORE, Holds, Part
from infra.backup.reading import GZIP, LONGEST, Source, Vouching
from infra.exports.lines.form import FORMAT, MARK, Event, Key, Line, as_bytes, read, unpacked
from infra.store.database import Database

if TYPE_CHECKING:
    from infra.exports.lines.checking import Checker

Row = list[Any]


class CutOffError(ValueError):
    """What follows can't be unpacked."""


def source_of(file: IO[bytes], holds: Holds) -> Source | LineSource:
    """A file to be read, of either form: what its first line says decides."""
    try:
        first = from_json(next(_lines(file), b""))
    except ValueError:
        first = None
    return LineSource(file, holds) if isinstance(first, dict) and first.get(KEY) == MARK else Source(file, holds)


class LineSource:
    """JSON Lines to be read as a backup's events are. In: the open file, and which option named it. Refused: what `Checker`
    refuses, with the `field`; `backup-too-new`; `backup-of-other-kind` where keys are expected.
    """

    def __init__(self, file: IO[bytes], holds: Holds) -> None:
        self.file, self.holds = file, holds
        self.sums: dict[str, Sum] = {}
        """How many rows each part has; what they must be stands in the lines."""
        self.vouching: Vouching | None = None
        self._checked: Checker | None = None
        self._sha256 = ""

    @property
    def erased(self) -> int:
        """How many sealed fields are not in it, for their subject was erased."""
        return self._checked.absent.erased if self._checked is not None else 0

    def header(self) -> Header:
        """What the file says of itself."""
        if self.holds != "events":
            raise Refused("backup-of-other-kind", field=self.holds)
        found = from_json(next(_lines(self.file)))
        if type(found.get("format")) is not int or found["format"] > FORMAT:
            raise Refused("backup-too-new", field=self.holds)
        return Header(self.holds, str(found.get("store")), "", "")

    def check(self, tell: Told) -> Header:
        """Read all of it, and hold it against itself. Out: its header."""
        from infra.exports.lines.checking import Checker

        header, checker, digest = self.header(), Checker(self.holds), hashlib.sha256()
        try:
            for text in _lines(self.file):
                checker.take(text)
                digest.update(text)
                if checker.number % EVERY == 0:
                    tell(checker.number)
        except CutOffError:
            raise checker.damaged(later=1) from None
        checker.end()
        assert checker.totals is not None
        events = checker.totals.events
        counts = {EVENTS.name: events, PLACES.name: events, SEALED.name: checker.sealed, RECEIPTS.name: checker.receipts}
        counts[NOTICES.name] = 0
        counts[CHECKPOINTS.name] = len(checker.handed_out) + 1
        counts[EVIDENCE_KEYS.name] = len(_keys(checker))
        self.sums = {part.name: Sum(counts.get(part.name, 1), "") for part in PARTS[self.holds]}
        self._checked, self._sha256 = checker, digest.hexdigest()
        if checker.checkpoint is not None:
            signed = checker.checkpoint.checkpoint
            self.vouching = Vouching(signed.size, signed.root, checker.checkpoint.key.vkey)
        return header

    def parts(self) -> Iterator[tuple[Part, Iterator[Row]]]:
        """Each part with its rows, to be taken wholly, in this order: the file is read once for each of the large ones."""
        for part in PARTS[self.holds]:
            yield part, self._rows(_ROWS[part.name]) if part.name in _ROWS else iter(self._single(part))

    def stands_in(self, db: Database) -> bool:
        """Whether a database holds exactly this: written from there up to the same place, it is the same file."""
        from infra.exports.lines.vouching import vouched_for
        from infra.exports.lines.writing import write

        assert self._checked is not None
        assert self._checked.header is not None
        place, sums = self._checked.header.place, _Summed()
        if db.query(f"SELECT count(*) FROM {PLACES.table(db)}")[0][0] != place:
            return False
        try:
            write(sums, db, vouched_for(db, self._checked.header.origin, place), lambda _: None)
        except Refused:  # it is another history, or none that was vouched for
            return False
        return sums.digest.hexdigest() == self._sha256

    def _rows(self, of: Callable[[Line], Iterator[Row]]) -> Iterator[Row]:
        digest = hashlib.sha256()
        for text in _lines(self.file):
            digest.update(text)
            yield from of(read(text))
        if digest.hexdigest() != self._sha256:
            raise RuntimeError("the file changed while it was put back")

    def _single(self, part: Part) -> list[Row]:
        assert self._checked is not None
        header, last, at = self._checked.header, self._checked.checkpoint, datetime.fromisoformat
        assert header is not None
        assert last is not None
        signed = [(found.handed_out, found.key, placed_at) for found, placed_at in self._checked.handed_out]
        signed.append((last.checkpoint, last.key, self._checked.placed_at))
        rows: Mapping[str, list[Row]] = {
            STORE.name: [[header.store, at(header.created_at)]],
            EVIDENCE_KEYS.name: [[n, key.vkey, at(key.since)] for n, key in enumerate(_keys(self._checked), 1)],
            # When and by whom it was signed is not in the file: of when stands the earliest that it can have been.
            CHECKPOINTS.name: [
                [_name(key.vkey), said.size, unpacked(said.root), said.note, at(placed_at), ""] for said, key, placed_at in signed
            ],
        }
        return rows.get(part.name, [])


def _keys(checked: Checker) -> list[Key]:
    """Each key once, the one that signs now last."""
    assert checked.checkpoint is not None
    now = checked.checkpoint.key
    before = {found.key.vkey: found.key for found, _ in checked.handed_out if found.key != now}
    return [*sorted(before.values(), key=lambda key: (key.since, key.vkey)), now]


def _name(vkey: str) -> str:
    """Under which name a key signs."""
    return vkey.split("+", 1)[0]


AnySource = Source | LineSource


def _events(line: Line) -> Iterator[Row]:
    if isinstance(line, Event):
        at = datetime.fromisoformat(line.recorded_at)
        yield [line.stream, line.version, line.topic, as_bytes(line.state), at, line.recorded_by]


def _places(line: Line) -> Iterator[Row]:
    if isinstance(line, Event):
        yield [line.place, line.stream, line.version, datetime.fromisoformat(line.placed_at)]


def _sealed(line: Line) -> Iterator[Row]:
    if isinstance(line, Event):
        for each in line.sealed:
            yield [line.stream, line.version, each.field, each.key_id, unpacked(each.data)]


def _receipts(line: Line) -> Iterator[Row]:
    if isinstance(line, Event) and "receipt" in line.model_fields_set:
        held = line.receipt
        at = datetime.fromisoformat(held.recorded_at)
        yield [held.command, unpacked(held.digest), held.result, at, held.recorded_by]


_ROWS: Mapping[str, Callable[[Line], Iterator[Row]]] = {
    EVENTS.name: _events, SEALED.name: _sealed, PLACES.name: _places, RECEIPTS.name: _receipts,
}  # fmt: skip


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file from its beginning, packed or not. `CutOffError` where it can't be unpacked."""
    file.seek(0)
    begins = file.read(len(GZIP))
    file.seek(0)
    text: IO[bytes] | gzip.GzipFile = gzip.GzipFile(fileobj=file, mode="rb") if begins == GZIP else file
    try:
        while line := text.readline(LONGEST):
            yield line
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise CutOffError from None


class _Summed:
    """Takes lines, and keeps their sum alone."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()

    def write(self, piece: bytes) -> int:
        """One line more."""
        self.digest.update(piece)
        return len(piece)
