"""Custody: asked by one login, confirmed by another; alone only where there is one login, and then it says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from commands import custody
from commands.custody import confirmed
from commands.handle import decide
from domain.custody import alone
from domain.event import Event, replay
from domain.events.custody import CustodyCarriedOut, CustodyConfirmed, CustodyRequested, CustodyWithdrawn
from domain.refusal import Refused
from domain.team import Team
from tests.examples import TWO_ASKED, text
from tests.scenario import CASE, Situation, given_table
from tests.support.tables import HARBOUR, HOME

ASKED = CustodyRequested(custody="K1", act="rotate-keys", login="os-1000", reason=text("Somebody was erased", "team"))
CONFIRMED = CustodyConfirmed(custody="K1", login="os-1001", alone=False)
DONE = CustodyCarriedOut(custody="K1", version=2)


def table(*events: Event) -> Team:
    return given_table(*events).teams[HARBOUR]


def confirming(situation: Situation, login: str, *, embedded: bool) -> list[Event]:
    command = custody.Confirm(team=HARBOUR, custody="K1")
    desk = replace(situation.desk(command), login=login, embedded=embedded)
    return [event for _, event in decide(command, situation.state(command), desk)]


# --- the rule itself


@pytest.mark.parametrize("embedded", [True, False])
def test_two_logins_are_two_persons_anywhere(embedded: bool):
    assert alone("os-1000", "os-1001", embedded=embedded) is False


def test_one_login_is_one_person_and_may_only_where_there_is_one():
    assert alone("os-1000", "os-1000", embedded=True) is True
    with pytest.raises(Refused, match="other-login-needed"):
        alone("cas-17", "cas-17", embedded=False)


# --- asked, confirmed, taken back


def test_an_act_is_asked_for_with_its_reason_and_who_asked():
    command = custody.Request(team=HARBOUR, act="rotate-keys", reason="Somebody was erased")
    given_table().when(command).then(ASKED.model_copy(update={"login": "nobody"}))


def test_the_same_act_about_the_same_is_asked_once_while_it_is_open():
    command = custody.Request(team=HARBOUR, act="rotate-keys", reason="Again")
    given_table(ASKED).when(command).then_nothing()
    given_table(ASKED, CONFIRMED).when(command).then_nothing()
    for over in (DONE, CustodyWithdrawn(custody="K1")):
        after = given_table(ASKED, CONFIRMED, over).when(command).then_it("custody.requested")
        assert set(after.teams[HARBOUR].custody) == {"K1", "K2"}


def test_about_something_else_it_is_another_act():
    other = custody.Request(team=HARBOUR, act="unmask", case="HBR-2026-0009", professional=HOME, reason="She asks")
    given_table(TWO_ASKED).when(other).then_it("custody.requested")


def test_a_professional_who_was_never_on_this_roster_can_not_be_named():
    command = custody.Request(team=HARBOUR, act="unmask", case=CASE, professional="nobody-1", reason="She asks")
    given_table().when(command).then_refused("unknown-professional", id="nobody-1")


def test_another_login_confirms():
    for embedded in (True, False):
        assert confirming(given_table(ASKED), "os-1001", embedded=embedded) == [CONFIRMED]


def test_the_same_login_confirms_on_a_laptop_alone_and_it_says_so():
    assert confirming(given_table(ASKED), "os-1000", embedded=True) == [
        CustodyConfirmed(custody="K1", login="os-1000", alone=True)
    ]
    with pytest.raises(Refused, match="other-login-needed"):
        confirming(given_table(ASKED), "os-1000", embedded=False)


def test_what_was_taken_back_is_not_confirmed_and_what_was_done_is_not_taken_back():
    confirm, withdraw = custody.Confirm(team=HARBOUR, custody="K1"), custody.Withdraw(team=HARBOUR, custody="K1")
    given_table(ASKED, CustodyWithdrawn(custody="K1")).when(confirm).then_refused("act-withdrawn", custody="K1")
    given_table(ASKED, CONFIRMED, DONE).when(withdraw).then_refused("act-done", custody="K1")
    given_table(ASKED, CONFIRMED, DONE).when(confirm).then_nothing()
    given_table().when(confirm).then_refused("unknown-custody", id="K1")


# --- what others ask: may it be done


def test_only_what_was_confirmed_and_not_done_yet_may_be_done():
    with pytest.raises(Refused, match="act-not-asked"):
        confirmed(table(), "rotate-keys")
    with pytest.raises(Refused, match="act-not-confirmed") as waiting:
        confirmed(table(ASKED), "rotate-keys")
    assert waiting.value.facts == {"team": HARBOUR, "custody": "K1"}
    assert confirmed(table(ASKED, CONFIRMED), "rotate-keys").id == "K1"
    with pytest.raises(Refused, match="act-not-asked"):
        confirmed(table(ASKED, CONFIRMED, DONE), "rotate-keys")


def test_a_confirmation_is_for_just_what_it_is_about():
    team = table(TWO_ASKED, CONFIRMED)
    assert confirmed(team, "unmask", case=CASE, professional=HOME, term="youth").id == "K1"
    for about in ({"case": CASE}, {"case": CASE, "professional": HOME}, {"professional": HOME, "term": "youth"}):
        with pytest.raises(Refused, match="act-not-asked"):
            confirmed(team, "unmask", **about)


def test_alone_stays_to_be_seen_after_it_was_done():
    by_one = CONFIRMED.model_copy(update={"alone": True})
    assert table(ASKED, by_one, DONE).custody["K1"].alone


def test_an_event_about_an_act_that_is_not_there_changes_nothing():
    assert replay(Team(), []).custody == DONE.apply(table()).custody == {}
