"""Identity and consent: record what was said about sharing, another ground, name an anonymous case, answer an overlap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from commands.base import CaseCommand, Line, On, Text, Yield, require
from commands.desk import Desk
from commands.identifying import BirthDate, CitizenNumber, identity_of, may_bring_number
from commands.overlap import notices
from domain.case import FINAL, OPEN, Case, Status
from domain.case_parts import Consent
from domain.event import Stamp
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
    RecipientTold,
)  # fmt: skip
from domain.ids import RESIDENT, CaseNumber, EntryId, PartnerId, SubjectId
from domain.refusal import NotFound, Refused
from domain.sharing import ON_OTHER_GROUNDS, standing, to_tell

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
        for c in standing(state):
            if _about(c) == _about(self) and (c.until, c.state_on(desk.today)) == (self.until, "given"):
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
        if any(_about(c) == _about(self) and c.state == "refused" for c in standing(state)):
            return
        refused = ConsentRefused(
            consent=state.next_entry("C", state.consents), subject=self.subject, purpose=self.purpose,
            recipients=self.recipients,
        )  # fmt: skip
        yield refused
        yield from _knows(state, desk, refused)


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
            limited = ConsentLimited(consent=self.consent, recipients=recipients, until=until)
            yield limited
            yield from _knows(state, desk, limited)


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
        withdrawn = ConsentWithdrawn(consent=self.consent)
        yield withdrawn
        yield from _knows(state, desk, withdrawn)


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


class Tell(CaseCommand):
    """Record that a partner was told that sharing has stopped: it had a part in the case until then.

    Who was shown what: `casus consent shared`. What they know they know; they are asked to leave it out from now on.

    casus consent tell LEL-2026-0007 C1 --partner kwintes
    """

    VERB: ClassVar[str] = "tell"
    STATES: ClassVar[frozenset[Status]] = frozenset({*OPEN, *FINAL})
    consent: EntryId = Field(json_schema_extra={"position": 1})
    partner: PartnerId

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        consent: Consent = require(state.consents, "consent", self.consent)
        if self.partner in consent.told:
            return
        waiting = [p for c, p in to_tell(state) if c.id == self.consent]
        if self.partner not in waiting:
            raise Refused("nothing-to-tell", consent=self.consent, partner=self.partner, choices=tuple(waiting))
        yield RecipientTold(consent=self.consent, partner=self.partner, subject=consent.subject)


class RecordGround(CaseCommand):
    """Record another legal ground than consent that your organisation relies on for what it brought in, and why.

    It is for one subject (`--about`), and covers what your organisation brought in about them: nobody records it for another.

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
    ASKS_ABOUT: ClassVar[bool] = False
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
            said = (c for c in standing(state) if c.subject == RESIDENT and c.purpose in ON_OTHER_GROUNDS)
            if not any(c.state_on(desk.today) == "given" for c in said):
                raise Refused("no-consent-recorded", case=state.number)
        elif not any(g.kind == self.ground and g.subject == RESIDENT for g in state.grounds.values()):
            raise Refused("no-ground-recorded", field="ground", kind=self.ground)
        may_bring_number(desk, self.number)
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


def _about(said: Consent | Give | Refuse) -> tuple[SubjectId, str, frozenset[PartnerId]]:
    """Whose consent, for what and for whom."""
    return said.subject, said.purpose, said.recipients


def _knows(state: Case, desk: Desk, stopping: ConsentRefused | ConsentLimited | ConsentWithdrawn) -> Iterator[RecipientTold]:
    """The organisation that records that sharing stops knows it by that."""
    after = stopping.apply(state.but(stamp=Stamp(state.number, 0, desk.at)))
    for consent, partner in to_tell(after):
        if consent.id == stopping.consent and partner == desk.me().partner:
            yield RecipientTold(consent=consent.id, partner=partner, subject=consent.subject)


def _subject(state: Case, subject: SubjectId) -> None:
    if subject not in state.subjects:
        raise NotFound("subject", subject)
