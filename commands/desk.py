"""What lies on the table while a command is decided: the clock, the actor, the team and its way of working."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime, timedelta
from functools import cached_property

from domain.case import Case
from domain.days import day_of
from domain.event import Recorded
from domain.frozen import frozen
from domain.identity import NOBODY, NumberHolders
from domain.ids import CaseNumber, Code, Login, PartnerId, ProfessionalId, TeamId
from domain.profile import Profile
from domain.refusal import NotFound, Refused
from domain.retention import Term
from domain.team import Professional, Team


@frozen(slots=False)
class Desk:
    """Everything a rule may consult besides the case. All of it is data, given by the caller; nothing here does I/O.

    `now` is the moment of recording, `at` the moment the act happened (the same unless it is backdated).
    `team` is the actor's table. `cases` and `teams` hold the others that the command names. `matches` are the cases
    of other tables whose matching token equals that of the person being named. `history` holds the case's own records for
    rules about entries (correcting). `new_number` is the number for a case that is opened. `login` is who asks as the store
    knows them, whomever they enter it for; `embedded`: on one person's machine, where there is one login. `number_holders` says
    who may hold a citizen service number, for a command that brings one.
    """

    now: datetime
    at: datetime
    team: Team
    actor: ProfessionalId | None = None
    cases: Mapping[CaseNumber, Case] = field(default_factory=dict)
    teams: Mapping[TeamId, Team] = field(default_factory=dict)
    matches: tuple[CaseNumber, ...] = ()
    history: tuple[Recorded, ...] = ()
    new_number: CaseNumber | None = None
    profile_override: Profile | None = None
    terms: Mapping[Code, Term] = field(default_factory=dict)
    login: Login = "nobody"
    embedded: bool = True
    number_holders: NumberHolders = NOBODY

    @cached_property
    def today(self) -> date:
        """The day, in Amsterdam, on which the act happened."""
        return day_of(self.at)

    @cached_property
    def profile(self) -> Profile:
        """The way of working in force at the actor's table."""
        if self.profile_override is not None:
            return self.profile_override
        if not self.team.profile_json:
            raise Refused("no-profile", team=self.team.id)
        return Profile.model_validate_json(self.team.profile_json)

    def me(self) -> Professional:
        """The actor's place on the roster."""
        if self.actor is None:
            raise Refused("no-actor", team=self.team.id)
        return self.professional(self.actor)

    def professional(self, who: ProfessionalId) -> Professional:
        """Somebody on this roster now; `NotFound` for an unknown one, refused for one who left."""
        found = self.team.roster.get(who)
        if found is None:
            raise NotFound("professional", who)
        if found.left is not None:
            raise Refused("professional-left", professional=who, on=found.left)
        return found

    def present(self, who: ProfessionalId) -> Professional:
        """Somebody who was on this roster on the day of the act: who has left since may have attended."""
        found = self.team.roster.get(who)
        return found if found is not None and found.left is not None and self.today <= found.left else self.professional(who)

    def partner(self, who: PartnerId) -> PartnerId:
        """A partner that sits at this table now; `NotFound` otherwise."""
        if not self.team.seated(who):
            raise NotFound("partner", who)
        return who

    def mandated(self, who: ProfessionalId) -> bool:
        """Whether somebody has a role that the profile gives a mandate."""
        return bool(self.professional(who).roles & self.profile.mandated_roles())

    def coordinator(self) -> ProfessionalId:
        """Who holds a new case: the profile's triage role, else the chair; refused when the table has neither."""
        triage = self.profile.triage
        found = self.team.with_role(triage.role.value) if triage is not None else None
        if found is not None:
            return found.id
        if self.team.chair is not None and self.team.roster[self.team.chair].active():
            return self.team.chair
        raise Refused("would-be-forgotten", missing="holder", role=triage.role.value if triage else "")

    def next_meeting(self) -> date | None:
        """The table's next regular meeting: as scheduled, else by the rhythm, counted from the last that was held or
        from the table's beginning; None when neither says.
        """
        scheduled = self.team.next_meeting(self.today)
        rhythm = self.profile.rhythm.meeting_days
        if scheduled is not None or rhythm is None:
            return scheduled
        held = [m.on for m in self.team.meetings.values() if m.kind == "regular" and m.held and m.on <= self.today]
        last = max(held, default=self.team.established)
        if last is None:
            return None
        times = max(1, -(-(self.today - last).days // rhythm.value))
        return last + timedelta(days=times * rhythm.value)

    def days(self, number: int) -> date:
        """The day that many days after the act."""
        return self.today + timedelta(days=number)

    def other_team(self, team: TeamId) -> Team:
        found = self.teams.get(team)
        if found is None or not found.exists():
            raise NotFound("team", team)
        return found

    def other_case(self, number: CaseNumber) -> Case:
        found = self.cases.get(number)
        if found is None or not found.exists():
            raise NotFound("case", number)
        return found

    def known(self, kind: str, code: Code, terms: tuple[object, ...]) -> Code:
        """A code of the profile's vocabulary; refused with the codes there are."""
        ids = [getattr(t, "id", "") for t in terms]
        if code not in ids:
            raise Refused("unknown-code", field=kind, value=code, choices=tuple(ids))
        return code
