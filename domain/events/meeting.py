"""Meeting: the case on the agenda, discussed with whom, and the subgroup that makes a proposal."""

from dataclasses import replace
from datetime import date
from typing import ClassVar

from domain.case import Case
from domain.case_parts import Subgroup
from domain.event import Event, put
from domain.ids import Code, EntryId, PartnerId, ProfessionalId
from domain.personal import Personal


class PutOnAgenda(Event):
    """The case was put on the agenda of a meeting."""

    TOPIC: ClassVar[str] = "case.meeting.put-on-agenda"
    meeting: date

    def apply(self, case: Case) -> Case:
        return case.but(agenda=case.agenda | {self.meeting})


class CaseDiscussed(Event):
    """The case was discussed: who attended for this case, and what was concluded."""

    TOPIC: ClassVar[str] = "case.meeting.discussed"
    meeting: date
    attended: frozenset[ProfessionalId]
    partners: frozenset[PartnerId]
    resident_present: bool = False
    conclusions: Personal

    def apply(self, case: Case) -> Case:
        return case.but(agenda=case.agenda - {self.meeting}, discussed=(*case.discussed, self.meeting))


class SubgroupFormed(Event):
    """Some of the table were given a mandate: to advise, or to deviate from routine where needed, until a day."""

    TOPIC: ClassVar[str] = "case.meeting.subgroup-formed"
    subgroup: EntryId
    members: frozenset[ProfessionalId]
    mandate: Code
    until: date | None = None

    def apply(self, case: Case) -> Case:
        new = Subgroup(self.subgroup, self.members, self.mandate, self.until)
        return case.but(subgroups=put(case.subgroups, self.subgroup, new), professionals=case.professionals | self.members)


class ProposalMade(Event):
    """A subgroup proposed a solution."""

    TOPIC: ClassVar[str] = "case.meeting.proposal-made"
    subgroup: EntryId
    proposal: Personal

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        old = case.subgroups.get(self.subgroup)
        if old is None:
            return case
        new = replace(old, proposals=(*old.proposals, case.stamp.ref("proposal")))
        return case.but(subgroups=put(case.subgroups, self.subgroup, new))


class SubgroupDissolved(Event):
    """A subgroup's work is done; its mandate ends."""

    TOPIC: ClassVar[str] = "case.meeting.subgroup-dissolved"
    subgroup: EntryId

    def apply(self, case: Case) -> Case:
        old = case.subgroups.get(self.subgroup)
        return case if old is None else case.but(subgroups=put(case.subgroups, self.subgroup, replace(old, dissolved=True)))
