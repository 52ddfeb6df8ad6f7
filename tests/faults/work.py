"""What the writers do while they are being killed, and how it can be told that one of it was done whole."""

import random
from collections.abc import Mapping, Sequence
from typing import Protocol

from domain.event import Recorded
from domain.personal import Ref
from domain.refusal import Conflict
from infra.store import Draft
from infra.store.store import Store
from tests.faults.commanding import Commanding
from tests.support.stores import noted, receipt, told

CASES = 12


class Work(Protocol):
    """Numbered pieces of work. Another kind of it is another class, named in `WORKS`."""

    def prepare(self, store: Store) -> None:
        """Bring a new store to where the work can begin."""
        ...

    def do(self, store: Store, number: int) -> None:
        """Do one piece, with a command id of its own: doing it again changes nothing. Comes back once it is stored."""
        ...

    def command(self, number: int) -> str:
        """The id under which a piece is stored."""
        ...

    def complaints(self, number: int, events: Sequence[Recorded], texts: Mapping[Ref, object]) -> list[str]:
        """What is missing from a piece of which these events were stored, and these texts opened."""
        ...


class Appending:
    """Appends straight to the store: one to four events over one or two cases, some sealed, some reading a team."""

    def prepare(self, store: Store) -> None:
        store.append([noted("lelystad-sit")], expected={"lelystad-sit": 0}, receipt=receipt("team"))

    def command(self, number: int) -> str:
        return f"work-{number}"

    def do(self, store: Store, number: int) -> None:
        shape = self._shape(number)
        while True:
            expected = {stream: store.version(stream) for stream in shape}
            try:
                store.append(
                    self._drafts(number),
                    expected=expected,
                    reads={"lelystad-sit": 1} if number % 2 else {},
                    receipt=receipt(self.command(number), {"number": number}, {"streams": sorted(shape)}),
                )
            except Conflict as conflict:
                if conflict.code != "stream-moved":
                    raise
                continue
            return

    def complaints(self, number: int, events: Sequence[Recorded], texts: Mapping[Ref, object]) -> list[str]:
        shape = self._shape(number)
        wanted = sum(shape.values())
        if len(events) != wanted:
            return [f"{self.command(number)}: {len(events)} of {wanted} events"]
        said = []
        for stream, count in shape.items():
            if sum(event.stream == stream for event in events) != count:
                said.append(f"{self.command(number)}: its events stand in other streams")
        opened = {texts[Ref(e.stream, e.version, f)] for e in events for f in e.event.personal_fields() if getattr(e.event, f)}
        if opened != {f"text {number}"}:
            said.append(f"{self.command(number)}: its texts are others")
        return said

    def _shape(self, number: int) -> dict[str, int]:
        chance = random.Random(number)
        streams = chance.sample([f"LEL-2026-{n:04d}" for n in range(1, CASES + 1)], k=1 + (number % 3 == 0))
        return {stream: chance.randint(1, 2) for stream in streams}

    def _drafts(self, number: int) -> list[Draft]:
        """The first event of each stream is sealed. The same number gives the same content."""
        drafts = []
        for stream, count in self._shape(number).items():
            drafts.append(told(stream, f"text {number}", self.command(number)))
            drafts += [noted(stream, self.command(number))] * (count - 1)
        return drafts


WORKS: dict[str, type[Work]] = {"command": Commanding, "append": Appending}
