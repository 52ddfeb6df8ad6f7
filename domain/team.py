"""A table and its way of working as they stand: roster, chair, partners, meetings, data-sharing agreement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import date

from domain.custody import Custody
from domain.event import Stamp, State
from domain.frozen import frozen
from domain.ids import Code, EntryId, Login, PartnerId, ProfessionalId, TeamId
from domain.personal import Ref


@frozen
class Professional:
    """A person of a partner on this roster, with or without a mandate. `name` refers to the sealed name."""

    id: ProfessionalId
    partner: PartnerId
    roles: frozenset[Code]
    login: Login | None
    name: Ref
    since: date
    left: date | None = None

    def active(self) -> bool:
        return self.left is None


@frozen
class Membership:
    """A partner at the table."""

    partner: PartnerId
    column: Code
    since: date
    left: date | None = None


@frozen
class Meeting:
    """A meeting of the table: `kind` is regular, plan or learning."""

    on: date
    kind: Code
    held: bool = False


@frozen
class Sharing:
    """The agreement on data sharing: who signed, from when, until when."""

    signed: date
    until: date | None
    partners: frozenset[PartnerId]


@frozen(slots=False)
class Team(State):
    """One table. Empty (`established` None) until it was established."""

    id: TeamId = ""
    stamp: Stamp | None = None
    established: date | None = None
    kind: Code = "team"
    profile: Code = ""
    profile_version: int = 0
    profile_digest: str = ""
    profile_json: str = ""
    prefix: str = ""
    members: Mapping[PartnerId, Membership] = field(default_factory=dict)
    roster: Mapping[ProfessionalId, Professional] = field(default_factory=dict)
    chair: ProfessionalId | None = None
    meetings: Mapping[tuple[date, Code], Meeting] = field(default_factory=dict)
    sharing: Sharing | None = None
    custody: Mapping[EntryId, Custody] = field(default_factory=dict)
    learnings: tuple[Ref, ...] = ()
    gaps: int = 0

    def exists(self) -> bool:
        return self.established is not None

    def active(self) -> Iterator[Professional]:
        """The professionals who are on the roster now, in the order they came."""
        return (p for p in self.roster.values() if p.left is None)

    def with_role(self, role: Code) -> Professional | None:
        """The first active professional with a role."""
        return next((p for p in self.active() if role in p.roles), None)

    def by_login(self, login: Login) -> Professional | None:
        return next((p for p in self.active() if p.login == login), None)

    def seated(self, partner: PartnerId) -> bool:
        """Whether a partner is at the table now."""
        found = self.members.get(partner)
        return found is not None and found.left is None

    def next_meeting(self, after: date, kind: Code = "regular") -> date | None:
        """The first meeting of a kind on or after a day that was scheduled and not held."""
        return min((m.on for m in self.meetings.values() if m.kind == kind and not m.held and m.on >= after), default=None)
