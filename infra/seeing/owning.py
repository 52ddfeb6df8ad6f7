"""What is left to the owner of a server's store: keeping it, replaying the ledger, seating somebody where nobody can log in."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from domain.ids import Code, Login
from domain.team import Team

ASSURANCE = "database-owner"
"""How sure it is who acts: a login that may do anything with the tables, and that is nobody's on a roster."""

REPLAYING = frozenset({"rights-replay-ledger"})
"""Theirs always: after a backup was put back nobody else is let in before it."""

SIGNING = frozenset({"evidence-checkpoint", "evidence-begin-anew", "evidence-verify"})
"""Theirs too: the evidence log is written by the follower's login, which is nobody's, and by theirs; and they alone may read
every event, and so verify each.
"""

KEEPING = frozenset({"store-backup", "export-jsonl", "import", "keys-status", "keys-rotate"})
"""Theirs as well: what reads or changes more than anybody else's login can, so that it is done under theirs or by nobody. Keys
are changed where people of a table asked for it and confirmed it; that is not theirs.
"""

SEATING = frozenset({"team-change-roles", "team-add-professional", "team-roster"})
"""Theirs for a table of which no login can log in on this server: there is nobody to ask instead."""


class Owned(Protocol):
    """A store that knows whose hands it is in."""

    def in_owners_hands(self, logins: Collection[Login] = ()) -> bool:
        """Whether who asks is the owner of a server's store, and none of these logins can log in on that server."""
        ...


def left_to_owner(what: Code, team: Team, store: Owned) -> bool:
    """Whether this is the asker's as the owner, though they are on no roster. In: the command or query as the policy names it,
    and the table that it is of.
    """
    if what in REPLAYING | SIGNING | KEEPING:
        return store.in_owners_hands()
    return what in SEATING and team.exists() and store.in_owners_hands([p.login for p in team.active() if p.login is not None])
