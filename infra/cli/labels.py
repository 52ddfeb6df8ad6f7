"""Codes of a team's own vocabulary as people read them: from the way of working it adopted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from domain.case import Case
from domain.event import replay
from infra.cli.session import Session
from infra.texts.sentences import Label

VOCABULARIES: Mapping[str, tuple[str, ...]] = {
    "reasons": ("submission", "reasons"), "flags": ("submission", "flags"), "criterion": ("triage", "criteria"),
    "criteria": ("triage", "criteria"), "assessments": ("triage", "criteria"),
    "met": ("triage", "criteria"), "not_met": ("triage", "criteria"),
    "against": ("triage", "criteria"), "questions": ("resident", "questions"), "answers": ("resident", "questions"),
    "question": ("resident", "questions"),
    "domain": ("plan", "domains"), "domains": ("plan", "domains"), "recovery": ("plan", "recovery"),
    "result": ("closing", "results"), "to": ("escalation", "recipients"), "roles": ("roles",), "role": ("roles",),
    "level": ("learning", "levels"), "levels": ("learning", "levels"),
}  # fmt: skip
"""Where in a profile a field's codes stand."""

PARTNERS = frozenset({"partner", "partners", "submitter", "organisation", "recipients", "contributors", "of", "successor", "by"})


def labels(session: Session, *teams: str | None) -> Label:
    """How the codes of a team's cases read, in the session's language: by the way of working of the first of these teams that
    knows the code. One that none knows stays as it is.
    """
    documents = [session.team(team).profile_json for team in dict.fromkeys(teams) if team]
    language = session.words.language

    def label(field: str, code: str) -> str:
        found = (_table(document, language).get((field, code)) for document in documents)
        return next(filter(None, found), None) or session.words.code(code, field)

    return label


def tables(session: Session, case: Case) -> tuple[str, ...]:
    """The team whose case it is, and those it was handed over from: codes came along from there."""
    found = [case.team]
    seen = {case.number}
    while case.predecessor is not None and case.predecessor not in seen:
        seen.add(case.predecessor)
        case = replay(Case(), session.store.load(case.predecessor))
        found.append(case.team)
    return tuple(found)


def members(session: Session, region: str) -> tuple[str, ...]:
    """The teams that a region groups, as its way of working names them."""
    document = session.team(region).profile_json
    return tuple(json.loads(document).get("teams") or ()) if document else ()


def person(professional: str | None, team: str | None, own: str | None) -> str | None:
    """Somebody by id. An id is one team's own: with the team before it where that is another than the one at hand."""
    return f"{team}/{professional}" if professional and team and own and team != own else professional


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
