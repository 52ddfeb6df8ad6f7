"""Moments as text, each made once: the same one stands in several rows, and making its text is half of what a row costs."""

from __future__ import annotations

from datetime import datetime

from infra.store.database import iso

MOST = 200_000


class Moments(dict[datetime, str]):
    """The text of a moment, as SQLite keeps it and PostgreSQL reads it."""

    def __missing__(self, moment: datetime) -> str:
        if len(self) > MOST:
            self.clear()
        text = moment.isoformat(timespec="microseconds")
        text = self[moment] = f"{text[:-6]}Z" if text.endswith("+00:00") else iso(moment)
        return text


MOMENTS = Moments()
