"""`casus retention`: beside the stage's own commands the terms there are, what has passed its term, and destroying it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from infra.cli.own import ASKER, JSON, TEAM, leaf
from infra.cli.param import Param
from infra.cli.session import Session
from infra.texts import Words

if TYPE_CHECKING:
    from commands.retention import CarryOut
    from domain.case import Case
    from domain.ids import Code
    from domain.retention import Term
    from domain.team import Team
    from infra.engine import Outcome, Request

ON = Param("on", "date")
TERMS = ("term", "law", "article", "duty", "years", "counted_from", "as_of", "verified_by", "verified_on", "about")
DUE = ("number", "subject", "term", "ended", "last_day", "passed", "verified", "why")


def commands() -> Mapping[str, Callable[[Words], click.Command]]:
    """What there is beside the stage's own commands, or in place of one, each made when it is asked for."""
    return {"carry-out": _carry_out, "due": _due, "terms": _terms}


def _carry_out(words: Words) -> click.Command:
    from commands.retention import CarryOut
    from infra.cli.forms import leaf as form

    return form(CarryOut, words, carry_out)


def _due(words: Words) -> click.Command:
    return leaf(words, "retention due", due, TEAM, ON, Param("all", "yes-no"), also=(*ASKER, JSON))


def _terms(words: Words) -> click.Command:
    return leaf(words, "retention terms", terms)


def terms(session: Session) -> None:
    """The terms of keeping, with the law each was read in, and who verified it when: nobody did of those that come along."""
    from infra.legal import terms as legal

    found = [
        {
            "term": t.id, "law": t.law, "article": t.article or None, "duty": t.duty, "years": t.years,
            "counted_from": t.counted_from, "as_of": t.as_of, "verified_by": t.verified_by or None,
            "verified_on": t.verified_on, "url": t.url, "about": t.about[session.words.language],
        }
        for t in legal(session.settings.legal).values()
    ]  # fmt: skip
    session.out.rows(found, TERMS)
    _say_unverified(session, [t for t in legal(session.settings.legal).values() if not t.verified])


def due(session: Session, team: str | None, on: date | None, **how: bool) -> None:
    """Of each case that has ended, and each subject of it, which term it is under and whether that has passed on a day: those
    that can go and those that have passed a term that nobody verified; with `all` also what is still kept, and why.
    """
    from infra.legal import terms as legal

    known = legal(session.settings.legal)
    day = on or _today(session)
    rows = [row for case in _ended(session, team) for row in _of_case(session, case, known, day)]
    wanted = rows if how["all"] else [row for row in rows if row["passed"] or row["why"] == "no-term"]
    session.gate.general("retention-due", seen={row["number"] for row in wanted})
    session.out.rows(wanted, DUE)
    _say_unverified(session, [known[t] for t in sorted({row["term"] for row in wanted if row["term"] in known})])


def _today(session: Session) -> date:
    from domain.days import day_of

    return day_of(session.now())


def _ended(session: Session, team: str | None) -> Iterator[Case]:
    """The cases that have ended and whoever asks may list, as they stand."""
    from domain.case import FINAL, Case
    from domain.event import replay
    from domain.refusal import NotFound
    from projections.registry import projection

    rows = session.readmodels
    if team is not None and not rows.rows(projection("teams"), team=team):
        raise NotFound("team", team)
    visible = session.gate.visible(rows)
    where = {"team": team} if team is not None else {}
    final = [r for r in rows.rows(projection("cases"), status=sorted(FINAL), **where) if visible.case(r.number, r.team)]
    for row in final:
        yield replay(Case(), session.store.load(row.number))


def _of_case(session: Session, case: Case, known: Mapping[Code, Term], day: date) -> Iterator[dict[str, Any]]:
    from domain.retention import applying, ended, why_kept

    usual = _usual(session.team(case.team))
    for subject in sorted(set(case.subjects) - case.erased):
        under = applying(case, subject, usual, known)
        why = why_kept(case, subject, day, under)
        row = {"number": case.number, "subject": subject, "ended": ended(case), "why": why}
        for t in under:
            yield row | {"term": t.id, "last_day": t.last_day(case), "passed": t.passed(case, day), "verified": t.verified}
        if not under:
            yield row | {"term": None, "last_day": None, "passed": False, "verified": False}


def _usual(team: Team) -> tuple[Code, ...]:
    """The term that a table's cases are under by its way of working, if it names one."""
    import json

    closing = json.loads(team.profile_json).get("closing") if team.profile_json else None
    named = (closing or {}).get("retention")
    return (named["value"],) if named else ()


def _say_unverified(session: Session, found: list[Term]) -> None:
    unverified = [t.id for t in found if not t.verified]
    if unverified:
        session.out.warn("terms-unverified", terms=tuple(unverified))


def carry_out(session: Session, command: CarryOut, _asked: Request, _outcome: Outcome) -> None:
    """Destroy what has begun to be destroyed, subject by subject, and say what came of each, and how often it left the house."""
    from commands.retention import destruction_of
    from domain.case import Case
    from domain.events.retention import DestructionDecided
    from infra.cli.rights_recipients import warn_of_copies
    from infra.erasing.carrying_out import Erasing
    from infra.erasing.ledger import Ledger

    store, number = session.store, command.case
    case = session.engine.case(number).state
    assert isinstance(case, Case)

    def look() -> None:
        session.gate.case("retention-carry-out", case, store.load(number), outcome="matched")

    erasing = Erasing(
        store, session.readmodels, Ledger(session.store_config.ledger_in), look, session.engine.table.cache.clear,
        lambda step: session.log("destroying", number=number, step=step),
    )  # fmt: skip
    begun = [r.event.subjects for r in store.load(number) if isinstance(r.event, DestructionDecided)]
    for subject in [s for subjects in begun for s in subjects if command.subject in (None, s)]:
        done = erasing.carry_out(number, destruction_of(subject), session.gate.header(case))
        session.place()
        if session.out.json:
            told = {"number": number, "command": "retention.carry-out", "subject": done.subject}
            session.out.record(
                told | {"request": done.request, "keys": done.keys, "receipt": done.receipt, "others": done.others}
            )
        else:
            session.out.line(session.words.say("erased", number=number, subject=subject, keys=done.keys, receipt=done.receipt))
        if done.others:
            session.out.warn("kept-elsewhere", cases=done.others)
        warn_of_copies(session, store.load(number, places=True), done.subject)
    session.out.note("erased-checkpoint")
    session.out.note("rotate-next", team=case.team)
