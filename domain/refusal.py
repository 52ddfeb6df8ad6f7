"""The one way in which a rule says no: a stable code and the facts it turned on, never a sentence."""

from __future__ import annotations


class Refused(Exception):
    """A rule of the domain, or a check of input, said no; nothing was stored.

    In: `code`, a stable kebab-case word (its sentences live in `infra/texts`), and facts: ids, codes,
    dates, numbers. Never a person's data: facts are printed and logged.
    """

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


CHANGED = frozenset({"event-damaged", "event-missing", "evidence-gap"})
"""The codes of what is refused because history is not what it was: an event was changed, or is gone."""


class NotFound(Refused):
    """A case, team, partner or entry that was named does not exist. Facts: `kind` and `id`."""

    def __init__(self, kind: str, which: str) -> None:
        super().__init__(f"unknown-{kind}", kind=kind, id=which)


class Conflict(Refused):
    """Somebody else was first, or the same command id came with other content."""
