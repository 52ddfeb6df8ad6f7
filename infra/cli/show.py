"""`casus show`: a case as it stands, its plan and its state, for people or as one JSON object."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

import click

from domain.case import Case
from domain.days import day_of
from domain.personal import Ref
from infra.cli.looking import look
from infra.cli.own import CASE, LOOKING, leaf
from infra.cli.session import Session
from infra.texts import Words

LEFT_OUT = frozenset({"stamp"})
IN_PLAN = 3
"""How far a line of the plan is set in: past the number of its agreement or goal."""


def command(name: str, words: Words) -> click.Command:
    """The command."""
    return leaf(words, name, show, CASE, also=LOOKING)


def show(session: Session, case: str, at: date | None, known_at: datetime | None) -> None:
    """Show a case. The day it is looked at decides whose direction it is and what has ended."""
    found, texts = look(session, "show", case, at, known_at, lambda history: refs_in(history.state))
    state = found.state
    on = at or day_of(known_at or session.now())
    if session.out.json:
        session.out.record(as_json(state, texts) | {"on": on, "holder_now": state.holder_on(on)})
        return
    from infra.cli.picture import WIDE, picture

    for line in picture(session, state, on, texts):
        session.out.line(line, hang=IN_PLAN if line.startswith(" ") else WIDE)


def refs_in(value: Any) -> Iterator[Ref]:
    """Every reference to a sealed text in a state."""
    if isinstance(value, Ref):
        yield value
    elif is_dataclass(value):
        for f in fields(value):
            yield from refs_in(getattr(value, f.name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from refs_in(item)
    elif isinstance(value, tuple | frozenset | list):
        for item in value:
            yield from refs_in(item)


def as_json(state: Case, texts: Mapping[Ref, str]) -> dict[str, Any]:
    """A state as JSON: every field, codes and ids, and in place of each reference its text."""
    return {f.name: _plain(getattr(state, f.name), texts.get) for f in fields(state) if f.name not in LEFT_OUT}


def _plain(value: Any, text: Callable[[Ref], str | None]) -> Any:
    if isinstance(value, Ref):
        return text(value)
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name), text) for f in fields(value)}
    if isinstance(value, Mapping):
        return {k if isinstance(k, str) else " ".join(map(str, k)): _plain(v, text) for k, v in value.items()}
    if isinstance(value, frozenset):
        return sorted((_plain(v, text) for v in value), key=str)
    if isinstance(value, tuple | list):
        return [_plain(v, text) for v in value]
    return value
