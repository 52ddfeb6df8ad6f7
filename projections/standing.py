"""How a reader stood to a case when they looked into it: from the case as it was recorded by then."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from domain.case import Case
from domain.days import day_of
from domain.event import Recorded, in_order, replay
from domain.functions import OFFICES, functions_of, outline
from domain.ids import Code, ProfessionalId, TeamId
from domain.membership import Grain, ever_involved, functions_in, named_in, relation
from domain.team import Team
from projections.disclosures import DisclosureRow
from projections.reviewing import Standing

OVERSIGHT = frozenset({"privacy", "auditor"})
"""What watches over cases that it has no part in."""
PARTS = (
    "holds", "covers", "directs", "contact", "named", "coordinates", "organisation", "asked", "oversees", "office", "glass",
    "breaks", "former", "table", "other", "none", "of-list", "of-table", "of-none",
)  # fmt: skip
"""Every way in which somebody can have stood to what they looked into; see `Story.part` and `beside`."""


def beside(row: DisclosureRow, first: Recorded | None) -> Code:
    """How somebody stood to what is no one case: a list of them, a table, neither. In: the first record of what it was of.
    Empty where it is a case after all, or is not known.
    """
    if row.of is None:
        return "of-list" if json.loads(row.seen) else "of-none"
    if first is None or first.topic.startswith("case."):
        return ""
    return "of-table" if first.topic.startswith("team.") else "of-none"


def functions_then(row: DisclosureRow, team: Sequence[Recorded]) -> frozenset[Code]:
    """What the policy knew a reader as when they looked, with the chair's part and where nobody directed; of somebody who is
    not on the roster by then, what it knows their role as. In: the records of their table.
    """
    table = replay(Team(), _by_then(row, team))
    working = outline(table.profile_json) if table.profile_json else None
    return functions_in(table, row.actor or "", working) or functions_of(frozenset({row.role} if row.role else ()), working)


def _by_then(row: DisclosureRow, records: Sequence[Recorded]) -> list[Recorded]:
    return [r for r in records if r.recorded_at is None or r.recorded_at <= row.at]


class Story:
    """One case's history, asked again and again for what was recorded by a moment: what came later for an earlier day was
    not known when it was read.
    """

    def __init__(self, records: Sequence[Recorded]) -> None:
        self._records = records
        self._now = replay(Case(), records)
        self._known: dict[int, tuple[Case, frozenset[Grain]]] = {}

    def standing(self, row: DisclosureRow, functions: frozenset[Code]) -> Standing:
        """In: a disclosure of this case, and what the policy knows the reader's role as."""
        case, once = self._by(row)
        on, team = day_of(row.at), row.team or ""
        stood = relation(case, team, row.actor, row.organisation or "", functions, on=on, once=once)
        return Standing(
            works=stood == "own" and "professional" in functions and "coordinator" not in functions,
            named=named_in(case, team, row.actor, on),
            former=stood == "former" and not _in_office(functions), awaits=self._awaits(row),
        )  # fmt: skip

    def part(self, row: DisclosureRow, functions: frozenset[Code]) -> Code:
        """What part the reader had in the case at that moment, the nearest first: one of `PARTS`. In: the same."""
        if row.code == "break-glass":
            return "glass"
        if row.what == "access-break-glass":
            return "breaks"
        case, once = self._by(row)
        on, team, who = day_of(row.at), row.team or "", row.actor
        if who is not None and (by_name := _by_name(case, team, who, on)):
            return by_name
        if _in_office(functions):
            return "oversees" if functions & OVERSIGHT else "office"
        stood = relation(case, team, who, row.organisation or "", functions, on=on, once=once)
        if stood != "own":
            return stood
        return "coordinates" if "coordinator" in functions else "organisation"

    def _by(self, row: DisclosureRow) -> tuple[Case, frozenset[Grain]]:
        known = _by_then(row, self._records)
        if len(known) not in self._known:
            states = [Case()]
            for record in in_order(known):
                states.append(record.event.apply(states[-1].but(stamp=record.stamp)))
            self._known[len(known)] = states[-1], ever_involved(states)
        return self._known[len(known)]

    def _awaits(self, row: DisclosureRow) -> bool:
        """Whether it was read under glass that is not reviewed yet: as it is now."""
        glass = self._now.glass.get(row.entry) if row.code == "break-glass" and row.entry else None
        return glass is not None and glass.justified is None


def _by_name(case: Case, team: TeamId, who: ProfessionalId, on: date) -> Code:
    """The part of somebody who is in the case by name; empty for who is not."""
    here = team == case.team
    if here and case.holder == who:
        return "holds"
    if here and case.holder_on(on) == who:
        return "covers"
    if case.director_team(on) == team and case.director_on(on) == who:
        return "directs"
    if here and case.contact_point == who:
        return "contact"
    return "named" if named_in(case, team, who, on) else ""


def _in_office(functions: frozenset[Code]) -> bool:
    """Whether somebody is known as an office alone, which never has a part in a case of its own."""
    return bool(functions) and functions <= set(OFFICES.values())
