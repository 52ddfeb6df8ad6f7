"""`casus trail` and `casus replay`: every entry of a case, who, when and why; and the case before and after each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import click

from domain.case import Case
from domain.event import Recorded
from infra.cli.labels import labels
from infra.cli.looking import history
from infra.cli.opening import of_record, texts_of
from infra.cli.own import CASE, JSON, MOMENTS, leaf
from infra.cli.param import Param
from infra.cli.session import Session
from infra.cli.telling import sentence
from infra.texts import Words
from infra.texts.sentences import people
from projections.changes import changes
from projections.history import History
from projections.trail import TRAIL

TEXTS = Param("texts", "yes-no")
COLUMNS = ("version", "occurred_at", "recorded_at", "actor", "role", "what")


def command(name: str, words: Words) -> click.Command:
    """`trail` or `replay`."""
    if name == "trail":
        return leaf(words, name, trail, CASE, TEXTS, also=(*MOMENTS, JSON))
    return leaf(words, name, replay, CASE, TEXTS, Param("all", "yes-no"), also=(*MOMENTS, JSON))


def trail(session: Session, case: str, texts: bool, at: date | None, known_at: datetime | None) -> None:
    """The audit trail, in the order of recording; corrected and withdrawn entries stay to be seen."""
    found = history(session, case, at, known_at)
    shown = {r.version: r for r in _effective(found)}
    opened = _opened(session, shown.values()) if texts else {}
    rows = []
    for row in TRAIL.rows(found):
        made = row._asdict()
        made["before"], made["after"] = (json.loads(v) if v else None for v in (row.before, row.after))
        if session.out.json:
            facts = shown[row.version].event.model_dump(mode="json")
            rows.append(made | {"facts": facts} | ({"texts": opened.get(row.version, {})} if texts else {}))
        else:
            rows.append(made | {"what": _what(session, shown[row.version], row.state, opened.get(row.version))})
    session.out.rows(rows, COLUMNS)


def replay(session: Session, case: str, texts: bool, at: date | None, known_at: datetime | None, **how: bool) -> None:
    """The case step by step, in the order in which things happened. On a terminal one step at a time."""
    found = history(session, case, at, known_at)
    opened = _opened(session, (s.record for s in found.steps)) if texts else {}
    for number, (record, before, after) in enumerate(found.steps, start=1):
        was, now = (json.loads(part) if part else {} for part in changes(before, after))
        if session.out.json:
            session.out.record(
                {"number": found.stream, "step": number, "version": record.version, "topic": record.topic,
                 "occurred_at": record.occurred_at, "recorded_at": record.recorded_at, "actor": record.header.actor,
                 "facts": record.event.model_dump(mode="json"), "before": _where(before) | was, "after": _where(after) | now}
                | ({"texts": opened.get(record.version, {})} if texts else {})
            )  # fmt: skip
            continue
        for line in _step(session, number, record, was, now, opened.get(record.version)):
            session.out.line(line)
        if not how["all"] and number < len(found.steps) and not _goes_on(session):
            return


def _step(
    session: Session, number: int, record: Recorded, was: Mapping[str, Any], now: Mapping[str, Any],
    texts: Mapping[str, str] | None,
) -> Iterator[str]:  # fmt: skip
    words = session.words
    moment = people("occurred_at", record.occurred_at, words)
    yield f"{number}. {moment}  {record.header.actor}  {_what(session, record, 'effective', texts)}"
    for name in now:
        yield f"     {words.heading(name)}: {_told(was.get(name), words)} → {_told(now[name], words)}"


def _where(case: Case) -> dict[str, Any]:
    """Where a case is, at every step: what an auditor looks at first."""
    moment = case.next
    return {
        "status": case.status.value, "holder": case.holder,
        "next": {"kind": moment.kind, "on": moment.on.isoformat()} if moment else None,
    }  # fmt: skip


def _told(value: Any, words: Words) -> str:
    if value is None or value in ({}, [], ""):
        return words.get("cli", "words", "none")
    if isinstance(value, dict):
        return "; ".join(f"{k} {_told(v, words)}" for k, v in value.items())
    if isinstance(value, list):
        return ", ".join(_told(v, words) for v in value)
    if isinstance(value, bool):
        yes, _, no = words.get("cli", "words", "yes-no").partition("|")
        return yes if value else no
    if value == "text":
        return words.get("output", "text")
    return words.code(value) if isinstance(value, str) else str(value)


def _what(session: Session, record: Recorded, state: str, texts: Mapping[str, str] | None) -> str:
    told = sentence(session.words, record.event, labels(session, record.header.team), texts)
    return told if state == "effective" else f"[{session.words.code(state)}] {told}"


def _effective(found: History[Case]) -> Iterator[Recorded]:
    """Every entry as it takes effect; one that was withdrawn as it was recorded."""
    taken = {step.record.version: step.record for step in found.steps}
    return (taken.get(r.version, r) for r in found.records)


def _opened(session: Session, records: Any) -> dict[int, dict[str, str]]:
    """The texts of entries, by version and field."""
    refs = {r.version: of_record(r) for r in records}
    texts = texts_of(session, (ref for fields in refs.values() for ref in fields.values()))
    return {version: {name: texts[ref] for name, ref in fields.items()} for version, fields in refs.items()}


def _goes_on(session: Session) -> bool:
    """On a terminal: whether the next step is wanted. Elsewhere all of them are."""
    if not (session.interactive() and session.out.out.isatty()):
        return True
    session.out.warn("next-step")
    return session.stdin.readline().strip().lower() not in session.words.get("output", "stop-answers").split()
