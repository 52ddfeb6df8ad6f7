"""Who may hold a citizen service number: refused at entering, by every way in, from whom the law does not allow it."""

from __future__ import annotations

import dataclasses

import pytest

from commands.base import Command
from commands.consent import Name
from commands.correcting import Correct
from commands.intake import Identify, Submit
from domain.identity import NOBODY, NumberHolders, may_hold_number
from domain.personal import Personal
from infra.policy.identity import number_holders
from tests.examples import ACTIVE, ANONYMOUS, GROUND
from tests.scenario import CASE, Situation, given
from tests.support.tables import HOME, MASTER, TUG

BSN = "111222333"
HOLDERS = NumberHolders(frozenset({"care", "governance"}), frozenset({"police"}), frozenset({"landlord"}))


@pytest.mark.parametrize(
    ("column", "partner", "may"),
    [
        ("care", "clinic", True),
        ("governance", "town", True),
        ("care", "landlord", False),
        ("safety", "police", True),
        ("safety", "safety-house", False),
        ("informal", "buddies", False),
        ("", "clinic", False),
        ("care", "", False),
    ],
)
def test_who_may_hold_a_number(column: str, partner: str, may: bool):
    assert may_hold_number(column, partner, HOLDERS) is may


@pytest.mark.parametrize("column", ["care", "safety", "governance", "informal"])
def test_nobody_may_unless_it_is_said(column: str):
    assert not may_hold_number(column, "clinic", NOBODY)


def test_what_ships_allows_care_and_governance_and_no_landlord():
    shipped = number_holders()
    assert shipped.columns == {"care", "governance"}
    assert not may_hold_number("informal", "anybody", shipped)
    assert all(not may_hold_number("care", partner, shipped) for partner in shipped.without)


WAYS_IN: tuple[tuple[Situation, Command], ...] = (
    (given(), Submit(question="Adrift", reasons=frozenset({"adrift"}), name="Wilma", submitter="pilots", number=BSN)),
    (given(*ACTIVE), Identify(case=CASE, number=BSN)),
    (given(*ACTIVE), Identify(case=CASE, subject="s2", number=BSN)),
    (given(ANONYMOUS, GROUND), Name(
        case=CASE, resident_name="Wilma", ground="public-task", necessity="n", proportionality="p", subsidiarity="s", number=BSN
    )),
    (given(*ACTIVE), Correct(case=CASE, entry=2, field="number", value=BSN)),
)  # fmt: skip
ways_in = pytest.mark.parametrize(("situation", "command"), WAYS_IN, ids=lambda x: getattr(x, "VERB", ""))


@ways_in
def test_a_number_is_taken_from_who_may_hold_it(situation: Situation, command: Command):
    assert command.brings_number()
    assert situation.by(MASTER).decide(command)


@ways_in
@pytest.mark.parametrize("who", [TUG, HOME])
def test_a_number_is_refused_from_who_may_not(situation: Situation, command: Command, who: str):
    situation.by(who).when(command).then_refused("number-not-yours", field="number", partner=who.rpartition("-")[0])


@ways_in
def test_where_nothing_is_said_nobody_enters_one(situation: Situation, command: Command):
    dataclasses.replace(situation, number_holders=NOBODY).by(MASTER).when(command).then_refused("number-not-yours")


def test_who_may_not_hold_a_number_enters_the_rest():
    given(*ACTIVE).by(TUG).when(Identify(case=CASE, birth_date="1961-02-03")).then_it()
    given(*ACTIVE).by(TUG).when(Correct(case=CASE, entry=2, field="name", value="Wilma")).then_it()


@pytest.mark.parametrize(("field", "wrong"), [("number", "123456789"), ("birth_date", "3 February 1961")])
def test_a_correction_is_no_way_round_what_is_checked_at_entering(field: str, wrong: str):
    given(*ACTIVE).when(Correct(case=CASE, entry=2, field=field, value=wrong)).then_refused("does-not-fit", field=field)


def test_a_number_that_is_corrected_stands_as_nine_digits():
    [(_, event)] = given(*ACTIVE).decide(Correct(case=CASE, entry=2, field="number", value="111.222.333"))
    text = event.model_dump() and getattr(event, "text", None)
    assert isinstance(text, Personal)
    assert text.text == BSN
