"""Days and moments: a moment is aware and kept in UTC, a day is a calendar day in Amsterdam."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def day_of(moment: datetime) -> date:
    """The calendar day in Amsterdam on which a moment falls: days in this field are Dutch days."""
    return moment.astimezone(AMSTERDAM).date()


def start_of(day: date) -> datetime:
    """The first moment of a day in Amsterdam, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=AMSTERDAM).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The last moment of a day in Amsterdam, in UTC: what had happened by the end of that day."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, 999_999, tzinfo=AMSTERDAM).astimezone(UTC)
