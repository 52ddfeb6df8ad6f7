"""The streams an act works with: each loaded once, folded, with the version it was seen at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.case import Case
from domain.event import CORRECTING, Event, Header, Recorded, Stamp, is_corrected, replay
from domain.frozen import frozen
from domain.team import Team

KEPT = 256


@frozen
class Seen:
    """A stream as it was seen: its records, the state they come to, its last version, the moment of what happened last,
    and whether an entry of it was corrected.
    """

    stream: str
    records: tuple[Recorded, ...]
    state: Case | Team
    version: int
    latest: datetime | None = None
    corrected: bool = False

    def after(self, events: Sequence[Event], at: datetime, header: Header) -> Case | Team:
        """The state if these events were appended, having happened at `at`: folded anew when that lies before others
        or an entry is corrected.
        """
        if self.goes_on(events, at):
            return self.added(events, at)
        drafts = [Recorded(self.stream, self.version + n, e, at, header) for n, e in enumerate(events, start=1)]
        return replay(type(self.state)(), [*self.records, *drafts])

    def goes_on(self, events: Sequence[Event], at: datetime) -> bool:
        """Whether these events, having happened at `at`, take effect as they are and after all others."""
        late = self.latest is None or at >= self.latest
        return late and not self.corrected and not any(e.TOPIC.startswith(CORRECTING) for e in events)

    def added(self, events: Sequence[Event], at: datetime) -> Case | Team:
        """The state if these events came after all others."""
        state = self.state
        for n, event in enumerate(events, start=1):
            state = event.apply(state.but(stamp=Stamp(self.stream, self.version + n, at)))
        return state

    def extended(self, records: Sequence[Recorded]) -> Seen:
        """The stream with more records at its end, folded on where that gives the same."""
        every = (*self.records, *records)
        moments = [r.occurred_at for r in records]
        if moments != sorted(moments) or not self.goes_on([r.event for r in records], moments[0]):
            return seen(self.stream, every, type(self.state))
        state = self.state
        for r in records:
            state = r.event.apply(state.but(stamp=r.stamp))
        return Seen(self.stream, every, state, records[-1].version, moments[-1])


def seen(stream: str, records: Sequence[Recorded], kind: type[Case | Team]) -> Seen:
    """Fold a stream's records."""
    if not records:
        return Seen(stream, (), kind(), 0)
    latest = max(r.occurred_at for r in records)
    return Seen(stream, tuple(records), replay(kind(), records), records[-1].version, latest, is_corrected(records))


class Cache:
    """The streams seen last, so that a batch does not read a team for each command.

    What is in it may be old: an append checks every version it rests on, and what had moved is dropped.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Seen] = OrderedDict()

    def get(self, stream: str) -> Seen | None:
        found = self._kept.get(stream)
        if found is not None:
            self._kept.move_to_end(stream)
        return found

    def put(self, item: Seen) -> None:
        self._kept[item.stream] = item
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def drop(self, streams: Iterable[str]) -> None:
        for stream in streams:
            self._kept.pop(stream, None)

    def clear(self) -> None:
        self._kept.clear()
