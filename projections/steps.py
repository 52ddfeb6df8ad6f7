"""Read model `steps`: imported histories step by step, in their source's own words. Figures and exports come from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, NamedTuple

from domain.case import Case
from domain.events.imported import ActivityImported
from projections.base import Projection
from projections.history import History


class StepRow(NamedTuple):
    """One step of an imported history."""

    number: Annotated[str, "the case's number: its source, a colon and its id there"]
    version: Annotated[int, "its entry in the case"]
    position: Annotated[int, "its place in the source's document, within the case"]
    source: Annotated[str, "the source"]
    activity: Annotated[str, "what was done, in the source's words"]
    kind: Annotated[str | None, "what the table that came with the import calls it"]
    occurred_at: Annotated[datetime, "when"]
    resource: Annotated[str | None, "who, an opaque id"]
    group: Annotated[str | None, "of which group"]
    lifecycle: Annotated[str | None, "start, complete and the like, in the source's words"]


def _rows(history: History[Case]) -> Iterator[StepRow]:
    stream = history.stream
    for step in history.steps:
        e = step.record.event
        if isinstance(e, ActivityImported):
            yield StepRow(
                stream, step.record.version, e.position, e.source, e.activity, e.kind, step.record.occurred_at, e.resource,
                e.group, e.lifecycle,
            )  # fmt: skip


STEPS = Projection("steps", 1, StepRow, {"case": _rows}, key=("version",), indexes=(("source",),))
