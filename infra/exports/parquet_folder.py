"""A folder of Parquet segments: which are there whole, which are missing, and the manifest that names them all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from domain.frozen import frozen
from domain.refusal import Refused
from infra.exports.files import unwritable, written_whole
from infra.exports.parquet import FORMAT
from infra.exports.segments import Stretch

MANIFEST = "_manifest.json"
"""Readers of a whole folder of Parquet pass over files whose name begins like this."""
_FILE = re.compile(r"events-[0-9]{9}-[0-9]{9}\.parquet")
_SEGMENT = {
    "file": str, "first": int, "last": int, "upto": int, "complete": bool, "rows": int, "withheld": bool, "sha256": str,
}  # fmt: skip
"""What the manifest says of a segment."""


@frozen
class Terms:
    """What must be the same for all segments of a folder: of which log, for whom, how large they are, how coarse times are, and
    whether organisations have pseudonyms and small counts are withheld.
    """

    origin: str
    recipient: str
    segment: int
    coarsen: str
    hide_organisations: bool
    least: int | None


class Folder:
    """In: the folder and the terms. Made where it is not there yet, for its owner alone. Refused: `export-folder-other` where a
    folder is of other terms or reaches further than the `place` asked, `export-folder-unreadable`, and as a file is.
    """

    def __init__(self, path: Path, terms: Terms, place: int) -> None:
        self.path, self.terms, self.place = path, terms, place
        self.checkpoint = ""
        """The signed note at the place, to be known before `keep`."""
        try:
            path.mkdir(mode=0o700, exist_ok=True)
        except FileExistsError:
            raise Refused("export-not-a-folder") from None
        except (OSError, ValueError) as error:
            raise unwritable(error) from None
        self._segments: dict[str, dict[str, Any]] = {each["file"]: each for each in self._read()}

    def stretches(self) -> Iterator[tuple[int, int, str]]:
        """First and last place of every segment there is to be, and its file: named by the places it will have when whole."""
        size = self.terms.segment
        for first in range(1, self.place + 1, size):
            beyond = first + size - 1
            yield first, min(beyond, self.place), f"events-{first:09}-{beyond:09}.parquet"

    def has(self, file: str, last: int) -> bool:
        """Whether a segment up to this place stands there as the manifest says."""
        known = self._segments.get(file)
        if known is None or known["upto"] != last:
            return False
        try:
            return sha256((self.path / file).read_bytes()).hexdigest() == str(known["sha256"])
        except OSError:
            return False

    def keep(self, file: str, stretch: Stretch, digest: str) -> None:
        """Have the manifest name a segment that is in its place."""
        last = stretch.first + self.terms.segment - 1
        self._segments[file] = {
            "file": file, "first": stretch.first, "last": last, "upto": stretch.last, "complete": stretch.last == last,
            "rows": len(stretch.rows), "withheld": stretch.withheld, "sha256": digest,
        }  # fmt: skip
        self.write()

    def write(self) -> str:
        """Write the manifest. Out: its SHA-256. The same for the same place, terms and segments."""
        made = json.dumps(self._manifest(), indent=1, ensure_ascii=False).encode() + b"\n"
        with written_whole(self.path / MANIFEST) as file:
            file.write(made)
        return sha256(made).hexdigest()

    def _manifest(self) -> Mapping[str, Any]:
        segments = [self._segments[name] for name in sorted(self._segments)]
        whole = {file for _, _, file in self.stretches()} == self._segments.keys()
        return {
            "casusregie": "parquet", "format": FORMAT, **_plain(self.terms), "place": self.place, "whole": whole,
            "checkpoint": self.checkpoint, "segments": segments,
        }  # fmt: skip

    def _read(self) -> list[dict[str, Any]]:
        try:
            held = json.loads((self.path / MANIFEST).read_text(encoding="utf-8"))
            terms = {name: held[name] for name in _plain(self.terms)}
            place, segments, of = held["place"], held["segments"], (held["casusregie"], held["format"])
            if type(place) is not int or not isinstance(segments, list) or not all(map(_segment, segments)):
                raise ValueError("segments")
        except FileNotFoundError:
            return []
        except (OSError, ValueError, LookupError, TypeError):
            raise Refused("export-folder-unreadable", file=MANIFEST) from None
        if terms != _plain(self.terms) or place > self.place or of != ("parquet", FORMAT):
            raise Refused("export-folder-other", place=place)
        return segments


def _plain(terms: Terms) -> dict[str, Any]:
    return {
        "origin": terms.origin, "recipient": terms.recipient, "segment": terms.segment, "coarsen": terms.coarsen,
        "hide_organisations": terms.hide_organisations, "least": terms.least,
    }  # fmt: skip


def _segment(said: Any) -> bool:
    """Whether it is what the manifest says of a segment: a file of our own form, not one that is somewhere else."""
    types = {name: type(value) for name, value in said.items()} if isinstance(said, dict) else {}
    return types == _SEGMENT and _FILE.fullmatch(said["file"]) is not None
