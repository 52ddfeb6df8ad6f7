"""Of a text that is gone: which entry says that whoever it is about was erased."""

from __future__ import annotations

from typing import Any

from domain.event import Recorded
from domain.personal import Ref
from infra.cli.changed import Opened
from infra.cli.session import Session
from projections.changes import TEXT

ERASED = ("case.rights.erasure-begun", "case.rights.subject-erased")
"""What says so; the later one counts."""


class Erased:
    """Looks it up in the history as it stands now, whatever moment is looked at: a text that is gone was gone for no moment
    only. A text may stand in another case, which is read when it is asked for, as far as this login may.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._records: dict[str, dict[int, Recorded]] = {}
        self._by: dict[str, dict[str, int]] = {}

    def text(self, ref: Ref) -> Any:
        """What stands for a text where texts are not opened: that it is there, or by which entry it is no longer."""
        entry = self.by(ref)
        return TEXT if entry is None else Opened(self._session.words.say("text-erased", entry=entry))

    def by(self, ref: Ref) -> int | None:
        """The version of the entry by which a text is gone, in the case that the text stands in; None where it is not."""
        if ref.stream not in self._records:
            records = self._session.store.load(ref.stream)
            self._records[ref.stream] = {r.version: r for r in records}
            said: Any = (r for topic in ERASED for r in records if r.topic == topic)
            self._by[ref.stream] = {r.event.subject: r.version for r in said}
        record = self._records[ref.stream].get(ref.version)
        sealed = getattr(record.event, ref.field, None) if record is not None else None
        return self._by[ref.stream].get(getattr(sealed, "subject", ""))
