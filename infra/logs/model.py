"""What a case log holds once read, and what a caller may say about how to read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

LogFormat = Literal["xes", "csv", "jsonl"]

Progress = Callable[[int, int], None]
"""Told now and then how many bytes of the file were read, and of how many."""


@dataclass(frozen=True, slots=True)
class LogStep:
    """One thing that happened in a case of somebody else's log, at its place in that case's history.

    `position` counts from 0 in the case: by time, and in the file's order where times are equal.
    """

    case: str
    position: int
    activity: str
    lifecycle: str | None
    when: datetime
    resource: str | None
    group: str | None


class RawStep(NamedTuple):
    """A step as a reader meets it: checked, not ordered. `micros` counts from 1970 UTC; `tie` orders equal times."""

    case: str
    micros: int
    tie: int | None
    activity: str
    lifecycle: str | None
    resource: str | None
    group: str | None


@dataclass(frozen=True, slots=True)
class Columns:
    """The names that a CSV or JSON Lines file has for the fields; None takes the first usual name that is there."""

    case: str | None = None
    activity: str | None = None
    when: str | None = None
    lifecycle: str | None = None
    resource: str | None = None
    group: str | None = None
    position: str | None = None


@dataclass(frozen=True, slots=True)
class LogOptions:
    """How to read a log where the file itself does not say.

    `format` None chooses by the file's suffix, then by its content. `zone` holds for times that name none.
    `case_prefix` goes before every case id, to tell apart the cases of municipalities that number theirs alike.
    `time_format` is a `strptime` pattern for times that are not ISO 8601. `delimiter` None is found in the heading.
    """

    format: LogFormat | None = None
    encoding: str = "utf-8"
    delimiter: str | None = None
    columns: Columns = field(default_factory=Columns)
    zone: str = "UTC"
    time_format: str | None = None
    case_prefix: str = ""
