"""When a checkpoint is due: enough events, long enough ago, a file that leaves the house, or somebody who was erased."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from domain.frozen import frozen
from infra.store.database import decoder

if TYPE_CHECKING:
    from datetime import datetime

    from infra.store.store import Store

ERASED = "case.rights.subject-erased"
SEEN = "access.access.disclosed"
LEAVING = (
    b'"outcome":"exported"', b'"what":"export-', b'"what":"evidence-checkpoint"', b'"what":"evidence-hand-out"',
    b'"what":"evidence-pack"',
)  # fmt: skip
"""What a disclosure says when something left the house, or is about to and waits for a checkpoint to go with it."""
DENIED = b'"outcome":"denied"'
"""What it says when nothing will leave."""


@frozen
class Often:
    """How often a checkpoint is made: after so many events, or after so long where there was any."""

    events: int = 1000
    every: timedelta = timedelta(minutes=15)


class Due:
    """In: the store, and how often. It looks at each event once, so it can be asked at every turn."""

    def __init__(self, store: Store, often: Often) -> None:
        self.store = store
        self.often = often
        self._looked = 0

    def now(self) -> bool:
        """Whether the next one is due. Reading one's own rows is enough for who signs; others see fewer reasons."""
        db = self.store.connection()
        head = self.store.head()
        rows = db.query("SELECT vkey FROM evidence_keys ORDER BY number DESC LIMIT 1")
        origin = str(rows[0][0]).partition("+")[0] if rows else ""
        last = db.query("SELECT size, made_at FROM checkpoints WHERE origin = ? ORDER BY size DESC LIMIT 1", (origin,))
        if not last:
            return head > 0
        size, made_at = last[0]
        if head <= size:
            return False
        if self.late(head - size, (decoder(db, "moment") or (lambda v: v))(made_at)):
            return True
        return self._at_once(max(size, self._looked), head)

    def late(self, events: int, since: datetime) -> bool:
        """Whether it is time by the settings alone. In: how many events came after the last one, and when that was signed."""
        passed = self.store.now() - since
        # a clock that was put back must not keep the next one waiting
        return events >= self.often.events or not timedelta() <= passed < self.often.every

    def _at_once(self, after: int, upto: int) -> bool:
        """Whether anything between two places waits for no number and no time."""
        rows = self.store.connection().query(
            "SELECT e.topic, e.state FROM places p JOIN stored_events e ON e.originator_id = p.originator_id "
            "AND e.originator_version = p.originator_version WHERE p.place > ? AND p.place <= ? AND e.topic IN (?, ?)",
            (after, upto, ERASED, SEEN),
        )
        if any(topic == ERASED or _leaves(bytes(state)) for topic, state in rows):
            return True
        self._looked = upto
        return False


def _leaves(state: bytes) -> bool:
    return DENIED not in state and any(word in state for word in LEAVING)
