"""The checks that every field of a log passes: presence, length, characters that could mislead, and time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.refusal import Refused

LIMITS: Final = {"case": 120, "activity": 200, "lifecycle": 200, "resource": 200, "group": 200}
"""The longest text of each field, in characters; as wide as the events that keep them."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_BIDI = frozenset(map(chr, (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))))
_UNWANTED = frozenset(map(chr, (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF))) | _BIDI


def unwanted(text: str) -> str | None:
    """The first character that may not be printed raw (control, bidirectional, half a pair), as `U+202E`; or None."""
    if text.isprintable():
        return None
    for character in text:
        if character in _UNWANTED or "\ud800" <= character <= "\udfff":
            return f"U+{ord(character):04X}"
    return None


def text(value: str | None, field: str, limit: int, line: int) -> str | None:
    """The value when it is there and fit to keep, None when it is absent or empty; refuses anything else."""
    if not value:
        return None
    if len(value) > limit:
        raise Refused("log-text-too-long", line=line, field=field, limit=limit)
    if found := unwanted(value):
        raise Refused("log-text-control", line=line, field=field, character=found)
    return value


def required(value: str | None, field: str, limit: int, line: int) -> str:
    """As `text`, and refuses what is absent, empty or blank."""
    checked = text(value, field, limit, line)
    if checked is None or checked.isspace():
        raise Refused("log-field-missing", line=line, field=field)
    return checked


class Times:
    """Reads the times of one file to microseconds since 1970 UTC, and counts those that named no zone."""

    def __init__(self, zone: str = "UTC", pattern: str | None = None) -> None:
        self._zone = _zone(zone)
        self._pattern = pattern
        self.zoneless = 0

    def micros(self, value: str | None, field: str, line: int) -> int:
        """The time of a text, in microseconds; refuses what is no time, or none that a calendar holds."""
        written = (value or "").strip()
        if not written:
            raise Refused("log-field-missing", line=line, field=field)
        try:
            when = self._read(written)
            if when.tzinfo is None:
                self.zoneless += 1
                when = when.replace(tzinfo=self._zone)
            micros = (when - _EPOCH) // _MICROSECOND
        except (ValueError, OverflowError):
            raise Refused("log-time-unreadable", line=line, field=field) from None
        if not _FIRST <= micros <= _LAST:
            raise Refused("log-time-unreadable", line=line, field=field)
        return micros

    def _read(self, written: str) -> datetime:
        if self._pattern:
            return datetime.strptime(written, self._pattern)  # noqa: DTZ007 - its zone is seen to where it is called
        return datetime.fromisoformat(written)


def moment(micros: int) -> datetime:
    """The aware UTC time of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=micros)


def _zone(name: str) -> tzinfo:
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused("log-zone-unknown") from None
