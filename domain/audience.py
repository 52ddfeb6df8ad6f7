"""For whom a contribution's texts are meant: the organisation that brought it in says so, and may change it later."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from domain.ids import PartnerId

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
