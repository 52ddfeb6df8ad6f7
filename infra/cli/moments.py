"""Days and times as they are typed: a date is a day in Amsterdam, a time carries its zone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from domain.days import day_of, end_of
from infra.cli.param import Bad, Param

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ENTRY = re.compile(r"[1-9]\d{0,8}", re.ASCII)
_PLACE = re.compile(r"@[1-9]\d{0,17}", re.ASCII)


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """A place in the one order of the log, as a checkpoint states up to which it goes."""

    number: int

    def __str__(self) -> str:
        return f"@{self.number}"


Point = datetime | int | Place
"""A point of a case's history: a moment, the number of an entry, or a place in the log."""


def day(param: Param, value: str) -> date:
    """A day, as YYYY-MM-DD."""
    if not _DAY.fullmatch(value):
        raise Bad("not-a-date", param=param.shown)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Bad("not-a-date", param=param.shown) from None


def moment(param: Param, value: str) -> datetime:
    """A moment: a time with its zone, or a day, which stands for the end of that day in Amsterdam."""
    if _DAY.fullmatch(value):
        return end_of(day(param, value))
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise Bad("not-a-moment", param=param.shown) from None
    if found.utcoffset() is None:
        raise Bad("no-zone", param=param.shown)
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise Bad("not-a-moment", param=param.shown) from None


def point(param: Param, value: str) -> Point:
    """A point of a history: a moment as above, an entry by its number in the case as `casus trail` shows it, or `@` and a place
    in the log.
    """
    if _PLACE.fullmatch(value):
        return Place(int(value[1:]))
    if _ENTRY.fullmatch(value):
        return int(value)
    try:
        return moment(param, value)
    except Bad as bad:
        raise Bad("not-a-point", param=param.shown) if bad.code == "not-a-moment" else bad from None


def named_day(param: Param, value: str) -> date | None:
    """The day, where a day alone was named."""
    return day(param, value) if _DAY.fullmatch(value) else None


def happened(param: Param, value: str, clock: Callable[[], datetime]) -> datetime:
    """When something happened. A day alone is the end of that day, after all that was already entered for it; today is now."""
    found = moment(param, value)
    return min(found, clock()) if _DAY.fullmatch(value) and day_of(found) == day_of(clock()) else found
