"""`casus trail` and `casus replay`: every entry of a case, who, when and why; and the case before and after each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import click

from domain.case import Case
from domain.event import Recorded
from domain.personal import Ref
from infra.cli.labels import labels, person, tables
from infra.cli.looking import look
from infra.cli.opening import of_record
from infra.cli.own import CASE, LOOKING, leaf
from infra.cli.param import Param
from infra.cli.session import Session
from infra.cli.telling import sentence
from infra.texts import Words
from infra.texts.sentences import Label, people
from projections.changes import changes
from projections.history import History
from projections.trail import TRAIL

TEXTS = Param("texts", "yes-no")
COLUMNS = ("version", "occurred_at", "recorded_at", "actor", "role", "what")


def command(name: str, words: Words) -> click.Command:
    """`trail` or `replay`."""
    if name == "trail":
        return leaf(words, name, trail, CASE, TEXTS, also=LOOKING)
    return leaf(words, name, replay, CASE, TEXTS, Param("all", "yes-no"), also=LOOKING)


def trail(session: Session, case: str, texts: bool, at: date | None, known_at: datetime | None) -> None:
    """The audit trail, in the order of recording; corrected and withdrawn entries stay to be seen."""
    found, told = look(session, "trail", case, at, known_at, lambda h: _refs(_effective(h)) if texts else ())
    shown = {r.version: r for r in _effective(found)}
    opened = _by_entry(shown.values(), told) if texts else {}
    label, own = _label(session, found), found.state.team
    rows = []
    for row in TRAIL.rows(found):
        made = row._asdict()
        made["before"], made["after"] = (json.loads(v) if v else None for v in (row.before, row.after))
        if session.out.json:
            facts = shown[row.version].event.model_dump(mode="json")
            rows.append(made | {"facts": facts} | ({"texts": opened.get(row.version, {})} if texts else {}))
        else:
            made["actor"] = _who(session, row.actor, row.team, own, row)
            made["what"] = _what(session, shown[row.version], row.state, opened.get(row.version), label)
            rows.append(made)
    roles = {"role": lambda row: people("role", row["role"], session.words, labels(session, row["team"]))}
    session.out.rows(rows, COLUMNS, roles)


def _who(session: Session, actor: str | None, team: str | None, own: str, row: Any) -> str | None:
    """Who acted, and who entered it where that was done for somebody else."""
    who = person(actor, team, own)
    if not (row.assurance or "").endswith("+entered-for"):
        return who
    return session.words.say("entered-by", actor=who or "", by=_enterer(session, team, row.recorded_by))


def _enterer(session: Session, team: str | None, login: str | None) -> str:
    """Whoever entered something: on the roster now under that login, else the login itself."""
    known = session.team(team).by_login(login) if team and login else None
    return known.id if known else login or ""


def replay(session: Session, case: str, texts: bool, at: date | None, known_at: datetime | None, **how: bool) -> None:
    """The case step by step, in the order in which things happened. On a terminal one step at a time."""
    found, told = look(session, "replay", case, at, known_at, lambda h: _refs(s.record for s in h.steps) if texts else ())
    opened = _by_entry((s.record for s in found.steps), told) if texts else {}
    label = _label(session, found)
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
        moment = people("occurred_at", record.occurred_at, session.words)
        actor = person(record.header.actor, record.header.team, found.state.team) or ""
        head = f"{number}. {moment}  {actor}  {_what(session, record, 'effective', opened.get(record.version), label)}"
        for line in _step(head, was, now, session.words, label):
            session.out.line(line, hang=0 if line.startswith(" ") else 5)
        if not how["all"] and number < len(found.steps) and not _goes_on(session):
            return


def _step(head: str, was: Mapping[str, Any], now: Mapping[str, Any], words: Words, label: Label) -> Iterator[str]:
    yield head
    for name in now:
        old, new = (_told(values.get(name), words, label, name) for values in (was, now))
        yield f"     {words.heading(name)}: {old} → {new}"


def _where(case: Case) -> dict[str, Any]:
    """Where a case is, at every step: what an auditor looks at first."""
    moment = case.next
    return {
        "status": case.status.value, "holder": case.holder,
        "next": {"kind": moment.kind, "on": moment.on.isoformat()} if moment else None,
    }  # fmt: skip


def _told(value: Any, words: Words, label: Label, field: str) -> str:
    """A value of a state, and what is in it: each with what its own field calls it."""
    if value is None or value in ({}, [], ""):
        return words.get("cli", "words", "none")
    if isinstance(value, dict):
        return "; ".join(f"{_key(k, words, label, field)} {_told(v, words, label, k)}" for k, v in value.items())
    if isinstance(value, list):
        return ", ".join(_told(v, words, label, field) for v in value)
    if isinstance(value, bool):
        yes, _, no = words.get("cli", "words", "yes-no").partition("|")
        return yes if value else no
    if value == "text":
        return words.get("output", "text")
    return label(field, value) if isinstance(value, str) else str(value)


def _key(key: str, words: Words, label: Label, field: str) -> str:
    """What stands before a value: a code of the field, or the name of a part."""
    shown = label(field, key)
    return words.heading(key) if shown == key and words.find("columns", key) else shown


def _label(session: Session, found: History[Case]) -> Label:
    return labels(session, *tables(session, found.state))


def _what(session: Session, record: Recorded, state: str, texts: Mapping[str, str] | None, label: Label) -> str:
    told = sentence(session.words, record.event, label, texts)
    return told if state == "effective" else f"[{session.words.code(state)}] {told}"


def _effective(found: History[Case]) -> Iterator[Recorded]:
    """Every entry as it takes effect; one that was withdrawn as it was recorded."""
    taken = {step.record.version: step.record for step in found.steps}
    return (taken.get(r.version, r) for r in found.records)


def _refs(records: Iterable[Recorded]) -> Iterator[Ref]:
    """Where the texts of entries stand."""
    return (ref for record in records for ref in of_record(record).values())


def _by_entry(records: Iterable[Recorded], texts: Mapping[Ref, str]) -> dict[int, dict[str, str]]:
    """The texts of entries, by version and field."""
    return {r.version: {name: texts[ref] for name, ref in of_record(r).items()} for r in records}


def _goes_on(session: Session) -> bool:
    """On a terminal: whether the next step is wanted. Elsewhere all of them are."""
    if not (session.interactive() and session.out.out.isatty()):
        return True
    session.out.warn("next-step")
    return session.stdin.readline().strip().lower() not in session.words.get("output", "stop-answers").split()
