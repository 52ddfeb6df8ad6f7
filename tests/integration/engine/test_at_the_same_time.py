"""Several at once: one wins, the other decides again on what is now so, and no update is lost."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from domain.refusal import Refused
from infra.store import StoreConfig, open_store
from tests.integration.engine.office import GRN, Office, opened
from tests.support.seeing import seen
from tests.support.together import run_together

TIMES = 8


def each_their_own(config: StoreConfig, act: Callable[[Office, int], object]) -> Callable[[], None]:
    """The act for a thread with an engine of its own, told which of the threads it is."""
    numbers = count(1)

    def run() -> None:
        with opened(config) as other:
            act(other, next(numbers))

    return run


def test_of_two_who_write_in_one_case_neither_is_lost(office: Office):
    number = office.accepted()

    def work(other: Office, which: int) -> None:
        for n in range(TIMES):
            other.agreed(number, what=f"Afspraak {which} {n}")

    run_together(each_their_own(office.config, work), 3)
    case = office.case(number)
    assert sorted(case.agreements, key=lambda a: int(a[1:])) == [f"A{n}" for n in range(1, 3 * TIMES + 1)]
    assert [r.version for r in office.records(number)] == list(range(1, len(office.records(number)) + 1))
    texts = seen(office.store, [a.what for a in case.agreements.values()])
    assert {*texts.values()} == {f"Afspraak {w} {n}" for w in (1, 2, 3) for n in range(TIMES)}


def test_who_was_first_is_decided_upon(office: Office):
    """Two reserve what only one of them can have: the other is refused on what is left, not stored beside it."""
    number = office.accepted()
    came = list[str]()

    def work(other: Office, which: int) -> None:
        try:
            other.ask("plan.reserve", case=number, cents=200_000, purpose_of="Een slot")
            came.append("reserved")
        except Refused as refused:
            came.append(refused.code)

    run_together(each_their_own(office.config, work), 3)
    assert sorted(came) == ["budget-too-small", "budget-too-small", "reserved"]
    assert office.case(number).budget_left(250_000) == 50_000


def test_numbers_are_given_once(office: Office):
    run_together(each_their_own(office.config, lambda other, _: [other.submitted() for _ in range(5)]), 3)
    year = office.store.now().year
    assert office.store.streams("GRN-") == [f"GRN-{year}-{n:04}" for n in range(1, 16)]


def test_one_command_given_twice_at_once_is_stored_once(office: Office):
    number = office.accepted()
    ask = each_their_own(office.config, lambda other, _: other.ask("plan.set-goal", case=number, goal="Rust", id_="goal-1"))
    run_together(ask, 3)
    assert list(office.case(number).goals) == ["G1"]


def test_nobody_is_given_anything_while_they_leave(office: Office):
    """One engine records a leaving while others assign the leaver in one case after another."""
    numbers = [office.accepted() for _ in range(4)]
    leaver, stays = "vnn-1", "terwille-1"

    def work(other: Office, which: int) -> None:
        if which == 1:
            other.ask("team.professional-leaves", professional=leaver, successor=stays)
            return
        for number in numbers:
            for verb in ("assign-contact-point", "assign-holder", "assign-director", "assign-professional"):
                try:
                    other.ask(f"parties.{verb}", case=number, professional=leaver)
                except Refused as refused:
                    if refused.code != "professional-left":
                        raise

    run_together(each_their_own(office.config, work), 3)
    assert office.engine.team(GRN).roster[leaver].left is not None
    for number in numbers:
        assert leaver not in office.case(number).holdings()


def test_a_case_that_comes_in_while_somebody_leaves_is_not_theirs(office: Office):
    """The one who takes in every new case leaves while cases come in."""
    chair = office.chair(GRN)
    assert chair is not None

    def work(other: Office, which: int) -> None:
        if which == 1:
            other.ask("team.professional-leaves", professional=chair, successor="veiligheidshuis-groningen-2")
        else:
            for _ in range(4):
                other.submitted(who="vnn-1")

    run_together(each_their_own(office.config, work), 3)
    held = [office.case(n).holder for n in office.store.streams("GRN-")]
    assert held == ["veiligheidshuis-groningen-2"] * 8


def test_a_refusal_rests_on_the_case_as_it_is_now(office: Office):
    """An engine that has seen a case before others changed it: what it remembers is no ground to refuse."""
    number = office.submitted()
    with pytest.raises(Refused):
        office.ask("monitoring.check", case=number, observed="Nog niet", progress=False)
    with opened(office.config) as other:
        for criterion in ("confused-behaviour", "care", "safety", "long-standing", "not-solvable"):
            other.ask("triage.assess", case=number, criterion=criterion, met=True, motivation="Gezien")
        other.ask("triage.accept", case=number)
    assert office.ask("monitoring.check", case=number, observed="Nu wel", progress=True).events


def test_finding_nothing_new_rests_on_the_case_as_it_is_now(office: Office):
    number = office.accepted()
    office.ask("parties.join", case=number, partner="vnn")
    with opened(office.config) as other:
        other.ask("parties.leave", case=number, partner="vnn")
    assert office.ask("parties.join", case=number, partner="vnn").events


def test_a_case_of_which_the_event_has_no_place_yet_is_found_when_somebody_leaves(on_server: Office, tmp_path: Path):
    """An older transaction is still open when a case is stored, and closes just when the tables were brought up."""
    models = on_server.models
    with open_store(on_server.config) as blocking:
        db = blocking.connection()
        db.execute("BEGIN")
        db.query("SELECT pg_current_xact_id()")
        number = on_server.submitted(who="vnn-1")
        fresh = models.fresh

        def closing(*asked: Any) -> None:
            fresh(*asked)
            db.execute("COMMIT")

        assert number in models.open_cases(GRN)
        models.fresh = closing  # type: ignore[assignment, method-assign]
        assert number in models.open_cases(GRN)
