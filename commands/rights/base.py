"""What the commands about rights share: asked of a case in any state, also while it may not be worked with."""

from __future__ import annotations

from typing import ClassVar

from commands.base import CaseCommand, require
from domain.case import FINAL, OPEN, Case, Status
from domain.case_parts import Right
from domain.ids import EntryId, SubjectId
from domain.refusal import NotFound, Refused


class RightsCommand(CaseCommand):
    """A command about a subject's rights. Its texts are that subject's."""

    STATES: ClassVar[frozenset[Status]] = frozenset({*OPEN, *FINAL})
    DESPITE_RESTRICTION: ClassVar[bool] = True
    ASKS_ABOUT: ClassVar[bool] = False


def right_of(case: Case, which: EntryId) -> Right:
    """A request of this case; `NotFound` otherwise."""
    found: Right = require(case.rights, "right", which)
    return found


def known(case: Case, subject: SubjectId) -> None:
    """Refuse a subject whom this case does not know, or whose data is gone."""
    if subject not in case.subjects:
        raise NotFound("subject", subject)
    if subject in case.erased:
        raise Refused("subject-erased", stream=case.number, subject=subject)
