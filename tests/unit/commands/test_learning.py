"""Learning: what a case taught, what was not to be had, which walls were met."""

from __future__ import annotations

from decimal import Decimal

from commands.learning import MeasureOutcome, RecordGap, RecordPoint, RecordWall
from tests.examples import ACTIVE, CLOSED
from tests.scenario import CASE, given


def test_a_closed_case_teaches_too():
    given(*ACTIVE, CLOSED).when(RecordPoint(case=CASE, kind="yield", text="x")).then_it("learning.point-recorded")


def test_a_gap_is_in_a_domain_of_the_profile():
    given(*ACTIVE).when(RecordGap(case=CASE, domain="bored", text="x")).then_refused("unknown-code", field="domain")
    assert given(*ACTIVE).when(RecordGap(case=CASE, domain="berth", text="x")).case().gaps == 1


def test_a_wall_stands_between_partners_of_the_table():
    wall = RecordWall(case=CASE, kind="financial", partners=frozenset({"navy"}), text="x")
    given(*ACTIVE).when(wall).then_refused("unknown-partner")
    assert given(*ACTIVE).when(wall.model_copy(update={"partners": frozenset({"tugs"})})).case().walls == 1


def test_an_outcome_is_measured_on_a_level_of_the_profile():
    given(*ACTIVE).when(MeasureOutcome(case=CASE, level="bored", measure="rest", value=Decimal(7))).then_refused("unknown-code")
