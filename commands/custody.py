"""Custody: ask for an act that takes two persons, confirm what another asked, take it back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from commands.base import TeamCommand, Text, Yield, require
from commands.desk import Desk
from domain.custody import Custody, alone
from domain.events.custody import CustodyConfirmed, CustodyRequested, CustodyWithdrawn
from domain.ids import TEAM_SUBJECT, CaseNumber, Code, EntryId, ProfessionalId
from domain.personal import Personal
from domain.refusal import NotFound, Refused
from domain.team import Team

Which = Field(json_schema_extra={"position": 1})


class Request(TeamCommand):
    """Ask for an act that another login has to confirm, and why: changing keys, naming a professional, changing a term.

    casus custody request lelystad-sit --act rotate-keys --reason "Somebody was erased"
    """

    VERB: ClassVar[str] = "request"
    act: Literal["rotate-keys", "unmask", "change-retention", "destroy"]
    reason: Text
    case: CaseNumber | None = None
    professional: ProfessionalId | None = None
    term: Code | None = None

    def decide(self, state: Team, desk: Desk) -> Iterator[Yield]:
        for c in state.custody.values():
            if c.covers(self.act, self.case, self.professional, self.term) and c.state in ("asked", "confirmed"):
                return
        if self.professional is not None and self.professional not in state.roster:
            raise NotFound("professional", self.professional)
        number = max((int(c[1:]) for c in state.custody), default=0) + 1
        yield CustodyRequested(
            custody=f"K{number}", act=self.act, login=desk.login, case=self.case, professional=self.professional,
            term=self.term, reason=Personal(subject=TEAM_SUBJECT, text=self.reason),
        )  # fmt: skip


class Confirm(TeamCommand):
    """Confirm an act that was asked for, under another login than the one that asked.

    casus custody confirm lelystad-sit K1
    """

    VERB: ClassVar[str] = "confirm"
    custody: EntryId = Which

    def decide(self, state: Team, desk: Desk) -> Iterator[Yield]:
        found = custody_of(state, self.custody)
        if found.state in ("confirmed", "done"):
            return
        if found.state != "asked":
            raise Refused("act-withdrawn", custody=found.id)
        yield CustodyConfirmed(
            custody=found.id, login=desk.login, alone=alone(found.asked_by, desk.login, embedded=desk.embedded)
        )


class Withdraw(TeamCommand):
    """Take back an act that was asked for and has not been carried out.

    casus custody withdraw lelystad-sit K1
    """

    VERB: ClassVar[str] = "withdraw"
    custody: EntryId = Which

    def decide(self, state: Team, desk: Desk) -> Iterator[Yield]:
        found = custody_of(state, self.custody)
        if found.state == "withdrawn":
            return
        if found.state == "done":
            raise Refused("act-done", custody=found.id)
        yield CustodyWithdrawn(custody=found.id)


def custody_of(team: Team, which: EntryId) -> Custody:
    """An act of this table that takes two persons; `NotFound` otherwise."""
    found: Custody = require(team.custody, "custody", which)
    return found


def confirmed(
    team: Team, act: Code, *, case: CaseNumber | None = None, professional: ProfessionalId | None = None, term: Code | None = None
) -> Custody:
    """The act that was confirmed and not carried out yet, about just this; the last of several. Refused when there is
    none: with how to ask for it, or that it waits for the other login.
    """
    found = [c for c in team.custody.values() if c.covers(act, case, professional, term)]
    ready = [c for c in found if c.state == "confirmed"]
    if ready:
        return ready[-1]
    waiting = [c.id for c in found if c.state == "asked"]
    if waiting:
        raise Refused("act-not-confirmed", team=team.id, custody=waiting[-1])
    raise Refused("act-not-asked", team=team.id, act=act)
