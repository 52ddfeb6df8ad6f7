"""The notes that are kept outside the store: the last one, and those that were put aside when the log was begun anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from domain.refusal import Refused

if TYPE_CHECKING:
    from infra.evidence.kept import Kept


class Outside(NamedTuple):
    """The file of the last note and the note; the notes put aside, by their file; the files that could not be read; and those
    of other stores.
    """

    file: str
    last: str | None
    aside: Mapping[str, str]
    damaged: tuple[str, ...]
    others: tuple[str, ...] = ()


NOWHERE = Outside("", None, {}, ())


def read(kept: Kept) -> Outside:
    """Read them all. A file that can't be read is named, and the others are gone on with."""
    damaged, aside, last = [], {}, None
    try:
        last = kept.last()
    except Refused:
        damaged.append(str(kept.path))
    for path in sorted(kept.path.parent.glob(f"{kept.path.stem}.before-*.checkpoint")):
        try:
            aside[str(path)] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            damaged.append(str(path))
    others = (p for p in sorted(kept.path.parent.glob("*.checkpoint")) if not p.name.startswith(f"{kept.path.stem}."))
    return Outside(str(kept.path), last, aside, tuple(damaged), tuple(map(str, others)))
