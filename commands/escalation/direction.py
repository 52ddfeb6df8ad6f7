"""Direction for a time: offered to a team until a day, accepted or declined by it, withdrawn, returned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from commands.base import CaseCommand, Text, Yield
from commands.desk import Desk
from domain.case import Case, Status
from domain.events.escalation import (
    DirectionAccepted,
    DirectionDeclined,
    DirectionOffered,
    DirectionReturned,
    DirectionWithdrawn,
)  # fmt: skip
from domain.ids import ProfessionalId, TeamId
from domain.refusal import Refused

ACTIVE = frozenset({Status.ACTIVE})
GOING_ON = frozenset({Status.ACTIVE, Status.RESTING})
"""An offer made before a case came to rest can be answered while it does."""


class OfferDirection(CaseCommand):
    """Offer direction of a case to a team (your own table, where direction is local, or another) until a day.

    casus escalation offer-direction GRN-2026-0002 --to groningen-zvt --until 2027-02-01 --why "No progress locally"
    """

    VERB: ClassVar[str] = "offer-direction"
    STATES: ClassVar[frozenset[Status]] = ACTIVE
    to: TeamId
    why: Text
    until: date | None = None

    def other_teams(self) -> tuple[TeamId, ...]:
        return (self.to,)

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        team = desk.team if self.to == desk.team.id else desk.other_team(self.to)
        escalation = desk.profile.escalation
        if team.kind == "region" or escalation is None or escalation.direction_days is None:
            raise Refused("no-temporary-direction", team=team.id)
        limit = desk.days(escalation.direction_days.value)
        until = self.until or limit
        if not desk.today < until <= limit:
            raise Refused("date-out-of-range", field="until", first=desk.days(1), last=limit)
        offer = state.direction_offer
        if offer is not None:
            if (offer.to, offer.until) == (self.to, until):
                return
            raise Refused("already-offered", case=state.number, to=offer.to)
        current = state.direction
        if current.team is not None and current.until is not None and desk.today < current.until:
            if current.team == self.to and current.until == until:
                return
            raise Refused("direction-elsewhere", case=state.number, team=current.team, until=current.until)
        if current.local is None:
            raise Refused("no-local-director", case=state.number)
        yield DirectionOffered(to=self.to, until=until, why=self.personal(self.why))


class AcceptDirection(CaseCommand):
    """Accept direction of a case that was offered to your team for a time.

    casus escalation accept-direction GRN-2026-0002 --director veiligheidshuis-1
    """

    VERB: ClassVar[str] = "accept-direction"
    STATES: ClassVar[frozenset[Status]] = GOING_ON
    FOREIGN: ClassVar[bool] = True
    director: ProfessionalId | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        current, offer = state.direction, state.direction_offer
        if offer is None and current.team == desk.team.id and current.until is not None and desk.today < current.until:
            return
        if offer is None or offer.to != desk.team.id:
            raise Refused("no-direction-offered", team=desk.team.id)
        if offer.until <= desk.today:
            raise Refused("offer-ended", case=state.number, until=offer.until)
        director = desk.professional(self.director or desk.me().id)
        yield DirectionAccepted(by=desk.team.id, director=director.id, until=offer.until)


class DeclineDirection(CaseCommand):
    """Decline direction that was offered to your team, and why. It stays where it was.

    casus escalation decline-direction GRN-2026-0002 --why "No capacity before May"
    """

    VERB: ClassVar[str] = "decline-direction"
    STATES: ClassVar[frozenset[Status]] = GOING_ON
    FOREIGN: ClassVar[bool] = True
    why: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.direction_offer is None or state.direction_offer.to != desk.team.id:
            raise Refused("no-direction-offered", team=desk.team.id)
        yield DirectionDeclined(by=desk.team.id, why=self.personal(self.why))


class WithdrawDirection(CaseCommand):
    """Take back an offer of direction that was not answered yet.

    casus escalation withdraw-direction GRN-2026-0002
    """

    VERB: ClassVar[str] = "withdraw-direction"

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.direction_offer is not None:
            yield DirectionWithdrawn()


class ReturnDirection(CaseCommand):
    """Give direction back to the local case director, before its day or to record that its day has come.

    casus escalation return-direction GRN-2026-0002
    """

    VERB: ClassVar[str] = "return-direction"
    FOREIGN: ClassVar[bool] = True

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.direction.team is None:
            return
        ended = state.direction.until is not None and desk.today >= state.direction.until
        if desk.team.id != state.direction.team and not (ended and desk.team.id == state.team):
            raise Refused("direction-elsewhere", case=state.number, team=state.direction.team, until=state.direction.until or "")
        yield DirectionReturned()
