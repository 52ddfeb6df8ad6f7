"""Erasing a subject: whether it may be, and where it begins. What follows is for whoever has the keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from commands.base import Yield
from commands.desk import Desk
from commands.retention import terms_of
from commands.rights.base import RightsCommand, right_of
from commands.rights.deciding import GRANTED
from commands.rights.requesting import Which
from commands.settling import glass_reviewed
from domain.case import Case
from domain.events.rights import ErasureBegun
from domain.ids import RESIDENT, Code, EntryId, SubjectId
from domain.refusal import Refused
from domain.retention import why_not


class Erase(RightsCommand):
    """Destroy the keys of a subject's data in this case, for good. Interrupted, the same command goes on with it.

    casus rights erase LEL-2026-0007 Q1 --yes
    """

    VERB: ClassVar[str] = "erase"
    IRREVERSIBLE: ClassVar[bool] = True
    FOLLOWED: ClassVar[bool] = True
    LEGAL: ClassVar[bool] = True
    right: EntryId = Which

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        right = right_of(state, self.right)
        if right.kind != "erasure":
            raise Refused("another-right", field="right", right=right.id, kind=right.kind, subject=right.subject)
        if right.state in ("erasing", "done"):
            return  # it has begun: the rest is done by whoever carries it out, as often as it takes
        if right.state in GRANTED:
            raise Refused("not-confirmed-yet", right=right.id)
        if right.state != "confirmed":
            raise Refused("not-granted", right=right.id, state=right.state)
        if right.subject == RESIDENT and state.is_open():
            raise Refused("case-still-open", case=state.number, status=state.status.value)
        if (why := kept(state, right.subject, desk)) is not None:
            raise Refused("kept-by-law", case=state.number, subject=right.subject, why=why)
        if right.subject == RESIDENT:
            glass_reviewed(state)  # its review is about the resident, and could not be written any more
        yield ErasureBegun(right=right.id, subject=right.subject)


def kept(case: Case, subject: SubjectId, desk: Desk) -> Code | None:
    """Why a subject's data must be kept for now: a hold, or a duty to keep that has not run. None: nothing stands in the way."""
    return why_not(case, subject, desk.today, terms_of(case, subject, desk))
