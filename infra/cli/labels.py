"""Codes of a team's own vocabulary as people read them: from the way of working it adopted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from infra.cli.session import Session
from infra.texts.sentences import Label

VOCABULARIES: Mapping[str, tuple[str, ...]] = {
    "reasons": ("submission", "reasons"), "flags": ("submission", "flags"), "criterion": ("triage", "criteria"),
    "criteria": ("triage", "criteria"), "met": ("triage", "criteria"), "not_met": ("triage", "criteria"),
    "against": ("triage", "criteria"), "questions": ("resident", "questions"), "question": ("resident", "questions"),
    "domain": ("plan", "domains"), "domains": ("plan", "domains"), "recovery": ("plan", "recovery"),
    "result": ("closing", "results"), "to": ("escalation", "recipients"), "roles": ("roles",), "role": ("roles",),
    "level": ("learning", "levels"), "levels": ("learning", "levels"),
}  # fmt: skip
"""Where in a profile a field's codes stand."""

PARTNERS = frozenset({"partner", "partners", "submitter", "organisation", "recipients", "contributors", "of", "successor"})


def labels(session: Session, team: str) -> Label:
    """How the codes of one team's cases read, in the session's language; a code it does not know stays as it is."""
    document = session.team(team).profile_json if team else ""
    language = session.words.language

    def label(field: str, code: str) -> str:
        return _table(document, language).get((field, code), "") or session.words.code(code, field)

    return label


@lru_cache(maxsize=16)
def _table(document: str, language: str) -> Mapping[tuple[str, str], str]:
    profile = json.loads(document) if document else {}
    table = {
        (field, term["id"]): term["label"][language] for field, path in VOCABULARIES.items() for term in _terms(profile, path)
    }
    names = {(field, p["id"]): p["name"] for field in PARTNERS for p in profile.get("partners", ())}
    return table | names


def _terms(profile: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    found: Any = profile
    for step in path:
        found = (found or {}).get(step)
    yield from found or ()
