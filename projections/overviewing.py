"""What a person gets who asks who used their data (AVG art. 15): days, purposes, organisations, kinds of data; no staff."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from domain.days import day_of
from domain.ids import ProfessionalId, TeamId
from projections.disclosures import DisclosureRow

Reader = tuple[TeamId, ProfessionalId]


class Use(NamedTuple):
    """What was the same about some uses: the day, what was done, by which organisation, for what, on what ground; and whether
    texts were opened, or only facts seen.
    """

    on: date
    outcome: str
    organisation: str | None
    team: str | None
    purpose: str | None
    basis: str
    recipient: str | None
    texts: bool


@dataclass
class Uses:
    """How often that was, how many people it were, which kinds of data; and who, as far as that may be told."""

    times: int = 0
    kinds: set[str] = field(default_factory=set)
    readers: set[Reader] = field(default_factory=set)
    named: set[Reader] = field(default_factory=set)


def overview(rows: Iterable[DisclosureRow], named: frozenset[Reader] = frozenset()) -> dict[Use, Uses]:
    """In: disclosures of one person's data in the order of time, with the texts of that person alone, and those of the
    staff who may be named, for it was decided (CJEU C-579/21: the people who looked are told only where the person can't do
    without, and their rights are weighed). Out: the uses, in that order. What was denied is no use: nothing was seen.

    `kinds` are the fields that were opened; empty where only facts were seen: codes, days, who does what.
    """
    found: dict[Use, Uses] = {}
    for row in rows:
        if row.outcome == "denied":
            continue
        use = Use(
            day_of(row.at), row.outcome, row.organisation, row.team, row.purpose, row.basis, row.recipient, bool(row.fields)
        )
        uses = found.setdefault(use, Uses())
        reader = (row.team or "", row.actor or "")
        uses.times += 1
        uses.kinds |= {at.partition(".")[2] for at in row.fields}
        uses.readers.add(reader)
        if reader in named:
            uses.named.add(reader)
    return found
