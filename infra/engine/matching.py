"""Finds cases that know the same person: from a citizen number, or a name with a birth date, through keyed tokens."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from domain.case import Case
from domain.event import Header
from domain.ids import RESIDENT, CaseNumber
from domain.personal import Ref
from infra.engine.log import Log
from infra.store.disclosing import Permit, disclosed
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


def looked_for(
    store: Log, identity: Mapping[str, str], case: Case, own: CaseNumber | None, header: Header, permit: Permit
) -> tuple[dict[str, str], tuple[CaseNumber, ...]]:
    """Look whether a person who is being named is known elsewhere. Looking is an act of seeing: its disclosure comes first.

    Out: what the command names, with what the case knew of the resident already (a birth date that comes later is matched
    together with the name that came before; the texts are compared here and shown to nobody); and the other cases in which
    a person with the same values is known.
    """
    known = case.subjects.get(RESIDENT)
    refs = {} if known is None else {"name": known.name, "birth_date": known.birth_date}
    missing = {field: ref for field, ref in refs.items() if ref is not None and field not in identity}
    by_stream: dict[str | None, list[Ref]] = {own: []} if not missing else {}
    for ref in missing.values():
        by_stream.setdefault(ref.stream, []).append(ref)
    under: dict[str, str] = {}
    for stream, each in by_stream.items():
        subjects, fields = ((RESIDENT,), tuple(sorted(f"{r.version}.{r.field}" for r in each))) if each else ((), ())
        event = disclosed(permit, store.store_id, "matched", stream, subjects=subjects, fields=fields)
        under[stream or ""] = store.disclose(event, header)
    opened = store.open_texts(missing.values(), under) if missing else {}
    whole = {**{f: t for f, ref in missing.items() if isinstance(t := opened.get(ref), str)}, **identity}
    looking = next(iter(under.values()))
    found = {stream for value in values(whole) for stream, _ in store.tokens.find(PURPOSE, value, looking)}
    return whole, tuple(sorted(found - {own or ""}))


def tokens(identity: Mapping[str, str], own: CaseNumber) -> Sequence[Token]:
    """What is kept so that this person can be found again."""
    return [Token(own, RESIDENT, PURPOSE, value) for value in values(identity)]
