"""Whether what a question names is there: a typing error is no answer, and least of all "nobody saw it"."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from domain.case import Case
from domain.event import Recorded, replay
from domain.ids import RESIDENT
from domain.membership import involved
from domain.refusal import NotFound
from domain.team import Team
from infra.cli.session import Session
from infra.readmodels.tracing import Wanted, traced


def unknown(session: Session, wanted: Wanted) -> NotFound | None:
    """What of a question about disclosures was never there: the table, the case, the person of it, the professional. Out: the
    refusal to raise, once it was stored that it was asked.

    Whatever stands in a disclosure was there, also when no roster here has it: a log may have come from elsewhere.
    """
    if wanted.team is not None and not session.team(wanted.team).exists() and not _seen(session, Wanted(team=wanted.team)):
        return NotFound("team", wanted.team)
    records = session.store.load(wanted.case) if wanted.case is not None else []
    if wanted.case is not None and not session.store.version(wanted.case):
        return NotFound("case", wanted.case)
    whom = wanted.subject or RESIDENT  # whom every case has, named or not
    if whom != RESIDENT and whom not in _people(records) and not _seen(session, Wanted(wanted.case, whom)):
        return NotFound("subject", whom)
    if wanted.actor is not None and not _on_roster(session, wanted, records) and not _seen(session, _by(wanted)):
        return NotFound("professional", wanted.actor)
    return None


def _by(wanted: Wanted) -> Wanted:
    """The same question, of any time and outcome."""
    return replace(wanted, subject=None, since=None, before=None, outcome=None)


def _seen(session: Session, wanted: Wanted) -> bool:
    return any(traced(session.readmodels, replace(wanted, recipient=None, copies=False), 1))


def _people(records: list[Recorded]) -> Collection[str]:
    """Those whose texts a case or a table can hold."""
    if not records:
        return ()
    if records[0].topic.startswith("case."):
        return replay(Case(), records).subjects
    return replay(Team(), records).roster


def _on_roster(session: Session, wanted: Wanted, records: list[Recorded]) -> bool:
    """Whether somebody is, or was, on the roster of the table that was asked for; else of those that have to do with the
    case; else of any.
    """
    tables: Iterable[str] = [wanted.team] if wanted.team is not None else _tables(records)
    if found := [session.team(table) for table in tables]:
        return any(wanted.actor in team.roster for team in found)
    from projections.registry import projection

    return bool(session.readmodels.rows(projection("roster"), professional=wanted.actor))


def _tables(records: list[Recorded]) -> list[str]:
    if not records:
        return []
    if records[0].topic.startswith("case."):
        return [name for kind, name in involved(replay(Case(), records)) if kind == "table"]
    return [records[0].stream]
