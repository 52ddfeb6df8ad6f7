"""One attempt at a command: what is asked, what was read for it, and when what comes of it happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from commands.base import Command
from domain.case import Case
from domain.team import Team
from infra.engine.request import Request
from infra.engine.streams import Seen
from infra.store.disclosing import Permit
from infra.store.members import Grain, changed


@dataclass(slots=True)
class Act:
    """One attempt at a command: what was read for it."""

    command: Command
    request: Request
    command_id: str
    at: datetime
    now: datetime
    permit: Permit = field(default_factory=Permit)
    """What it was decided on that they may; it stands in every disclosure that the act needs."""
    streams: dict[str, Seen] = field(default_factory=dict)
    remembered: list[str] = field(default_factory=list)
    members: dict[str, list[Grain]] = field(default_factory=dict)
    """For each case whose people it changes all their parts then: a server keeps them."""

    def change(self, after: Mapping[str, Case | Team]) -> None:
        """Take note of whose parts in cases the act changes. In: what every stream comes to."""
        for stream, state in after.items():
            old = self.streams[stream].state if stream in self.streams else None
            if isinstance(state, Case) and old is not state:
                parts = changed(old if isinstance(old, Case) else None, state)
                if parts is not None:
                    self.members[stream] = parts

    def own(self) -> Seen | None:
        """The stream that it decides on, once that was read; None when it opens a case."""
        return self.streams.get(self.command.own_stream() or "")

    def rests_on(self, stream: str, touched: set[str]) -> bool:
        """Whether the outcome would be another if that stream had moved: every team that was consulted, and, when
        nothing but a receipt is stored, nothing at all.
        """
        return bool(touched) and isinstance(self.streams[stream].state, Team)

    def when(self, stream: str) -> datetime:
        """When what was decided for a stream happened. What an act sets off at another table, or in every case that
        somebody leaves, happens when it is recorded, whenever the act itself did; and that is after all that was seen.
        """
        if self.request.occurred_at is not None and self._together(stream):
            return self.request.occurred_at
        seen = self.streams.get(stream)
        return max([self.now, *(r.occurred_at for r in seen.records)]) if seen is not None else self.now

    def _together(self, stream: str) -> bool:
        """Whether a stream is the act's own, or a case of the same table that it names."""
        own = self.command.own_stream()
        if stream == own or stream not in self.streams:
            return True
        mine, other = self.streams[own].state if own in self.streams else None, self.streams[stream].state
        return isinstance(mine, Case) and isinstance(other, Case) and mine.team == other.team
