"""Read model `learning`: what cases and tables taught, what was not to be had, which walls were met, what it yielded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, NamedTuple

from domain.case import Case
from domain.days import day_of
from domain.event import Recorded
from domain.events.learning import LearningPointRecorded, OutcomeMeasured, SupplyGapRecorded, WallMet
from domain.events.team import TeamLearned
from domain.team import Team
from projections.base import Codes, Projection, codes
from projections.history import History


class LearningRow(NamedTuple):
    """Something learned. The text is sealed; here stands of what kind it is."""

    stream: Annotated[str, "the case or team in whose history it stands"]
    version: Annotated[int, "its entry there"]
    team: Annotated[str | None, "the team"]
    number: Annotated[str | None, "the case; empty for what the table itself learned"]
    kind: Annotated[str, "point gap wall outcome"]
    code: Annotated[
        str,
        "point: different yield obstacle; gap: the life domain; wall: financial administrative; outcome: the measure",
    ]
    partners: Annotated[Codes, "wall: between which partners"]
    level: Annotated[str | None, "outcome: on which level"]
    value: Annotated[Decimal | None, "outcome: its value"]
    on: Annotated[date, "the day"]


def _of_case(history: History[Case]) -> Iterator[LearningRow]:
    team = history.state.team or None
    for step in history.steps:
        if step.record.topic.startswith("case.learning."):
            yield from _learned(step.record, _blank(step.record, team, history.stream))


def _learned(record: Recorded, blank: LearningRow) -> Iterator[LearningRow]:
    match record.event:
        case LearningPointRecorded(kind=kind):
            yield blank._replace(kind="point", code=kind)
        case SupplyGapRecorded(domain=domain):
            yield blank._replace(kind="gap", code=domain)
        case WallMet(kind=kind, partners=partners):
            yield blank._replace(kind="wall", code=kind, partners=codes(partners))
        case OutcomeMeasured(level=level, measure=measure, value=value):
            yield blank._replace(kind="outcome", code=measure, level=level, value=value)


def _of_team(history: History[Team]) -> Iterator[LearningRow]:
    for step in history.steps:
        if isinstance(step.record.event, TeamLearned):
            yield _blank(step.record, history.stream, None)._replace(kind="point", code=step.record.event.kind)


def _blank(record: Recorded, team: str | None, number: str | None) -> LearningRow:
    on = day_of(record.occurred_at)
    return LearningRow(record.stream, record.version, team, number, "", "", (), None, None, on)


LEARNING = Projection(
    "learning", 1, LearningRow, {"case": _of_case, "team": _of_team}, key=("version",), indexes=(("team", "kind"),)
)
