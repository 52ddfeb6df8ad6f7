"""Days and moments: a moment is aware and kept in UTC, a day is a calendar day in Amsterdam."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def in_amsterdam(moment: datetime) -> datetime:
    """A moment as clocks in Amsterdam show it; the last one that there is where it is beyond that, for a log that was imported
    may end so.
    """
    try:
        return moment.astimezone(AMSTERDAM)
    except OverflowError:
        return datetime.max.replace(tzinfo=AMSTERDAM)


def day_of(moment: datetime) -> date:
    """The calendar day in Amsterdam on which a moment falls: days in this field are Dutch days."""
    return in_amsterdam(moment).date()


def start_of(day: date) -> datetime:
    """The first moment of a day in Amsterdam, in UTC; of the first day that there is, the first one of that in UTC."""
    if day == date.min:
        return datetime.min.replace(tzinfo=UTC)
    return datetime(day.year, day.month, day.day, tzinfo=AMSTERDAM).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The last moment of a day in Amsterdam, in UTC: what had happened by the end of that day."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, 999_999, tzinfo=AMSTERDAM).astimezone(UTC)


def months_after(day: date, months: int) -> date:
    """The same day so many months on; the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
