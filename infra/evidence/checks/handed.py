"""Whether what was signed is still there: the notes that the log says were handed out, and a checkpoint of each key."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any, NamedTuple

from pydantic_core import from_json

from infra.evidence.checks.reading import Tables, text
from infra.evidence.checks.report import Check, Finding, Log

TOPIC = "access.access.disclosed"
WORD = b'"what":"evidence-hand-out"'
_CODE = re.compile(r"[a-z0-9._-]{1,80}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class HandOut(NamedTuple):
    """What the log says of a note that was handed out: where it says so, the SHA-256 of the note, and to whom."""

    place: int
    stream: str
    version: int
    digest: str
    recipient: str | None


class HandedOut:
    """In: the tables, and where faults go. It is told of every event that says so, and asked once all were read."""

    def __init__(self, tables: Tables, finding: Finding) -> None:
        self.tables, self.finding = tables, finding
        self._found: list[HandOut] = []

    def add(self, place: int, stream: str, version: int, state: bytes) -> None:
        """An event of somebody who saw something. What can't be read is told as another fault."""
        if WORD not in state:
            return
        try:
            facts = from_json(state)["facts"]
            outcome, digest, recipient = facts["outcome"], facts["digest"], facts["recipient"]
        except (ValueError, LookupError, TypeError):
            return
        if outcome == "exported" and isinstance(digest, str) and _DIGEST.fullmatch(digest):
            named = recipient if isinstance(recipient, str) and _CODE.fullmatch(recipient) else None
            self._found.append(HandOut(place, stream, version, digest, named))

    def check(self) -> None:
        """Each note that was handed out is stored. Read after the events: what was signed meanwhile is there too."""
        if not self._found or not self.finding.on(Check.KEPT):
            return
        rows = self.tables.database.query("SELECT note FROM checkpoints")
        there = {sha256(text(note).encode()).hexdigest() for (note,) in rows}
        for one in self._found:
            if one.digest not in there:
                self.finding.fault(
                    Check.KEPT, "checkpoint-gone", one.place, one.stream, one.version,
                    recipient=one.recipient, digest=one.digest,
                )  # fmt: skip


SILENT = """
    SELECT 1 FROM places p, evidence_keys k WHERE k.number = ? AND p.placed_at > k.since
        AND p.place = (SELECT max(place) FROM places) AND NOT EXISTS (SELECT 1 FROM checkpoints c WHERE c.origin = ?)
"""
"""A key signs as soon as it is made: once anything got its place after it, a checkpoint of it is there."""


def check_keys(tables: Tables, finding: Finding, logs: tuple[Log, ...]) -> None:
    """Each key that is known has a checkpoint. Asked after the events were read, as `HandedOut.check`."""
    for log in logs:
        if finding.on(Check.KEPT) and _silent(tables, log):
            finding.fault(Check.KEPT, "key-silent", number=log.number)


def _silent(tables: Tables, log: Log) -> bool:
    found: list[Any] = list(tables.database.query(SILENT, (log.number, log.origin)))
    return bool(found)
