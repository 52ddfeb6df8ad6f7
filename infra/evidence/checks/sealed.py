"""Holds the ciphertexts against what their events say of them: key and digest, nothing missing, nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from pydantic_core import from_json

from infra.evidence.checks.erasures import Erasures
from infra.evidence.checks.reading import Tables
from infra.evidence.checks.report import Check, Finding

LINE = b'\n"sealed":'
PORTION = 100
"""Of so many events the sealed fields are asked for at once."""
EXTRA = """
    SELECT s.originator_id, s.originator_version, s.field, e.state, p.place FROM sealed_fields s
        LEFT JOIN stored_events e ON e.originator_id = s.originator_id AND e.originator_version = s.originator_version
        LEFT JOIN places p ON p.originator_id = s.originator_id AND p.originator_version = s.originator_version
"""


class At(NamedTuple):
    """An event with a sealed line."""

    place: int
    stream: str
    version: int
    fields: Mapping[str, Any]


class Seals:
    """In: the tables, where faults go, and who was erased."""

    def __init__(self, tables: Tables, finding: Finding, erasures: Erasures) -> None:
        self.tables, self.finding, self.erasures = tables, finding, erasures
        self.count = 0
        """How many hold what their event says."""
        self._rows = 0
        self._waiting: list[At] = []

    def add(self, place: int, stream: str, version: int, state: bytes) -> None:
        """An event that has a sealed line."""
        start = state.index(LINE) + len(LINE)
        try:
            fields = from_json(state[start : state.index(b"\n", start)].rstrip(b","))
            told = [(at["subject"], at["key"], bytes.fromhex(at["digest"])) for at in fields.values()]
        except (ValueError, LookupError, TypeError, AttributeError):
            self.finding.fault(Check.SEALED, "sealed-line-damaged", place, stream, version)
            return
        self._waiting.append(At(place, stream, version, dict(zip(fields, told, strict=True))))
        if len(self._waiting) >= PORTION:
            self.flush()

    def flush(self) -> None:
        """Hold the events that were added against their rows."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        by_event: dict[tuple[str, int], dict[str, tuple[Any, Any]]] = {}
        rows = self.tables.database.query(
            "SELECT originator_id, originator_version, field, key_id, data FROM sealed_fields WHERE "
            + " OR ".join(["(originator_id = ? AND originator_version = ?)"] * len(waiting)),
            [value for at in waiting for value in (at.stream, at.version)],
        )
        self._rows += len(rows)
        for stream, version, field, key, data in rows:
            by_event.setdefault((stream, version), {})[field] = (key, data)
        for at in waiting:
            self._event(at, by_event.get((at.stream, at.version), {}))

    def _event(self, at: At, rows: dict[str, tuple[Any, Any]]) -> None:
        for field, (subject, key, digest) in at.fields.items():
            found = rows.pop(field, None)
            gone = found is None or found[1] is None or found[1] == b""
            withheld = self.erasures.sealed(at.stream, subject, at.place, gone=gone)
            if found is None or gone:
                if not withheld:
                    self._fault(at, field, "sealed-missing")
                continue
            keyed, same = found[0] == key, isinstance(found[1], bytes) and sha256(found[1]).digest() == digest
            if not keyed:
                self._fault(at, field, "sealed-other-key")
            if not same:
                self._fault(at, field, "sealed-differs")
            self.count += keyed and same
        for field in rows:
            self._fault(at, field, "sealed-extra")

    def _fault(self, at: At, field: object, kind: str) -> None:
        self.finding.fault(Check.SEALED, kind, at.place, at.stream, at.version, field=field if isinstance(field, str) else "?")

    def left_over(self, since: int) -> None:
        """Look for rows that belong to no event with a sealed line. Only where there are more rows than were seen."""
        if since == 0 and self.tables.database.query("SELECT count(*) FROM sealed_fields")[0][0] == self._rows:
            return
        for stream, version, field, state, place in self.tables.database.stream(EXTRA):
            if (place is None or place > since) and not (isinstance(state, bytes) and LINE in state):
                self.finding.fault(
                    Check.SEALED, "sealed-extra", place, stream, version, field=field if isinstance(field, str) else "?"
                )
