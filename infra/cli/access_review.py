"""`casus access review`: what a privacy officer looks at first among the disclosures, each count explained."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.disclosure import PREFIX
from domain.event import Recorded
from domain.functions import functions_of
from infra.cli.session import Session
from infra.cli.tracing import Reading, cases_of, formed, period
from infra.cli.unknown import unknown
from infra.policy.reviewing import rules
from infra.readmodels.tracing import Wanted, traced
from infra.texts.sentences import fill
from projections.disclosures import DisclosureRow
from projections.reviewing import NOWHERE, Finding, Standing
from projections.standing import Story

SET_IN = 4


def review(session: Session, team: str | None, since: date | None, until: date | None) -> None:
    """Weigh the disclosures of a time, or of one table, by each rule. A finding is a question, not a verdict."""
    formed(None, team)
    first, beyond = period(since, until)
    wanted = Wanted(team=team, since=first, before=beyond)
    if (missing := unknown(session, wanted)) is not None:
        session.gate.general("access-review")
        raise missing
    findings = [Finding(rule) for rule in rules()]
    seen: set[str] = set()
    done = 0
    for page in traced(session.readmodels, wanted):
        standings = _standings(session, page)
        for row in page:
            for finding in findings:
                finding.take(row, standings.get(row.disclosure, NOWHERE))
        seen |= cases_of(page)
        done += len(page)
        session.out.progress(session.words.say("weighed", count=done))
    session.out.progress_done()
    session.gate.general("access-review", seen=seen)
    for finding in findings:
        if session.out.json:
            session.out.record(_json(finding))
        else:
            _tell(session, finding)


def _standings(session: Session, page: Sequence[DisclosureRow]) -> dict[str, Standing]:
    """How each reader of this page stood to the case, where there is one."""
    stories = {
        stream: Story(records)
        for stream, records in session.store.load_many({row.of for row in page if row.of is not None}).items()
        if _is_case(records)
    }
    return {
        row.disclosure: stories[row.of].standing(row, _functions(session, row))
        for row in page
        if row.of is not None and row.of in stories
    }


def _is_case(records: Sequence[Recorded]) -> bool:
    return bool(records) and records[0].topic.startswith("case.")


def _functions(session: Session, row: DisclosureRow) -> frozenset[str]:
    """What the policy knows the role as in which somebody looked, by the way of working of their table."""
    working = session.gate.seats.at(row.team).working if row.team else None
    return functions_of(frozenset({row.role} if row.role else ()), working)


def _json(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule.id, "found": len(finding.disclosures), "weighed": finding.weighed,
        "settings": dict(finding.rule.settings), "outcomes": finding.rule.outcomes,
        "disclosures": [d.removeprefix(PREFIX) for d in finding.disclosures],
        "readers": [
            {"actor": actor, "organisation": organisation, "found": count}
            for (actor, organisation), count in finding.readers.most_common()
        ],
    }  # fmt: skip


def _tell(session: Session, finding: Finding) -> None:
    reading = Reading(session)
    facts = {k: str(v) for k, v in finding.rule.settings.items()}
    counts = {"found": str(len(finding.disclosures)), "weighed": str(finding.weighed)}
    told = fill(finding.rule.told[session.words.language], facts | counts, session.words)
    session.out.line(f"{session.words.get('tracing', 'rules', finding.rule.id)}: {told}")
    for (actor, organisation), count in finding.readers.most_common(5):
        told = reading.say("review", "reader", actor=actor, organisation=organisation, found=str(count))
        session.out.line(" " * SET_IN + told, hang=SET_IN)
