"""Learning: record what a case taught, what was not to be had, a wall that was met, an outcome."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from commands.base import CaseCommand, Text, Yield
from commands.desk import Desk
from domain.case import FINAL, OPEN, Case, Status
from domain.events.learning import LearningPointRecorded, OutcomeMeasured, SupplyGapRecorded, WallMet
from domain.ids import Code, PartnerId

EVERY = frozenset({*OPEN, *FINAL})
PointKind = Literal["different", "yield", "obstacle"]


class RecordPoint(CaseCommand):
    """Record a learning point: what we do differently, what it yields, what hinders.

    casus learning record-point LEL-2026-0007 --kind obstacle --text "Two intakes for the same house"
    """

    VERB: ClassVar[str] = "record-point"
    STATES: ClassVar[frozenset[Status]] = EVERY
    kind: PointKind
    text: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        yield LearningPointRecorded(kind=self.kind, text=self.personal(self.text))


class RecordGap(CaseCommand):
    """Record that fitting support was needed and not to be had.

    casus learning record-gap ZEI-2026-0003 --domain daily-living-basic --text "No walk-in house any more"
    """

    VERB: ClassVar[str] = "record-gap"
    STATES: ClassVar[frozenset[Status]] = EVERY
    domain: Code
    text: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        assert desk.profile.plan is not None
        desk.known("domain", self.domain, desk.profile.plan.domains)
        yield SupplyGapRecorded(domain=self.domain, text=self.personal(self.text))


class RecordWall(CaseCommand):
    """Record a wall between organisations that was met: financial or administrative, whose, what was done.

    casus learning record-wall DRO-2026-0001 --kind financial --partner kwintes --text "Two laws, one chair"
    """

    VERB: ClassVar[str] = "record-wall"
    STATES: ClassVar[frozenset[Status]] = EVERY
    kind: Literal["financial", "administrative"]
    partners: frozenset[PartnerId] = frozenset()
    text: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        for partner in sorted(self.partners):
            desk.partner(partner)
        yield WallMet(kind=self.kind, partners=self.partners, text=self.personal(self.text))


class MeasureOutcome(CaseCommand):
    """Record an outcome on one of the profile's levels.

    casus learning measure-outcome DRO-2026-0001 --level residents --measure quality-of-life --value 7.5
    """

    VERB: ClassVar[str] = "measure-outcome"
    STATES: ClassVar[frozenset[Status]] = EVERY
    level: Code
    measure: Code
    value: Annotated[Decimal, Field(ge=-1_000_000_000, le=1_000_000_000, max_digits=14, decimal_places=4)]

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        desk.known("level", self.level, desk.profile.learning.levels)
        yield OutcomeMeasured(level=self.level, measure=self.measure, value=self.value)
