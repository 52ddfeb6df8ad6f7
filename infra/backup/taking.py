"""Takes a backup: events and keys each into a file of their own, from one moment, read back before it counts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import nullcontext
from importlib.metadata import version
from pathlib import Path
from typing import IO

from domain.frozen import frozen
from domain.refusal import Refused
from infra.backup.form import Header, Told
from infra.backup.parts import PARTS, PLACES, Holds
from infra.backup.reading import Source
from infra.backup.rows import rows_of, snapshot
from infra.backup.target import opened
from infra.backup.writing import write
from infra.exports.files import written_whole
from infra.store.config import StoreConfig
from infra.store.database import Database, iso


@frozen
class Kept:
    """What a file holds now: how many rows of each part."""

    holds: Holds
    rows: Mapping[str, int]


def take(config: StoreConfig, files: Mapping[Holds, Path], tell: Told) -> list[Kept]:
    """Write a backup of a store. In: where it is, and the file of each thing that is asked.

    Both come from one moment: on a server one transaction sees both; on a laptop the keys are read after the events, so
    that none is missed that these need. A file is at its place when it is whole and was read back, and not before.
    Refused: `backup-in-one-file`, and `store-damaged` where the log has a gap.
    """
    if len({path.resolve() for path in files.values()}) < len(files):
        raise Refused("backup-in-one-file")
    made = []
    with opened(config) as at:
        at.backend.head(wait=True)  # on a server, what was committed gets its place first
        with snapshot(at.events):
            _whole(at.events)
            for holds in (each for each in PARTS if each in files):
                db = at.of(holds)
                header = Header(holds, at.backend.store_id, iso(at.backend.clock.now()), version("casusregie"))
                with nullcontext() if db is at.events else snapshot(db), written_whole(files[holds]) as file:
                    sums = write(file, header, ((part, rows_of(db, part)) for part in PARTS[holds]), tell)
                    _read_back(file, holds, tell)
                made.append(Kept(holds, {name: found.rows for name, found in sums.items()}))
    return made


def _whole(db: Database) -> None:
    """Places are dense: a login that is shown only part of the log, or a log with a hole in it, makes no backup."""
    last, count = db.query(f"SELECT max(place), count(*) FROM {PLACES.table(db)}")[0]
    if (last or 0) != count:
        raise Refused("store-damaged")


def _read_back(file: IO[bytes], holds: Holds, tell: Told) -> None:
    """What was written is read again, as it stands in the file."""
    file.flush()
    with os.fdopen(os.dup(file.fileno()), "rb") as again:
        Source(again, holds).check(tell)
