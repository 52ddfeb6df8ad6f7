"""The checkpoint that goes with what leaves, and how much came after it that it proves nothing of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from infra.cli.session import Session

if TYPE_CHECKING:
    from infra.evidence.note import Checkpoint


class Proof(NamedTuple):
    """A checkpoint; how many events that had a place when it was asked for are not in it, and when it was signed, if any are."""

    checkpoint: Checkpoint
    after: int = 0
    since: datetime | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """What is not in it, as JSON has it."""
        return {"not_signed": self.after, "not_signed_since": self.since}


def proof_of(session: Session, place: int | None = None, tell: Callable[[int], object] | None = None) -> Proof:
    """The checkpoint up to a place, or of all there is, as `Evidence.at`. On a server where nobody signs in time the last one
    goes along: then it is said how much is not in it, and whom to ask where that is more than the settings have it.
    """
    from infra.evidence.due import Due

    evidence = session.evidence
    head = session.store.head()
    made = evidence.at(place, tell=tell)
    session.out.progress_done()
    after = head - made.size
    if place is not None or after <= 0:
        return Proof(made)
    since = evidence.signed_at(made)
    late = since is not None and Due(session.store, session.settings.often()).late(after, since)
    session.out.warn("evidence.not-covered", size=made.size, after=after, since=since, late=late)
    return Proof(made, after, since)
