"""Read models `trail` and `team_trail`: every entry that was ever made, corrected and withdrawn ones too, with who and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Annotated, Any, NamedTuple, TypeVar

from domain.event import CORRECTING, Recorded
from projections.base import Json, Projection
from projections.changes import changes
from projections.history import History, Step


class TrailRow(NamedTuple):
    """An entry in a case."""

    number: Annotated[str, "the case's number"]
    version: Annotated[int, "the entry's number in the case, in the order of recording"]
    place: Annotated[int | None, "its place in the order of the whole log"]
    topic: Annotated[str, "what happened"]
    occurred_at: Annotated[datetime, "when it happened, as first recorded"]
    effective_at: Annotated[datetime, "when it happened, corrections taken into account"]
    recorded_at: Annotated[datetime | None, "when it was recorded, by the store's clock"]
    recorded_by: Annotated[str | None, "the login under which the store was written"]
    actor: Annotated[str | None, "the professional who acted"]
    team: Annotated[str | None, "for which team"]
    organisation: Annotated[str | None, "of which partner"]
    role: Annotated[str | None, "in which role"]
    purpose: Annotated[str | None, "for what purpose"]
    command: Annotated[str | None, "the id of the command that led to it"]
    correlation: Annotated[str | None, "what it belongs together with"]
    causation: Annotated[str | None, "what caused it"]
    assurance: Annotated[str | None, "how sure it is who acted"]
    profile: Annotated[str | None, "the way of working in force"]
    profile_digest: Annotated[str | None, "the digest of its version"]
    state: Annotated[str, "effective, corrected (it counts as later entries say) or withdrawn (it no longer counts)"]
    entry: Annotated[int | None, "of a correcting entry: the version that it corrects or withdraws"]
    before: Annotated[Json | None, "what it changed: the case's fields before it, in codes; `text` is a sealed text"]
    after: Annotated[Json | None, "those fields after it"]


class TeamTrailRow(NamedTuple):
    """An entry in a team's own history."""

    team: Annotated[str, "the team"]
    version: Annotated[int, "the entry's number in the team's history, in the order of recording"]
    place: Annotated[int | None, "its place in the order of the whole log"]
    topic: Annotated[str, "what happened"]
    occurred_at: Annotated[datetime, "when it happened, as first recorded"]
    effective_at: Annotated[datetime, "when it happened, corrections taken into account"]
    recorded_at: Annotated[datetime | None, "when it was recorded, by the store's clock"]
    recorded_by: Annotated[str | None, "the login under which the store was written"]
    actor: Annotated[str | None, "the professional who acted"]
    acting_for: Annotated[str | None, "for which team"]
    organisation: Annotated[str | None, "of which partner"]
    role: Annotated[str | None, "in which role"]
    purpose: Annotated[str | None, "for what purpose"]
    command: Annotated[str | None, "the id of the command that led to it"]
    correlation: Annotated[str | None, "what it belongs together with"]
    causation: Annotated[str | None, "what caused it"]
    assurance: Annotated[str | None, "how sure it is who acted"]
    profile: Annotated[str | None, "the way of working in force"]
    profile_digest: Annotated[str | None, "the digest of its version"]
    state: Annotated[str, "effective"]
    entry: Annotated[int | None, "empty: a team's entries are not corrected"]
    before: Annotated[Json | None, "what it changed: the team's fields before it, in codes; `text` is a sealed text"]
    after: Annotated[Json | None, "those fields after it"]


R = TypeVar("R", TrailRow, TeamTrailRow)


def _trail(row: type[R]) -> Callable[[History[Any]], Iterator[R]]:
    """The rows of one entry each, in the order of recording."""

    def rows(history: History[Any]) -> Iterator[R]:
        taken = {step.record.version: step for step in history.steps}
        for record in history.records:
            yield row(*_entry(record, taken.get(record.version)))

    return rows


def _entry(record: Recorded, step: Step[Any] | None) -> tuple[Any, ...]:
    head, topic, entry = record.header, record.topic, None
    if topic.startswith(CORRECTING):
        entry = getattr(record.event, "entry", None)
    state, moment, before, after = "withdrawn", record.occurred_at, None, None
    if step is not None:
        state = "effective" if step.record is record else "corrected"
        moment = step.record.occurred_at
        before, after = changes(step.before, step.after)
    return (
        record.stream, record.version, record.place, topic, record.occurred_at, moment, record.recorded_at,
        record.recorded_by, head.actor or None, head.team or None, head.organisation or None, head.role or None,
        head.purpose or None, head.command or None, head.correlation or None, head.causation or None,
        head.assurance or None, head.profile or None, head.profile_digest or None, state, entry, before, after,
    )  # fmt: skip


TRAIL = Projection("trail", 1, TrailRow, {"case": _trail(TrailRow)}, key=("version",), indexes=(("recorded_at",), ("actor",)))
TEAM_TRAIL = Projection("team_trail", 1, TeamTrailRow, {"team": _trail(TeamTrailRow)}, key=("version",))
