"""Sealed texts for whoever reads: opened through the store and nowhere else, or the reason why a text is not shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from domain.event import Recorded, in_order
from domain.personal import Ref
from infra.cli.session import Session

if TYPE_CHECKING:
    from infra.store.texts import Withheld

Place = tuple[str, int, str]
"""Stream, version and field."""


def texts_of(session: Session, refs: Iterable[Ref]) -> dict[Ref, str]:
    """The text of each reference; of one that is withheld, why."""
    wanted = list(dict.fromkeys(refs))
    if not wanted:
        return {}
    return {ref: _shown(session, found) for ref, found in session.store.open_texts(wanted).items()}


def opened(session: Session, places: Iterable[Place]) -> dict[Place, str]:
    """The texts of fields of entries, corrected where they were."""
    wanted = list(dict.fromkeys(places))
    refs = _effective(session.store.load_many({stream for stream, _, _ in wanted})) if wanted else {}
    at = {place: refs.get(place) or Ref(*place) for place in wanted}
    texts = texts_of(session, at.values())
    return {place: texts[ref] for place, ref in at.items()}


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
