"""What sharing in a case rested on at each step, by the way of working that was in force then."""

from __future__ import annotations

from datetime import datetime

from domain.case import Case
from domain.event import Recorded, in_order
from domain.events.team import ProfileAdopted
from domain.functions import outline
from domain.sharing import Basis
from infra.cli.session import Session
from infra.texts.sentences import fill
from projections.grounds import rested_on
from projections.history import Step


class Grounds:
    """Finds what each step rested on, and says it. The ways of working are read once for each table."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._adopted: dict[str, list[tuple[datetime, ProfileAdopted]]] = {}

    def of(self, step: Step[Case]) -> Basis | None:
        """Consent, another ground, or why there was none; None where nobody acted for a table."""
        case = step.before if step.before.exists() else step.after
        return rested_on(step, required=self._required(case.team, step.record))

    def said(self, basis: Basis) -> str:
        """In a sentence, with the entry that says so."""
        words = self._session.words
        about = words.find("replay", "sharing", basis.code) or words.get("replay", "sharing", "ground")
        return fill(about, {"kind": basis.code, "entry": basis.entry}, words)

    def _required(self, team: str, record: Recorded) -> bool:
        """Whether the way of working of the case's table required consent: the version that the entry names, else the last
        that had been adopted by then.
        """
        adopted = self._versions(team) if team else []
        head = record.header
        named = [a for _, a in adopted if head.team == team and a.digest == head.profile_digest]
        then = named or [a for at, a in adopted if at <= record.occurred_at]
        return bool(then) and outline(then[-1].document).consent_first()

    def _versions(self, team: str) -> list[tuple[datetime, ProfileAdopted]]:
        if team not in self._adopted:
            records = in_order(self._session.store.load(team))
            self._adopted[team] = [(r.occurred_at, r.event) for r in records if isinstance(r.event, ProfileAdopted)]
        return self._adopted[team]
