"""Agreements: agree an intervention, have the partner accept or refuse it, amend, fulfil, let lapse, withdraw."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from commands.base import CaseCommand, Text, Yield, require
from commands.desk import Desk
from commands.plan.words import ACTIVE, questions_first
from domain.case import Case, Status
from domain.case_parts import Agreement
from domain.events.plan import (
    AgreementAccepted,
    AgreementAmended,
    AgreementFulfilled,
    AgreementLapsed,
    AgreementRefused,
    AgreementWithdrawn,
    InterventionAgreed,
)  # fmt: skip
from domain.ids import Code, EntryId, PartnerId, ProfessionalId
from domain.refusal import Refused

NoDate = Literal["continuous", "waits-on-other", "waits-on-resident", "unknown-yet"]


class Agree(CaseCommand):
    """Agree an intervention: what, which one partner answers for it, by when.

    casus plan agree LEL-2026-0007 --what "Weekly home visits" --partner kwintes --due 2026-12-31
        --domain daily-living-basic --recovery personal
    """

    VERB: ClassVar[str] = "agree"
    STATES: ClassVar[frozenset[Status]] = ACTIVE
    what: Text
    partner: PartnerId
    responsible: ProfessionalId | None = None
    due: date | None = None
    no_date: NoDate | None = None
    domain: Code
    recovery: Code
    contributors: frozenset[PartnerId] = frozenset()
    goal: EntryId | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        plan = desk.profile.plan
        assert plan is not None
        desk.partner(self.partner)
        _of_partner(desk, self.responsible, self.partner)
        for partner in sorted(self.contributors):
            desk.partner(partner)
        _due(desk, self.due, self.no_date, needed=True)
        desk.known("domain", self.domain, plan.domains)
        desk.known("recovery", self.recovery, plan.recovery)
        if self.goal is not None:
            require(state.goals, "goal", self.goal)
        if plan.tried_first is not None and plan.tried_first.value and not state.tried:
            raise Refused("tried-first", case=state.number)
        questions_first(state, desk)
        yield InterventionAgreed(
            agreement=state.next_entry("A", state.agreements), what=self.personal(self.what), partner=self.partner,
            responsible=self.responsible, due=self.due, no_date=self.no_date, domain=self.domain, recovery=self.recovery,
            contributors=self.contributors - {self.partner}, goal=self.goal,
        )  # fmt: skip


class _OnAgreement(CaseCommand):
    """Base of the commands on one open agreement."""

    STATES: ClassVar[frozenset[Status]] = frozenset({Status.ACTIVE, Status.RESTING, Status.AFTERCARE})
    agreement: EntryId = Field(json_schema_extra={"position": 1})

    def open_agreement(self, state: Case, *allowed: str) -> Agreement:
        found: Agreement = require(state.agreements, "agreement", self.agreement)
        if found.state not in allowed:
            raise Refused("agreement-not-open", agreement=self.agreement, state=found.state)
        return found


class Accept(_OnAgreement):
    """Accept an agreement for the partner that answers for it.

    casus plan accept LEL-2026-0007 A1 --responsible kwintes-2
    """

    VERB: ClassVar[str] = "accept"
    responsible: ProfessionalId | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        old = self.open_agreement(state, "proposed", "accepted")
        if old.state == "accepted" and self.responsible in (None, old.responsible):
            return
        _for_partner(desk, old.partner)
        _of_partner(desk, self.responsible, old.partner)
        yield AgreementAccepted(agreement=self.agreement, responsible=self.responsible)


class Refuse(_OnAgreement):
    """Refuse an agreement for the partner that was asked, and why.

    casus plan refuse LEL-2026-0007 A1 --why "No indication for this"
    """

    VERB: ClassVar[str] = "refuse"
    why: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        old = self.open_agreement(state, "proposed", "refused")
        if old.state == "refused":
            return
        _for_partner(desk, old.partner)
        yield AgreementRefused(agreement=self.agreement, why=self.personal(self.why))


class Amend(_OnAgreement):
    """Change an agreement: another partner (who is asked anew), day, contributors or wording.

    casus plan amend LEL-2026-0007 A1 --due 2027-01-31
    """

    VERB: ClassVar[str] = "amend"
    partner: PartnerId | None = None
    responsible: ProfessionalId | None = None
    due: date | None = None
    no_date: NoDate | None = None
    contributors: frozenset[PartnerId] | None = None
    what: Text | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        old = self.open_agreement(state, "proposed", "accepted", "refused")
        partner = self.partner or old.partner
        if self.partner is not None:
            desk.partner(self.partner)
        if old.state == "refused" and partner == old.partner:
            raise Refused("agreement-not-open", agreement=self.agreement, state=old.state)
        _of_partner(desk, self.responsible, partner)
        for c in sorted(self.contributors or ()):
            desk.partner(c)
        _due(desk, self.due, self.no_date, needed=False)
        changed = (
            partner != old.partner or self.what is not None
            or (self.responsible is not None and self.responsible != old.responsible)
            or (self.due is not None and self.due != old.due) or (self.no_date is not None and self.no_date != old.no_date)
            or (self.contributors is not None and self.contributors - {partner} != old.contributors)
        )  # fmt: skip
        if changed:
            yield AgreementAmended(
                agreement=self.agreement, partner=self.partner, responsible=self.responsible, due=self.due,
                no_date=self.no_date, what=self.maybe(self.what),
                contributors=None if self.contributors is None else self.contributors - {partner},
            )  # fmt: skip


class Fulfil(_OnAgreement):
    """Record that an agreement was carried out.

    casus plan fulfil LEL-2026-0007 A1 --note "Four visits done"
    """

    VERB: ClassVar[str] = "fulfil"
    note: Text | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        old = self.open_agreement(state, "proposed", "accepted", "fulfilled")
        if old.state == "fulfilled":
            return
        if old.state == "proposed":
            raise Refused("agreement-not-accepted", agreement=self.agreement, partner=old.partner)
        yield AgreementFulfilled(agreement=self.agreement, note=self.maybe(self.note))


class Lapse(_OnAgreement):
    """Record that an agreement came to nothing, and why.

    casus plan lapse LEL-2026-0007 A1 --why "The provider stopped"
    """

    VERB: ClassVar[str] = "lapse"
    why: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if self.open_agreement(state, "proposed", "accepted", "lapsed").state != "lapsed":
            yield AgreementLapsed(agreement=self.agreement, why=self.personal(self.why))


class Withdraw(_OnAgreement):
    """Take an agreement back, and why.

    casus plan withdraw LEL-2026-0007 A1 --why "Not needed any more"
    """

    VERB: ClassVar[str] = "withdraw"
    why: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if self.open_agreement(state, "proposed", "accepted", "withdrawn").state != "withdrawn":
            yield AgreementWithdrawn(agreement=self.agreement, why=self.personal(self.why))


def _for_partner(desk: Desk, partner: PartnerId) -> None:
    """An agreement is answered by the partner's own people, or recorded for it by who coordinates the table."""
    me = desk.me()
    profile = desk.profile
    coordinating = {r.value for r in (profile.chair_role, profile.triage.role if profile.triage else None) if r}
    if me.partner != partner and not (me.roles & coordinating) and desk.team.chair != me.id:
        raise Refused("partner-answers", partner=partner)


def _of_partner(desk: Desk, who: ProfessionalId | None, partner: PartnerId) -> None:
    if who is not None and desk.professional(who).partner != partner:
        raise Refused("not-of-partner", field="responsible", professional=who, partner=partner)


def _due(desk: Desk, due: date | None, no_date: str | None, *, needed: bool) -> None:
    if due is not None and no_date is not None:
        raise Refused("date-or-reason", field="due")
    if due is None and no_date is None and needed:
        raise Refused("date-or-reason", field="due")
    if due is not None and due < desk.today:
        raise Refused("date-passed", field="due", on=due)
