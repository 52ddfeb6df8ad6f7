"""How a document says where it is wrong: the place, a stable code and its facts, for every fault at once."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError


def fault(code: str, *at: str | int, **facts: str | int) -> InitErrorDetails:
    """One fault. In: a stable kebab-case code, the path to the field, and what it turned on. Out: for `refuse`."""
    return InitErrorDetails(type=PydanticCustomError(code, code, dict(facts)), loc=at, input=None)


def refuse(title: str, faults: Sequence[InitErrorDetails]) -> None:
    """Raise them together, each at its own place; with none, do nothing."""
    if faults:
        raise ValidationError.from_exception_data(title, list(faults))
