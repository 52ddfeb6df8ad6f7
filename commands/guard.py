"""The guard behind rule 1: an open case has somebody who holds it and a next moment."""

from __future__ import annotations

from domain.case import OPEN, Case
from domain.refusal import Refused
from domain.team import Team


def check_outcome(after: Case, team: Team) -> None:
    """Rule 1: refuse an outcome in which an open case would be without a holder or a next moment, naming what is missing.

    In: one case and its team, both as they would be.
    """
    if after.status not in OPEN:
        return
    if after.holder is None or after.holder not in team.roster or not team.roster[after.holder].active():
        raise Refused("would-be-forgotten", case=after.number, missing="holder")
    if after.next is None:
        raise Refused("would-be-forgotten", case=after.number, missing="next-moment")
