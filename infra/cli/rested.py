"""What sharing in a case rested on at each step, by the way of working that was in force then."""

from __future__ import annotations

from domain.case import Case
from domain.event import Recorded
from domain.events.team import ProfileAdopted
from domain.functions import outline
from domain.sharing import Basis
from infra.cli.tables_then import TablesThen
from infra.texts import Words
from infra.texts.sentences import fill
from projections.grounds import rested_on
from projections.history import Step


class Grounds:
    """Finds what each step rested on, and says it."""

    def __init__(self, words: Words, tables: TablesThen) -> None:
        self._words, self._tables = words, tables

    def of(self, step: Step[Case]) -> Basis | None:
        """Consent, another ground, or why there was none; None where nobody acted for a table."""
        case = step.before if step.before.exists() else step.after
        return rested_on(step, required=self._required(case.team, step.record))

    def said(self, basis: Basis) -> str:
        """In a sentence, with the entry that says so."""
        about = self._words.find("replay", "sharing", basis.code) or self._words.get("replay", "sharing", "ground")
        return fill(about, {"kind": basis.code, "entry": basis.entry}, self._words)

    def _required(self, team: str, record: Recorded) -> bool:
        """Whether the way of working of the case's table required consent: the version that the entry names, else the one
        that was in force by then.
        """
        if not team:
            return False
        head, events = record.header, [r.event for r in self._tables.records(team)]
        named = [e.document for e in events if isinstance(e, ProfileAdopted) and e.digest == head.profile_digest]
        document = named[-1] if named and head.team == team else self._tables.at(team, record.occurred_at).profile_json
        return bool(document) and outline(document).consent_first()
