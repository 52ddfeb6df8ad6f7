"""What changed in a case, in words: each field with its value before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from domain.case import Case
from infra.texts import Words
from infra.texts.sentences import Label
from projections.changes import TEXT


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
        yield f"{words.heading(name)}: {old} → {new}"


def told(value: Any, words: Words, label: Label, field: str) -> str:
    """A value of a state, and what is in it: each with what its own field calls it."""
    if value is None or value in ({}, [], ""):
        return words.get("cli", "words", "none")
    if isinstance(value, dict):
        return "; ".join(f"{_key(k, words, label, field)} {told(v, words, label, k)}" for k, v in value.items())
    if isinstance(value, list):
        return ", ".join(told(v, words, label, field) for v in value)
    if isinstance(value, Opened):
        return str(value)
    if isinstance(value, bool):
        yes, _, no = words.get("cli", "words", "yes-no").partition("|")
        return yes if value else no
    if value == TEXT:
        return words.get("output", "text")
    return label(field, value) if isinstance(value, str) else str(value)


def _key(key: str, words: Words, label: Label, field: str) -> str:
    """What stands before a value: a code of the field, or the name of a part."""
    shown = label(field, key)
    return words.heading(key) if shown == key and words.find("columns", key) else shown
