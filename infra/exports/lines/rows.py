"""The rows of a log as lines have them: events by place with what is sealed of them, and the receipts of their commands.

The receipt of a command that recorded nothing is left out: no place says whether it was there by then, for clocks go back, and
such a command can be given again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from infra.backup.parts import AT, EVENTS, PLACES, RECEIPTS, SEALED
from infra.evidence.leaf import Stored
from infra.exports.lines.form import command_of, packed
from infra.store.database import Database, iso

BATCH = 2_000
CHUNK = 200
"""So many ids are asked for at a time."""
RECEIPT = "t.command_id, t.digest, t.result, t.recorded_at, t.recorded_by"

Sealed = list[dict[str, str]]
Receipt = dict[str, str]


class Rows:
    """In: the database, and up to which place. To be read within one moment of it."""

    def __init__(self, db: Database, upto: int) -> None:
        self.db, self.upto = db, upto
        self._said: set[str] = set()
        """The commands of which an event came by."""

    def events(self) -> Iterator[tuple[Stored, Sealed, Receipt | None]]:
        """Each event in the one order, its sealed fields by name, and the receipt where it is its command's first event."""
        for after in range(0, self.upto, BATCH):
            bounds = (after, min(after + BATCH, self.upto))
            found = [Stored._make(row) for row in self.db.query(_EVENTS.format(**_tables(self.db)), bounds)]
            sealed: dict[int, Sealed] = {}
            for place, field, key_id, data in self.db.query(_SEALED.format(**_tables(self.db)), bounds):
                sealed.setdefault(place, []).append({"field": field, "key_id": key_id, "data": packed(bytes(data))})
            commands = [command_of(event.state) for event in found]
            first = {c: n for n, c in reversed(list(enumerate(commands))) if c and c not in self._said}
            receipts = self._receipts(first)
            self._said.update(first)
            for n, event in enumerate(found):
                command = commands[n]
                receipt = receipts.get(command) if command and first.get(command) == n else None
                yield event, sealed.get(event.place, []), receipt

    def _receipts(self, commands: Iterable[str]) -> dict[str, Receipt]:
        wanted, found = list(commands), {}
        for start in range(0, len(wanted), CHUNK):
            chunk = wanted[start : start + CHUNK]
            marks = ", ".join("?" * len(chunk))
            rows = self.db.query(f"SELECT {RECEIPT} FROM {RECEIPTS.table(self.db)} t WHERE t.command_id IN ({marks})", chunk)
            found.update({row[0]: _receipt(row) for row in rows})
        return found


def moment(value: Any) -> str:
    """A stamp as a line has it."""
    return value if isinstance(value, str) else iso(value)


def _receipt(row: tuple[Any, ...]) -> Receipt:
    command, digest, result, at, by = row
    return {"command": command, "digest": packed(bytes(digest)), "result": result, "recorded_at": moment(at), "recorded_by": by}


def _tables(db: Database) -> dict[str, str]:
    return {"events": EVENTS.table(db), "places": PLACES.table(db), "sealed": SEALED.table(db)}


_EVENTS = (
    "SELECT p.place, t.originator_id, t.originator_version, t.topic, t.state, t.recorded_at, t.recorded_by, p.placed_at "
    f"FROM {{places}} p JOIN {{events}} t ON {AT} WHERE p.place > ? AND p.place <= ? ORDER BY p.place"
)
_SEALED = (
    f"SELECT p.place, t.field, t.key_id, t.data FROM {{places}} p JOIN {{sealed}} t ON {AT} "
    "WHERE p.place > ? AND p.place <= ? ORDER BY p.place, t.field"
)
