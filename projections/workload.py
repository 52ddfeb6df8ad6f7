"""Read model `workload`: what each partner and each professional has in hand: cases, agreements, escalations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

from projections.base import View
from projections.tables import READS, CaseOnADay, Tables
from projections.waiting import WaitingRow


class WorkloadRow(NamedTuple):
    """The load of a partner (no professional named) or of one of its professionals. A count is empty where it is withheld, for
    who is not shown small ones.
    """

    team: Annotated[str | None, "the team; empty for an imported history"]
    source: Annotated[str | None, "the source of imported histories"]
    partner: Annotated[str | None, "the partner"]
    professional: Annotated[str | None, "the professional; of an imported history the resource; empty: the partner as a whole"]
    cases: Annotated[
        int | None, "cases held on this day, while covering for somebody too; of an imported history: last step done"
    ]
    agreements: Annotated[int | None, "agreements answered for that are open"]
    overdue: Annotated[int | None, "of which past their day"]
    due_soon: Annotated[int | None, "of which due within the team's margin"]
    escalations: Annotated[int | None, "escalations that wait for an answer, in cases held here or asked of this partner"]


Key = tuple[str | None, str | None, str | None, str | None]
"""Team, source, partner, professional."""


def workload_of(t: Tables) -> list[WorkloadRow]:
    """The load on a day, of everybody who is at a table, also of who has nothing in hand."""
    partner_of = {(r.team, r.professional): r.partner for r in t.roster}
    counts: dict[Key, Counter[str]] = {(m.team, None, m.partner, None): Counter() for m in t.members if m.left is None}
    counts |= {(r.team, None, r.partner, r.professional): Counter() for r in t.roster if r.left is None}

    def add(team: str | None, partner: str | None, professional: str | None, what: str) -> None:
        partner = partner or partner_of.get((team or "", professional or ""))
        for who in {professional, None}:
            counts.setdefault((team, None, partner, who), Counter())[what] += 1

    for c in t.open_cases():
        team = c.row.team
        add(team, None, c.holder, "cases")
        for w in c.waiting:
            if w.what == "agreement":
                for what in _agreement(c, w):
                    add(team, w.partner, w.professional, what)
            elif w.what == "escalation" and w.state == "raised":
                add(team, None, c.holder, "escalations")
                if (team or "", w.to or "") in t.seated:
                    add(team, w.to, None, "escalations")
    for case in t.cases:
        if case.status == "imported":
            counts.setdefault((None, case.source, None, case.last_by), Counter())["cases"] += 1
    rows = [WorkloadRow(*k, *(n[c] for c in WorkloadRow._fields[4:])) for k, n in counts.items()]
    return sorted(rows, key=lambda r: tuple(v or "" for v in r[:4]))


def _agreement(c: CaseOnADay, w: WaitingRow) -> Iterator[str]:
    yield "agreements"
    if w.on is None:
        return
    if w.on < c.on:
        yield "overdue"
    elif w.on <= c.on + c.margin:
        yield "due_soon"


def _of(*rows: Any) -> list[WorkloadRow]:
    return workload_of(Tables(*rows))


WORKLOAD = View("workload", 2, WorkloadRow, READS, _of)
