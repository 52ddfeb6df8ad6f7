"""What does not fit a form: each field by the name people know it by, and how to mend it. Never what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from infra.cli.param import Bad, Param

Complaint = tuple[str, str, dict[str, Any]]
"""The field as people know it, a code of `usage.toml`, and facts for its sentence."""

BY_TYPE = {
    "missing": "missing", "extra_forbidden": "unknown", "literal_error": "not-a-choice", "too_short": "too-few",
    "string_too_long": "too-long", "string_too_short": "empty-text", "int_parsing": "not-an-integer",
    "int_type": "not-an-integer",
    "int_from_float": "not-an-integer", "int_parsing_size": "not-an-integer", "bool_parsing": "not-yes-or-no",
    "bool_type": "not-yes-or-no", "decimal_parsing": "not-a-number", "decimal_type": "not-a-number", "date_type": "not-a-date",
    "date_parsing": "not-a-date", "date_from_datetime_parsing": "not-a-date", "datetime_parsing": "not-a-moment",
    "datetime_type": "not-a-moment", "greater_than_equal": "out-of-range", "less_than_equal": "out-of-range",
    "decimal_max_digits": "not-a-number", "decimal_max_places": "not-a-number", "decimal_whole_digits": "not-a-number",
    "finite_number": "not-a-number", "frozen_set_type": "not-a-list", "tuple_type": "not-a-list", "string_type": "not-text",
    "string_unicode": "unsafe-characters",
}  # fmt: skip


class Invalid(Bad):
    """A form does not fit: everything that is wrong with it, at once."""

    def __init__(self, found: Sequence[Complaint]) -> None:
        super().__init__("invalid")
        self.complaints = tuple(found)


def complaints(error: ValidationError, asks: Sequence[Param]) -> list[Complaint]:
    """What validation found, by field. Nothing of what was typed comes along."""
    known = {p.name: p for p in asks}
    found: list[Complaint] = []
    for fault in error.errors(include_input=False, include_url=False):
        param = known.get(str(fault["loc"][0])) if fault["loc"] else None
        complaint = (param.shown if param else "-", *_what(fault, param))
        if complaint not in found:
            found.append(complaint)
    return found


def _what(fault: Any, param: Param | None) -> tuple[str, dict[str, Any]]:
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "value_error":
        return str(context.get("error", "does-not-fit")), {}
    if kind == "string_pattern_mismatch":
        return ("bad-form", {"form": param.kind}) if param else ("does-not-fit", {})
    if kind in ("date_type", "missing") and param is not None:
        return BY_TYPE[kind], {"kind": param.kind}
    if kind == "literal_error":
        return "not-a-choice", {"choices": param.choices if param else ()}
    if kind == "string_too_long":
        return "too-long", {"limit": context.get("max_length")}
    if kind in ("greater_than_equal", "less_than_equal"):
        return "out-of-range", {"limit": context.get("ge", context.get("le"))}
    return BY_TYPE.get(kind, "does-not-fit"), {}
