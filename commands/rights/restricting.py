"""Restriction: a subject's data is kept, and nothing else is done with it, until that is lifted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from commands.base import Text, Yield
from commands.desk import Desk
from commands.rights.base import RightsCommand, known, right_of
from commands.rights.deciding import GRANTED
from domain.case import Case
from domain.events.rights import RestrictionLifted, SubjectRestricted
from domain.ids import RESIDENT, EntryId, SubjectId
from domain.refusal import Refused


class Restrict(RightsCommand):
    """Freeze a subject's data: it is kept, and neither read nor added to. Of the resident that is the whole case.

    casus rights restrict LEL-2026-0007 --subject s1 --right Q1 --reason "Whether it is right is being looked into"
    """

    VERB: ClassVar[str] = "restrict"
    subject: SubjectId = RESIDENT
    reason: Text
    right: EntryId | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        known(state, self.subject)
        if self.right is not None:
            right = right_of(state, self.right)
            if (right.kind, right.subject) != ("restriction", self.subject):
                raise Refused("another-right", field="right", right=right.id, kind=right.kind, subject=right.subject)
            if right.state not in (*GRANTED, "done"):
                raise Refused("not-granted", right=right.id, state=right.state)
        if self.subject not in state.restricted:
            yield SubjectRestricted(subject=self.subject, reason=self.personal(self.reason, self.subject), right=self.right)


class LiftRestriction(RightsCommand):
    """Let a subject's data be worked with again. The subject is told beforehand; say on which day.

    casus rights lift-restriction LEL-2026-0007 --subject s1 --told 2026-11-20 --reason "It was found to be right"
    """

    VERB: ClassVar[str] = "lift-restriction"
    subject: SubjectId = RESIDENT
    told: date
    reason: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        known(state, self.subject)
        if self.told > desk.today:
            raise Refused("in-the-future", field="told")
        if self.subject in state.restricted:
            yield RestrictionLifted(subject=self.subject, told=self.told, reason=self.personal(self.reason, self.subject))
