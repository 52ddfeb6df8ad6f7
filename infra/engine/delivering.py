"""Tells another table's case what an act has to let it know whose author may not read it: the follower's work on a server."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from domain.case import OPEN, Case
from domain.event import Event, Recorded, replay
from domain.events.consent import OverlapNoticed, OverlapTold
from domain.events.correcting import EntryCorrected
from domain.ids import RESIDENT, CaseNumber
from domain.refusal import Conflict
from infra.engine.matching import FINDING, NAMING
from infra.engine.standing import stands
from infra.store.draft import Draft, Receipt

if TYPE_CHECKING:
    from infra.store.store import Store

ATTEMPTS = 5
DUE = "SELECT stream, kind, about, command FROM casus.notices_due()"


def deliver(store: Store) -> int:
    """Say what waits to be said. Out: how many notices were dealt with; embedded there are none, for there every act sees
    every case. What was said already is not said again, whoever said it.
    """
    db = store.connection()
    if db.kind == "sqlite":
        return 0
    rows = db.query(DUE)
    for stream, kind, about, command in rows:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                _say(store, stream, kind, about, command)
                break
            except Conflict:
                if attempt == ATTEMPTS:
                    raise
        db.query("SELECT casus.notice_given(?, ?, ?)", (stream, kind, about))
    return len(rows)


def _say(store: Store, stream: CaseNumber, kind: str, about: str, command: str) -> None:
    records = store.load(stream)
    said_in = next((r.header for r in records if r.header.command == command), None)
    if said_in is None:
        return
    if kind == "noticed" and not (names(records, {command}) and names(store.load(about))):
        return
    mine = replay(Case(), records)
    for number, event, version in _noticed(store, mine, about) if kind == "noticed" else _told(store, mine, about):
        id_ = sha256(f"{command} {number} {event.TOPIC}".encode()).hexdigest()[:32]
        header = replace(said_in, audience="", command=id_, correlation=said_in.correlation or command, causation=command)
        store.append([Draft(number, event, header)], expected={number: version}, receipt=Receipt.of(id_, {"of": command}))


def names(records: Sequence[Recorded], commands: Collection[str] | None = None) -> bool:
    """Whether what a case says of who its resident is still stands, as `infra.engine.matching` looks at it: a number, or a name
    with a birth date. In: the records, and which commands' word on it counts; None: every one's.
    """
    said: dict[str, set[str]] = {field: set() for field in FINDING}
    for record in records:
        event = record.event
        if record.topic in NAMING:
            for field in FINDING:
                if getattr(event, field, None) is not None:
                    said[field].add(record.header.command)
        elif isinstance(event, EntryCorrected) and event.field in FINDING:
            said[event.field].add(record.header.command)
    for fields in (("number",), ("name", "birth_date")):
        named = set().union(*(said[field] for field in fields))
        if all(said[field] for field in fields) and any(
            stands(records, RESIDENT, each, fields) for each in named if commands is None or each in commands
        ):
            return True
    return False


def _noticed(store: Store, mine: Case, other: CaseNumber) -> Iterator[tuple[CaseNumber, Event, int]]:
    """One notice for each open case, from the one that was matched to where it went on: as `commands.overlap` has it."""
    seen: set[CaseNumber] = set()
    number: CaseNumber | None = other
    while number is not None and number not in seen:
        seen.add(number)
        case, version = _case(store.load(number))
        if case.status in OPEN and case.team != mine.team and not any(p.case == mine.number for p in case.probes.values()):
            yield number, OverlapNoticed(probe=case.next_entry("O", case.probes), team=mine.team, case=mine.number), version
        number = case.successor or case.merged_into


def _told(store: Store, mine: Case, probe: str) -> Iterator[tuple[CaseNumber, Event, int]]:
    """That this table knows somebody, to the case that asked, if it is still open."""
    asked = mine.probes.get(probe)
    if asked is None:
        return
    asker, version = _case(store.load(asked.case))
    if asker.status in OPEN and mine.team not in asker.overlaps:
        yield asked.case, OverlapTold(team=mine.team), version


def _case(records: list[Recorded]) -> tuple[Case, int]:
    return replay(Case(), records), records[-1].version if records else 0
