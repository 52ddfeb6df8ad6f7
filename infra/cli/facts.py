"""What an event says, as JSON has it, and the same each time: a set is in no order of its own."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from domain.event import Event


def facts(event: Event) -> dict[str, Any]:
    """An event's fields as JSON has them, with every set sorted: else the same history would give other bytes in another run."""
    found: dict[str, Any] = _sorted(event, event.model_dump(mode="json"))
    return found


def _sorted(value: Any, dumped: Any) -> Any:
    if isinstance(value, BaseModel):
        return {name: _sorted(getattr(value, name), part) for name, part in dumped.items()}
    if isinstance(value, frozenset):
        return sorted(dumped)
    if isinstance(value, tuple):
        return [_sorted(each, part) for each, part in zip(value, dumped, strict=True)]
    return dumped
