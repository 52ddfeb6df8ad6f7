"""Read model `plan`: the parts of each case's plan, past ones too: answers, goals, agreements, deviations, budget."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, NamedTuple

from domain.case import Case
from domain.case_parts import Agreement
from projections.base import Codes, Projection, codes
from projections.history import History


class PlanRow(NamedTuple):
    """A part of a plan. The texts themselves are sealed; here stands that they are there."""

    number: Annotated[str, "the case's number"]
    part: Annotated[str, "answer goal agreement deviation reservation"]
    entry: Annotated[str, "its number in the case (A1, G1, D1, R1); of an answer the code of its question"]
    team: Annotated[str | None, "the team whose case it is"]
    status: Annotated[str, "the status of the case"]
    state: Annotated[
        str,
        "agreement: proposed accepted refused fulfilled lapsed withdrawn; goal: open met; deviation: standing ended; "
        "answer: given; reservation: standing released",
    ]
    partner: Annotated[str | None, "agreement: the one partner that answers for it"]
    responsible: Annotated[str | None, "agreement: its professional; deviation: on whose mandate"]
    contributors: Annotated[Codes, "agreement: partners that help"]
    domain: Annotated[str | None, "agreement: the life domain"]
    recovery: Annotated[str | None, "agreement: the kind of recovery"]
    goal: Annotated[str | None, "agreement: the goal it serves"]
    rule: Annotated[str | None, "deviation: the rule or indication that was let go"]
    agreement: Annotated[str | None, "reservation: the agreement it is for"]
    since: Annotated[date | None, "agreement: the day it was agreed"]
    due: Annotated[date | None, "agreement: the day it should be done by; deviation: the day it ends"]
    no_date: Annotated[str | None, "agreement: why there is no such day"]
    ended: Annotated[date | None, "deviation: the day it was ended early"]
    progress: Annotated[str | None, "agreement: progress as last reported: none some good"]
    progress_on: Annotated[date | None, "agreement: the day of that report"]
    carried_from: Annotated[str | None, "agreement: the case it came along from"]
    cents_reserved: Annotated[int | None, "reservation: what was set apart, in euro cents"]
    cents_spent: Annotated[int | None, "reservation: of which spent"]
    cents_released: Annotated[int | None, "reservation: of which given back"]

    def open(self) -> bool:
        """Whether it is an agreement that still asks something of somebody."""
        return self.part == "agreement" and self.state in ("proposed", "accepted")


def _rows(history: History[Case]) -> Iterator[PlanRow]:
    case = history.state
    blank = PlanRow(
        number=history.stream, part="", entry="", team=case.team or None, status=case.status.value, state="",
        partner=None, responsible=None, contributors=(), domain=None, recovery=None, goal=None, rule=None,
        agreement=None, since=None, due=None, no_date=None, ended=None, progress=None, progress_on=None,
        carried_from=None, cents_reserved=None, cents_spent=None, cents_released=None,
    )  # fmt: skip
    for question in case.answers:
        yield blank._replace(part="answer", entry=question, state="given")
    for goal in case.goals:
        yield blank._replace(part="goal", entry=goal, state="met" if goal in case.goals_met else "open")
    for a in case.agreements.values():
        yield _agreement(blank, a)
    for d in case.deviations.values():
        state = "standing" if d.ended is None else "ended"
        yield blank._replace(
            part="deviation", entry=d.id, state=state, rule=d.rule, responsible=d.mandate, due=d.until, ended=d.ended
        )
    for r in case.budget.values():
        yield blank._replace(
            part="reservation", entry=r.id, state="standing" if r.standing() else "released", agreement=r.agreement,
            cents_reserved=r.reserved, cents_spent=r.spent, cents_released=r.released,
        )  # fmt: skip


def _agreement(blank: PlanRow, a: Agreement) -> PlanRow:
    return blank._replace(
        part="agreement", entry=a.id, state=a.state, partner=a.partner, responsible=a.responsible,
        contributors=codes(a.contributors), domain=a.domain, recovery=a.recovery, goal=a.goal, since=a.agreed,
        due=a.due, no_date=a.no_date, progress=a.progress, progress_on=a.progress_on, carried_from=a.carried_from,
    )  # fmt: skip


PLAN = Projection("plan", 1, PlanRow, {"case": _rows}, key=("part", "entry"), indexes=(("team", "part"),))
