"""Access: look into a case that one may not see, have that reviewed, say for whom a contribution is meant, and clearance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from commands.base import CaseCommand, Text, Yield, require
from commands.desk import Desk
from domain.audience import of_partners
from domain.case import FINAL, OPEN, Case, Status
from domain.case_parts import Glass
from domain.event import Recorded
from domain.events.access import AudienceSet, ClearanceSet, GlassBroken, GlassReviewed
from domain.events.correcting import EntryCorrected
from domain.functions import CLEARED
from domain.ids import EntryId, PartnerId, TeamId
from domain.membership import functions_in, named_in, relation
from domain.refusal import NotFound, Refused
from domain.team import Professional

EVERY = frozenset({*OPEN, *FINAL})
LONGEST = 60
"""For how many minutes glass stays broken, at most."""

Minutes = Annotated[int, Field(ge=1, le=LONGEST)]
Entry = Annotated[int, Field(ge=1, json_schema_extra={"position": 1})]


class BreakGlass(CaseCommand):
    """Look into one case that you may not see, because it cannot wait: why, and for how long.

    From that moment the privacy officer and whoever holds the case see it, until it was reviewed. For looking alone:
    nothing can be exported, changed or erased on it.

    casus access break-glass LEL-2026-0007 --reason "Found unconscious, no one of the table can be reached" --minutes 30
    """

    VERB: ClassVar[str] = "break-glass"
    DESPITE_RESTRICTION: ClassVar[bool] = True
    STATES: ClassVar[frozenset[Status]] = EVERY
    FOREIGN: ClassVar[bool] = True
    ANYBODY: ClassVar[bool] = True
    AUDIENCE: ClassVar[bool] = False
    reason: Text
    minutes: Minutes = LONGEST

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        me = desk.me()
        if may_see(state, desk, me):
            raise Refused("glass-not-needed", case=state.number)
        until = desk.at + timedelta(minutes=self.minutes)
        if any((g.professional, g.team) == (me.id, desk.team.id) and g.until > desk.at for g in state.glass.values()):
            return  # it is broken already; for longer it is broken anew, once this has ended
        yield GlassBroken(
            glass=state.next_entry("BG", state.glass), professional=me.id, team=desk.team.id, until=until,
            reason=self.personal(self.reason),
        )  # fmt: skip


class ReviewGlass(CaseCommand):
    """Review, as privacy officer, whether glass was rightly broken, and why.

    casus access review-glass LEL-2026-0007 BG1 --justified --why "An emergency, and what was seen was needed"
    """

    VERB: ClassVar[str] = "review-glass"
    DESPITE_RESTRICTION: ClassVar[bool] = True
    STATES: ClassVar[frozenset[Status]] = EVERY
    AUDIENCE: ClassVar[bool] = False
    glass: EntryId = Field(json_schema_extra={"position": 1})
    justified: bool
    why: Text

    def other_teams_of(self, state: Case) -> tuple[TeamId, ...]:
        """The table of who broke it: the same person may have another id there."""
        glass = state.glass.get(self.glass)
        return () if glass is None or glass.team == state.team else (glass.team,)

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        glass: Glass = require(state.glass, "glass", self.glass)
        if _the_same(glass, desk):
            raise Refused("own-glass", glass=self.glass)
        if glass.justified is not None:
            if glass.justified == self.justified:
                return
            raise Refused("already-reviewed", glass=self.glass)
        yield GlassReviewed(glass=self.glass, justified=self.justified, why=self.personal(self.why))


class SetAudience(CaseCommand):
    """Say anew for whom the texts of an entry are meant that your organisation brought in: an audience, or partners by name.

    casus access set-audience LEL-2026-0007 12 --audience treatment
    """

    VERB: ClassVar[str] = "set-audience"
    DESPITE_RESTRICTION: ClassVar[bool] = True
    STATES: ClassVar[frozenset[Status]] = EVERY
    HISTORY: ClassVar[bool] = True
    FOREIGN: ClassVar[bool] = True
    entry: Entry
    audience: Literal["case", "treatment", "organisation"] | None = None
    partners: frozenset[PartnerId] = frozenset()

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if (self.audience is None) == (not self.partners):
            raise Refused("audience-or-partners", field="audience")
        for partner in sorted(self.partners):
            desk.partner(partner)
        target = self._contribution(desk)
        wanted = self.audience or of_partners(self.partners)
        for record in (target, *_corrections(desk, target)):
            now = state.audiences.get(record.version, record.header.audience) or "case"
            if now != wanted:
                yield AudienceSet(entry=record.version, audience=self.audience, partners=self.partners)

    def _contribution(self, desk: Desk) -> Recorded:
        """The entry, when it holds a text and is the own organisation's; refused otherwise."""
        target = next((r for r in desk.history if r.version == self.entry), None)
        if target is None:
            raise NotFound("entry", str(self.entry))
        if target.topic.startswith("case.access."):
            raise Refused("access-entry", entry=self.entry)
        if not _texts(target):
            raise Refused("entry-without-text", entry=self.entry)
        if target.header.organisation != desk.me().partner:
            raise Refused("not-your-contribution", entry=self.entry, partner=target.header.organisation)
        return target


class SetClearance(CaseCommand):
    """Say who may see this case: everybody in it, or (restricted) those named in it personally and the cleared alone.

    casus access set-clearance LEL-2026-0007 --level restricted
    """

    VERB: ClassVar[str] = "set-clearance"
    DESPITE_RESTRICTION: ClassVar[bool] = True
    STATES: ClassVar[frozenset[Status]] = EVERY
    level: Literal["normal", "restricted"]

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.clearance != self.level:
            yield ClearanceSet(level=self.level)


def may_see(state: Case, desk: Desk, who: Professional) -> bool:
    """Whether somebody may see a case as they are: they are in it, and it is not kept from them by its clearance."""
    functions = functions_in(desk.team, who.id, desk.profile)
    if relation(state, desk.team.id, who.id, who.partner, functions, on=desk.today) != "own":
        return False
    named = named_in(state, desk.team.id, who.id, desk.today)
    return state.clearance != "restricted" or named or CLEARED in who.roles


def _the_same(glass: Glass, desk: Desk) -> bool:
    """Whether whoever reviews is who broke it: by the place on the roster, or by the login at two tables."""
    me = desk.me()
    if glass.team == desk.team.id:
        return glass.professional == me.id
    there = desk.teams.get(glass.team)
    breaker = there.roster.get(glass.professional) if there is not None else None
    return breaker is not None and breaker.login is not None and breaker.login == me.login


def _corrections(desk: Desk, target: Recorded) -> Iterator[Recorded]:
    """The own organisation's corrections of a text of this entry: they are meant for the same."""
    for record in desk.history:
        event, theirs = record.event, record.header.organisation != target.header.organisation
        if isinstance(event, EntryCorrected) and event.entry == target.version and event.text is not None and not theirs:
            yield record


def _texts(record: Recorded) -> list[str]:
    return [n for n in type(record.event).personal_fields() if getattr(record.event, n) is not None]
