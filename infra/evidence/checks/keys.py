"""The keys that sign, of each log that the store went by; the last one is of the log that goes on now."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from domain.refusal import Refused
from infra.evidence.checks.reading import Tables, text
from infra.evidence.checks.report import Check, Finding
from infra.evidence.leaf import BadStampError, micros
from infra.evidence.note import VerifierKey, verifier_key


class Known(NamedTuple):
    """A key as the store knows it, with its number and since when it signs; None where that can't be read."""

    number: int
    since: datetime | None
    key: VerifierKey


def is_ours(name: str, origin: str) -> bool:
    """Whether a log is the store's. In: its origin, and that of the store's first log."""
    return name == origin or name.startswith(f"{origin}/")


def read_keys(tables: Tables, finding: Finding, origin: str) -> dict[str, Known]:
    """The keys by the origin of their log, the last one signs now. In: the tables, where faults go, the first log's origin."""
    fault, known = finding.fault, dict[str, Known]()
    rows = tables.database.query(f"SELECT number, vkey, {tables.moment('since')} FROM evidence_keys ORDER BY number")
    for expected, (number, vkey, since) in enumerate(rows, start=1):
        if number != expected:
            fault(Check.KEYS, "key-order", number=expected)
        try:
            key = verifier_key(text(vkey))
        except Refused:
            fault(Check.KEYS, "key-malformed", number=number)
            continue
        moment = stamped(finding, since, "evidence_keys.since")
        if not is_ours(key.name, origin):
            fault(Check.KEYS, "key-other-store", number=number)
        elif key.name in known:
            fault(Check.KEYS, "key-twice", number=number)
        else:
            known[key.name] = Known(number, moment, key)
    return known


def stamped(finding: Finding, value: Any, column: str, place: int | None = None) -> datetime | None:
    """A moment as the store writes it; where it is none that is a fault, and nothing comes out."""
    try:
        micros(value, column)
    except BadStampError:
        finding.fault(Check.STAMPS, "stamp-malformed", place, column=column)
        return None
    return datetime.fromisoformat(value) if isinstance(value, str) else value
