"""What comes with a command beside its fields, and what comes out of carrying it out."""

from __future__ import annotations

from datetime import date, datetime

from domain.event import Recorded
from domain.frozen import frozen
from domain.ids import CaseNumber, Code, Login, ProfessionalId, TeamId

DEFAULT_PURPOSE = "case-direction"


@frozen
class Request:
    """Who asks, for which table, when it happened, why.

    `login` is who the store knows the asker as; `acting_as` names another member of the table for whom they enter it
    (embedded alone; recorded as such). `command_id` left out: a new one. `occurred_at` left out: the store's clock.
    """

    login: Login
    acting_as: ProfessionalId | None = None
    team: TeamId | None = None
    command_id: str | None = None
    occurred_at: datetime | None = None
    day: date | None = None
    """The day that was named, where no time was: today's moment is another each time the same is asked."""
    purpose: Code = ""
    """Of the processing register; left out: what is usual for who asks."""
    assurance: str = "os-user"
    correlation: str = ""
    causation: str = ""
    audience: str = ""
    """For whom its texts are meant, as `domain.audience` has it; empty: as is usual."""
    dry_run: bool = False
    """Only say what would be stored."""

    @property
    def embedded(self) -> bool:
        """Whether the store is on one person's machine: there is one login, whomever it is entered for."""
        return self.assurance.startswith("os-user")


@frozen
class Outcome:
    """What a command led to. `again`: it had been carried out before, and `events` is empty; `streams` are those it
    changed then. `duplicates`: own cases in which the same person is known already.
    """

    command_id: str
    stream: str
    events: tuple[Recorded, ...] = ()
    again: bool = False
    streams: tuple[str, ...] = ()
    duplicates: tuple[CaseNumber, ...] = ()

    @property
    def number(self) -> CaseNumber | None:
        """The case it was about, also one that it opened; None for a team."""
        return self.stream if self.stream[:1].isupper() or ":" in self.stream else None
