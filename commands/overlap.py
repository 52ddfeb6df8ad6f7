"""What naming a person sets off at other tables: a signal without content, to the holder of the other case (rule 8)."""

from __future__ import annotations

from collections.abc import Iterator

from commands.base import On
from commands.desk import Desk
from domain.case import OPEN, Case
from domain.events.consent import OverlapNoticed
from domain.ids import CaseNumber


def notices(desk: Desk, asker: CaseNumber, state: Case) -> Iterator[On]:
    """One notice for each open case of another table that knows the person and has not been told of this asker."""
    for number in desk.matches:
        other = desk.cases.get(number)
        if other is None or other.team == desk.team.id or other.status not in OPEN or number == state.number:
            continue
        if any(p.case == asker for p in other.probes.values()):
            continue
        entry = other.next_entry("O", other.probes)
        yield On(number, OverlapNoticed(probe=entry, team=desk.team.id, case=asker))
