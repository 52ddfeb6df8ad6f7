"""Shows figures to people: single ones as lines, rankings below a heading."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from infra.cli.session import Session
from infra.texts import Words
from infra.texts.sentences import fill

_NUMBER = re.compile(r"\d+")
WHOLE = frozenset({"p75", "p90"})
"""Keys in which a number is part of the word."""


def tell(session: Session, figures: Mapping[str, Any]) -> None:
    """Print figures. In: what `projections.stats` gives."""
    words, out = session.words, session.out
    single = {_label(words, key): _shown(words, value) for key, value in figures.items() if not _ranking(value)}
    wide = max(map(len, single), default=0)
    for label, value in single.items():
        out.line(f"{label:<{wide}}  {value}")
    for key, value in figures.items():
        if _ranking(value):
            out.heading(_label(words, key))
            for *names, amount in value.items() if isinstance(value, Mapping) else value:
                out.line(f"  {_shown(words, amount):>10}  {' → '.join(map(str, names))}")


def _ranking(value: Any) -> bool:
    if isinstance(value, list):
        return not _pair(value) and all(isinstance(v, Sequence) for v in value)
    return isinstance(value, Mapping)


def _pair(value: list[Any]) -> bool:
    """One name with its number is a figure of its own."""
    return len(value) == 2 and isinstance(value[0], str) and not isinstance(value[1], str | list)


def _label(words: Words, key: str) -> str:
    """What a figure's key says; the number in it (of days, of how many are shown) is a fact of the sentence."""
    found = _NUMBER.search(key)
    name = key if key in WHOLE else _NUMBER.sub("n", key)
    return fill(words.get("figures", name), {"n": found.group() if found else None}, words)


def _shown(words: Words, value: Any) -> str:
    if value is None:
        return words.get("cli", "words", "none")
    if isinstance(value, list):
        return ", ".join(_shown(words, v) for v in value)
    if isinstance(value, float):
        text = f"{value:.4f}".rstrip("0").rstrip(".")
        return text.replace(".", ",") if words.language == "nl" else text
    return str(value)
