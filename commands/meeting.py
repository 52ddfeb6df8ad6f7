"""Meeting: put a case on an agenda, record its discussion, form a subgroup and hear its proposal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from commands.base import CaseCommand, Text, Yield, require
from commands.desk import Desk
from domain.case import Case
from domain.events.meeting import CaseDiscussed, ProposalMade, PutOnAgenda, SubgroupDissolved, SubgroupFormed
from domain.ids import EntryId, ProfessionalId
from domain.refusal import Refused


class PutOn(CaseCommand):
    """Put a case on the agenda of a meeting: the next one unless you name a day.

    casus meeting put-on LEL-2026-0007 --meeting 2026-12-03
    """

    VERB: ClassVar[str] = "put-on"
    meeting: date | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        meeting = self.meeting or desk.next_meeting()
        if meeting is None:
            raise Refused("no-meeting-scheduled", field="meeting", team=desk.team.id)
        if meeting < desk.today:
            raise Refused("date-passed", field="meeting", on=meeting)
        if meeting not in state.agenda:
            yield PutOnAgenda(meeting=meeting)


class Discuss(CaseCommand):
    """Record that a case was discussed: who attended for this case, and what was concluded.

    casus meeting discuss LEL-2026-0007 --attended kwintes-1,politie-1 --conclusions "One plan by next meeting"
    """

    VERB: ClassVar[str] = "discuss"
    attended: frozenset[ProfessionalId] = Field(min_length=1)
    conclusions: Text
    meeting: date | None = None
    resident_present: bool = False

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        meeting = self.meeting or desk.today
        if meeting > desk.today:
            raise Refused("in-the-future", field="meeting")
        partners = frozenset(desk.present(p).partner for p in self.attended)
        place = desk.profile.resident
        if self.resident_present and place is not None and place.place.value == "not-present":
            raise Refused("resident-not-present-here", field="resident_present", team=desk.team.id)
        yield CaseDiscussed(
            meeting=meeting, attended=self.attended, partners=partners, resident_present=self.resident_present,
            conclusions=self.personal(self.conclusions),
        )  # fmt: skip


class FormSubgroup(CaseCommand):
    """Form a subgroup with a mandate: to advise, or to deviate from routine, until a day.

    casus meeting form-subgroup ZEI-2026-0003 --member altrecht-1 --member sociaal-team-2 --mandate deviate
    """

    VERB: ClassVar[str] = "form-subgroup"
    members: frozenset[ProfessionalId] = Field(min_length=1)
    mandate: Literal["advise", "deviate"] = "advise"
    until: date | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        plan = desk.profile.plan
        if plan is None or plan.subgroup is None or not plan.subgroup.value:
            raise Refused("no-subgroups", team=desk.team.id)
        for member in sorted(self.members):
            desk.professional(member)
        if self.until is not None and self.until < desk.today:
            raise Refused("date-passed", field="until", on=self.until)
        for s in state.subgroups.values():
            if not s.dissolved and (s.members, s.mandate, s.until) == (self.members, self.mandate, self.until):
                return
        yield SubgroupFormed(
            subgroup=state.next_entry("S", state.subgroups),
            members=self.members,
            mandate=self.mandate,
            until=self.until,
        )


class Propose(CaseCommand):
    """Record a subgroup's proposal.

    casus meeting propose ZEI-2026-0003 S1 --proposal "Stay at home with daily support"
    """

    VERB: ClassVar[str] = "propose"
    subgroup: EntryId = Field(json_schema_extra={"position": 1})
    proposal: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        group = require(state.subgroups, "subgroup", self.subgroup)
        if group.dissolved:
            raise Refused("subgroup-dissolved", subgroup=self.subgroup)
        yield ProposalMade(subgroup=self.subgroup, proposal=self.personal(self.proposal))


class DissolveSubgroup(CaseCommand):
    """End a subgroup and its mandate.

    casus meeting dissolve-subgroup ZEI-2026-0003 S1
    """

    VERB: ClassVar[str] = "dissolve-subgroup"
    subgroup: EntryId = Field(json_schema_extra={"position": 1})

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if not require(state.subgroups, "subgroup", self.subgroup).dissolved:
            yield SubgroupDissolved(subgroup=self.subgroup)
