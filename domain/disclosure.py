"""One act of seeing as it stands: who saw what of whom, why they were allowed to, or that they were not."""

from __future__ import annotations

from domain.event import Stamp, State
from domain.frozen import frozen
from domain.ids import Code, Digest, EntryId, FieldAt, StreamId, SubjectId

PREFIX = "access:"
"""How the stream of a disclosure begins; its id follows, 32 hexadecimal digits."""


def stream_of(disclosure: str) -> StreamId:
    """The stream of a disclosure."""
    return PREFIX + disclosure


@frozen(slots=False)
class Disclosure(State):
    """What was disclosed; see `domain.events.access.Disclosed` for what each field says."""

    stamp: Stamp | None = None
    of: StreamId | None = None
    action: Code = ""
    what: Code = ""
    subjects: tuple[SubjectId, ...] = ()
    fields: tuple[FieldAt, ...] = ()
    seen_version: int = 0
    seen: tuple[StreamId, ...] = ()
    basis: Code = ""
    entry: EntryId | None = None
    code: Code = ""
    policy: Digest = ""
    outcome: Code = ""
    host: str = ""
    client: str = ""
    trace: str = ""
    span: str = ""
    recipient: Code | None = None
    digest: Digest | None = None
