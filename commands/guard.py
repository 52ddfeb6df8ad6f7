"""The guard behind rule 1: an open case has somebody who holds it and a next moment, and nobody who left holds anything."""

from __future__ import annotations

from datetime import timedelta

from domain.case import OPEN, Case, Status
from domain.case_parts import NextMoment
from domain.days import day_of
from domain.functions import OFFICES
from domain.refusal import Refused
from domain.team import Team

LATEST = 730
"""How many days ahead the next moment of an open case may lie, at most: also the longest term that a profile can set."""
FIELDS = {"triage": "triage_by", "answer": "by", "wake": "until", "aftercare": "aftercare_on", "decision": "decide_by"}


def check_outcome(
    after: Case, team: Team, *, before: Case | None = None, directing: Team | None = None, budget: int | None = None
) -> None:
    """Refuse an outcome in which an open case would be forgotten, naming what is missing, or in which money or a
    hand-over would not add up.

    In: one case and its team as they would be; the case as it was; the other table that has direction; the budget
    for a case, in cents.
    """
    _check_once(after)
    _check_money(after, before, budget)
    if after.status not in OPEN:
        return
    active = {p.id for p in team.active()}
    if after.holder not in active:
        raise Refused("would-be-forgotten", case=after.number, missing="holder")
    if after.next is None:
        raise Refused("would-be-forgotten", case=after.number, missing="next-moment")
    _check_near(after, after.next)
    gone = tuple(sorted(after.holdings() - active))
    if gone:
        raise Refused("would-be-forgotten", case=after.number, missing="professional", professionals=gone)
    idle = tuple(sorted(p.id for p in team.active() if p.id in after.holdings() and p.roles & OFFICES.keys()))
    if idle:
        raise Refused("no-case-worker", professionals=idle)
    orphans = tuple(sorted(a.id for a in after.open_agreements() if not team.seated(a.partner)))
    if orphans:
        raise Refused("would-be-forgotten", case=after.number, missing="successor", agreements=orphans)
    left = sorted(p for p in after.active_partners() if not team.seated(p))
    if left:
        raise Refused("would-be-forgotten", case=after.number, missing="partner", partner=left[0])
    if (
        after.directed_elsewhere()
        and directing is not None
        and after.direction.director not in {p.id for p in directing.active()}
    ):
        raise Refused("would-be-forgotten", case=after.number, missing="director", team=directing.id)


def _check_near(after: Case, moment: NextMoment) -> None:
    """A next moment that lies too far ahead is none."""
    assert after.stamp is not None
    today = day_of(after.stamp.occurred_at)
    last = today + timedelta(days=LATEST)
    if moment.on > last:
        raise Refused("date-out-of-range", field=FIELDS.get(moment.kind, "next_check"), first=today, last=last)


def _check_once(after: Case) -> None:
    """A case goes on in one place: a merge or a hand-over that later entries would undo is not half done."""
    merged, gone = after.status is Status.MERGED, after.status in (Status.TRANSFERRED, Status.REDIRECTED)
    if merged != (after.merged_into is not None) or (after.successor is not None and not gone):
        raise Refused("overtaken", case=after.number, status=after.status.value)


def _check_money(after: Case, before: Case | None, budget: int | None) -> None:
    """Nothing of the small budget is below zero, and no more is set apart than there is. A budget that was made smaller
    since does not stand in the way of anything but setting apart more.
    """
    for r in after.budget.values():
        left = r.reserved - r.spent - r.released
        if min(r.reserved, r.spent, r.released, left) < 0:
            raise Refused("budget-too-small", field="cents", left=max(0, left + r.spent))
    standing = sum(r.standing() for r in after.budget.values())
    was = 0 if before is None else sum(r.standing() for r in before.budget.values())
    if budget is not None and standing > max(budget, was):
        raise Refused("budget-too-small", field="cents", left=max(0, budget - was))


def check_effect(after: Case, plain: Case) -> None:
    """Refuse an act that, happening on its earlier day, would not do what it is for: what it answers came later, or what
    came later takes it back.

    In: the case as it would be, and as it would be had the act happened just now.
    """
    if _settled(after) != _settled(plain):
        raise Refused("overtaken", case=after.number, status=after.status.value)


def _settled(case: Case) -> tuple[object, ...]:
    """What was offered, answered, agreed and spent: all that an act settles for good."""
    kinds = (case.agreements, case.escalations, case.consents, case.partners)
    answered = [{k: v.state for k, v in kind.items()} for kind in kinds]
    ended = {k: d.ended for k, d in case.deviations.items()}, {k: s.dissolved for k, s in case.subgroups.items()}
    return case.status, case.transfer, case.direction_offer, answered, ended, case.budget, case.goals_met


def check_table(after: Team, plain: Team) -> None:
    """Refuse an outcome in which a table is chaired by somebody who left, or by nobody any more, or in which
    somebody would have come or left who by later entries did not.

    In: the table as it would be, and as it would be had the act happened just now.
    """
    active = frozenset(p.id for p in after.active())
    if after.chair not in active and (after.chair is not None or plain.chair is not None):
        raise Refused("would-be-forgotten", missing="chair", team=after.id)
    seated = frozenset(m for m in after.members if after.seated(m))
    if active != {p.id for p in plain.active()} or seated != {m for m in plain.members if plain.seated(m)}:
        raise Refused("overtaken", team=after.id)
