"""Learning: what a case taught, what was not to be had, which walls were met, what it yielded."""

from decimal import Decimal
from typing import ClassVar

from domain.case import Case
from domain.event import Event
from domain.ids import Code, PartnerId
from domain.personal import Personal


class LearningPointRecorded(Event):
    """What a case taught. `kind`: different (what we do differently), yield (what it yields) or obstacle (what hinders)."""

    TOPIC: ClassVar[str] = "case.learning.point-recorded"
    kind: Code
    text: Personal

    def apply(self, case: Case) -> Case:
        assert case.stamp is not None
        return case.but(learnings=(*case.learnings, case.stamp.ref("text")))


class SupplyGapRecorded(Event):
    """Fitting support was needed and not to be had: in which life domain, and what."""

    TOPIC: ClassVar[str] = "case.learning.supply-gap-recorded"
    domain: Code
    text: Personal

    def apply(self, case: Case) -> Case:
        return case.but(gaps=case.gaps + 1)


class WallMet(Event):
    """A wall between organisations stood in the way: financial or administrative, whose, and what was done about it."""

    TOPIC: ClassVar[str] = "case.learning.wall-met"
    kind: Code
    partners: frozenset[PartnerId] = frozenset()
    text: Personal

    def apply(self, case: Case) -> Case:
        return case.but(walls=case.walls + 1)


class OutcomeMeasured(Event):
    """An outcome on one of the profile's levels (residents, professionals, social costs): which measure, and its value."""

    TOPIC: ClassVar[str] = "case.learning.outcome-measured"
    level: Code
    measure: Code
    value: Decimal

    def apply(self, case: Case) -> Case:
        return case
