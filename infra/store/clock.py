"""What time it is: the machine's clock, and a store's own clock as its clients know it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Gives the time, aware, in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class StoreClock:
    """The clock of a store, told from the last time it was read there; it never goes back.

    Laptops' clocks differ, and a case has one order. So `now` counts on from the store's own time at the moment it
    was heard, which makes it a little early at most, and is never before a stamp that was read since.
    """

    def __init__(self, read: Callable[[], datetime], renew_after: float = 300.0) -> None:
        self._read = read
        self._renew_after = renew_after
        self._heard: tuple[datetime, float] | None = None
        self._floor = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        if self._heard is None or time.monotonic() - self._heard[1] > self._renew_after:
            self.heard(self._read())
        assert self._heard is not None
        then, at = self._heard
        self._floor = max(self._floor, then + timedelta(seconds=time.monotonic() - at))
        return self._floor

    def heard(self, moment: datetime) -> None:
        """The store told its time."""
        self._heard = (moment, time.monotonic())

    def seen(self, stamp: datetime | None) -> None:
        """A stamp of the store was read: it is not earlier than that."""
        if stamp is not None and stamp > self._floor:
            self._floor = stamp
