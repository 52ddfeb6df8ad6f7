"""Access: glass that is broken and reviewed, for whom a contribution is meant, clearance."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from commands.access import BreakGlass, ReviewGlass, SetAudience, SetClearance
from commands.closing import CheckAftercare, Close, Merge
from commands.correcting import AddStatement, Correct, Withdraw
from domain.case import FINAL, OPEN, Case
from domain.event import replay
from domain.events.access import AudienceSet, ClearanceSet, GlassBroken
from domain.events.correcting import EntryCorrected
from domain.events.team import RolesChanged
from tests.examples import ACTIVE, AFTERCARE, BROKEN, CLOSED, INVITED, REVIEWED, TWIN_CASE, example, text
from tests.scenario import CASE, TODAY, TWIN, Situation, given, noon
from tests.support.tables import HARBOUR, HOME, LOCK, LOCK_HAND, MASTER, NOBODY, PILOT, TUG, professional

BREAK = BreakGlass(case=CASE, reason="Found adrift", minutes=30)
REVIEW = ReviewGlass(case=CASE, glass="BG1", justified=True, why="It could not wait")
KEEP = SetAudience(case=CASE, entry=3, audience="treatment")
OFFICER = professional("customs-1", "privacy-officer", login="os-1009")
RESTRICTED = ClearanceSet(level="restricted")


def brought_in(situation: Situation, partner: str, *versions: int) -> Situation:
    """The same, with these entries brought in by somebody of a partner."""
    theirs = replace(NOBODY, organisation=partner)
    return replace(situation, own=tuple(replace(r, header=theirs) if r.version in versions else r for r in situation.own))


# --- breaking glass


def test_glass_is_broken_for_a_reason_and_a_time():
    asked = given(*ACTIVE).by(LOCK_HAND, LOCK)
    broken = asked.when(BREAK).then(GlassBroken(
        glass="BG1", professional=LOCK_HAND, team=LOCK, until=noon(TODAY) + timedelta(minutes=30), reason=text("Found adrift")
    ))  # fmt: skip
    glass = replay(Case(), broken.own).glass["BG1"]
    assert (glass.justified, glass.until) == (None, noon(TODAY) + timedelta(minutes=30))


@pytest.mark.parametrize("minutes", [0, -5, 61, 600])
def test_glass_is_broken_for_an_hour_at_most(minutes: int):
    with pytest.raises(ValidationError):
        BreakGlass(case=CASE, reason="x", minutes=minutes)
    assert BreakGlass(case=CASE, reason="x").minutes == 60


def test_glass_needs_a_reason():
    with pytest.raises(ValidationError):
        BreakGlass.model_validate({"case": CASE})


def test_glass_that_still_is_broken_is_not_broken_longer():
    once = given(*ACTIVE).by(LOCK_HAND, LOCK).when(BREAK).then_it("access.glass-broken")
    once.when(BreakGlass(case=CASE, reason="Longer", minutes=60)).then_nothing()
    once.on_day(TODAY + timedelta(days=1)).when(BREAK).then_it("access.glass-broken")


def test_glass_of_another_is_not_ones_own():
    given(*ACTIVE, BROKEN).by("lock-keepers-1", LOCK).when(BREAK).then_it("access.glass-broken")


def test_who_may_see_the_case_has_no_glass_to_break():
    given(*ACTIVE).by(MASTER).when(BREAK).then_refused("glass-not-needed")
    given(*ACTIVE, INVITED).by(TUG).when(BREAK).then_refused("glass-not-needed")
    given(*ACTIVE).by(TUG).when(BREAK).then_it("access.glass-broken")


def test_a_case_that_is_kept_from_a_member_can_be_looked_into_by_breaking_glass():
    kept = given(*ACTIVE, INVITED, RESTRICTED)
    kept.by(TUG).when(BREAK).then_it("access.glass-broken")
    cleared = RolesChanged(professional=TUG, roles=frozenset({"deckhand", "cleared"}))
    kept.with_team(cleared).by(TUG).when(BREAK).then_refused("glass-not-needed")


def test_an_ended_case_can_be_looked_into_too():
    given(*ACTIVE, CLOSED).by(LOCK_HAND, LOCK).when(BREAK).then_it("access.glass-broken")
    assert BreakGlass.STATES == ReviewGlass.STATES == OPEN | FINAL


# --- reviewing it


def test_a_review_says_whether_it_was_right():
    reviewed = given(*ACTIVE, BROKEN).when(REVIEW).then_it("access.glass-reviewed")
    assert replay(Case(), reviewed.own).glass["BG1"].justified is True


def test_nobody_reviews_the_glass_they_broke():
    own = BROKEN.model_copy(update={"team": HARBOUR, "professional": TUG})
    given(*ACTIVE, own).by(TUG).when(REVIEW).then_refused("own-glass")
    given(*ACTIVE, own).by(PILOT).when(REVIEW).then_it("access.glass-reviewed")


def test_nobody_reviews_it_under_another_id_at_another_table():
    again = RolesChanged(professional=LOCK_HAND, roles=frozenset({"deckhand"}), login="os-1009")
    elsewhere = given(*ACTIVE, BROKEN).with_team(again, team=LOCK)
    elsewhere.with_team(OFFICER).by("customs-1").when(REVIEW).then_refused("own-glass")
    other = OFFICER.model_copy(update={"login": "os-1010"})
    elsewhere.with_team(other).by("customs-1").when(REVIEW).then_it("access.glass-reviewed")


def test_a_review_is_given_once():
    done = given(*ACTIVE, BROKEN, REVIEWED)
    done.when(REVIEW).then_nothing()
    done.when(REVIEW.model_copy(update={"justified": False})).then_refused("already-reviewed")


def test_only_glass_that_was_broken_is_reviewed():
    given(*ACTIVE).when(REVIEW).then_refused("unknown-glass")


# --- what it holds up


def test_a_case_is_not_closed_while_glass_waits_for_its_review():
    close = Close(case=CASE, result="moored", note="Moored")
    given(*ACTIVE, BROKEN).when(close).then_refused("glass-unreviewed", case=CASE, glass=("BG1",))
    given(*ACTIVE, BROKEN, REVIEWED).when(close).then_it("closing.closed")


def test_after_care_does_not_end_while_glass_waits_for_its_review():
    ends, goes_on = (CheckAftercare(case=CASE, observed="Still moored", next_on=on) for on in (None, TODAY + timedelta(days=9)))
    given(*ACTIVE, AFTERCARE, BROKEN).when(ends).then_refused("glass-unreviewed")
    given(*ACTIVE, AFTERCARE, BROKEN).when(goes_on).then_it("closing.aftercare-checked")
    given(*ACTIVE, AFTERCARE, BROKEN, REVIEWED).when(ends).then_it("closing.aftercare-checked")


def test_a_case_is_not_merged_away_while_glass_waits_for_its_review():
    merge = Merge(case=CASE, into=TWIN, why="The same boat")
    given(*ACTIVE, BROKEN).beside(TWIN, *TWIN_CASE).when(merge).then_refused("glass-unreviewed")
    given(*ACTIVE, BROKEN, REVIEWED).beside(TWIN, *TWIN_CASE).when(merge).then_it()


def test_no_correction_ends_a_case_while_glass_waits_for_its_review():
    entry = len(ACTIVE) + 1
    without_aftercare = Correct(case=CASE, entry=entry, field="aftercare_on", value="-")
    given(*ACTIVE, AFTERCARE, BROKEN).when(without_aftercare).then_refused("glass-unreviewed")
    given(*ACTIVE, AFTERCARE, BROKEN, REVIEWED).when(without_aftercare).then_it("correcting.entry-corrected")


@pytest.mark.parametrize("step", [BROKEN, REVIEWED, example("case.access.audience-set"), RESTRICTED], ids=lambda e: e.TOPIC)
def test_what_says_who_looked_is_neither_withdrawn_nor_corrected(step: GlassBroken):
    entry, there = len(ACTIVE) + 2, given(*ACTIVE, BROKEN, step)
    there.when(Withdraw(case=CASE, entry=entry, why="Never mind")).then_refused("access-entry", entry=entry)
    for field in type(step).model_fields:
        there.when(Correct(case=CASE, entry=entry, field=field, value="x")).then_refused("access-entry", entry=entry)
    there.when(Correct(case=CASE, entry=entry, moved_to=noon(TODAY))).then_refused("access-entry", entry=entry)
    there.when(AddStatement(case=CASE, entry=entry, statement="Nobody asked me")).then_it("correcting.statement-added")


def test_without_the_checks_all_of_it_would_pass(monkeypatch: pytest.MonkeyPatch):
    """A control: what the tests above rest on."""
    for place in ("closing.ending", "closing.merging", "consistency"):
        monkeypatch.setattr(f"commands.{place}.glass_reviewed", lambda _: None)
    monkeypatch.setattr("commands.correcting.ACCESS", "case.nothing.")
    broken = given(*ACTIVE, BROKEN)
    broken.when(Close(case=CASE, result="moored", note="Moored")).then_it("closing.closed")
    broken.beside(TWIN, *TWIN_CASE).when(Merge(case=CASE, into=TWIN, why="The same boat")).then_it()
    broken.when(Withdraw(case=CASE, entry=len(ACTIVE) + 1, why="Never mind")).then_it("correcting.entry-withdrawn")
    over = given(*ACTIVE, AFTERCARE, BROKEN)
    over.when(CheckAftercare(case=CASE, observed="Still moored")).then_it("closing.aftercare-checked")
    over.when(Correct(case=CASE, entry=len(ACTIVE) + 1, field="aftercare_on", value="-")).then_it("correcting.entry-corrected")


# --- for whom it is meant


def test_who_brought_an_entry_in_says_for_whom_it_is_meant():
    given(*ACTIVE).when(KEEP).then(AudienceSet(entry=3, audience="treatment"))
    partners = SetAudience(case=CASE, entry=3, partners=frozenset({"tugs", "pilots"}))
    after = given(*ACTIVE).when(partners).then_it("access.audience-set")
    assert replay(Case(), after.own).audiences == {3: "pilots tugs"}


def test_nobody_else_does():
    given(*ACTIVE).by(TUG).when(KEEP).then_refused("not-your-contribution", partner="pilots")
    brought_in(given(*ACTIVE), "tugs", 3).by(TUG).when(KEEP).then_it("access.audience-set")
    brought_in(given(*ACTIVE), "tugs", 3).by(MASTER).when(KEEP).then_refused("not-your-contribution", partner="tugs")


def test_what_was_everybodys_is_not_made_everybodys_again():
    back = KEEP.model_copy(update={"audience": "case"})
    given(*ACTIVE).when(back).then_nothing()
    given(*ACTIVE).when(KEEP).then_it().when(back).then_it("access.audience-set")


def test_a_correction_of_the_text_is_meant_for_the_same():
    corrected = EntryCorrected(entry=3, field="motivation", text=text("Seen twice"))
    given(*ACTIVE, corrected).when(KEEP).then(*(AudienceSet(entry=n, audience="treatment") for n in (3, len(ACTIVE) + 1)))
    theirs = brought_in(given(*ACTIVE, corrected), "tugs", len(ACTIVE) + 1)
    theirs.when(KEEP).then(AudienceSet(entry=3, audience="treatment"))


def test_an_audience_is_of_a_text_that_is_there():
    given(*ACTIVE).when(KEEP.model_copy(update={"entry": 99})).then_refused("unknown-entry")
    given(*ACTIVE, INVITED).when(KEEP.model_copy(update={"entry": len(ACTIVE) + 1})).then_refused("entry-without-text")
    given(*ACTIVE, BROKEN).when(KEEP.model_copy(update={"entry": len(ACTIVE) + 1})).then_refused("access-entry")


def test_an_audience_is_one_or_partners_of_the_table():
    given(*ACTIVE).when(SetAudience(case=CASE, entry=3)).then_refused("audience-or-partners")
    both = SetAudience(case=CASE, entry=3, audience="case", partners=frozenset({"tugs"}))
    given(*ACTIVE).when(both).then_refused("audience-or-partners")
    given(*ACTIVE).when(SetAudience(case=CASE, entry=3, partners=frozenset({"navy"}))).then_refused("unknown-partner")


# --- clearance


def test_a_case_is_restricted_and_made_normal_again():
    restricted = given(*ACTIVE).when(SetClearance(case=CASE, level="restricted")).then(RESTRICTED)
    assert replay(Case(), restricted.own).clearance == "restricted"
    restricted.when(SetClearance(case=CASE, level="normal")).then(ClearanceSet(level="normal"))
    given(*ACTIVE).when(SetClearance(case=CASE, level="normal")).then_nothing()


def test_texts_on_which_others_watch_are_kept_from_nobody():
    """A reason that only its writer's organisation could read would be no reason."""
    assert not any(kind.takes_audience() for kind in (BreakGlass, ReviewGlass, SetAudience, SetClearance))
    assert CheckAftercare.takes_audience()


def test_home_is_no_member_of_this_case():
    """So that the tests above say something: who sits at the table is not in every case."""
    given(*ACTIVE).by(HOME).when(BREAK).then_it("access.glass-broken")
