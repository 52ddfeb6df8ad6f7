"""Disclosures as rows of Logboek Dataverwerkingen, its core: what was processed of whom and why, never by which user."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from domain.ids import RESIDENT, StreamId, SubjectId
from infra.store.database import iso
from projections.disclosures import DisclosureRow

REGISTER: Final = "urn:casusregie:register:"
"""What a purpose of the processing register is named with, where its public address is not given."""
TYPE: Final = "urn:casusregie:subject:hmac-sha256"
_CASE: Final = re.compile(r"[A-Z]{2,4}-\d{4}-\d{4,6}")

Pseudonym = Callable[[bytes], bytes]
"""A keyed digest, another for each recipient: two of them can't lay their exports together."""


def lines(rows: Iterable[DisclosureRow], pseudonym: Pseudonym, register: str = REGISTER) -> Iterator[bytes]:
    """A JSON object a line, one for each person whose data it was: the standard has one at most. Those of one disclosure
    share trace and span. What was denied is no processing and is left out, and so is what was of nobody: a list that held no
    case, the figures, a search for somebody who may not be there.
    """
    for row in rows:
        if row.outcome == "denied":
            continue
        for subject in sorted(subjects(row)):
            yield json.dumps(_line(row, subject, pseudonym, register), separators=(",", ":")).encode() + b"\n"


def subjects(row: DisclosureRow) -> set[tuple[StreamId, SubjectId]]:
    """Whose data a disclosure was of, each with the stream that names them. What is seen of a case without opening a text
    is its resident's all the same.
    """
    cases = {number for number in (row.of, *json.loads(row.seen)) if number is not None and _CASE.fullmatch(number)}
    named = {(row.of, subject) for subject in row.subjects} if row.of is not None else set()
    return named | {(number, RESIDENT) for number in cases if not (number == row.of and named)}


def _line(
    row: DisclosureRow, subject: tuple[StreamId, SubjectId], pseudonym: Pseudonym, register: str
) -> dict[str, Any]:  # fmt: skip
    attributes = {
        "dpl.core.processing_activity_id": register + (row.purpose or "none"),
        "dpl.core.data_subject_id": pseudonym("\n".join(subject).encode()).hex(), "dpl.core.data_subject_id_type": TYPE,
    }  # fmt: skip
    at = iso(row.at)
    return {
        "trace_id": row.trace, "span_id": row.span, "status": "Ok", "name": row.what, "start_time": at, "end_time": at,
        "attributes": attributes,
    }  # fmt: skip
