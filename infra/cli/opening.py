"""Sealed texts for whoever reads: as the gate gave them, or in words why a text is not shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from domain.event import Recorded, in_order
from domain.personal import Ref
from infra.cli.session import Session

if TYPE_CHECKING:
    from domain.team import Team
    from infra.store.texts import Withheld

Place = tuple[str, int, str]
"""Stream, version and field."""


def in_words(session: Session, texts: Mapping[Ref, str | Withheld]) -> dict[Ref, str]:
    """The text of each reference; of one that is withheld, why."""
    return {ref: _shown(session, found) for ref, found in texts.items()}


def names_of(session: Session, team: Team, refs: Iterable[Ref]) -> dict[Ref, str]:
    """Names on a roster, as far as the reader may see them: the others are left out."""
    return {ref: name for ref, name in session.gate.team("team-roster", team, refs).items() if isinstance(name, str)}


def places(session: Session, wanted: Iterable[Place]) -> dict[Place, Ref]:
    """Where the texts of fields of entries stand, corrected where they were."""
    known = list(dict.fromkeys(wanted))
    refs = _effective(session.store.load_many({stream for stream, _, _ in known})) if known else {}
    return {place: refs.get(place) or Ref(*place) for place in known}


def of_record(record: Recorded) -> dict[str, Ref]:
    """Where the texts of one entry stand, corrections taken into account."""
    event = record.event
    return {n: record.stamp.ref(n) for n in type(event).personal_fields() if getattr(event, n) is not None}


def _effective(histories: Mapping[str, list[Recorded]]) -> dict[Place, Ref]:
    return {
        (record.stream, record.version, name): ref
        for records in histories.values()
        for record in in_order(records)
        for name, ref in record.corrected
    }


def _shown(session: Session, found: str | Withheld) -> str:
    return found if isinstance(found, str) else session.words.get("output", "withheld", found.why)
