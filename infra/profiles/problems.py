"""What is wrong in a profile's file: the field, a stable code, and the facts that a sentence needs."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.profile import Profile

if TYPE_CHECKING:
    from infra.texts import Words

Facts = Mapping[str, str | int]
PLAIN = re.compile(r"^[A-Za-z0-9_-]{1,60}$")

# pydantic's kinds of error, as our codes; a bound becomes the fact `limit`.
TYPES = {
    "bool_type": "not-yes-or-no", "date_type": "not-a-date", "date_from_datetime_inexact": "not-a-date",
    "dict_type": "not-a-table", "int_type": "not-a-whole-number", "model_type": "not-a-table",
    "model_attributes_type": "not-a-table", "string_type": "not-a-text", "tuple_type": "not-a-list",
}  # fmt: skip
BOUNDS = {
    "greater_than_equal": ("too-small", "ge"), "less_than_equal": ("too-big", "le"),
    "string_too_short": ("too-short", "min_length"), "string_too_long": ("too-long", "max_length"),
    "too_short": ("too-few", "min_length"), "too_long": ("too-many", "max_length"),
}  # fmt: skip
FORMS = (("[A-Z]", "not-capitals"), (r"\x00", "not-one-line"), ("[a-z", "not-a-code"))


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a profile: its field (empty: the file as a whole), a code, and facts to make a sentence with."""

    field: str
    code: str
    facts: Facts = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.field or 'file'}: {self.code}" + (f" ({facts})" if facts else "")


def sentence(problem: Problem, words: Words) -> str:
    """In: a problem and a language. Out: its field, what is wrong and the mend, in one line."""
    from infra.texts.sentences import fill

    # Facts are words of the file itself: they are shown as they stand there, in no language.
    said = fill(words.get("problems", problem.code), problem.facts, words, lambda _, code: code)
    return f"{problem.field}: {said}" if problem.field else said


def problems(error: ValidationError, document: object) -> list[Problem]:
    """In: what validation said, and the document it was said about. Out: the same as problems, in its order."""
    return [_problem(found, document) for found in error.errors(include_url=False, include_input=False)]


def _problem(found: ErrorDetails, document: object) -> Problem:
    kind, context, place = found["type"], found.get("ctx", {}), found["loc"]
    path = _path(place, document)
    if kind == "missing":
        return Problem(path, "missing-field")
    if kind == "extra_forbidden":
        return Problem(path, "unknown-field", {"known": ", ".join(_known(place))})
    if kind in TYPES:
        return Problem(path, TYPES[kind])
    if kind in BOUNDS:
        code, bound = BOUNDS[kind]
        return Problem(path, code, {"limit": int(context[bound])})
    if kind == "literal_error":
        return Problem(path, "not-a-choice", {"choices": ", ".join(_choices(place))})
    if kind == "string_pattern_mismatch":
        return Problem(path, next(code for mark, code in FORMS if mark in str(context["pattern"])))
    ours = "-" in kind  # pydantic writes its kinds with underscores
    return Problem(path, kind if ours else "wrong-value", context if ours else {})


def _path(place: Sequence[int | str], document: object) -> str:
    """`partners[kwintes].column`: an entry of a list by its id, else by its number counted from 1."""
    written, at = "", document
    for part in place:
        if isinstance(part, int):
            at = at[part] if isinstance(at, list) and part < len(at) else None
            name = at.get("id") if isinstance(at, dict) else None
            written += f"[{name if isinstance(name, str) and PLAIN.match(name) else part + 1}]"
        else:
            at = at.get(part) if isinstance(at, dict) else None
            written += ("." if written else "") + (part if PLAIN.match(part) else json.dumps(part)[:60])
    return written


def _annotation(place: Sequence[int | str]) -> object:
    """What the profile's shape says of a field."""
    annotation: object = Profile
    for part in place:
        model = _model(annotation)
        if isinstance(part, str) and model is not None and part in model.model_fields:
            annotation = model.model_fields[part].annotation
    return annotation


def _model(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model(part)) is not None), None)


def _known(place: Sequence[int | str]) -> list[str]:
    model = _model(_annotation(place[:-1]))
    return sorted(model.model_fields) if model is not None else []


def _choices(place: Sequence[int | str]) -> list[str]:
    return [str(choice) for choice in _leaves(_annotation(place))]


def _leaves(annotation: Any) -> list[object]:
    inner = get_args(annotation)
    return [leaf for part in inner for leaf in (_leaves(part) or [part])] if inner else []
