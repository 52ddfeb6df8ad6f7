"""Finds cases that know the same person: from a citizen number, or a name with a birth date, through keyed tokens."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from domain.case import Case
from domain.ids import RESIDENT, CaseNumber
from infra.engine.log import Log
from infra.store.draft import Token

PURPOSE = "overlap"


def values(identity: Mapping[str, str]) -> list[str]:
    """What is compared, without the differences that writing makes: case, accents, spaces, points in initials."""
    found = []
    if identity.get("number"):
        found.append("number:" + identity["number"])
    if identity.get("name") and identity.get("birth_date"):
        plain = unicodedata.normalize("NFKD", identity["name"].casefold())
        letters = "".join(c for c in plain if c.isalnum())
        found.append(f"name:{letters}:{identity['birth_date']}")
    return found


def completed(identity: Mapping[str, str], case: Case, store: Log) -> dict[str, str]:
    """What a command names, with what the case knew of the resident already: a birth date that comes later is matched
    together with the name that came before. The texts are compared here and shown to nobody.
    """
    known = case.subjects.get(RESIDENT)
    refs = {} if known is None else {"name": known.name, "birth_date": known.birth_date}
    missing = {field: ref for field, ref in refs.items() if ref is not None and field not in identity}
    if not identity or not missing:
        return dict(identity)
    opened = store.open_texts(missing.values())
    return {**{f: t for f, ref in missing.items() if isinstance(t := opened.get(ref), str)}, **identity}


def matches(store: Log, identity: Mapping[str, str], own: CaseNumber) -> tuple[CaseNumber, ...]:
    """The other cases in which a person with the same values is known."""
    found = {stream for value in values(identity) for stream, _ in store.tokens.find(PURPOSE, value)}
    return tuple(sorted(found - {own}))


def tokens(identity: Mapping[str, str], own: CaseNumber) -> Sequence[Token]:
    """What is kept so that this person can be found again."""
    return [Token(own, RESIDENT, PURPOSE, value) for value in values(identity)]
