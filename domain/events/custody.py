"""Custody: an act that takes two persons was asked for, confirmed, and carried out."""

from dataclasses import replace
from typing import ClassVar

from domain.custody import Custody
from domain.days import day_of
from domain.event import Event, put
from domain.ids import CaseNumber, Code, EntryId, Login, ProfessionalId
from domain.personal import Personal
from domain.team import Team


class CustodyRequested(Event):
    """Somebody asked for an act that another has to confirm, and why. What it is about, where the act asks that: a case,
    a professional, a term of keeping.
    """

    TOPIC: ClassVar[str] = "team.custody.requested"
    custody: EntryId
    act: Code
    login: Login
    reason: Personal
    case: CaseNumber | None = None
    professional: ProfessionalId | None = None
    term: Code | None = None

    def apply(self, team: Team) -> Team:
        assert team.stamp is not None
        new = Custody(
            self.custody, self.act, self.login, day_of(team.stamp.occurred_at), case=self.case,
            professional=self.professional, term=self.term,
        )  # fmt: skip
        return team.but(custody=put(team.custody, self.custody, new))


class CustodyConfirmed(Event):
    """The act was confirmed, by another login; `alone` where there is one login and it was the same."""

    TOPIC: ClassVar[str] = "team.custody.confirmed"
    custody: EntryId
    login: Login
    alone: bool

    def apply(self, team: Team) -> Team:
        return _now(team, self.custody, "confirmed", alone=self.alone)


class CustodyWithdrawn(Event):
    """The act is not to be done after all."""

    TOPIC: ClassVar[str] = "team.custody.withdrawn"
    custody: EntryId

    def apply(self, team: Team) -> Team:
        return _now(team, self.custody, "withdrawn")


class CustodyCarriedOut(Event):
    """The act was done. `version` is that of the key-encryption key that is in use since, where keys were changed."""

    TOPIC: ClassVar[str] = "team.custody.carried-out"
    custody: EntryId
    version: int | None = None

    def apply(self, team: Team) -> Team:
        return _now(team, self.custody, "done")


def _now(team: Team, which: EntryId, state: Code, *, alone: bool | None = None) -> Team:
    old = team.custody.get(which)
    if old is None:
        return team
    return team.but(custody=put(team.custody, which, replace(old, state=state, alone=old.alone if alone is None else alone)))
