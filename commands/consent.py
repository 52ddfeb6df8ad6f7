"""Identity and consent: record what was said about sharing, another ground, name an anonymous case, answer an overlap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from commands.base import CaseCommand, Line, On, Text, Yield, require
from commands.desk import Desk
from commands.intake import BirthDate, CitizenNumber, identity_of
from commands.overlap import notices
from domain.case import OPEN, Case
from domain.events.consent import (
    CaseNamed,
    ConsentExpired,
    ConsentGiven,
    ConsentLimited,
    ConsentRefused,
    ConsentWithdrawn,
    GroundRecorded,
    OverlapAnswered,
    OverlapTold,
)  # fmt: skip
from domain.ids import RESIDENT, CaseNumber, EntryId, PartnerId, SubjectId
from domain.refusal import NotFound, Refused

Purpose = Literal["case-direction", "care", "safety", "evaluation"]
OtherGround = Literal["legal-duty", "vital-interest", "public-task", "conflict-of-duties", "team-basis"]
GroundKind = Literal["consent", "legal-duty", "vital-interest", "public-task", "conflict-of-duties", "team-basis"]


class Give(CaseCommand):
    """Record that a subject consents to sharing, for a purpose, with whom, until when.

    casus consent give LEL-2026-0007 --purpose case-direction --recipient kwintes --until 2027-06-30
    """

    VERB: ClassVar[str] = "give"
    purpose: Purpose = "case-direction"
    recipients: frozenset[PartnerId] = frozenset()
    until: date | None = None
    subject: SubjectId = RESIDENT

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        _subject(state, self.subject)
        for partner in sorted(self.recipients):
            desk.partner(partner)
        if self.until is not None and self.until < desk.today:
            raise Refused("date-passed", field="until", on=self.until)
        for c in state.consents.values():
            same = (c.subject, c.purpose, c.recipients, c.until) == (
                self.subject,
                self.purpose,
                self.recipients,
                self.until,
            )
            if same and c.state_on(desk.today) == "given":
                return
        yield ConsentGiven(
            consent=state.next_entry("C", state.consents), subject=self.subject, purpose=self.purpose,
            recipients=self.recipients, until=self.until,
        )  # fmt: skip


class Refuse(CaseCommand):
    """Record that a subject refuses sharing for a purpose.

    casus consent refuse LEL-2026-0007 --purpose care
    """

    VERB: ClassVar[str] = "refuse"
    purpose: Purpose = "case-direction"
    recipients: frozenset[PartnerId] = frozenset()
    subject: SubjectId = RESIDENT

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        _subject(state, self.subject)
        for c in state.consents.values():
            if (c.subject, c.purpose, c.recipients, c.state) == (
                self.subject,
                self.purpose,
                self.recipients,
                "refused",
            ):
                return
        yield ConsentRefused(
            consent=state.next_entry("C", state.consents), subject=self.subject, purpose=self.purpose,
            recipients=self.recipients,
        )  # fmt: skip


class Limit(CaseCommand):
    """Narrow a consent to these partners, or to an earlier end.

    casus consent limit LEL-2026-0007 C1 --recipient kwintes
    """

    VERB: ClassVar[str] = "limit"
    consent: EntryId = Field(json_schema_extra={"position": 1})
    recipients: frozenset[PartnerId] = frozenset()
    until: date | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        old = require(state.consents, "consent", self.consent)
        if old.state_on(desk.today) != "given":
            raise Refused("consent-not-in-force", consent=self.consent, state=old.state_on(desk.today))
        for partner in sorted(self.recipients):
            desk.partner(partner)
        if self.until is not None and self.until < desk.today:
            raise Refused("date-passed", field="until", on=self.until)
        if old.recipients and self.recipients - old.recipients:
            raise Refused("wider-than-given", field="recipients")
        if self.until is not None and old.until is not None and self.until > old.until:
            raise Refused("wider-than-given", field="until")
        recipients = self.recipients or old.recipients
        until = self.until or old.until
        if (recipients, until) != (old.recipients, old.until):
            yield ConsentLimited(consent=self.consent, recipients=recipients, until=until)


class Withdraw(CaseCommand):
    """Record that a subject takes consent back, from now on.

    casus consent withdraw LEL-2026-0007 C1
    """

    VERB: ClassVar[str] = "withdraw"
    consent: EntryId = Field(json_schema_extra={"position": 1})

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        old = require(state.consents, "consent", self.consent)
        if old.state == "withdrawn":
            return
        if old.state != "given":
            raise Refused("consent-not-in-force", consent=self.consent, state=old.state)
        yield ConsentWithdrawn(consent=self.consent)


class Expire(CaseCommand):
    """Record that a consent has run out. It had ended on its day in any case.

    casus consent expire LEL-2026-0007 C1
    """

    VERB: ClassVar[str] = "expire"
    consent: EntryId = Field(json_schema_extra={"position": 1})

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        old = require(state.consents, "consent", self.consent)
        if old.state == "expired":
            return
        if old.state_on(desk.today) != "expired":
            raise Refused("consent-still-runs", consent=self.consent, until=old.until or "")
        yield ConsentExpired(consent=self.consent)


class RecordGround(CaseCommand):
    """Record another legal ground than consent that your organisation relies on, and why.

    casus consent record-ground GRN-2026-0002 --kind public-task --motivation "..."
    """

    VERB: ClassVar[str] = "record-ground"
    kind: OtherGround
    motivation: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        yield GroundRecorded(
            ground=state.next_entry("J", state.grounds), kind=self.kind, partner=desk.me().partner,
            motivation=self.personal(self.motivation),
        )  # fmt: skip


class Name(CaseCommand):
    """Name the resident of an anonymous case: why that is necessary, proportionate, not possible otherwise, on what ground.

    casus consent name ZEI-2026-0003 --resident-name "..." --ground consent --necessity "..." --proportionality "..."
        --subsidiarity "..."
    """

    VERB: ClassVar[str] = "name"
    resident_name: Line
    ground: GroundKind
    necessity: Text
    proportionality: Text
    subsidiarity: Text
    birth_date: BirthDate | None = None
    number: CitizenNumber | None = None
    contact: Line | None = None

    def identity(self) -> dict[str, str]:
        return identity_of(self.resident_name, self.birth_date, self.number)

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if not state.anonymous:
            raise Refused("already-named", case=state.number)
        if self.ground == "consent":
            if not any(c.state_on(desk.today) == "given" and c.subject == RESIDENT for c in state.consents.values()):
                raise Refused("no-consent-recorded", case=state.number)
        elif not any(g.kind == self.ground for g in state.grounds.values()):
            raise Refused("no-ground-recorded", field="ground", kind=self.ground)
        yield CaseNamed(
            subject=RESIDENT, ground=self.ground, necessity=self.personal(self.necessity, RESIDENT),
            proportionality=self.personal(self.proportionality, RESIDENT),
            subsidiarity=self.personal(self.subsidiarity, RESIDENT), name=self.personal(self.resident_name, RESIDENT),
            birth_date=self.maybe(self.birth_date, RESIDENT), number=self.maybe(self.number, RESIDENT),
            contact=self.maybe(self.contact, RESIDENT),
        )  # fmt: skip
        yield from notices(desk, state.number, state)


class AnswerOverlap(CaseCommand):
    """Decide whether the table that asked may know that yours knows this resident.

    casus consent answer-overlap LEL-2026-0007 O1 --tell --why "Working together helps"
    """

    VERB: ClassVar[str] = "answer-overlap"
    probe: EntryId = Field(json_schema_extra={"position": 1})
    tell: bool
    why: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        probe = require(state.probes, "overlap", self.probe)
        if probe.told is not None:
            if probe.told == self.tell:
                return
            raise Refused("already-answered", overlap=self.probe)
        if desk.actor not in (state.holder_on(desk.today), state.holder):
            raise Refused("holder-only", case=state.number, holder=state.holder or "")
        yield OverlapAnswered(probe=self.probe, tell=self.tell, why=self.personal(self.why))
        asker = desk.cases.get(probe.case)
        if self.tell and asker is not None and asker.status in OPEN:
            yield On(probe.case, OverlapTold(team=state.team))

    def other_cases_of(self, state: Case) -> tuple[CaseNumber, ...]:
        """The asking case, known only from this one's state."""
        probe = state.probes.get(self.probe)
        return () if probe is None else (probe.case,)


def _subject(state: Case, subject: SubjectId) -> None:
    if subject not in state.subjects:
        raise NotFound("subject", subject)
