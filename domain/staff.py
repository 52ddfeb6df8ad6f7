"""Which facts of an event say who of the staff it was: ids of professionals and logins, found by their type."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from domain.event import Event
from domain.ids import Login, ProfessionalId

GONE: Final = object()
"""What stands for a fact that is left out."""


def without_staff(event: Event, named: frozenset[ProfessionalId] = frozenset()) -> dict[str, Any]:
    """The facts of an event in the clear, for the person whose data it holds.

    In: the event, and the professionals that it was decided to name to this person (CJEU C-579/21: staff is named only where
    the person can't do without). Out: its facts as JSON has them, without its texts, without logins, and without the ids of
    all other professionals; a fact that held nothing else is left out whole. Organisations stay. It goes by a field's type, so
    a new event needs nothing to be told.
    """
    facts = event.model_dump(mode="json", exclude=set(type(event).personal_fields()))
    found: dict[str, Any] = _left(type(event), facts, named)
    return found


def _left(hint: Any, value: Any, named: frozenset[ProfessionalId]) -> Any:
    """What is left of a value that a field of this type holds; `GONE` when that is nothing."""
    if value is None:
        return None
    if hint == ProfessionalId:
        return value if value in named else GONE
    if hint == Login:
        return GONE
    if isinstance(hint, type) and issubclass(hint, BaseModel) and isinstance(value, Mapping):
        hints = _hints(hint)
        kept = {name: _left(hints.get(name), inner, named) for name, inner in value.items()}
        return {name: inner for name, inner in kept.items() if inner is not GONE}
    parts = get_args(hint)
    if isinstance(value, list):
        kept_parts = [v for v in (_any(parts, v, named) for v in value) if v is not GONE]
        return kept_parts if kept_parts or not value else GONE
    if isinstance(value, Mapping) and parts:
        pairs = ((_left(parts[0], k, named), _left(parts[-1], v, named)) for k, v in value.items())
        return {k: v for k, v in pairs if k is not GONE and v is not GONE}
    return _any(parts, value, named) if get_origin(hint) is not None else value


def _any(parts: tuple[Any, ...], value: Any, named: frozenset[ProfessionalId]) -> Any:
    """What is left of a value that may be of any of these types."""
    for part in parts:
        if value is not GONE and part is not Ellipsis and (isinstance(part, type) or get_origin(part) is not None):
            value = _left(part, value, named)
    return value


@cache
def _hints(model: type[BaseModel]) -> dict[str, Any]:
    return get_type_hints(model, include_extras=True)
