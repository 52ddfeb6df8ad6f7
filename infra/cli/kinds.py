"""Reads a command's fields as parameters of the command line: what an annotation means there."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo

from commands.base import CaseCommand, Command, Line, Text
from domain import ids
from infra.cli.param import Kind, Param

NAMED: tuple[tuple[Any, Kind], ...] = (
    (Text, "text"), (Line, "line"), (ids.CaseNumber, "case"), (ids.TeamId, "team"), (ids.ProfessionalId, "professional"),
    (ids.SubjectId, "subject"), (ids.EntryId, "entry"), (ids.Login, "login"), (ids.ProfileDocument, "path"), (ids.Code, "code"),
)  # fmt: skip
PLAIN: dict[Any, Kind] = {
    bool: "yes-no", date: "date", datetime: "moment", int: "integer", Decimal: "decimal", str: "word",
}  # fmt: skip
BY_NAME: dict[str, Kind] = {
    "partner": "partner", "partners": "partner", "submitter": "partner", "recipients": "partner", "contributors": "partner",
    "of": "partner", "successor": "partner", "by": "partner",
}  # fmt: skip
"""A partner's id and a code look the same to the type; the field's name tells them apart."""


@cache
def params(command: type[Command]) -> tuple[Param, ...]:
    """The parameters of a command, positional ones first, in the order of its fields. `about` only where it says whose
    text something is.
    """
    hints = get_type_hints(command, include_extras=True)
    made = [(position(f), _param(name, f, hints[name])) for name, f in command.model_fields.items()]
    asks = command.ASKS_ABOUT and issubclass(command, CaseCommand) and any(p.kind == "text" for _, p in made)
    kept = [(at, p) for at, p in made if p.name != "about" or asks]
    placed = sorted((x for x in kept if x[0] is not None), key=lambda x: x[0] or 0)
    return tuple(p for _, p in placed) + tuple(p for at, p in kept if at is None)


def position(field: FieldInfo) -> int | None:
    """The place of an argument without an option, or None."""
    extra = field.json_schema_extra
    found = extra.get("position") if isinstance(extra, dict) else None
    return found if isinstance(found, int) else None


def _param(name: str, field: FieldInfo, hint: Any) -> Param:
    inner, many, optional = _unwrapped(hint)
    choices = tuple(str(c) for c in get_args(inner)) if get_origin(inner) is Literal else ()
    kind: Kind = "choice" if choices else _kind(inner)
    if kind == "code" and name in BY_NAME:
        kind = BY_NAME[name]
    required = field.is_required() or (many and any(getattr(m, "min_length", 0) for m in field.metadata))
    default = field.default if isinstance(field.default, str) else None
    return Param(
        name, kind, required=required, many=many, positional=position(field) is not None, choices=choices,
        default=default, both=kind == "yes-no" and (field.is_required() or optional),
    )  # fmt: skip


def _unwrapped(hint: Any) -> tuple[Any, bool, bool]:
    """What is inside an annotation; whether it is a collection; whether it may be None."""
    optional = many = False
    while True:
        origin = get_origin(hint)
        if origin in (Union, UnionType):
            inside = [a for a in get_args(hint) if a is not NoneType]
            optional = True
            if len(inside) != 1:
                raise TypeError(f"no form for {hint}")
            hint = inside[0]
        elif origin in (frozenset, tuple, list, set):
            many, hint = True, get_args(hint)[0]
        else:
            return hint, many, optional


def _kind(hint: Any) -> Kind:
    for named, kind in NAMED:
        if hint == named:
            return kind
    if hasattr(hint, "__metadata__"):
        base = hint.__origin__
        inside = next((k for named, k in NAMED if _within(hint, named)), None)
        return inside or PLAIN[base]
    return PLAIN[hint]


def _within(hint: Any, named: Any) -> bool:
    """Whether an annotation narrows a named one: `BirthDate` is a `Line` with one check more."""
    outer, inner = getattr(hint, "__metadata__", ()), getattr(named, "__metadata__", ())
    return bool(inner) and bool(outer[: len(inner)] == inner)
