"""Makes times coarser: no finer than an hour, a day, a week or a month. Order within a case stays as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Literal, get_args

from domain.days import day_of

Grain = Literal["none", "hour", "day", "week", "month"]
GRAINS: tuple[Grain, ...] = get_args(Grain)


class Coarsening:
    """In: how coarse. A moment becomes the beginning of its hour; from `day` on midnight UTC under the date of its day in
    Amsterdam, of that week's Monday, of the first of that month: read anywhere, it shows the day that it was here. Days
    become those days. Later is never made earlier than what came before it.
    """

    def __init__(self, grain: Grain = "none") -> None:
        self.grain = grain

    def moment(self, at: datetime) -> datetime:
        """In UTC, to the millisecond: finer is what readers of the formats lose."""
        at = at.astimezone(UTC)
        if self.grain == "none":
            return at.replace(microsecond=at.microsecond // 1000 * 1000)
        if self.grain == "hour":
            return at.replace(minute=0, second=0, microsecond=0)
        day = self.day(day_of(at))
        return datetime(day.year, day.month, day.day, tzinfo=UTC)

    def day(self, day: date) -> date:
        if self.grain == "week":
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self.grain == "month" else day
