"""What `possible` names is what can be done: whoever follows it brings a case from a submission to its end."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from commands import resolve
from commands.next import Possible, possible
from domain.case import Case, Status
from domain.days import start_of
from domain.refusal import Refused
from infra.engine import Request
from tests.property.choosing import Mood, choose
from tests.property.playing import step
from tests.property.preparing import prepared
from tests.property.test_never_forgotten import TABLES
from tests.property.wishes import of_cases
from tests.property.wishes.looking import CaseLooker, Looker
from tests.property.wishes.of_tables import submission
from tests.property.world import LOGIN, Asked, World, command, first_world

STEPS = 60
NOT_OF_THE_CASE = {
    "partner-answers", "holder-only", "mandate-needed", "recipient-answers", "escalation-open", "agreements-open",
    "already-raised",
}  # fmt: skip
"""Refusals that depend on who asks, or on whom is called, or that name what comes first."""


@pytest.fixture(scope="module")
def world() -> World:
    return prepared(first_world())


def named(world: World, case: Case) -> list[Possible]:
    """What there is to do in a case, for who chairs its table; not what the state merely allows."""
    chair = world.teams[case.team].chair
    state, desk = world.engine.desk(case.number, Request(LOGIN, acting_as=chair, team=case.team))
    return [item for item in possible(state, desk) if item.why != "allowed"]


def filled(world: World, case: Case, item: Possible) -> Asked | None:
    """The command as somebody would fill it in, or None when chance made none that is about this entry."""
    kind = resolve(item.command)
    who = item.entry if item.why in ("direction-offered", "case-offered") and kind.FOREIGN else case.team
    who = who if who in world.teams else case.team
    fields = [name for name in ("criterion", "question", "agreement", "escalation", "probe") if name in kind.model_fields]
    for n in range(40):
        for _, name, own in of_cases.wishes(CaseLooker(world, Random(n), case)):
            if name == item.command and (item.entry is None or not fields or own.get(fields[0]) == item.entry):
                whole = {"case": case.number, **own} | ({"met": True} if name == "triage.assess" else {})
                made = kind(**{k: v() if callable(v) else v for k, v in whole.items() if k in kind.model_fields})
                return Asked(made, Request(LOGIN, acting_as=world.teams[who].chair, team=who), world.clock.at)
    return None


@pytest.mark.parametrize("team", TABLES)
def test_who_does_what_is_named_first_brings_a_case_to_its_end(world: World, team: str):
    here = world.fork()
    look = Looker(here, Random(team), team)
    asked = Request(LOGIN, acting_as=look.team.chair, team=team)
    fields = submission(look) | {
        "anonymous": False,
        "name": "Ada Verzonnen",
        "birth_date": None,
        "submitter": None,
        "tried": None,
    }
    number = here.ask(Asked(command("intake.submit", **fields), asked, here.clock.at)).stream
    done = list[str]()
    while here.cases[number].status is not Status.CLOSED:
        case = here.cases[number]
        items = named(here, case)
        assert items, f"nothing is named for a case that is {case.status.value}, after {done}"
        first = items[0]
        if first.why == "next-moment" and first.by is not None and first.by > here.today:
            here.clock.at = start_of(first.by) + timedelta(hours=9)
            continue
        asking = filled(here, case, first)
        assert asking is not None, f"nobody could ask {first}"
        try:
            assert here.ask(asking).events, f"{first} led to nothing new"
        except Refused as refused:
            pytest.fail(f"{first} was named first and refused: {refused.code} {refused.facts}, after {done}")
        done.append(first.command)
        assert len(done) < STEPS, f"it never ends: {done}"
    assert {"triage.assess", "triage.accept", "plan.agree", "plan.accept", "plan.fulfil", "closing.close"} <= set(done), done


def test_what_is_named_is_not_refused_for_how_the_case_stands(world: World):
    """In cases as random sequences leave them, at every table."""
    refused, asked = Counter[str](), 0
    for n, team in enumerate(TABLES * 8):
        chance, here = Random(n), world.fork()
        mood = Mood.of(chance)
        for _ in range(25):
            here.clock.at += timedelta(days=chance.random() * 4)
            if (chosen := choose(here, chance, [team], mood)) is not None:
                step(here, chosen)
        for case in [c for c in here.cases.values() if c.team == team]:
            for item in named(here, case):
                asking = filled(here, case, item)
                if asking is None:
                    continue
                asked += 1
                try:
                    here.fork().ask(asking)
                except Refused as told:
                    if told.code not in NOT_OF_THE_CASE:
                        refused[f"{item.command} ({item.why}): {told.code}"] += 1
    assert asked > 300
    assert not refused, refused.most_common()
