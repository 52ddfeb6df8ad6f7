"""A request is decided with a reason; a decision to erase is confirmed by another login; what was granted is carried out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from commands.base import Text, Yield
from commands.desk import Desk
from commands.rights.base import RightsCommand, right_of
from commands.rights.requesting import Which
from domain.case import Case
from domain.custody import alone
from domain.events.rights import DecisionConfirmed, RightCarriedOut, RightDecided
from domain.ids import EntryId
from domain.refusal import Refused

GRANTED = ("granted", "partly")
CONFIRMED = ("erasure",)
"""The kinds whose decision takes two persons."""
BY_COMMAND = {"erasure": "rights.erase", "restriction": "rights.restrict"}
"""The kinds that have a command of their own to carry them out."""


class Decide(RightsCommand):
    """Decide a request: granted, granted in part, or refused, and why.

    casus rights decide LEL-2026-0007 Q1 --outcome granted --reason "Nothing stands in the way"
    """

    VERB: ClassVar[str] = "decide"
    right: EntryId = Which
    outcome: Literal["granted", "partly", "refused"]
    reason: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        right = right_of(state, self.right)
        if right.state == self.outcome:
            return
        if right.state != "asked":
            raise Refused("already-decided", right=right.id, state=right.state)
        yield RightDecided(
            right=right.id, outcome=self.outcome, login=desk.login, reason=self.personal(self.reason, right.subject)
        )


class Confirm(RightsCommand):
    """Confirm a decision to erase, under another login than the one that decided it.

    casus rights confirm LEL-2026-0007 Q1
    """

    VERB: ClassVar[str] = "confirm"
    right: EntryId = Which

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        right = right_of(state, self.right)
        if right.kind not in CONFIRMED:
            raise Refused("needs-no-confirmation", right=right.id, kind=right.kind)
        if right.state in ("confirmed", "erasing", "done"):
            return
        if right.state not in GRANTED:
            raise Refused("not-granted", right=right.id, state=right.state)
        yield DecisionConfirmed(
            right=right.id, login=desk.login, alone=alone(right.decided_by, desk.login, embedded=desk.embedded)
        )


class CarryOut(RightsCommand):
    """Record that what was granted was done: the copy handed over, the entries corrected, the processing stopped.

    casus rights carry-out LEL-2026-0007 Q1 --note "Handed over at the desk"
    """

    VERB: ClassVar[str] = "carry-out"
    right: EntryId = Which
    note: Text | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        right = right_of(state, self.right)
        if right.state == "done":
            return
        if right.kind in BY_COMMAND:
            raise Refused("has-its-own-command", right=right.id, kind=right.kind, command=BY_COMMAND[right.kind])
        if right.state not in GRANTED:
            raise Refused("not-granted", right=right.id, state=right.state)
        yield RightCarriedOut(right=right.id, note=self.maybe(self.note, right.subject))
