"""A naive fold, to lay beside the read models of the past: from a plain list of what was stored, in the plainest way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.case import Case
from domain.event import Event, Stamp
from domain.events.correcting import EntryCorrected, EntryWithdrawn


@dataclass
class Entry:
    """One stored event."""

    stream: str
    version: int
    happened: datetime
    event: Event


def cases(stored: Iterable[Entry], day: date | None) -> dict[str, dict[str, Any]]:
    """What is to be seen of each case, given all that was stored by some moment, and the day up to which it is asked."""
    streams: dict[str, list[Entry]] = defaultdict(list)
    for entry in stored:
        if entry.event.TOPIC.startswith("case."):
            streams[entry.stream].append(entry)
    found = {stream: seen(stream, entries, day) for stream, entries in streams.items()}
    return {stream: told for stream, told in found.items() if told is not None}


def seen(stream: str, entries: list[Entry], day: date | None) -> dict[str, Any] | None:
    """What is to be seen of one case; None when it was not there yet."""
    entries = [mended(e, entries) for e in entries if not withdrawn(e, entries)]
    entries = [e for e in entries if day is None or day_of(e.happened) <= day]
    case = Case()
    for e in sorted(entries, key=lambda e: (e.happened, e.version)):
        case = e.event.apply(case.but(stamp=Stamp(stream, e.version, e.happened)))
    if case.status.value == "none":
        return None
    return {
        "status": case.status.value,
        "holder": case.holder,
        "next": (case.next.kind, case.next.on) if case.next else None,
        "domains": sorted(case.domains),
        "agreements": {a.id: (a.state, a.partner, a.due) for a in case.agreements.values()},
        "goals": sorted(case.goals),
        "budget": {r.id: (r.reserved, r.spent, r.released) for r in case.budget.values()},
        "entries": sorted(e.version for e in entries),
    }


def withdrawn(entry: Entry, entries: list[Entry]) -> bool:
    return any(isinstance(e.event, EntryWithdrawn) and e.event.entry == entry.version for e in entries)


def mended(entry: Entry, entries: list[Entry]) -> Entry:
    """An entry as those that correct it say."""
    facts, happened = {n: getattr(entry.event, n) for n in type(entry.event).model_fields}, entry.happened
    for e in sorted(entries, key=lambda e: e.version):
        if isinstance(e.event, EntryCorrected) and e.event.entry == entry.version:
            happened = e.event.moved_to or happened
            if e.event.field is not None:
                facts[e.event.field] = e.event.value if e.event.text is None else e.event.text
    return Entry(entry.stream, entry.version, happened, type(entry.event).model_validate(facts))


def day_of(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo("Europe/Amsterdam")).date()
