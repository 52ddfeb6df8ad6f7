"""A case as it stands: one resident's situation before one team. Frozen; folded from its events, never edited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import date
from enum import StrEnum

from domain.case_parts import (
    Absence,
    Agreement,
    Assessment,
    Check,
    Circle,
    Consent,
    Deviation,
    Direction,
    DirectionOffer,
    EscalationCall,
    Glass,
    Ground,
    Hold,
    Invitation,
    NextMoment,
    Outcome,
    Probe,
    Question,
    Reservation,
    Right,
    Subgroup,
    Subject,
    Transfer,
)  # fmt: skip
from domain.days import day_of
from domain.event import Stamp, State
from domain.frozen import frozen
from domain.ids import RESIDENT, CaseNumber, Code, EntryId, PartnerId, ProfessionalId, SubjectId, TeamId
from domain.personal import Ref


class Status(StrEnum):
    """Where a case is. `declined`, `redirected`, `transferred`, `merged` and `closed` are final."""

    NONE = "none"
    SUBMITTED = "submitted"
    ASKED = "asked"
    ACTIVE = "active"
    RESTING = "resting"
    AFTERCARE = "aftercare"
    DECLINED = "declined"
    REDIRECTED = "redirected"
    TRANSFERRED = "transferred"
    MERGED = "merged"
    CLOSED = "closed"
    IMPORTED = "imported"


FINAL = frozenset({Status.DECLINED, Status.REDIRECTED, Status.TRANSFERRED, Status.MERGED, Status.CLOSED})
OPEN = frozenset({Status.SUBMITTED, Status.ASKED, Status.ACTIVE, Status.RESTING, Status.AFTERCARE})
IN_TRIAGE = frozenset({Status.SUBMITTED, Status.ASKED})


@frozen(slots=False)
class Case(State):
    """The state of one case. Mappings are replaced, never changed. Texts are references (`Ref`)."""

    number: CaseNumber = ""
    stamp: Stamp | None = None
    team: TeamId = ""
    status: Status = Status.NONE
    opened: date | None = None
    holder: ProfessionalId | None = None
    next: NextMoment | None = None
    # intake and identity
    anonymous: bool = False
    submitter: PartnerId | None = None
    submitter_subject: SubjectId | None = None
    subjects: Mapping[SubjectId, Subject] = field(default_factory=dict)
    reasons: frozenset[Code] = frozenset()
    flags: frozenset[Code] = frozenset()
    domains: frozenset[Code] = frozenset()
    questions: tuple[Ref, ...] = ()
    tried: tuple[Ref, ...] = ()
    consents: Mapping[EntryId, Consent] = field(default_factory=dict)
    grounds: Mapping[EntryId, Ground] = field(default_factory=dict)
    # triage
    assessments: Mapping[Code, Assessment] = field(default_factory=dict)
    asked: Question | None = None
    accepted_on: date | None = None
    against: tuple[Code, ...] = ()
    # parties
    partners: Mapping[PartnerId, Invitation] = field(default_factory=dict)
    professionals: frozenset[ProfessionalId] = frozenset()
    contact_point: ProfessionalId | None = None
    direction: Direction = field(default_factory=Direction)
    direction_offer: DirectionOffer | None = None
    circle: Mapping[EntryId, Circle] = field(default_factory=dict)
    absences: tuple[Absence, ...] = ()
    # meeting
    agenda: frozenset[date] = frozenset()
    discussed: tuple[date, ...] = ()
    subgroups: Mapping[EntryId, Subgroup] = field(default_factory=dict)
    # plan
    drafted: date | None = None
    answers: Mapping[Code, Ref] = field(default_factory=dict)
    endorsed: bool | None = None
    goals: Mapping[EntryId, Ref] = field(default_factory=dict)
    goals_met: frozenset[EntryId] = frozenset()
    agreements: Mapping[EntryId, Agreement] = field(default_factory=dict)
    deviations: Mapping[EntryId, Deviation] = field(default_factory=dict)
    budget: Mapping[EntryId, Reservation] = field(default_factory=dict)
    # monitoring
    checks: tuple[Check, ...] = ()
    last_progress: date | None = None
    stagnating_since: date | None = None
    decide_by: date | None = None
    forced_by: frozenset[Code] = frozenset()
    rested_until: date | None = None
    # escalation and hand-over
    escalations: Mapping[EntryId, EscalationCall] = field(default_factory=dict)
    transfer: Transfer | None = None
    predecessor: CaseNumber | None = None
    successor: CaseNumber | None = None
    # closing
    outcome: Outcome | None = None
    ended: date | None = None
    """The day on which it last became final, or its after-care did."""
    aftercare_checks: int = 0
    merged_into: CaseNumber | None = None
    before_merge: Status | None = None
    duplicates: frozenset[CaseNumber] = frozenset()
    # the rest
    probes: Mapping[EntryId, Probe] = field(default_factory=dict)
    overlaps: frozenset[TeamId] = frozenset()
    learnings: tuple[Ref, ...] = ()
    walls: int = 0
    gaps: int = 0
    statements: tuple[Ref, ...] = ()
    # access and rights
    glass: Mapping[EntryId, Glass] = field(default_factory=dict)
    audiences: Mapping[int, str] = field(default_factory=dict)
    clearance: Code = "normal"
    rights: Mapping[EntryId, Right] = field(default_factory=dict)
    restricted: frozenset[SubjectId] = frozenset()
    erased: frozenset[SubjectId] = frozenset()
    holds: Mapping[EntryId, Hold] = field(default_factory=dict)
    terms: frozenset[tuple[Code, SubjectId]] = frozenset()
    """Terms of keeping that were assigned, each with its subject; an empty one is the case as a whole."""
    given: Mapping[str, int] = field(default_factory=dict)
    source: Code | None = None
    imported_events: int = 0

    def exists(self) -> bool:
        return self.status is not Status.NONE

    def day(self) -> date | None:
        """The day of the entry being applied."""
        return day_of(self.stamp.occurred_at) if self.stamp is not None else None

    def is_open(self) -> bool:
        """Held by somebody until it is final; after-care included."""
        return self.status in OPEN

    def active_partners(self) -> Iterator[PartnerId]:
        return (p for p, i in self.partners.items() if i.state == "joined")

    def open_agreements(self) -> Iterator[Agreement]:
        """Agreements that still ask something of somebody: proposed or accepted."""
        return (a for a in self.agreements.values() if a.state in ("proposed", "accepted"))

    def open_escalations(self) -> Iterator[EscalationCall]:
        return (e for e in self.escalations.values() if e.state in ("raised", "accepted"))

    def director_team(self, on: date) -> TeamId:
        """Whose direction it is on a day: temporary direction has ended once its date has come."""
        if self.direction.until is not None and on >= self.direction.until:
            return self.team
        return self.direction.team or self.team

    def director_on(self, on: date) -> ProfessionalId | None:
        """The case director on a day: the local one again once temporary direction has ended."""
        if self.direction.until is not None and on >= self.direction.until:
            return self.direction.local
        return self.direction.director

    def holder_on(self, on: date) -> ProfessionalId | None:
        """Who holds the case on a day: the cover while the holder is absent, the cover's own cover while that one is.

        Of covers that overlap the last counts.
        """
        holder = self.holder
        asked = set()
        while holder is not None and holder not in asked:
            asked.add(holder)
            away = (a for a in reversed(self.absences) if a.professional == holder and a.start <= on <= a.until)
            holder = next((a.cover for a in away), holder)
        return holder

    def budget_left(self, total: int) -> int:
        """What is left of the small budget, in cents, given the profile's total for a case."""
        return total - sum(r.standing() for r in self.budget.values())

    def directed_elsewhere(self) -> bool:
        """Whether the director is on another table's roster, where the same id is somebody else."""
        return self.direction.team not in (None, self.team)

    def mentions(self, professional: ProfessionalId) -> bool:
        """Whether a professional holds anything here that somebody must take over when they leave."""
        return professional in self.holdings()

    def holdings(self) -> frozenset[ProfessionalId]:
        """Every professional of the own table of whom something is expected in this case."""
        held = {self.holder, self.contact_point, self.direction.local}
        if not self.directed_elsewhere():
            held.add(self.direction.director)
        held |= {a.responsible for a in self.open_agreements()}
        held |= {a.cover for a in self.absences} | set(self.professionals)
        held |= {m for s in self.subgroups.values() if not s.dissolved for m in s.members}
        return frozenset(p for p in held if p)

    def next_entry(self, letter: str, taken: Mapping[EntryId, object]) -> EntryId:
        """The next free number of a kind of entry: `A1`, `A2`, ... Numbers are never given twice."""
        numbers = [int(e[len(letter) :]) for e in taken if e.startswith(letter) and e[len(letter) :].isdigit()]
        return f"{letter}{max([*numbers, self.given.get(letter, 0)]) + 1}"

    def next_subject(self) -> SubjectId:
        """The next free id of a person: the resident is `s1`, the next `s2`. Ids are never given twice."""
        return self.next_entry("s", {RESIDENT: None, **self.subjects})

    def having_given(self, entries: Iterable[EntryId | SubjectId]) -> Case:
        """The case remembering that these numbers were given, though their entries have gone."""
        given = dict(self.given)
        for entry in entries:
            letter = entry.rstrip("0123456789")
            if letter and entry != letter:
                given[letter] = max(given.get(letter, 0), int(entry[len(letter) :]))
        return self.but(given=given)
