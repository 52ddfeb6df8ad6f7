"""Read model `cases`: one row a case, as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, NamedTuple

from domain.case import Case
from domain.events.imported import ActivityImported
from projections.base import Codes, Projection, codes
from projections.history import History


class CaseRow(NamedTuple):
    """A case: where it is, who holds it, what comes next."""

    number: Annotated[str, "the case's number; of an imported case its source, a colon and its id there"]
    team: Annotated[str | None, "the team whose case it is; empty for an imported case that no team took up"]
    status: Annotated[str, "submitted asked active resting aftercare declined redirected transferred merged closed imported"]
    source: Annotated[str | None, "the source of the history that was imported into it"]
    opened: Annotated[date | None, "the day it began"]
    accepted_on: Annotated[date | None, "the day a team took it, at triage or from another"]
    holder: Annotated[str | None, "the professional who holds it (who is away: see waiting, absence)"]
    next_kind: Annotated[str | None, "what is expected next: triage answer check decision wake aftercare"]
    next_on: Annotated[date | None, "by which day"]
    anonymous: Annotated[bool, "whether nobody may be named in it"]
    submitter: Annotated[str | None, "the partner that submitted it"]
    contact_point: Annotated[str | None, "the professional whom the resident turns to"]
    director: Annotated[str | None, "the local case director"]
    direction_team: Annotated[str | None, "the team that has taken direction for a time"]
    direction_director: Annotated[str | None, "its case director"]
    direction_until: Annotated[date | None, "the day on which that direction has ended and is local again"]
    reasons: Annotated[Codes, "reasons for submission, codes of the team's profile"]
    flags: Annotated[Codes, "flags, codes of the team's profile"]
    domains: Annotated[Codes, "life domains concerned"]
    partners: Annotated[Codes, "partners that take part"]
    professionals: Annotated[Codes, "professionals who take part"]
    against: Annotated[Codes, "criteria against which it was accepted"]
    drafted: Annotated[date | None, "the day work on the plan last began"]
    endorsed: Annotated[bool | None, "whether the resident endorsed the plan; empty while that is open"]
    goals: Annotated[int, "goals of the plan"]
    goals_met: Annotated[int, "of which reached"]
    agreements_open: Annotated[int, "agreements that still ask something of somebody"]
    escalations_open: Annotated[int, "escalations that were neither declined, withdrawn nor resolved"]
    cents_reserved: Annotated[int, "of the small budget reserved and not released, in euro cents"]
    cents_spent: Annotated[int, "of which spent"]
    last_progress: Annotated[date | None, "the day of the last progress"]
    stagnating_since: Annotated[date | None, "the day on which stagnation was flagged, until progress was forced"]
    decide_by: Annotated[date | None, "by which day that obliges a decision"]
    rested_until: Annotated[date | None, "until when a resting case rests"]
    result: Annotated[str | None, "the result it was closed with"]
    closed_on: Annotated[date | None, "the day it was closed"]
    aftercare_on: Annotated[date | None, "the first after-care day that was set then"]
    predecessor: Annotated[str | None, "the case it came from, at another team"]
    successor: Annotated[str | None, "the case it went on as, at another team"]
    merged_into: Annotated[str | None, "the case it turned out to be a duplicate of"]
    events: Annotated[int, "how many entries take effect in it"]
    imported: Annotated[int, "of which came with an imported history"]
    first_at: Annotated[datetime, "when the first of them happened"]
    last_at: Annotated[datetime, "when the last of them happened"]
    last_by: Annotated[str | None, "in an imported history the resource of its last step (an opaque id)"]


def _row(history: History[Case]) -> Iterator[CaseRow]:
    case = history.state
    if not case.exists():
        return
    first, last = history.steps[0].record, history.steps[-1].record
    elsewhere = case.direction.team is not None
    yield CaseRow(
        number=history.stream,
        team=case.team or None,
        status=case.status.value,
        source=case.source,
        opened=case.opened,
        accepted_on=case.accepted_on,
        holder=case.holder,
        next_kind=case.next.kind if case.next else None,
        next_on=case.next.on if case.next else None,
        anonymous=case.anonymous,
        submitter=case.submitter,
        contact_point=case.contact_point,
        director=case.direction.local,
        direction_team=case.direction.team,
        direction_director=case.direction.director if elsewhere else None,
        direction_until=case.direction.until,
        reasons=codes(case.reasons),
        flags=codes(case.flags),
        domains=codes(case.domains),
        partners=codes(case.active_partners()),
        professionals=codes(case.professionals),
        against=codes(case.against),
        drafted=case.drafted,
        endorsed=case.endorsed,
        goals=len(case.goals),
        goals_met=len(case.goals_met),
        agreements_open=sum(1 for _ in case.open_agreements()),
        escalations_open=sum(1 for _ in case.open_escalations()),
        cents_reserved=sum(r.standing() for r in case.budget.values()),
        cents_spent=sum(r.spent for r in case.budget.values()),
        last_progress=case.last_progress,
        stagnating_since=case.stagnating_since,
        decide_by=case.decide_by,
        rested_until=case.rested_until,
        result=case.outcome.result if case.outcome else None,
        closed_on=case.outcome.on if case.outcome else None,
        aftercare_on=case.outcome.aftercare if case.outcome else None,
        predecessor=case.predecessor,
        successor=case.successor,
        merged_into=case.merged_into,
        events=len(history.steps),
        imported=case.imported_events,
        first_at=first.occurred_at,
        last_at=last.occurred_at,
        last_by=last.event.resource if isinstance(last.event, ActivityImported) else None,
    )


CASES = Projection("cases", 1, CaseRow, {"case": _row}, indexes=(("team", "status"), ("source",)))
