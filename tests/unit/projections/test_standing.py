"""How a reader stood to a case when they looked: by what was recorded then, not by what was entered for it later."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from domain.events import access, escalation, parties
from projections.reviewing import Standing
from projections.standing import Story, beside
from tests.examples import ACTIVE, BROKEN, PLANNED
from tests.scenario import CASE, SUBMITTED_ON, Step, history, noon
from tests.support.seen import by, disclosed, row
from tests.support.tables import HARBOUR, HOME, MASTER, PILOT

WORKS, DIRECTS = frozenset({"professional"}), frozenset({"coordinator"})
DAY = timedelta(days=1)


def story(*steps: Step) -> Story:
    """The case as it came about, each entry recorded a day after the one before."""
    records = history(CASE, steps)
    return Story([replace(r, recorded_at=noon(SUBMITTED_ON) + n * DAY) for n, r in enumerate(records)])


def looked(day: float, actor: str = PILOT, organisation: str = "pilots", **more: Any) -> Any:
    moment: datetime = noon(SUBMITTED_ON) + day * DAY
    return row(moment, disclosed(CASE, **more), by(actor, organisation, team=HARBOUR))


def test_the_holder_has_a_task_and_coordinates():
    assert story(*ACTIVE).standing(looked(9, MASTER), DIRECTS) == Standing(named=True)


def test_who_is_named_in_it_has_a_task():
    named = story(*ACTIVE, parties.ProfessionalAssigned(professional=PILOT))
    assert named.standing(looked(9), WORKS).named


def test_somebody_of_a_partner_works_on_it_without_a_task_of_their_own():
    joined = story(*ACTIVE, parties.PartnerInvited(partner="tugs"), parties.PartnerJoined(partner="tugs"))
    assert joined.standing(looked(9, "tugs-7", "tugs"), WORKS) == Standing(works=True)
    assert joined.standing(looked(9, "tugs-7", "tugs"), frozenset({"privacy"})) == Standing()


def test_what_was_recorded_after_the_reading_does_not_make_it_right():
    late = story(*ACTIVE, parties.ProfessionalAssigned(professional=PILOT))
    entered = len(ACTIVE)
    assert not late.standing(looked(entered - 0.5), WORKS).named
    assert late.standing(looked(entered), WORKS).named


def test_whose_part_was_over_is_a_former_member():
    gone = story(*PLANNED, parties.ProfessionalAssigned(professional=PILOT), parties.PartnerInvited(partner="tugs"),
                 parties.PartnerJoined(partner="tugs"), parties.PartnerWithdrew(partner="tugs"))  # fmt: skip
    assert gone.standing(looked(30, "tugs-7", "tugs"), WORKS).former
    assert not gone.standing(looked(30, HOME, "seamens-home"), WORKS).former
    for office in ("privacy", "auditor", "reporting", "administrator"):
        assert not gone.standing(looked(30, "tugs-9", "tugs"), frozenset({office})).former, "never had a part of their own"


def test_glass_awaits_until_it_was_reviewed_whenever_that_was():
    through = {"code": "break-glass", "basis": "break-glass", "entry": "BG1"}
    reviewed = access.GlassReviewed(glass="BG1", justified=True, why=BROKEN.reason)
    assert story(*ACTIVE, BROKEN).standing(looked(9, **through), WORKS).awaits
    assert not story(*ACTIVE, BROKEN, reviewed).standing(looked(9, **through), WORKS).awaits
    assert not story(*ACTIVE, BROKEN).standing(looked(9), WORKS).awaits


# --- the part that somebody had


JOINED = (parties.PartnerInvited(partner="tugs"), parties.PartnerJoined(partner="tugs"))


def part(told: Story, look: Any, function: str = "professional") -> str:
    return told.part(look, frozenset({function}))


def test_the_part_that_is_told_is_the_nearest_there_was():
    told = story(*PLANNED, parties.ProfessionalAssigned(professional=PILOT), *JOINED)
    assert part(told, looked(30, MASTER), "coordinator") == "holds"
    assert part(told, looked(30)) == "named"
    assert part(told, looked(30, "tugs-7", "tugs")) == "organisation"
    assert part(told, looked(30, "pilots-9"), "coordinator") == "coordinates"
    assert part(told, looked(30, "crane-1", "crane")) == "table"
    for office, stood in (("privacy", "oversees"), ("auditor", "oversees"), ("reporting", "office")):
        assert part(told, looked(30, "tugs-9", "tugs"), office) == stood


def test_the_part_is_that_of_the_moment():
    told = story(*PLANNED, *JOINED, parties.PartnerWithdrew(partner="tugs"))
    end = len(PLANNED) + len(JOINED)
    assert part(told, looked(len(PLANNED) - 0.5, "tugs-7", "tugs")) == "table"
    assert part(told, looked(end - 0.5, "tugs-7", "tugs")) == "organisation"
    assert part(told, looked(end + 0.5, "tugs-7", "tugs")) == "former"


def test_who_breaks_the_glass_had_no_part_by_it():
    assert part(story(*ACTIVE, BROKEN), looked(9, what="access-break-glass")) == "breaks"
    assert part(story(*ACTIVE, BROKEN), looked(9, code="break-glass", entry="BG1")) == "glass"


def test_another_table_has_a_part_once_it_was_asked():
    until = noon(SUBMITTED_ON).date() + 60 * DAY
    asked = story(*ACTIVE, escalation.DirectionOffered(to="lock-table", until=until, why=BROKEN.reason))
    look = row(noon(SUBMITTED_ON) + 9 * DAY, disclosed(CASE), by("locks-1", "locks", team="lock-table"))
    assert part(asked, look) == "asked"
    assert part(story(*ACTIVE), look) == "other"


def test_what_is_of_no_one_case_is_told_as_that():
    records = history(CASE, ACTIVE)
    at = noon(SUBMITTED_ON)
    assert beside(row(at, disclosed(None, seen=(CASE,))), None) == "of-list"
    assert beside(row(at, disclosed(None)), None) == "of-none"
    assert beside(row(at, disclosed(CASE)), records[0]) == ""
