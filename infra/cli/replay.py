"""`casus replay`: a case step by step, in the order in which things happened: what each changed, who, when, on what ground."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import cached_property
from typing import Any

import click

from domain.case import Case
from infra.cli.changed import fields, where
from infra.cli.entries import by_entry, label_of, refs_of, what, who
from infra.cli.erased import Erased
from infra.cli.facts import facts
from infra.cli.looking import look
from infra.cli.moments import Point
from infra.cli.own import CASE, LOOKING, leaf
from infra.cli.param import Param
from infra.cli.rested import Grounds
from infra.cli.session import Session
from infra.cli.stepping import walk
from infra.cli.tables_then import TablesThen
from infra.cli.tracing import Reading
from infra.texts import Words
from infra.texts.sentences import Label, fill, people
from projections.changes import compared
from projections.history import History, Step

UNTIL = Param("until", "point")
SET_IN = 5
SHORT = 8
"""So much of a digest tells the versions of a way of working apart; the whole stands in the JSON."""


def command(name: str, words: Words) -> click.Command:
    """The command."""
    return leaf(words, name, replay, CASE, UNTIL, Param("texts", "yes-no"), Param("all", "yes-no"), also=LOOKING)


def replay(
    session: Session, case: str, until: Point | None, texts: bool, at: date | None, known_at: datetime | None, **how: bool
) -> None:
    """The steps as far as was asked. On a terminal one at a time, forward and back."""
    found, told = look(
        session, "replay", case, at, known_at, lambda h: refs_of(s.record for s in h.steps) if texts else (), until=until
    )
    opened = by_entry((s.record for s in found.steps), told) if texts else None
    replaying = _Replaying(session, found, opened)
    if session.out.json:
        for number, step in enumerate(found.steps, start=1):
            session.out.record(replaying.as_json(number, step))
        return
    walk(session, len(found.steps), replaying.show, wait=not how["all"])


class _Replaying:
    """Tells the steps of one history. `texts` are those of its entries, by version and field, where they were asked for."""

    def __init__(self, session: Session, found: History[Case], texts: dict[int, dict[str, str]] | None) -> None:
        self.session, self.found, self.texts = session, found, texts
        self.tables = TablesThen(session)
        self.grounds = Grounds(session.words, self.tables)
        self.erased = Erased(session)
        self.recorded = {r.version: r for r in found.records}

    def as_json(self, number: int, step: Step[Case]) -> dict[str, Any]:
        """A step as an object, its keys always in this order."""
        record, head = step.record, step.record.header
        was, now = compared(step.before, step.after)
        basis = self.grounds.of(step)
        made = {
            "number": self.found.stream, "step": number, "version": record.version, "place": record.place,
            "topic": record.topic, "state": self.state(step), "occurred_at": record.occurred_at,
            "recorded_at": record.recorded_at, "recorded_by": record.recorded_by, "actor": head.actor or None,
            "team": head.team or None, "organisation": head.organisation or None, "role": head.role or None,
            "assurance": head.assurance or None, "purpose": head.purpose or None,
            "basis": {"allowed": basis.allowed, "code": basis.code, "entry": basis.entry} if basis else None,
            "profile": head.profile or None, "profile_digest": head.profile_digest or None, "command": head.command or None,
            "facts": facts(record.event), "before": where(step.before) | was, "after": where(step.after) | now,
        }  # fmt: skip
        return made if self.texts is None else made | {"texts": self.texts.get(record.version, {})}

    @cached_property
    def label(self) -> Label:
        return label_of(self.session, self.found)

    def state(self, step: Step[Case]) -> str:
        """`corrected` where it counts as later entries say, not as it was recorded."""
        return "effective" if self.recorded[step.record.version] is step.record else "corrected"

    def show(self, number: int) -> None:
        """A step for people."""
        step = self.found.steps[number - 1]
        record, words, own = step.record, self.session.words, self.found.state.team
        texts = self.texts.get(record.version) if self.texts is not None else None
        told = what(self.session, record, self.state(step), texts, self.label)
        moment = people("occurred_at", record.occurred_at, words)
        self.session.out.line(f"{number}. {moment}  {who(words, record, own, self.tables) or ''}  {told}", hang=SET_IN)
        for line in (*self._beside(step), *fields(*compared(step.before, step.after, self.erased.text), words, self.label)):
            self.session.out.line(" " * SET_IN + line)

    def _beside(self, step: Step[Case]) -> Iterator[str]:
        """What stands beside an entry: when it was recorded, in what capacity somebody acted, on what ground, by which rules."""
        record, head, words = step.record, step.record.header, self.session.words
        reading = Reading(self.session)
        basis = self.grounds.of(step)
        facts: dict[str, object] = {
            "recorded": record.recorded_at, "version": str(record.version), "place": str(record.place) if record.place else None,
            "organisation": reading.label(head.team, "organisation", head.organisation),
            "role": reading.label(head.team, "role", head.role), "purpose": _purpose(reading, head.purpose),
            "basis": self.grounds.said(basis) if basis else None, "profile": head.profile,
            "digest": head.profile_digest[:SHORT],
        }  # fmt: skip
        for line in ("recorded", "capacity", "ground", "profile"):
            if told := fill(words.get("replay", "step", line), facts, words).strip():
                yield told


def _purpose(reading: Reading, code: str) -> str | None:
    """A purpose in a word where there is one, else as the processing register describes it."""
    word = reading.words.code(code, "purpose")
    return reading.purpose(code or None) if word == code else word
