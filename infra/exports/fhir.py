"""Disclosures as FHIR R4B AuditEvents with the fields of NEN 7513: one resource a disclosure, nothing of it lost."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from domain.disclosure import PREFIX
from infra.store.database import iso
from projections.disclosures import DisclosureRow

OURS: Final = "urn:casusregie:"
_DCM: Final = "http://dicom.nema.org/resources/ontology/DCM"
_TYPES: Final[Mapping[str, tuple[str, str]]] = {
    "shown": ("110110", "Patient Record"), "denied": ("110110", "Patient Record"), "written": ("110110", "Patient Record"),
    "matched": ("110112", "Query"), "exported": ("110106", "Export"), "reported": ("110112", "Query"),
}  # fmt: skip
_ACTIONS: Final[Mapping[str, str]] = {
    "shown": "R", "denied": "R", "written": "U", "matched": "E", "exported": "R", "reported": "R",
}  # fmt: skip
"""Create, read, update, delete, execute: FHIR knows no others."""
_KEPT: Final = ("action", "basis", "entry", "assurance", "command", "outcome", "trace", "span", "place", "seen_version", "digest")
"""What has no place of its own in the resource, and stands in an extension by its name here."""


def resource(row: DisclosureRow) -> dict[str, Any]:
    """One disclosure as an AuditEvent: ids and codes, as they stand in the log."""
    kind, display = _TYPES[row.outcome]
    return {
        "resourceType": "AuditEvent",
        "id": row.disclosure.removeprefix(PREFIX),
        "extension": [_extension(name, value) for name in _KEPT if (value := getattr(row, name)) is not None],
        "type": {"system": _DCM, "code": kind, "display": display},
        "subtype": [{"system": f"{OURS}query", "code": row.what}],
        "action": _ACTIONS[row.outcome],
        "recorded": iso(row.at),
        "outcome": "4" if row.outcome == "denied" else "0",
        "outcomeDesc": row.code,
        "purposeOfEvent": [_concept("purpose", row.purpose)] if row.purpose else [{"text": "none"}],
        "agent": list(_agents(row)),
        "source": {
            "site": row.team or "none",
            "observer": {"identifier": {"system": f"{OURS}client", "value": row.client}},
            "type": [{"system": "http://terminology.hl7.org/CodeSystem/security-source-type", "code": "4"}],
        },
        "entity": list(_entities(row)),
    }


def _agents(row: DisclosureRow) -> Iterator[dict[str, Any]]:
    """Who asked, with the role and the policy; the organisation that answers for them; of an export the recipient."""
    yield {
        "type": _coded("http://terminology.hl7.org/CodeSystem/extra-security-role-type", "humanuser"),
        "role": [_concept("role", row.role)] if row.role else [],
        "who": _who("professional", f"{row.team or ''}/{row.actor or ''}"),
        "altId": row.recorded_by or "none",
        "requestor": True,
        "policy": [f"{OURS}policy:sha256:{row.policy}"],
        "network": {"address": row.host, "type": "1"},
    }
    if row.organisation:
        answers = _coded("http://terminology.hl7.org/CodeSystem/provenance-participant-type", "custodian")
        yield {"type": answers, "who": _who("organisation", row.organisation), "requestor": False}
    if row.recipient:
        yield {"type": _coded(_DCM, "110152"), "who": _who("recipient", row.recipient), "requestor": False}


def _entities(row: DisclosureRow) -> Iterator[dict[str, Any]]:
    """What was looked into with the fields that were shown, whose data it was, and the cases that a list held."""
    if row.of is not None:
        detail = [{"type": "field", "valueString": field} for field in row.fields]
        yield _entity("stream", row.of, "2", "4", detail)
    for subject in row.subjects:
        yield _entity("subject", f"{row.of}/{subject}", "1", "1")
    for number in json.loads(row.seen):
        yield _entity("seen", number, "2", "4")


def _entity(kind: str, value: str, is_a: str, plays: str, detail: list[dict[str, str]] | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "what": _who(kind, value),
        "type": {"system": "http://terminology.hl7.org/CodeSystem/audit-entity-type", "code": is_a},
        "role": {"system": "http://terminology.hl7.org/CodeSystem/object-role", "code": plays},
    }
    return made | ({"detail": detail} if detail else {})


def _extension(name: str, value: object) -> dict[str, Any]:
    url = f"{OURS}disclosure:{name}"
    return {"url": url, "valueInteger": value} if isinstance(value, int) else {"url": url, "valueString": value}


def _who(kind: str, value: str) -> dict[str, Any]:
    return {"identifier": {"system": f"{OURS}{kind}", "value": value}}


def _concept(kind: str, code: str) -> dict[str, Any]:
    return _coded(f"{OURS}{kind}", code)


def _coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def ndjson(rows: Iterable[DisclosureRow]) -> Iterator[bytes]:
    """A resource a line."""
    return (_bytes(_filled(resource(row))) + b"\n" for row in rows)


def bundle(rows: Iterable[DisclosureRow]) -> Iterator[bytes]:
    """One Bundle that holds them all, a resource a line."""
    yield b'{"resourceType":"Bundle","type":"collection"'
    begun = False
    for row in rows:
        entry = {"fullUrl": UUID(row.disclosure.removeprefix(PREFIX)).urn, "resource": _filled(resource(row))}
        yield (b",\n" if begun else b',"entry":[\n') + _bytes(entry)
        begun = True
    yield b"\n]}\n" if begun else b"}\n"


def _filled(made: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty: FHIR has no empty lists."""
    return {k: _of(v) for k, v in made.items() if v not in ([], {}, None)}


def _of(value: Any) -> Any:
    if isinstance(value, dict):
        return _filled(value)
    return [_of(v) for v in value] if isinstance(value, list) else value


def _bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
