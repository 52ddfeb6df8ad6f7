"""Who sits at the table: partners and professionals come and go, roles, the chair, absence over all cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from commands.base import Line, On, TeamCommand, Yield
from commands.desk import Desk
from commands.parties import check_absence, leaving, not_covered_by, of_one_partner
from domain.case import Case
from domain.events.parties import AbsenceCovered, ProfessionalReplaced
from domain.events.team import (
    ChairAppointed,
    PartnerAdmitted,
    PartnerLeft,
    ProfessionalAdded,
    ProfessionalLeft,
    RolesChanged,
)  # fmt: skip
from domain.functions import CLEARED, OFFICES
from domain.ids import CaseNumber, Code, Login, PartnerId, ProfessionalId, TeamId
from domain.personal import Personal
from domain.refusal import NotFound, Refused
from domain.team import Team

Who = Field(json_schema_extra={"position": 1})


class AdmitPartner(TeamCommand):
    """Let an organisation sit at the table, in its column.

    casus team admit-partner lelystad-sit amethist --column care
    """

    VERB: ClassVar[str] = "admit-partner"
    partner: PartnerId = Who
    column: Literal["care", "safety", "governance", "informal"] | None = None

    def decide(self, state: Team, desk: Desk) -> Iterator[Yield]:
        known = next((p.column for p in desk.profile.partners if p.id == self.partner), None)
        column = self.column or known
        if column is None:
            raise Refused("column-needed", field="column", partner=self.partner)
        if not state.seated(self.partner):
            yield PartnerAdmitted(partner=self.partner, column=column)


class AddProfessional(TeamCommand):
    """Put a person of a partner on the roster, with roles; they get an opaque id such as kwintes-2.

    casus team add-professional lelystad-sit --partner kwintes --role professional --name "..."
    """

    VERB: ClassVar[str] = "add-professional"
    partner: PartnerId
    roles: frozenset[Code] = Field(min_length=1)
    name: Line
    login: Login | None = None

    def decide(self, state: Team, desk: Desk) -> Iterator[Yield]:
        desk.partner(self.partner)
        check_roles(self.roles, desk)
        if self.login is not None and state.by_login(self.login) is not None:
            raise Refused("login-taken", field="login", team=state.id)
        numbers = [int(p.id.rpartition("-")[2]) for p in state.roster.values() if p.id.rpartition("-")[0] == self.partner]
        who = f"{self.partner}-{max(numbers, default=0) + 1}"
        yield ProfessionalAdded(
            professional=who, partner=self.partner, roles=self.roles, login=self.login,
            name=Personal(subject=who, text=self.name),
        )  # fmt: skip


class ChangeRoles(TeamCommand):
    """Change a professional's roles, or the login they work under.

    casus team change-roles lelystad-sit kwintes-2 --role professional --role chair
    """

    VERB: ClassVar[str] = "change-roles"
    professional: ProfessionalId = Who
    roles: frozenset[Code] = Field(min_length=1)
    login: Login | None = None

    def decide(self, state: Team, desk: Desk) -> Iterator[Yield]:
        old = desk.professional(self.professional)
        check_roles(self.roles, desk)
        if bool(self.roles & OFFICES.keys()) != bool(old.roles & OFFICES.keys()):
            raise Refused("office-apart", professional=self.professional)
        holder = state.by_login(self.login) if self.login else None
        if holder is not None and holder.id != self.professional:
            raise Refused("login-taken", field="login", team=state.id)
        if self.roles != old.roles or (self.login is not None and self.login != old.login):
            yield RolesChanged(professional=self.professional, roles=self.roles, login=self.login)


class AppointChair(TeamCommand):
    """Appoint who chairs the table from now on.

    casus team appoint-chair lelystad-sit --professional gemeente-lelystad-1
    """

    VERB: ClassVar[str] = "appoint-chair"
    professional: ProfessionalId

    def decide(self, state: Team, desk: Desk) -> Iterator[Yield]:
        if desk.professional(self.professional).roles & OFFICES.keys():
            raise Refused("no-case-worker", professionals=(self.professional,))
        if state.chair != self.professional:
            yield ChairAppointed(professional=self.professional)


class ProfessionalLeaves(TeamCommand):
    """Record that a professional leaves; all they hold, in every case, goes to a successor in the same act.

    casus team professional-leaves lelystad-sit kwintes-1 --successor kwintes-2
    """

    VERB: ClassVar[str] = "professional-leaves"
    IRREVERSIBLE: ClassVar[bool] = True
    WHOLE_TEAM: ClassVar[bool] = True
    professional: ProfessionalId = Who
    successor: ProfessionalId

    def decide(self, state: Team, desk: Desk) -> Iterator[Yield]:
        old = state.roster.get(self.professional)
        if old is None:
            raise NotFound("professional", self.professional)
        if old.left is not None:
            return
        if self.professional == self.successor:
            raise Refused("to-yourself", field="successor")
        desk.professional(self.successor)
        yield ProfessionalLeft(professional=self.professional, successor=self.successor)
        for number, case in sorted(desk.cases.items()):
            if case.team == state.id and case.mentions(self.professional):
                not_covered_by(case, self.successor, self.professional, desk)
                of_one_partner(case, self.professional, self.successor, desk)
                yield On(number, ProfessionalReplaced(professional=self.professional, successor=self.successor))
            elif case.team != state.id and directs(case, state.id, {self.professional}):
                yield On(number, ProfessionalReplaced(professional=self.professional, successor=self.successor, of=state.id))


class PartnerLeaves(TeamCommand):
    """Record that an organisation leaves the table; what it and its people hold goes to a successor in the same act.

    casus team partner-leaves lelystad-sit kwintes --successor welzijn-lelystad --professional welzijn-lelystad-1
    """

    VERB: ClassVar[str] = "partner-leaves"
    IRREVERSIBLE: ClassVar[bool] = True
    WHOLE_TEAM: ClassVar[bool] = True
    partner: PartnerId = Who
    successor: PartnerId | None = None
    professional: ProfessionalId | None = None

    def decide(self, state: Team, desk: Desk) -> Iterator[Yield]:
        membership = state.members.get(self.partner)
        if membership is None:
            raise NotFound("partner", self.partner)
        if membership.left is not None:
            return
        chairs = state.chair is not None and state.roster[state.chair].partner == self.partner
        if chairs and self.professional is None:
            raise Refused("would-be-forgotten", missing="chair", team=state.id)
        if self.professional is not None and desk.professional(self.professional).partner == self.partner:
            raise Refused("to-yourself", field="professional")
        if self.successor is not None:
            desk.partner(self.successor)
            if self.successor == self.partner:
                raise Refused("to-yourself", field="successor")
        people = {p.id for p in state.roster.values() if p.partner == self.partner and p.left is None}
        yield PartnerLeft(partner=self.partner, successor=self.successor, professional=self.professional)
        for number, case in sorted(desk.cases.items()):
            if case.team != state.id:
                yield from self._elsewhere(number, case, state, people)
                continue
            part = case.partners.get(self.partner)
            holds = any(self.partner in (a.partner, *a.contributors) for a in case.open_agreements())
            if holds or people & case.holdings() or (part is not None and part.state in ("invited", "joined")):
                yield On(number, leaving(case, desk, self.partner, self.successor, self.professional))

    def _elsewhere(self, number: CaseNumber, case: Case, state: Team, people: set[ProfessionalId]) -> Iterator[On]:
        """Another table's case that one of the leaving people directs for a time: somebody of this table goes on with it."""
        if not directs(case, state.id, people):
            return
        director = case.direction.director
        if director is None or self.professional is None:
            raise Refused("would-be-forgotten", case=number, missing="professional", professionals=tuple(sorted(people)))
        yield On(number, ProfessionalReplaced(professional=director, successor=self.professional, of=state.id))


