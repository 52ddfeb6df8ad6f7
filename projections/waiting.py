"""Read model `waiting`: all that waits in a case for a day or for an answer. Signals, agenda and workload come from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, NamedTuple

from domain.case import IN_TRIAGE, Case
from domain.days import day_of
from domain.ids import RESIDENT
from domain.sharing import ON_OTHER_GROUNDS, standing, to_tell
from projections.base import Projection
from projections.history import History


class WaitingRow(NamedTuple):
    """Something that waits. Whether its day has come is for who reads it to compare."""

    number: Annotated[str, "the case's number"]
    what: Annotated[
        str,
        "next decision agreement question invitation escalation direction-offer direction transfer probe consent tell "
        "deviation subgroup absence agenda glass right",
    ]
    entry: Annotated[str, "its number in the case, or what else names it there"]
    team: Annotated[str | None, "the team whose case it is"]
    holder: Annotated[str | None, "who holds the case"]
    state: Annotated[str, "how far it is: the kind of next moment, the state of an agreement or escalation"]
    since: Annotated[date | None, "since when it waits"]
    on: Annotated[date | None, "the day it waits for, ends on or should be answered by, where one was set"]
    partner: Annotated[str | None, "the partner it is expected of"]
    professional: Annotated[str | None, "the professional it is expected of, who is away, or who broke glass"]
    to: Annotated[
        str | None, "the team or party that was asked; of an absence who covers it; of broken glass the table of who broke it"
    ]


def _rows(history: History[Case]) -> Iterator[WaitingRow]:
    case = history.state
    blank = WaitingRow(history.stream, "", "", case.team or None, case.holder, "", None, None, None, None, None)
    for what in (_moments, _asked, _shared, _ending) if case.is_open() else ():
        yield from what(case, blank)
    for g in case.glass.values():
        if g.justified is None:  # also when the case has ended
            yield blank._replace(
                what="glass", entry=g.id, state="broken", since=day_of(g.until), professional=g.professional, to=g.team
            )
    yield from _untold(case, blank)
    for r in case.rights.values():
        if r.state not in ("refused", "lapsed", "done"):  # also when the case has ended
            yield blank._replace(what="right", entry=r.id, state=r.state, since=r.received, on=r.by)


def _moments(case: Case, blank: WaitingRow) -> Iterator[WaitingRow]:
    """What has a day by which the table itself is to act."""
    if case.next is not None:
        yield blank._replace(what="next", state=case.next.kind, on=case.next.on, professional=case.holder)
    if case.decide_by is not None:
        yield blank._replace(what="decision", state="stagnating", since=case.stagnating_since, on=case.decide_by)
    for meeting in case.agenda:
        yield blank._replace(what="agenda", entry=meeting.isoformat(), state="put-on-agenda", on=meeting)
    for a in case.open_agreements():
        yield blank._replace(
            what="agreement", entry=a.id, state=a.state, since=a.agreed, on=a.due, partner=a.partner, professional=a.responsible
        )


def _asked(case: Case, blank: WaitingRow) -> Iterator[WaitingRow]:
    """What somebody was asked, and has not answered."""
    if case.asked is not None:
        yield blank._replace(what="question", state="asked", on=case.asked.by, partner=case.asked.of)
    for i in case.partners.values():
        if i.state == "invited":
            yield blank._replace(what="invitation", entry=i.partner, state=i.state, since=i.since, partner=i.partner)
    for e in case.open_escalations():
        yield blank._replace(
            what="escalation", entry=e.id, state=e.state, since=e.raised, on=e.answer_by if e.state == "raised" else None, to=e.to
        )
    if case.direction_offer is not None:
        offer = case.direction_offer
        yield blank._replace(what="direction-offer", state="offered", since=offer.since, to=offer.to)
    if case.transfer is not None:
        t = case.transfer
        yield blank._replace(what="transfer", state=t.reason, since=t.since, on=t.answer_by, to=t.to)
    for p in case.probes.values():
        if p.told is None:
            yield blank._replace(what="probe", entry=p.id, state="asked", since=p.since, professional=case.holder)


def _shared(case: Case, blank: WaitingRow) -> Iterator[WaitingRow]:
    """Where sharing has stopped, or rests on nothing: of each subject, what was said last, unless another ground stands."""
    if case.anonymous and not case.consents:
        return
    for c in standing(case):
        ground = any(g.subject == c.subject for g in case.grounds.values())
        if c.state != "given" and c.purpose in ON_OTHER_GROUNDS and not ground:
            yield blank._replace(what="consent", entry=c.id, state=c.state, since=c.since)
    asked = any((c.subject, c.purpose) == (RESIDENT, "case-direction") for c in case.consents.values())
    if not asked and case.status not in IN_TRIAGE and not any(g.subject == RESIDENT for g in case.grounds.values()):
        state = "received" if case.predecessor is not None else "none"
        yield blank._replace(what="consent", state=state, since=case.accepted_on, professional=case.holder)


def _untold(case: Case, blank: WaitingRow) -> Iterator[WaitingRow]:
    """Who still has to hear that sharing has stopped; also when the case has ended since."""
    for c, partner in to_tell(case):
        yield blank._replace(what="tell", entry=f"{c.id}:{partner}", state=c.state, since=c.since, partner=partner)


def _ending(case: Case, blank: WaitingRow) -> Iterator[WaitingRow]:
    """What ends on a day by itself."""
    for c in standing(case):
        if c.state == "given" and c.until is not None:
            yield blank._replace(what="consent", entry=c.id, state=c.state, since=c.since, on=c.until)
    for d in case.deviations.values():
        if d.ended is None:
            yield blank._replace(what="deviation", entry=d.id, state="standing", on=d.until, professional=d.mandate)
    for s in case.subgroups.values():
        if not s.dissolved and s.until is not None:
            yield blank._replace(what="subgroup", entry=s.id, state=s.mandate, on=s.until)
    if case.direction.team is not None and case.direction.until is not None:
        taken = case.direction
        yield blank._replace(what="direction", state="taken-over", on=taken.until, professional=taken.director, to=taken.team)
    for place, a in enumerate(case.absences):
        yield blank._replace(
            what="absence",
            entry=f"{place:04d}",
            state="covered",
            since=a.start,
            on=a.until,
            professional=a.professional,
            to=a.cover,
        )


WAITING = Projection("waiting", 2, WaitingRow, {"case": _rows}, key=("what", "entry"), indexes=(("team", "what"),))
