"""Fills in a sentence: `{fact}` is the fact as people read it, `[...]` is left out when a fact in it is missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.texts import Words

Label = Callable[[str, str], str]
"""In: the field and a code. Out: the code as people read it."""

_PART = re.compile(r"\[([^\[\]]*)\]")
_FACT = re.compile(r"\{([a-z_]+)(?::([^{}]*))?\}")


def fill(template: str, facts: Mapping[str, object], words: Words, label: Label | None = None) -> str:
    """A sentence with its facts.

    `{due}` is a date, a code's label, or a list of them; `{met:wel|niet}` chooses by yes or no; `{cents:euro}` is an
    amount; `{field:option}` is a field as its option, `{choices:raw}` a code as it
    is typed, `{criteria:both}` with its label; `{anonymous:?}` shows nothing and only asks that the fact is
    there. A part in `[ ]` is left out when any fact in it is absent, empty or no.
    """

    def shown(name: str, form: str | None) -> str:
        return _shown(name, facts.get(name), form, words, label)

    def part(found: re.Match[str]) -> str:
        inside = found.group(1)
        if any(_absent(facts.get(m.group(1))) for m in _FACT.finditer(inside)):
            return ""
        return inside

    chosen = _PART.sub(part, template)
    return _FACT.sub(lambda m: shown(m.group(1), m.group(2)), chosen)


def placeholders(template: str) -> set[str]:
    """The names of the facts that a sentence mentions."""
    return {m.group(1) for m in _FACT.finditer(template)}


def _absent(value: object) -> bool:
    return value is None or value is False or value == "" or (isinstance(value, tuple | frozenset | list) and not value)


def _shown(name: str, value: object, form: str | None, words: Words, label: Label | None) -> str:
    if form == "?":
        return ""
    if form == "option":
        word = str(value)
        return word if word.startswith("--") or word.isupper() else f"--{word.replace('_', '-')}"
    if form == "raw":
        return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    if form == "both":
        return ", ".join(_both(name, v, words, label) for v in (value if isinstance(value, tuple | list) else (value,)))
    if form == "euro":
        return euros(value, words)
    if isinstance(value, bool) and form:
        yes, _, no = form.partition("|")
        return yes if value else no
    return people(name, value, words, label)


def _both(name: str, value: object, words: Words, label: Label | None) -> str:
    shown = people(name, value, words, label)
    return str(value) if shown == value else f"{value} ({shown})"


def people(name: str, value: object, words: Words, label: Label | None = None) -> str:
    """A value as people read it: yes or no, days and times in Amsterdam, codes with their label, lists with commas."""
    if value is None:
        return words.get("cli", "words", "none")
    if isinstance(value, bool):
        yes, _, no = words.get("cli", "words", "yes-no").partition("|")
        return yes if value else no
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, datetime):
        from domain.days import in_amsterdam

        return in_amsterdam(value).replace(tzinfo=None).isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        text = f"{value.normalize():f}"
        return text.replace(".", ",") if words.language == "nl" else text
    if isinstance(value, list | tuple | frozenset | set):
        ordered = value if isinstance(value, list | tuple) else sorted(value, key=str)
        return ", ".join(people(name, v, words, label) for v in ordered) or words.get("cli", "words", "none")
    if isinstance(value, str):
        return (label(name, value) if label else None) or words.code(value, name)
    return str(value)


def euros(cents: object, words: Words) -> str:
    """An amount in cents as euros."""
    if not isinstance(cents, int):
        return words.get("cli", "words", "none")
    whole, rest = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    mark = "," if words.language == "nl" else "."
    return f"€ {sign}{whole}{mark}{rest:02d}"
