"""Acts that one person alone may not do: asked by one login, confirmed by another, and then carried out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from domain.frozen import frozen
from domain.ids import CaseNumber, Code, EntryId, Login, ProfessionalId
from domain.refusal import Refused

ACTS = ("rotate-keys", "unmask", "change-retention", "destroy")
"""Changing the keys, telling a resident the name of a professional, changing how long is kept, destroying what was kept long
enough.
"""


@frozen
class Custody:
    """One such act. `state`: asked, confirmed or done. `alone`: the same login asked and confirmed it. `case`,
    `professional` and `term` say what it is about, where the act asks that.
    """

    id: EntryId
    act: Code
    asked_by: Login
    asked: date
    state: Code = "asked"
    alone: bool = False
    case: CaseNumber | None = None
    professional: ProfessionalId | None = None
    term: Code | None = None

    def covers(self, act: Code, case: CaseNumber | None, professional: ProfessionalId | None, term: Code | None) -> bool:
        """Whether it is this act, about just this."""
        return (self.act, self.case, self.professional, self.term) == (act, case, professional, term)


def unmasked(acts: Iterable[Custody], case: CaseNumber) -> frozenset[ProfessionalId]:
    """The staff of a table of whom two persons decided, with a reason, that they are named to the person of this case."""
    return frozenset(
        act.professional for act in acts
        if act.professional and act.covers("unmask", case, act.professional, None) and act.state in ("confirmed", "done")
    )  # fmt: skip


def alone(first: Login, second: Login, *, embedded: bool) -> bool:
    """Whether what one login asked is confirmed by that same login.

    In: the login that asked or decided, the one that confirms, and whether the store is on one person's machine: there
    is one login there, so it may, and it is recorded as one person's act. Elsewhere it is refused: two persons.
    """
    if first != second:
        return False
    if not embedded:
        raise Refused("other-login-needed")
    return True
