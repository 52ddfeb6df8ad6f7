"""For whom a contribution's texts are meant: the organisation that brought it in says so, and may change it later."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from domain.frozen import frozen
from domain.ids import Code, PartnerId

AUDIENCES = ("case", "treatment", "organisation")
Audience = Literal["case", "treatment", "organisation"]
"""`case`: everybody in the case. `treatment`: partners of the column care in the case; a coordinator of another column does
not see it. `organisation`: the contributing organisation alone. Or partners by name: `kwintes ggd-flevoland`.
"""


def within(audience: str, contributor: PartnerId, reader: PartnerId, column: str) -> bool:
    """Whether somebody of an organisation, in a column, is among those a text is meant for. What an organisation brought
    in itself it always sees.
    """
    if audience in ("", "case") or (reader and reader == contributor):
        return True
    if audience == "treatment":
        return column == "care"
    if audience == "organisation":
        return False
    return reader in audience.split()


def of_partners(partners: Iterable[PartnerId]) -> str:
    """The audience of these partners by name."""
    return " ".join(sorted(set(partners)))


@frozen
class Usual:
    """For whom the texts of these fields (`case.monitoring.check-recorded.observed`) are meant, when an organisation of one of
    these columns brings them in and says nothing about it.
    """

    columns: frozenset[Code]
    fields: frozenset[str]
    audience: Audience


def usual_audience(fields: Iterable[str], column: Code, rules: Iterable[Usual]) -> str:
    """For whom an entry with texts in these fields is meant, brought in from a column: empty, everybody in the case, unless
    a rule says otherwise.
    """
    texts = frozenset(fields)
    return next((r.audience for r in rules if column in r.columns and texts & r.fields), "")
