"""Who may hold a citizen service number: a partner that the law allows it, as the policy's data says."""

from __future__ import annotations

from domain.frozen import frozen
from domain.ids import Code, PartnerId


@frozen
class NumberHolders:
    """The columns whose partners may hold a citizen service number, the partners beside them that may too, and those in
    such a column that may not.
    """

    columns: frozenset[Code] = frozenset()
    also: frozenset[PartnerId] = frozenset()
    without: frozenset[PartnerId] = frozenset()


NOBODY = NumberHolders()


def may_hold_number(column: Code, partner: PartnerId, holders: NumberHolders) -> bool:
    """Whether somebody of a partner, in a column, may enter and read a citizen service number. Nobody unless it is said."""
    if not partner or partner in holders.without:
        return False
    return column in holders.columns or partner in holders.also
