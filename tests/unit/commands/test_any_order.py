"""Whatever is asked in whatever order, on earlier days too: a rule answers or refuses, and nobody is forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from commands.base import CaseCommand, TeamCommand
from domain.case import Case
from domain.event import replay
from domain.refusal import Refused
from tests.command_examples import COMMANDS
from tests.examples import ACTIVE, PLANNED, SUBMITTED, UNNAMED
from tests.scenario import CASE, TODAY, TWIN, Step, given
from tests.support.tables import HARBOUR, LOCK, LOCK_MASTER, MASTER

ASKED = [
    c for _, c in COMMANDS if (isinstance(c, CaseCommand) and c.case == CASE) or (isinstance(c, TeamCommand) and c.WHOLE_TEAM)
]
STARTS: list[tuple[Step, ...]] = [(SUBMITTED,), UNNAMED, ACTIVE, PLANNED]
MOVES = st.lists(
    st.tuples(st.sampled_from(ASKED), st.integers(-3, 20), st.sampled_from([(MASTER, HARBOUR), (LOCK_MASTER, LOCK)])), max_size=30
)


@settings(max_examples=250)
@over(st.sampled_from(STARTS), MOVES)
def test_an_open_case_is_held_by_somebody_who_is_here_and_has_a_next_moment(
    start: tuple[Step, ...], moves: list[tuple[CaseCommand | TeamCommand, int, tuple[str, str]]]
):
    situation, today = given(*start).beside(TWIN, *ACTIVE), TODAY
    for command, days, (actor, team) in moves:
        today = max(today, today + timedelta(days=days))
        asked = situation.by(actor, team).on_day(today + timedelta(days=min(days, 0)), recorded=today)
        if isinstance(command, TeamCommand):
            asked = replace(asked, own=(), cases={**situation.cases, CASE: situation.own})
        try:
            after = asked.after(command, asked.decide(command))
        except Refused:
            continue
        own = after.cases[CASE] if isinstance(command, TeamCommand) else after.own
        situation = replace(after, own=own, cases={k: v for k, v in after.cases.items() if k != CASE})
        for records in (own, *situation.cases.values()):
            case = replay(Case(), records)
            if case.is_open() and case.team == HARBOUR:
                assert case.holder in {p.id for p in after.teams[HARBOUR].active()}
                assert case.next is not None
