"""Who was erased by what the log says, and what is withheld for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domain.events.rights import SubjectErased
from domain.refusal import Refused
from infra.evidence.checks.report import Check, Finding, Withheld
from infra.store.envelope import decode

if TYPE_CHECKING:
    from infra.erasing.ledger import Ledger
    from infra.evidence.checks.reading import Tables

LATEST = 1 << 62
"""For an erasure that waits for its place: it comes after whatever has one."""


class Erasures:
    """The events that say somebody was erased, by stream and subject, and what each of them withholds."""

    def __init__(self, tables: Tables) -> None:
        self._found: dict[tuple[str, str], Withheld] = {}
        self._receipts: dict[tuple[str, str], str] = {}
        self._of_stream: dict[str, list[tuple[str, str]]] = {}
        rows = tables.database.query(
            "SELECT e.originator_id, e.originator_version, e.state, p.place FROM stored_events e LEFT JOIN places p "
            "ON p.originator_id = e.originator_id AND p.originator_version = e.originator_version "
            f"WHERE e.topic = '{SubjectErased.TOPIC}' ORDER BY e.originator_id, e.originator_version"
        )
        for stream, version, state, place in rows:
            said = _said(stream, version, state)
            if said is not None and (stream, said.subject) not in self._found:
                key = (stream, said.subject)
                self._found[key] = Withheld(stream, said.subject, version, place)
                self._receipts[key] = said.receipt
                self._of_stream.setdefault(stream, []).append(key)

    def sealed(self, stream: str, subject: str, place: int, *, gone: bool) -> bool:
        """Whether a sealed field of an event is withheld, for its subject was erased afterwards. Counts it if so."""
        key = (stream, subject)
        found = self._found.get(key)
        if found is None or _place(found) <= place:
            return False
        self._found[key] = replace(found, fields=(found.fields or 0) + 1, removed=(found.removed or 0) + gone)
        return True

    def bytes_of(self, stream: str, version: int, place: int) -> bool:
        """The same of an event whose bytes are gone. Of whom it told can't be seen any more, so any erasure there will do; but
        each such event is named, for whoever knows what was there.
        """
        for key in self._of_stream.get(stream, ()):
            found = self._found[key]
            if _place(found) > place:
                self._found[key] = replace(found, events=(*found.events, version))
                return True
        return False

    def vouched(self, finding: Finding, signed: int, ledger: Ledger | None, store: str) -> None:
        """An erasure is no excuse on its own word: whoever can take bytes away can put an event there that says why. In: up to
        which place a checkpoint holds, and the ledger of erasures outside the store, where there is one here.
        """
        for key, found in self._found.items():
            if not (found.removed or found.events):
                continue
            at = (found.place, found.stream, found.version)
            if found.place is None or found.place > signed:
                finding.fault(Check.ERASURES, "erasure-unsigned", *at)
            elif ledger is not None and ledger.is_there():
                line = ledger.find(store, *key)
                if line is None or line.digest() != self._receipts[key]:
                    finding.fault(Check.ERASURES, "erasure-not-in-ledger", *at)

    def all(self, *, looked: bool) -> tuple[Withheld, ...]:
        """Everybody who was erased, in the order of the log. In: whether the sealed fields were looked at; else how many there
        were is not known.
        """
        found = sorted(self._found.values(), key=lambda w: (_place(w), w.stream, w.version))
        return tuple(found if looked else (replace(one, fields=None, removed=None) for one in found))


def _place(found: Withheld) -> int:
    return LATEST if found.place is None else found.place


def _said(stream: str, version: int, state: object) -> SubjectErased | None:
    """What an event says of an erasure; None where it can't be read whole: then it vouches for nothing."""
    if not isinstance(state, bytes):
        return None
    try:
        event = decode(stream, version, state, "0001-01-01T00:00:00Z", "").event
    except Refused:
        return None
    return event if isinstance(event, SubjectErased) else None
