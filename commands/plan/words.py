"""The plan in the resident's words: begin it, answer its questions, have it endorsed, set goals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from pydantic import Field

from commands.base import CaseCommand, Text, Yield, require
from commands.desk import Desk
from domain.case import Case, Status
from domain.events.plan import GoalMet, GoalSet, PlanDrafted, PlanEndorsed, PlanNotEndorsed, PlanQuestionAnswered
from domain.ids import Code, EntryId
from domain.refusal import Refused

ACTIVE = frozenset({Status.ACTIVE})


class Draft(CaseCommand):
    """Begin the one plan, or begin it anew.

    casus plan draft DRO-2026-0001 --meeting 2026-12-03
    """

    VERB: ClassVar[str] = "draft"
    STATES: ClassVar[frozenset[Status]] = ACTIVE
    meeting: date | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.drafted != desk.today:
            yield PlanDrafted(meeting=self.meeting)


class Answer(CaseCommand):
    """Answer a plan question in the resident's own words.

    casus plan answer DRO-2026-0001 ik-wil --answer "I want to keep my dog"
    """

    VERB: ClassVar[str] = "answer"
    STATES: ClassVar[frozenset[Status]] = ACTIVE
    question: Code = Field(json_schema_extra={"position": 1})
    answer: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        resident = desk.profile.resident
        desk.known("question", self.question, resident.questions if resident else ())
        yield PlanQuestionAnswered(question=self.question, answer=self.personal(self.answer))


class Endorse(CaseCommand):
    """Record that the resident endorses the plan.

    casus plan endorse DRO-2026-0001
    """

    VERB: ClassVar[str] = "endorse"
    STATES: ClassVar[frozenset[Status]] = ACTIVE

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.endorsed:
            return
        if state.drafted is None and not state.agreements:
            raise Refused("no-plan", case=state.number)
        yield PlanEndorsed()


class NotEndorsed(CaseCommand):
    """Record that the resident does not endorse the plan, or was not asked, and why.

    casus plan not-endorsed ZEI-2026-0003 --why "Not present at this table"
    """

    VERB: ClassVar[str] = "not-endorsed"
    STATES: ClassVar[frozenset[Status]] = ACTIVE
    why: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.drafted is None and not state.agreements:
            raise Refused("no-plan", case=state.number)
        yield PlanNotEndorsed(why=self.personal(self.why))


class SetGoal(CaseCommand):
    """Set a goal of the plan.

    casus plan set-goal DRO-2026-0001 --goal "Living on my own, with rest"
    """

    VERB: ClassVar[str] = "set-goal"
    STATES: ClassVar[frozenset[Status]] = ACTIVE
    goal: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        questions_first(state, desk)
        yield GoalSet(goal=state.next_entry("G", state.goals), text=self.personal(self.goal))


class MeetGoal(CaseCommand):
    """Record that a goal was reached.

    casus plan meet-goal DRO-2026-0001 G1
    """

    VERB: ClassVar[str] = "meet-goal"
    STATES: ClassVar[frozenset[Status]] = frozenset({Status.ACTIVE, Status.AFTERCARE})
    goal: EntryId = Field(json_schema_extra={"position": 1})

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        require(state.goals, "goal", self.goal)
        if self.goal not in state.goals_met:
            yield GoalMet(goal=self.goal)


def questions_first(state: Case, desk: Desk) -> None:
    """Where the plan starts from the resident's words, refuse goals and agreements until every question is answered."""
    resident = desk.profile.resident
    if resident is None or resident.questions_first is None or not resident.questions_first.value:
        return
    missing = tuple(q.id for q in resident.questions if q.id not in state.answers)
    if missing:
        raise Refused("questions-first", case=state.number, questions=missing)
