"""The parts of a case: what an agreement, an escalation, a consent and the rest look like inside its state."""

from __future__ import annotations

from datetime import date, datetime

from domain.event import State
from domain.frozen import frozen
from domain.ids import RESIDENT, CaseNumber, Code, EntryId, PartnerId, ProfessionalId, SubjectId, TeamId
from domain.personal import Ref


@frozen
class NextMoment:
    """What is expected next and by which day. `kind`: triage, answer, check, decision, wake, aftercare."""

    kind: Code
    on: date


@frozen
class Subject:
    """A person whose data the case holds. `kind`: resident, child, relative, neighbour, professional, other."""

    id: SubjectId
    kind: Code
    name: Ref | None = None
    birth_date: Ref | None = None
    number: Ref | None = None
    contact: Ref | None = None

    def named(self) -> bool:
        return self.name is not None


@frozen
class Consent:
    """What a subject said about sharing: `state` given, refused, withdrawn or expired; empty `recipients` is everyone.

    `meant` is whom it was about when it was said, before it was narrowed. `decided` and `narrowed` count what was said in this
    case: of two, the one with the higher number was said last. `saw` are the partners that had a part in the case until then,
    `told` those who were told since that sharing stopped.
    """

    id: EntryId
    subject: SubjectId
    purpose: Code
    recipients: frozenset[PartnerId]
    state: Code
    since: date
    until: date | None = None
    meant: frozenset[PartnerId] = frozenset()
    decided: int = 0
    narrowed: int = 0
    saw: frozenset[PartnerId] = frozenset()
    told: frozenset[PartnerId] = frozenset()

    def state_on(self, on: date) -> Code:
        """The state on a day: consent has expired once its end date has passed, whether or not anyone recorded it."""
        return "expired" if self.state == "given" and self.until is not None and on > self.until else self.state

    def covers(self, partner: PartnerId) -> bool:
        """Whether it is about sharing with this partner as it stands now."""
        return not self.recipients or partner in self.recipients

    def concerns(self, partner: PartnerId) -> bool:
        """Whether it is or was about sharing with this partner: those that it was narrowed away from included."""
        return self.covers(partner) or not self.meant or partner in self.meant

    def said(self, partner: PartnerId) -> int:
        """When this was last said about a partner: narrowing says something of those whom it leaves out alone."""
        return self.decided if self.covers(partner) else max(self.decided, self.narrowed)


@frozen
class Ground:
    """Another legal ground than consent, by the organisation that relies on it, for sharing what it holds of a subject."""

    id: EntryId
    kind: Code
    partner: PartnerId
    motivation: Ref
    subject: SubjectId = RESIDENT


@frozen
class Glass:
    """A look into a case by somebody who may not, until a moment. `justified` is None until it was reviewed."""

    id: EntryId
    professional: ProfessionalId
    team: TeamId
    until: datetime
    justified: bool | None = None

    def reviewed_as(self, justified: bool) -> Glass:
        return Glass(self.id, self.professional, self.team, self.until, justified)


@frozen
class Right:
    """A subject's request. `kind`: access, rectification, erasure, restriction, portability or objection; `state`: asked,
    granted, partly, refused, confirmed, erasing, lapsed (its subject was erased) or done; `by` the day by which it is to be
    decided.
    """

    id: EntryId
    kind: Code
    subject: SubjectId
    received: date
    by: date
    state: Code = "asked"
    asked_by: str = ""
    decided_by: str = ""
    extended: bool = False


@frozen
class Hold:
    """What is not to be erased for now, and until when."""

    id: EntryId
    subject: SubjectId | None
    until: date | None = None
    lifted: bool = False


@frozen
class Assessment:
    """One admission criterion weighed: met or not, and where the motivation stands."""

    criterion: Code
    met: bool
    motivation: Ref


@frozen
class Question:
    """More was asked before the triage decision, of whom and by when."""

    of: PartnerId | None
    by: date
    text: Ref


@frozen
class Invitation:
    """A partner's part in this case. `state`: invited, joined, declined, left."""

    partner: PartnerId
    state: Code
    since: date


@frozen
class Direction:
    """Who directs. `local` is the own case director; `team`, `director` and `until` are set while another table does."""

    local: ProfessionalId | None = None
    director: ProfessionalId | None = None
    team: TeamId | None = None
    until: date | None = None


@frozen
class DirectionOffer:
    """Direction offered to a team until a date; stays with the sender until it is accepted."""

    to: TeamId
    until: date
    since: date


@frozen
class Circle:
    """A member of the support circle, with or without an account. `subject` is whose data the name is."""

    id: EntryId
    kind: Code
    subject: SubjectId | None
    professional: ProfessionalId | None
    left: bool = False


@frozen
class Absence:
    """A professional is away from `start` to `until` (both included); `cover` holds what they hold."""

    professional: ProfessionalId
    cover: ProfessionalId
    start: date
    until: date


@frozen
class Subgroup:
    """Some of the table with a mandate to make a proposal. `mandate`: advise or deviate."""

    id: EntryId
    members: frozenset[ProfessionalId]
    mandate: Code
    until: date | None
    proposals: tuple[Ref, ...] = ()
    dissolved: bool = False


@frozen(slots=False)
class Agreement(State):
    """One intervention agreed. `state`: proposed, accepted, refused, fulfilled, lapsed, withdrawn.

    `due` is the day it should be done by, or None with a stated reason (`no_date`). `contributors` help; `partner` answers.
    `progress` is the last reported: none, some, good.
    """

    id: EntryId
    partner: PartnerId
    responsible: ProfessionalId | None
    what: Ref
    due: date | None
    no_date: Code | None
    domain: Code
    recovery: Code
    contributors: frozenset[PartnerId]
    state: Code
    agreed: date
    goal: EntryId | None = None
    progress: Code | None = None
    progress_on: date | None = None
    carried_from: CaseNumber | None = None


@frozen
class Deviation:
    """A rule or indication let go: which, why (text), on whose mandate, until when."""

    id: EntryId
    rule: Code
    why: Ref
    mandate: ProfessionalId
    until: date
    ended: date | None = None


@frozen
class Reservation:
    """A part of the small budget, in cents: reserved, of which spent; what was not spent can be released."""

    id: EntryId
    reserved: int
    spent: int
    released: int
    agreement: EntryId | None

    def standing(self) -> int:
        """What of the budget this takes: reserved less released."""
        return self.reserved - self.released


@frozen
class Check:
    """One monitoring moment: `outcome` progress, none, or missed."""

    on: date
    outcome: Code
    observed: Ref | None


@frozen
class EscalationCall:
    """A call on somebody else. `state`: raised, accepted, declined, withdrawn, resolved. `urgency`: normal, high, crisis."""

    id: EntryId
    to: Code
    kind: Code
    urgency: Code
    why: Ref
    raised: date
    answer_by: date
    state: Code


@frozen
class Transfer:
    """The whole case offered to another team or party; stays here until it is received. `reason`: transfer or redirect."""

    to: Code
    kind: Code
    reason: Code
    since: date
    answer_by: date


@frozen
class Outcome:
    """How it was closed, with the after-care day if there is one."""

    result: Code
    on: date
    aftercare: date | None


@frozen
class Probe:
    """Another table asked, by matching, whether it knows a resident of ours. `told` is None until the holder decides."""

    id: EntryId
    team: TeamId
    case: CaseNumber
    since: date
    told: bool | None = None
