"""Courses for tests: cases with events of given topics and attributes, invented throughout."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from infra.exports.course import Change, Course, CourseEvent, Link, Tie, Value

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SUBMITTED, ASSESSED, AGREED = "case.intake.submitted", "case.triage.criterion-assessed", "case.plan.intervention-agreed"

Happened = tuple[str, tuple[tuple[str, Value], ...]]


def course(number: int, *happened: Happened, partners: Iterable[str] = (), ties: Iterable[Tie] = ()) -> Course:
    """A case, submitted first, with what happened after it, and these partners in it."""
    case = f"case:{number:04}"
    own = Link("case", case, "case")
    links = (own, *(Link("partner", f"partner:{p}", "partner") for p in partners))
    given = ((SUBMITTED, ()), *happened)
    events = tuple(
        CourseEvent(case, order, topic, NOON + timedelta(hours=order), attributes, links)
        for order, (topic, attributes) in enumerate(given, 1)
    )
    return Course(f"HBR-2026-{number:04}", case, events, (Change("case", case, "status", "submitted", NOON),), tuple(ties))
