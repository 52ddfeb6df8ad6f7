"""Calling on another: raised, then accepted or declined by the recipient, withdrawn by us, resolved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from commands.base import CaseCommand, Text, Yield, require
from commands.desk import Desk
from commands.triage import recipient
from domain.case import Case, Status
from domain.case_parts import EscalationCall
from domain.events.escalation import (
    EscalationAccepted,
    EscalationDeclined,
    EscalationRaised,
    EscalationResolved,
    EscalationWithdrawn,
)  # fmt: skip
from domain.ids import Code, EntryId
from domain.refusal import Refused

STANDING = frozenset({Status.ACTIVE, Status.RESTING, Status.AFTERCARE})


class Raise(CaseCommand):
    """Call on another team or party: to whom, why, how urgent. Open until they answer.

    casus escalation raise LEL-2026-0007 --to municipality --why "Eviction on Monday" --urgency high
    """

    VERB: ClassVar[str] = "raise"
    STATES: ClassVar[frozenset[Status]] = frozenset({Status.ACTIVE})
    to: Code
    why: Text
    urgency: Literal["normal", "high", "crisis"] = "normal"
    answer_by: date | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        kind, answer_by = recipient(desk, self.to, self.answer_by)
        for e in state.open_escalations():
            if e.to == self.to and e.state == "raised":
                raise Refused("already-raised", case=state.number, escalation=e.id, to=self.to)
        yield EscalationRaised(
            escalation=state.next_entry("E", state.escalations), to=self.to, kind=kind, urgency=self.urgency,
            why=self.personal(self.why), answer_by=answer_by,
        )  # fmt: skip


class _Call(CaseCommand):
    """Base of the answers to one escalation."""

    STATES: ClassVar[frozenset[Status]] = STANDING
    escalation: EntryId = Field(json_schema_extra={"position": 1})

    def call(self, state: Case, done: str, *allowed: str) -> EscalationCall | None:
        """The escalation to act on, or None when that was done already; refused in any other state."""
        found: EscalationCall = require(state.escalations, "escalation", self.escalation)
        if found.state == done:
            return None
        if found.state not in allowed:
            raise Refused("escalation-not-open", escalation=self.escalation, state=found.state)
        return found


class Accept(_Call):
    """Record that the recipient took the escalation on; a team that works with the engine answers itself.

    casus escalation accept LEL-2026-0007 E1
    """

    VERB: ClassVar[str] = "accept"
    FOREIGN: ClassVar[bool] = True

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        found = self.call(state, "accepted", "raised")
        if found is not None:
            answers(found, state, desk)
            yield EscalationAccepted(escalation=self.escalation)


class Decline(_Call):
    """Record that the recipient did not take the escalation on, and why. The case stays yours.

    casus escalation decline LEL-2026-0007 E1 --why "Not within the criteria"
    """

    VERB: ClassVar[str] = "decline"
    FOREIGN: ClassVar[bool] = True
    why: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        found = self.call(state, "declined", "raised")
        if found is not None:
            answers(found, state, desk)
            yield EscalationDeclined(escalation=self.escalation, why=self.personal(self.why))


class Withdraw(_Call):
    """Take an escalation back, and why.

    casus escalation withdraw LEL-2026-0007 E1 --why "Solved meanwhile"
    """

    VERB: ClassVar[str] = "withdraw"
    why: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if self.call(state, "withdrawn", "raised", "accepted") is not None:
            yield EscalationWithdrawn(escalation=self.escalation, why=self.personal(self.why))


class Resolve(_Call):
    """Record that what was escalated has been dealt with, and how.

    casus escalation resolve LEL-2026-0007 E1 --how "The eviction is off"
    """

    VERB: ClassVar[str] = "resolve"
    how: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if self.call(state, "resolved", "accepted") is not None:
            yield EscalationResolved(escalation=self.escalation, how=self.personal(self.how))


def answers(call: EscalationCall, state: Case, desk: Desk) -> None:
    """A team answers for itself; for a party outside, the case's own table records the answer."""
    owner = call.to if call.kind == "team" and call.to in desk.teams and desk.teams[call.to].exists() else state.team
    if desk.team.id != owner:
        raise Refused("recipient-answers", escalation=call.id, to=owner)
