"""The team: established, its way of working adopted, who sits at it, its chair, its meetings, its data-sharing agreement."""

from dataclasses import replace
from datetime import date
from typing import ClassVar

from domain.days import day_of
from domain.event import Event, put
from domain.ids import Code, Digest, Login, PartnerId, Prefix, ProfessionalId, ProfileDocument, TeamId
from domain.personal import Personal
from domain.team import Meeting, Membership, Professional, Sharing, Team


class TeamEstablished(Event):
    """A table was set up: a team, or a region over teams."""

    TOPIC: ClassVar[str] = "team.team.established"
    team: TeamId
    kind: Code

    def apply(self, team: Team) -> Team:
        assert team.stamp is not None
        return team.but(id=self.team, kind=self.kind, established=day_of(team.stamp.occurred_at))


class ProfileAdopted(Event):
    """The table works by this version of a way of working from now on; the whole of it stands in the event."""

    TOPIC: ClassVar[str] = "team.team.profile-adopted"
    profile: TeamId
    version: int
    digest: Digest
    prefix: Prefix
    document: ProfileDocument

    def apply(self, team: Team) -> Team:
        return team.but(
            profile=self.profile, profile_version=self.version, profile_digest=self.digest, profile_json=self.document,
            prefix=self.prefix,
        )  # fmt: skip


class PartnerAdmitted(Event):
    """An organisation sits at the table, in a column: care, safety, governance or informal."""

    TOPIC: ClassVar[str] = "team.team.partner-admitted"
    partner: PartnerId
    column: Code

    def apply(self, team: Team) -> Team:
        assert team.stamp is not None
        new = Membership(self.partner, self.column, day_of(team.stamp.occurred_at))
        return team.but(members=put(team.members, self.partner, new))


class PartnerLeft(Event):
    """An organisation left the table; `successor` took over what it held, in the same act. Its professionals left with it."""

    TOPIC: ClassVar[str] = "team.team.partner-left"
    partner: PartnerId
    successor: PartnerId | None = None
    professional: ProfessionalId | None = None

    def apply(self, team: Team) -> Team:
        assert team.stamp is not None
        today = day_of(team.stamp.occurred_at)
        old = team.members.get(self.partner)
        members = put(team.members, self.partner, replace(old, left=today)) if old else team.members
        roster = {
            k: replace(p, left=today, login=None) if p.partner == self.partner and p.left is None else p
            for k, p in team.roster.items()
        }
        chair = roster.get(team.chair or "")
        gone = chair is not None and chair.left is not None
        return team.but(members=members, roster=roster, chair=self.professional if gone else team.chair)


class ProfessionalAdded(Event):
    """A person of a partner is on the roster, with roles, and the login they work under if they have one."""

    TOPIC: ClassVar[str] = "team.team.professional-added"
    professional: ProfessionalId
    partner: PartnerId
    roles: frozenset[Code]
    login: Login | None = None
    name: Personal

    def apply(self, team: Team) -> Team:
        stamp = team.stamp
        assert stamp is not None
        new = Professional(self.professional, self.partner, self.roles, self.login, stamp.ref("name"), day_of(stamp.occurred_at))
        return team.but(roster=put(team.roster, self.professional, new))


class RolesChanged(Event):
    """A professional's roles changed, or the login they work under."""

    TOPIC: ClassVar[str] = "team.team.roles-changed"
    professional: ProfessionalId
    roles: frozenset[Code]
    login: Login | None = None

    def apply(self, team: Team) -> Team:
        old = team.roster.get(self.professional)
        if old is None:
            return team
        new = replace(old, roles=self.roles, login=self.login or old.login)
        return team.but(roster=put(team.roster, self.professional, new))


class ProfessionalLeft(Event):
    """A professional left; `successor` took over all they held, in the same act."""

    TOPIC: ClassVar[str] = "team.team.professional-left"
    professional: ProfessionalId
    successor: ProfessionalId

    def apply(self, team: Team) -> Team:
        assert team.stamp is not None
        old = team.roster.get(self.professional)
        if old is None:
            return team
        gone = replace(old, left=day_of(team.stamp.occurred_at), login=None)
        chair = self.successor if team.chair == self.professional else team.chair
        return team.but(roster=put(team.roster, self.professional, gone), chair=chair)


class ChairAppointed(Event):
    """Somebody chairs the table from now on."""

    TOPIC: ClassVar[str] = "team.team.chair-appointed"
    professional: ProfessionalId

    def apply(self, team: Team) -> Team:
        return team.but(chair=self.professional)


class MeetingScheduled(Event):
    """A meeting was planned: regular, plan or learning."""

    TOPIC: ClassVar[str] = "team.team.meeting-scheduled"
    on: date
    kind: Code

    def apply(self, team: Team) -> Team:
        if (self.on, self.kind) in team.meetings:
            return team  # it was held already: recorded before it was planned
        return team.but(meetings=put(team.meetings, (self.on, self.kind), Meeting(self.on, self.kind)))


class MeetingCancelled(Event):
    """A meeting that was planned does not take place."""

    TOPIC: ClassVar[str] = "team.team.meeting-cancelled"
    on: date
    kind: Code

    def apply(self, team: Team) -> Team:
        return team.but(meetings={k: m for k, m in team.meetings.items() if k != (self.on, self.kind) or m.held})


class MeetingHeld(Event):
    """A meeting took place, with these partners; the next one was set if the rhythm says so."""

    TOPIC: ClassVar[str] = "team.team.meeting-held"
    on: date
    kind: Code
    attended: frozenset[ProfessionalId] = frozenset()

    def apply(self, team: Team) -> Team:
        return team.but(meetings=put(team.meetings, (self.on, self.kind), Meeting(self.on, self.kind, held=True)))


class SharingSigned(Event):
    """The agreement on data sharing was signed by these partners, until a day or open-ended."""

    TOPIC: ClassVar[str] = "team.team.sharing-signed"
    partners: frozenset[PartnerId]
    until: date | None = None

    def apply(self, team: Team) -> Team:
        assert team.stamp is not None
        return team.but(sharing=Sharing(day_of(team.stamp.occurred_at), self.until, self.partners))


class SharingExpired(Event):
    """Somebody recorded that the agreement on data sharing had ended."""

    TOPIC: ClassVar[str] = "team.team.sharing-expired"

    def apply(self, team: Team) -> Team:
        return team.but(sharing=None)


class TeamLearned(Event):
    """A learning point of the table itself, from a learning meeting."""

    TOPIC: ClassVar[str] = "team.team.learned"
    kind: Code
    text: Personal

    def apply(self, team: Team) -> Team:
        assert team.stamp is not None
        return team.but(learnings=(*team.learnings, team.stamp.ref("text")))
