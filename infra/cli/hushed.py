"""Keeps what was typed out of what is said about it: an unknown code may be anything, a name too."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeVar

from domain.refusal import Refused
from infra.cli.line import Line

if TYPE_CHECKING:
    from infra.cli.session import Session
    from infra.texts.sentences import Label

E = TypeVar("E", bound=BaseException)

SHAPED = re.compile(
    r"[A-Z]{2,4}-\d{4}-\d{4,6}|[A-Z]{1,2}\d{1,4}|[a-z0-9-]{1,40}-\d{1,4}|s\d{1,3}|os-\d+|[\d.,:+TZ-]+|[0-9a-f]{32}"
)
"""What can be nobody's name: a case's number, an entry, somebody's place on a roster, a subject, a day, an amount."""
OURS = frozenset(
    {"field", "param", "code", "action", "kind", "problem", "part", "command", "choices", "near", "form", "projection", "extra"}
)
"""Facts that name something of the program's own."""


def hushed(error: E, session: Session, label: Label | None, *, told: bool = True) -> E:
    """The same error; of its facts those that were typed, and that nobody knows, are replaced: by how they were typed where
    they are told (`--partner`), else by nothing.

    In: what was raised, the session (with what was typed), and how codes read where that is known.
    """
    if isinstance(error, Line):
        made: E = _with(error, {"error": hushed(error.error, session, label, told=told)})
        return made
    facts = getattr(error, "facts", None)
    if not facts or not session.typed:
        return error
    typed = words_in(session.typed)
    known = _Known(session, facts, label)

    def kept(name: str, value: object) -> object:
        if isinstance(value, tuple | list | frozenset):
            return type(value)(kept(name, v) for v in value)
        if name in OURS or not isinstance(value, str) or value not in typed or known(name, value):
            return value
        return _how(session, value) if told else None

    return _with(error, {"facts": {name: kept(name, value) for name, value in facts.items()}})


def _how(session: Session, value: str) -> str:
    """How it was typed: with which option, if it was with one."""
    from infra.texts.sentences import fill

    option = ""
    for before, text in zip(("", *session.typed), session.typed, strict=False):
        if value in words_in([text]):
            option = next((t.partition("=")[0] for t in (text, before) if t.startswith("--")), "")
    return fill(session.words.get("usage", "as-typed"), {"option": option}, session.words)


def words_in(typed: Iterable[str]) -> frozenset[str]:
    """What may come back of what was typed: whole, what follows `=`, the parts of a list, a file's name."""
    found: set[str] = set()
    for text in typed:
        value = text.partition("=")[2] if text.startswith("--") else text
        parts = [text, value, *(part.strip() for part in value.split(",")), *value.split()]
        found.update(parts)
        found.update(name for part in (value, text) for name in (PurePath(part).name, PurePath(part).stem))
    return frozenset(filter(None, found))


class _Known:
    """Whether something is a word of a team's that is there: its id, its partners, its people, its codes."""

    def __init__(self, session: Session, facts: Mapping[str, object], label: Label | None) -> None:
        self.session, self.facts, self.label = session, facts, label

    def __call__(self, name: str, value: str) -> bool:
        if SHAPED.fullmatch(value):
            return True
        choices = self.facts.get("choices")
        if isinstance(choices, tuple | list | frozenset) and value in choices:
            return True
        if self.label is not None and self.label(name, value) != value:
            return True
        return "store" in self.session.__dict__ and self._at_a_team(value)

    def _at_a_team(self, value: str) -> bool:
        try:
            if self._is_team(value):
                return True
            named = (self.facts.get("team"), self.session.acting_team)
            teams = [self.session.team(team) for team in named if isinstance(team, str) and self._is_team(team)]
        except (Refused, sqlite3.Error):
            return False  # a store that fails is what is told about, and not asked
        return any(value in team.members or value in team.roster for team in teams)

    def _is_team(self, stream: str) -> bool:
        first = self.session.store.load(stream, 1)
        return bool(first) and first[0].topic.startswith("team.")


def _with(error: E, changed: Mapping[str, object]) -> E:
    made = type(error).__new__(type(error), *error.args)
    made.__dict__.update({**error.__dict__, **changed})
    made.__traceback__ = error.__traceback__
    return made
