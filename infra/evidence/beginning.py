"""Tells whether a store in which no key stands had a log before: then none is begun as if it were the first."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from domain.refusal import Refused
from infra.evidence import signer
from infra.evidence.kept import kept_in
from infra.evidence.witnesses import handed_out_and_gone

if TYPE_CHECKING:
    from infra.store.database import Database

EVER = datetime(1970, 1, 1, tzinfo=UTC)


def never_begun(database: Database, signer_file: Path, outside: Path) -> None:
    """Look at what whoever emptied the tables of the log, and gave the store another id, had no hand in: the file with the
    signing keys, the notes outside the store, and what the history says was handed out. In: the database, that file, that folder.

    Refused: `evidence-begun-before`, with the `path` of what is there or the `place` of what is recorded; as `signer.names`;
    `checkpoint-file-unreadable`.
    """
    there = [signer_file] if signer.names(signer_file) else kept_in(outside)
    if there:
        raise Refused("evidence-begun-before", path=str(there[0]))
    place = handed_out_and_gone(database, 0, EVER)
    if place is not None:
        raise Refused("evidence-begun-before", place=place)
