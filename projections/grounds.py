"""What sharing in a case rested on when something happened in it: consent, another ground, or why it rested on nothing."""

from __future__ import annotations

from domain.case import Case
from domain.days import day_of
from domain.sharing import Basis, basis_of
from projections.history import Step


def rested_on(step: Step[Case], *, required: bool) -> Basis | None:
    """What sharing rested on at the moment of a step, for the organisation that acted and the purpose it acted for.

    In: whether the way of working in force then required consent. Out: None where nobody acted for a table (an imported
    entry). It goes by the case as it stood before the step: what a consent allows comes after it. Of the entry that opens a
    case there is no before, and the case that it opens is taken.
    """
    head = step.record.header
    case = step.before if step.before.exists() else step.after
    if not head.team or not case.team:
        return None
    return basis_of(case, head.organisation, head.purpose, day_of(step.record.occurred_at), required=required)
