"""One stream's history as projections read it: what was recorded, what takes effect, the states it went through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from domain.case import Case
from domain.disclosure import Disclosure
from domain.event import Recorded, State, in_order
from domain.events.imported import ActivityImported
from domain.frozen import frozen
from domain.source import Source
from domain.team import Team

StreamKind = Literal["case", "team", "source", "access"]
S = TypeVar("S", bound=State)


class Step(NamedTuple, Generic[S]):
    """A record as it takes effect, and the state before and after it."""

    record: Recorded
    before: S
    after: S


@frozen
class History(Generic[S]):
    """In `records` everything that was recorded, by version; in `steps` what takes effect, in the order in which it
    happened, with corrections in place; in `state` what it comes to.
    """

    kind: StreamKind
    stream: str
    records: Sequence[Recorded]
    steps: Sequence[Step[S]]
    state: S


CaseHistory = History[Case]
TeamHistory = History[Team]
SourceHistory = History[Source]
AccessHistory = History[Disclosure]

STATES: Mapping[str, Callable[[], State]] = {"case": Case, "team": Team, "source": Source, "access": Disclosure}


@frozen
class Reach:
    """How far a history is looked at; what is left None bounds nothing.

    `happened`: the moment up to which it happened, whenever it was entered (corrections made later count: they tell what it
    was). `place` and `version`: how much was known, by the place in the one order of the log or by the entry in the stream.
    """

    happened: datetime | None = None
    place: int | None = None
    version: int | None = None


def reached(records: Sequence[Recorded], reach: Reach) -> History[Any] | None:
    """A stream's history as far as a reach. In: all its records by version, with their places where `reach` asks a place: what
    has none yet was not known. Out: None when nothing is that far.
    """
    known = [r for r in records if _known(r, reach)]
    return history_of(known, reach.happened)


def _known(record: Recorded, reach: Reach) -> bool:
    if reach.version is not None and record.version > reach.version:
        return False
    return reach.place is None or (record.place is not None and record.place <= reach.place)


def history_of(records: Sequence[Recorded], until: datetime | None = None) -> History[Any] | None:
    """A stream's history. In: its records by version, from the first (fewer at the end: what was known by then), and the
    moment up to which it is asked for (corrections made later count: they tell what it was). Out: None without
    records, or for a kind of stream that nothing reads.
    """
    if not records:
        return None
    kind = records[0].topic.partition(".")[0]
    if kind not in STATES:
        return None
    effective = in_order(records)
    if until is not None:
        effective = [r for r in effective if r.occurred_at <= until]
        moments = {r.version: r.occurred_at for r in effective}
        known = {r.version for r in in_order(records)}
        records = [r for r in records if r.version in moments or (r.version not in known and r.occurred_at <= until)]
        if not records:
            return None
    return folded(kind, records, effective)  # type: ignore[arg-type]


def folded(kind: StreamKind, records: Sequence[Recorded], effective: Sequence[Recorded]) -> History[Any]:
    """The history of what takes effect, already corrected and in order.

    Steps of an imported history are many and change nothing but their count: the states between them are left as they
    were before, and the count is made up after the last. `changes` shows neither count nor stamp.
    """
    steps: list[Step[Any]] = []
    state: Any = STATES[kind]()
    alike: list[Recorded] = []
    for record in effective:
        if type(record.event) is ActivityImported and state.imported_events:
            steps.append(Step(record, state, state))
            alike.append(record)
            continue
        if alike:
            state = _counted(state, alike)
            alike = []
        state.__dict__["stamp"] = record.stamp  # these states are ours alone: no copy for a stamp
        after = record.event.apply(state)
        steps.append(Step(record, state, after))
        state = after
    return History(kind, records[0].stream, records, steps, _counted(state, alike) if alike else state)


def _counted(case: Case, alike: Sequence[Recorded]) -> Case:
    return case.but(imported_events=case.imported_events + len(alike), stamp=alike[-1].stamp)
