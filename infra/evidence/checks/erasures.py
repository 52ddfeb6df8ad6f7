"""Who was erased by what the log says, and what is withheld for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic_core import from_json

from domain.events.rights import SubjectErased
from infra.evidence.checks.report import Withheld

if TYPE_CHECKING:
    from infra.evidence.checks.reading import Tables

LATEST = 1 << 62
"""For an erasure that waits for its place: it comes after whatever has one."""


class Erasures:
    """The events that say somebody was erased, by stream and subject, and what each of them withholds."""

    def __init__(self, tables: Tables) -> None:
        self._found: dict[tuple[str, str], Withheld] = {}
        self._of_stream: dict[str, list[tuple[str, str]]] = {}
        rows = tables.database.query(
            "SELECT e.originator_id, e.originator_version, e.state, p.place FROM stored_events e LEFT JOIN places p "
            "ON p.originator_id = e.originator_id AND p.originator_version = e.originator_version "
            f"WHERE e.topic = '{SubjectErased.TOPIC}' ORDER BY e.originator_id, e.originator_version"
        )
        for stream, version, state, place in rows:
            subject = _subject(state)
            if subject is not None and (stream, subject) not in self._found:
                self._found[stream, subject] = Withheld(stream, subject, version, place)
                self._of_stream.setdefault(stream, []).append((stream, subject))

    def sealed(self, stream: str, subject: str, place: int, *, gone: bool) -> bool:
        """Whether a sealed field of an event is withheld, for its subject was erased afterwards. Counts it if so."""
        key = (stream, subject)
        found = self._found.get(key)
        if found is None or _place(found) <= place:
            return False
        self._found[key] = replace(found, fields=found.fields + 1, removed=found.removed + gone)
        return True

    def bytes_of(self, stream: str, place: int) -> bool:
        """The same of an event whose bytes are gone: of whom it told can't be seen any more, so any erasure there will do."""
        for key in self._of_stream.get(stream, ()):
            found = self._found[key]
            if _place(found) > place:
                self._found[key] = replace(found, events=found.events + 1)
                return True
        return False

    def all(self) -> tuple[Withheld, ...]:
        """Everybody who was erased, in the order of the log."""
        return tuple(sorted(self._found.values(), key=lambda w: (_place(w), w.stream, w.version)))


def _place(found: Withheld) -> int:
    return LATEST if found.place is None else found.place


def _subject(state: object) -> str | None:
    """Whom an event says to be erased; None where it can't be read: then it vouches for nothing."""
    try:
        subject = from_json(state)["facts"]["subject"]  # type: ignore[arg-type]
    except (ValueError, LookupError, TypeError):
        return None
    return subject if isinstance(subject, str) else None
