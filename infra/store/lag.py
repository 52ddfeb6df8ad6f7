"""How far the one order is behind what was committed."""

from __future__ import annotations

from datetime import datetime

from domain.frozen import frozen


@frozen
class Lag:
    """`head` is the last place; `waiting` how many events have none yet, `since` when the oldest was recorded.

    `held_by`: the process id and start of the oldest open transaction that has written, if the server tells.
    """

    head: int
    waiting: int = 0
    since: datetime | None = None
    held_by: int | None = None
    held_since: datetime | None = None
