"""Whether what a command said of who somebody is still stands: a token of what was withdrawn or corrected finds nobody."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from domain.event import Recorded
from domain.events.correcting import EntryCorrected, EntryWithdrawn
from domain.ids import SubjectId
from domain.personal import Personal


def stands(records: Sequence[Recorded], subject: SubjectId, command: str, fields: Collection[str]) -> bool:
    """Whether a command's word on a subject holds. In: the records of the stream, the command, and the fields that its token
    was made of (a name that came before counts with the birth date that came after).

    It does not once an entry that the token was made from was withdrawn, or one of these fields of it corrected, after the
    command was recorded.
    """
    own = [r.version for r in records if r.header.command == command]
    if not own:
        return False
    upto = max(own)
    said = {place for r in records if r.version <= upto for place in _said(r, subject, fields)}
    return not any(_undoes(r, said) for r in records if r.version > upto)


def _said(record: Recorded, subject: SubjectId, fields: Collection[str]) -> Iterator[tuple[int, str]]:
    """The entries and fields to which a record gave a text about a subject; a correction is of the entry that it corrects."""
    event = record.event
    if isinstance(event, EntryCorrected):
        if event.field is not None and event.field in fields and event.text is not None and event.text.subject == subject:
            yield event.entry, event.field
        return
    for field in fields:
        text = getattr(event, field, None)
        if isinstance(text, Personal) and text.subject == subject:
            yield record.version, field


def _undoes(record: Recorded, said: Collection[tuple[int, str]]) -> bool:
    event = record.event
    if isinstance(event, EntryWithdrawn):
        return any(entry == event.entry for entry, _ in said)
    return isinstance(event, EntryCorrected) and event.text is not None and (event.entry, event.field) in said
