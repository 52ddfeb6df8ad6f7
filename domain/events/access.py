"""Access: what was disclosed to whom, glass broken and reviewed, for whom a contribution is meant, clearance."""

from datetime import datetime
from typing import ClassVar, Literal

from domain.case import Case
from domain.case_parts import Glass
from domain.disclosure import Disclosure
from domain.event import Event, put
from domain.ids import Code, Digest, EntryId, FieldAt, PartnerId, ProfessionalId, Release, StreamId, SubjectId, TeamId, Trace
from domain.personal import Personal


class Disclosed(Event):
    """One act of seeing, stored before anything is shown. A stream of its own (`access:<id>`) holds it, and nothing else.

    `of` is the stream that was looked into (a case, a team, a source), None for a list over many; `seen` then names the
    cases that the answer held. `action` and `what` say what was asked (`see-case`, `show`). `subjects` are those whose keys
    were released, `fields` the texts shown (`12.question`), `seen_version` the version of the stream that was seen.
    `basis` is the legal ground the decision rested on and `entry` where it stands in the case (`C1`); `code` is the
    decision's, `policy` the digest of the policy in force. `outcome` is shown, denied, written (a key was needed to write),
    matched (a person was looked for), exported or reported. `host` is an opaque id of the machine, `client` the program.
    `recipient` and `digest` are an export's. Who, in what role, why and how surely is in the header.
    """

    TOPIC: ClassVar[str] = "access.access.disclosed"
    of: StreamId | None = None
    action: Code
    what: Code
    subjects: tuple[SubjectId, ...] = ()
    fields: tuple[FieldAt, ...] = ()
    seen_version: int = 0
    seen: tuple[StreamId, ...] = ()
    basis: Code
    entry: EntryId | None = None
    code: Code
    policy: Digest
    outcome: Literal["shown", "denied", "written", "matched", "exported", "reported"]
    host: Trace
    client: Release
    trace: Trace
    span: Trace
    recipient: Code | None = None
    digest: Digest | None = None

    def apply(self, disclosure: Disclosure) -> Disclosure:
        return disclosure.but(**{name: getattr(self, name) for name in type(self).model_fields})


class GlassBroken(Event):
    """Somebody who may not see this case looks into it all the same, for a stated reason, until a moment at most an hour on."""

    TOPIC: ClassVar[str] = "case.access.glass-broken"
    glass: EntryId
    professional: ProfessionalId
    team: TeamId
    until: datetime
    reason: Personal

    def apply(self, case: Case) -> Case:
        new = Glass(self.glass, self.professional, self.team, self.until)
        return case.but(glass=put(case.glass, self.glass, new))


class GlassReviewed(Event):
    """A privacy officer weighed whether the glass was rightly broken."""

    TOPIC: ClassVar[str] = "case.access.glass-reviewed"
    glass: EntryId
    justified: bool
    why: Personal

    def apply(self, case: Case) -> Case:
        old = case.glass.get(self.glass)
        if old is None:
            return case
        return case.but(glass=put(case.glass, self.glass, old.reviewed_as(self.justified)))


class AudienceSet(Event):
    """The organisation that brought an entry in says anew for whom its texts are meant."""

    TOPIC: ClassVar[str] = "case.access.audience-set"
    entry: int
    audience: Code | None = None
    partners: frozenset[PartnerId] = frozenset()

    def apply(self, case: Case) -> Case:
        meant = self.audience or " ".join(sorted(self.partners))
        return case.but(audiences={**case.audiences, self.entry: meant})


class ClearanceSet(Event):
    """Who may see this case: `normal`, everybody in it; `restricted`, those named in it and the cleared alone."""

    TOPIC: ClassVar[str] = "case.access.clearance-set"
    level: Code

    def apply(self, case: Case) -> Case:
        return case.but(clearance=self.level)
