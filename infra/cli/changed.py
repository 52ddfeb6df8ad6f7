"""What changed in a case, in words: each field with its value before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from domain.case import Case
from infra.texts import Words
from infra.texts.sentences import Label, euros
from projections.changes import TEXT

SILENT = frozenset({"id", "decided", "narrowed"})
"""Parts that tell a reader nothing: the number that stands before them already, and counts of what was said when."""
CENTS = frozenset({"reserved", "spent", "released"})


class Opened(str):
    """A text that was opened, or why it was not: shown as it is, whatever code reads the same."""

    __slots__ = ()


def where(case: Case) -> dict[str, Any]:
    """Where a case is, at every step: what an auditor looks at first."""
    moment = case.next
    return {
        "status": case.status.value, "holder": case.holder,
        "next": {"kind": moment.kind, "on": moment.on.isoformat()} if moment else None,
    }  # fmt: skip


def fields(was: Mapping[str, Any], now: Mapping[str, Any], words: Words, label: Label) -> Iterator[str]:
    """Each field that differs. In: `projections.changes.compared`."""
    for name in now:
        old, new = (told(values.get(name), words, label, name) for values in (was, now))
        yield f"{_named(name, words) or words.heading(name)}: {old} → {new}"


def told(value: Any, words: Words, label: Label, field: str) -> str:
    """A value of a state, and what is in it: each with what its own field calls it."""
    none = words.get("cli", "words", "none")
    if value is None or value in ({}, [], ""):
        return none
    if isinstance(value, dict):
        full = {k: v for k, v in value.items() if k not in SILENT and v is not None and v not in ({}, [], "")}
        inner = {k: _without(v, k) for k, v in full.items()}
        return "; ".join(f"{_key(k, words, label, field)} {told(v, words, label, k)}" for k, v in inner.items()) or none
    if isinstance(value, list):
        return ", ".join(told(v, words, label, field) for v in value)
    if isinstance(value, Opened):
        return str(value)
    if isinstance(value, bool):
        yes, _, no = words.get("cli", "words", "yes-no").partition("|")
        return yes if value else no
    if value == TEXT:
        return words.get("output", "text")
    if isinstance(value, int) and field in CENTS:
        return euros(value, words)
    return label(field, value) if isinstance(value, str) else str(value)


def _key(key: str, words: Words, label: Label, field: str) -> str:
    """What stands before a value: the name of a part, or a code of the field."""
    if named := _named(key, words):
        return named
    shown = label(field, key)
    return words.heading(key) if shown == key and words.find("columns", key) else shown


def _named(part: str, words: Words) -> str | None:
    return words.find("replay", "parts", part)


def _without(value: Any, key: str) -> Any:
    """An entry without what repeats the key that stands before it."""
    return {k: v for k, v in value.items() if v != key} if isinstance(value, dict) else value
