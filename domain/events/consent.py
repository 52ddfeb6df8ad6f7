"""Identity and consent: what was said about sharing, on what other ground, naming who was anonymous, overlap."""

from dataclasses import replace
from datetime import date
from typing import ClassVar

from domain.case import Case
from domain.case_parts import Consent, Ground, Probe
from domain.days import day_of
from domain.event import Event, put
from domain.events.intake import identified
from domain.ids import CaseNumber, Code, EntryId, PartnerId, SubjectId, TeamId
from domain.personal import Personal
from domain.sharing import had_a_part


class ConsentGiven(Event):
    """A subject consents to sharing for a purpose with these partners (none named: all in the case) until a day."""

    TOPIC: ClassVar[str] = "case.consent.given"
    consent: EntryId
    subject: SubjectId
    purpose: Code
    recipients: frozenset[PartnerId] = frozenset()
    until: date | None = None

    def apply(self, case: Case) -> Case:
        return _consent(case, self, "given", self.until)


class ConsentRefused(Event):
    """A subject refuses sharing for a purpose."""

    TOPIC: ClassVar[str] = "case.consent.refused"
    consent: EntryId
    subject: SubjectId
    purpose: Code
    recipients: frozenset[PartnerId] = frozenset()

    def apply(self, case: Case) -> Case:
        return _consent(case, self, "refused", None)


class ConsentLimited(Event):
    """Consent was narrowed: to these partners, or until this day."""

    TOPIC: ClassVar[str] = "case.consent.limited"
    consent: EntryId
    recipients: frozenset[PartnerId]
    until: date | None = None

    def apply(self, case: Case) -> Case:
        old = case.consents.get(self.consent)
        if old is None:
            return case
        new = replace(old, recipients=self.recipients, until=self.until or old.until)
        if self.recipients != old.recipients:
            new = replace(_said(case, new), decided=old.decided, narrowed=_next(case))
        return case.but(consents=put(case.consents, self.consent, new))


class ConsentWithdrawn(Event):
    """A subject takes consent back; from now on."""

    TOPIC: ClassVar[str] = "case.consent.withdrawn"
    consent: EntryId

    def apply(self, case: Case) -> Case:
        old = case.consents.get(self.consent)
        if old is None:
            return case
        return case.but(consents=put(case.consents, self.consent, _said(case, replace(old, state="withdrawn"))))


class ConsentExpired(Event):
    """Somebody recorded that consent had run out; it had, whether or not this was recorded."""

    TOPIC: ClassVar[str] = "case.consent.expired"
    consent: EntryId

    def apply(self, case: Case) -> Case:
        old = case.consents.get(self.consent)
        return case if old is None else case.but(consents=put(case.consents, self.consent, replace(old, state="expired")))


class RecipientTold(Event):
    """A partner that had been shown a subject's data was told that sharing it has stopped."""

    TOPIC: ClassVar[str] = "case.consent.recipient-told"
    consent: EntryId
    partner: PartnerId
    subject: SubjectId

    def apply(self, case: Case) -> Case:
        old = case.consents.get(self.consent)
        if old is None:
            return case
        return case.but(consents=put(case.consents, self.consent, replace(old, told=old.told | {self.partner})))


class GroundRecorded(Event):
    """An organisation relies on another legal ground than consent, with its motivation."""

    TOPIC: ClassVar[str] = "case.consent.ground-recorded"
    ground: EntryId
    kind: Code
    partner: PartnerId
    motivation: Personal

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        ground = Ground(self.ground, self.kind, self.partner, case.stamp.ref("motivation"), self.motivation.subject)
        return case.but(grounds=put(case.grounds, self.ground, ground))


class CaseNamed(Event):
    """An anonymous case was named: why that is necessary, proportionate and not possible otherwise, and on what ground."""

    TOPIC: ClassVar[str] = "case.consent.named"
    subject: SubjectId
    ground: Code
    necessity: Personal
    proportionality: Personal
    subsidiarity: Personal
    name: Personal
    birth_date: Personal | None = None
    number: Personal | None = None
    contact: Personal | None = None

    def apply(self, case: Case) -> Case:
        return case.but(anonymous=False, subjects=identified(case, self.subject, self))


class OverlapNoticed(Event):
    """Another table's case matched a person of this one. The holder here decides what the asker hears."""

    TOPIC: ClassVar[str] = "case.consent.overlap-noticed"
    probe: EntryId
    team: TeamId
    case: CaseNumber

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        probe = Probe(self.probe, self.team, self.case, day_of(case.stamp.occurred_at))
        return case.but(probes=put(case.probes, self.probe, probe))


class OverlapAnswered(Event):
    """The holder decided whether the asking table may know that this one knows the resident."""

    TOPIC: ClassVar[str] = "case.consent.overlap-answered"
    probe: EntryId
    tell: bool
    why: Personal

    def apply(self, case: Case) -> Case:
        old = case.probes.get(self.probe)
        return case if old is None else case.but(probes=put(case.probes, self.probe, replace(old, told=self.tell)))


class OverlapTold(Event):
    """Another table let this one know that it knows the resident too. No content."""

    TOPIC: ClassVar[str] = "case.consent.overlap-told"
    team: TeamId

    def apply(self, case: Case) -> Case:
        return case.but(overlaps=case.overlaps | {self.team})


def _consent(case: Case, said: ConsentGiven | ConsentRefused, state: Code, until: date | None) -> Case:
    assert case.stamp is not None
    since = day_of(case.stamp.occurred_at)
    new = Consent(said.consent, said.subject, said.purpose, said.recipients, state, since, until, meant=said.recipients)
    return case.but(consents=put(case.consents, said.consent, _said(case, new)))


def _said(case: Case, consent: Consent) -> Consent:
    """The consent as what was said last, with the partners that had a part in the case until then."""
    return replace(consent, decided=_next(case), saw=consent.saw | frozenset(had_a_part(case)))


def _next(case: Case) -> int:
    return max((n for c in case.consents.values() for n in (c.decided, c.narrowed)), default=0) + 1