def directs(case: Case, team: TeamId, people: set[ProfessionalId]) -> bool:
    """Whether one of these people of a table directs a case of another table."""
    return case.direction.team == team and case.direction.director in people


def check_roles(roles: frozenset[Code], desk: Desk) -> None:
    """Refuse a role that neither the way of working nor every table has, and an office beside work on cases: who watches
    over a table, audits, reports or administers is not who directs.
    """
    everywhere = {*OFFICES, CLEARED}
    known = tuple(r.id for r in desk.profile.roles)
    for role in sorted(roles - everywhere - set(known)):
        raise Refused("unknown-code", field="roles", value=role, choices=(*known, *OFFICES, CLEARED))
    offices = sorted(roles & OFFICES.keys())
    if offices and roles - OFFICES.keys():
        raise Refused("office-alone", field="roles", role=offices[0])
    if roles == {CLEARED}:
        raise Refused("office-alone", field="roles", role=CLEARED)


class CoverAbsence(TeamCommand):
    """Let another hold, in every case, what a professional holds while they are away.

    casus team cover-absence lelystad-sit kwintes-1 --cover kwintes-2 --start 2026-12-21 --until 2027-01-04
    """

    VERB: ClassVar[str] = "cover-absence"
    WHOLE_TEAM: ClassVar[bool] = True
    professional: ProfessionalId = Who
    cover: ProfessionalId
    start: date
    until: date

    def decide(self, state: Team, desk: Desk) -> Iterator[Yield]:
        check_absence(desk, self.professional, self.cover, self.start, self.until)
        asked = (self.professional, self.cover, self.start, self.until)
        held = {n: case for n, case in desk.cases.items() if case.team == state.id and case.mentions(self.professional)}
        if not held:
            raise Refused("holds-nothing", professional=self.professional)
        for number, case in sorted(held.items()):
            if not any((a.professional, a.cover, a.start, a.until) == asked for a in case.absences):
                yield On(number, AbsenceCovered(
                    professional=self.professional, cover=self.cover, start=self.start, until=self.until
                ))  # fmt: skip
