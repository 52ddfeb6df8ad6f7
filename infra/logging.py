"""The log: on stderr, ids, topics, counts and durations only. Imported where something is logged, for it is slow to start."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from datetime import date, datetime
from typing import Any

import structlog

ALLOWED = frozenset({
    "stream", "number", "case", "team", "topic", "version", "place", "position", "command", "command_id", "projection",
    "table", "count", "events", "rows", "batch", "seconds", "attempt", "attempts", "code", "status", "migration",
    "database", "source", "actor", "behind", "error", "signal", "wait",
})  # fmt: skip
"""What a log line may carry. A key that isn't here is dropped: a field's value never reaches a log by accident."""


def configure(*, verbose: bool = False, as_json: bool = False) -> None:
    """Set the log up once, at the start of a command. In: whether to say more than warnings, and in which form."""
    level = logging.DEBUG if verbose else logging.WARNING
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False, sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def only_allowed(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keeps the keys that a log may carry, and of those only plain ids, numbers, days and durations."""
    kept: MutableMapping[str, Any] = {}
    for key, value in line.items():
        if key in ("event", "level", "timestamp") or (key in ALLOWED and isinstance(value, str | int | float | bool | None)):
            kept[key] = value
        elif key in ALLOWED and isinstance(value, date | datetime):
            kept[key] = value.isoformat()
    return kept


def log() -> Any:
    """The log to write to: `log().info("projections caught up", events=12, seconds=.4)`."""
    return structlog.get_logger()
