"""A source's book of resources: an opaque id for each name, the name sealed once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from domain.event import Header, replay
from domain.events.imported import ResourceNoted, SourceOpened
from domain.personal import Personal
from domain.refusal import Refused
from domain.source import Source
from infra.store.disclosing import Permit, disclosed
from infra.store.draft import Draft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.personal import Ref
    from infra.store.store import Store
    from infra.store.texts import Withheld


NAME = re.compile(r"(?!(?:source|access)$)[a-z0-9][a-z0-9-]{0,39}")


def checked(source: str) -> str:
    """A source's name, which begins the number of each of its cases; refused where it can't. `source:` begins the
    streams of sources themselves, `access:` those of disclosures.
    """
    if not NAME.fullmatch(source):
        raise Refused("source-unusable", field="source")
    return source


class SourceBook:
    """The resources of one source by name. Names met in a batch are noted with that batch, or not at all.

    Comparing names with those that are known opens these: in whose name, and on what decision, is stored first.
    """

    def __init__(self, store: Store, source: str, header: Header, permit: Permit) -> None:
        self._header, self._permit = header, permit
        self.source = source
        self.stream = f"source:{source}"
        self.noted = 0
        self._store = store
        self.reload()

    def reload(self) -> None:
        """Read the book afresh: somebody else may have written in it."""
        records = self._store.load(self.stream)
        state = replay(Source(), records)
        self._version = records[-1].version if records else 0
        opened = self._opened(state) if state.resources else {}
        texts = {which: opened.get(ref) for which, ref in state.resources.items()}
        self._ids = {text: which for which, text in texts.items() if isinstance(text, str)}
        self._count = len(state.resources)
        self._new: dict[str, str] = {}

    def _opened(self, state: Source) -> Mapping[Ref, str | Withheld]:
        event = disclosed(
            self._permit, self._store.store_id, "matched", self.stream, subjects=tuple(sorted(state.resources)),
            fields=tuple(sorted(f"{ref.version}.{ref.field}" for ref in state.resources.values())), seen_version=self._version,
        )  # fmt: skip
        return self._store.open_texts(state.resources.values(), {self.stream: self._store.disclose(event, self._header)})

    @property
    def known(self) -> bool:
        """Whether anything of this source was imported before."""
        return self._version > 0

    def known_resource(self, name: str | None) -> str | None:
        """The id of a resource that was met before, else an id that is nobody's."""
        return None if name is None else self._ids.get(name) or self._new.get(name) or ""

    def resource(self, name: str | None) -> str | None:
        """The id of a resource, a new one for a name that was not met before."""
        if name is None:
            return None
        found = self._ids.get(name) or self._new.get(name)
        if found is None:
            found = f"r{self._count + len(self._new) + 1}"
            self._new[name] = found
        return found

    def drafts(self, header: Header) -> tuple[list[Draft], int]:
        """What must be noted together with a batch, and the version of the source's stream it was seen at."""
        drafts: list[Draft] = []
        if self._version == 0:
            drafts.append(Draft(self.stream, SourceOpened(source=self.source), header))
        for name, which in self._new.items():
            event = ResourceNoted(resource=which, name=Personal(subject=which, text=name))
            drafts.append(Draft(self.stream, event, header))
        return drafts, self._version

    def stored(self) -> None:
        """The batch was stored, and with it what was noted."""
        self._version += len(self._new) + (1 if self._version == 0 else 0)
        self.noted += len(self._new)
        self._count += len(self._new)
        self._ids |= self._new
        self._new = {}
