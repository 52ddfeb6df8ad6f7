"""Finds cases that know the same person: from a citizen number, or a name with a birth date, through keyed tokens."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from commands.handle import Decided
from domain.case import Case
from domain.event import Header, Recorded
from domain.events.correcting import EntryCorrected
from domain.ids import RESIDENT, CaseNumber
from domain.personal import Personal, Ref
from infra.engine.log import Log
from infra.engine.standing import stands
from infra.store.disclosing import Permit, disclosed
from infra.store.draft import Token

PURPOSE = "overlap"
"""Matching between tables: a secret of its own, so that what one table looks for is never compared with another's."""
NAMING = frozenset({"case.intake.subject-identified", "case.consent.named"})
"""The entries that say who a resident is."""
FINDING = {"name": "find-name", "birth_date": "find-birth-date", "number": "find-number"}
"""Finding the own cases of a person: of what, and the purpose whose secret its tokens are made with."""


def values(identity: Mapping[str, str]) -> list[str]:
    """What is compared, without the differences that writing makes: case, accents, spaces, points in initials."""
    found = []
    if identity.get("number"):
        found.append("number:" + identity["number"])
    if identity.get("name") and identity.get("birth_date"):
        found.append(f"name:{letters(identity['name'])}:{identity['birth_date']}")
    return found


def made_of(value: str) -> tuple[str, ...]:
    """The fields that a value of `values` was made of."""
    return ("number",) if value.startswith("number:") else ("name", "birth_date")


def corrected(decided: Decided, records: Sequence[Recorded]) -> dict[str, str]:
    """What a correction says of who the resident is: its value is to be found from now on, the old one no longer is."""
    return {
        event.field: event.text.text
        for _, event in decided
        if isinstance(event, EntryCorrected) and event.field in FINDING and event.text is not None
        and event.text.subject == RESIDENT and event.text.text is not None
        and any(r.version == event.entry and r.topic in NAMING for r in records)
    }  # fmt: skip


def letters(name: str) -> str:
    """A name without the differences that writing makes."""
    return "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if c.isalnum())


def sought(field: str, text: str) -> str:
    """What is compared of a name, a birth date or a number when a person is looked for."""
    return letters(text) if field == "name" else text


def findable(decided: Decided) -> Iterator[Token]:
    """What is kept so that a case can be found by whom it is about: of every person who is named or identified in it, and of
    a name, birth date or number that is corrected. In: what was decided, with its texts.
    """
    for stream, event in decided:
        if not event.TOPIC.startswith("case."):
            continue
        fields: dict[str, object] = {name: getattr(event, name, None) for name in FINDING}
        if isinstance(event, EntryCorrected) and event.field in FINDING:
            fields = {event.field: event.text}
        for name, value in fields.items():
            if isinstance(value, Personal) and value.text is not None:
                yield Token(stream, value.subject, FINDING[name], sought(name, value.text))


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
    found = {
        stream
        for value in values(whole)
        for stream, subject, command in store.tokens.brought(PURPOSE, value, looking)
        if stream != own and stands(store.load(stream), subject, command, made_of(value))
    }
    return whole, tuple(sorted(found - {own or ""}))


def tokens(identity: Mapping[str, str], own: CaseNumber) -> Sequence[Token]:
    """What is kept so that this person can be found again."""
    return [Token(own, RESIDENT, PURPOSE, value) for value in values(identity)]
