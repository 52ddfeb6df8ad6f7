"""Our mapper of the library: an event to its envelope and sealed fields, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from domain.event import Recorded
from domain.personal import Personal
from infra.store.envelope import SealedAt, decode, encode

if TYPE_CHECKING:
    from eventsourcing.domain import DomainEventProtocol

    from infra.keys.keystore import DataKey


class Entry(Recorded):
    """A record under the names by which the library knows a domain event."""

    __slots__ = ()

    @property
    def originator_id(self) -> str:
        return self.stream

    @property
    def originator_version(self) -> int:
        return self.version


class SealedField(NamedTuple):
    """A row of the table of sealed fields."""

    stream: str
    version: int
    field: str
    key_id: str
    data: bytes


@dataclass(frozen=True)
class SealedEvent(StoredEvent):
    """A stored event with the ciphertexts that belong to it."""

    sealed: tuple[SealedField, ...] = ()


class Keys(Protocol):
    """Where the mapper has its keys from."""

    def to_write(self, wanted: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], DataKey]:
        """The key of each stream and subject, made where there is none yet."""
        ...


class EnvelopeMapper(Mapper[str]):
    """Makes the bytes of an event and seals what is `Personal`; the library's own cipher can't bind a position."""

    def __init__(self, store_id: str, keys: Keys) -> None:
        super().__init__(JSONTranscoder())
        self.store_id = store_id
        self.keys = keys

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> SealedEvent:
        assert isinstance(domain_event, Entry)
        entry = domain_event
        ats: dict[str, SealedAt] = {}
        rows = []
        for name in entry.event.personal_fields():
            personal: Personal | None = getattr(entry.event, name)
            if personal is None:
                continue
            at, row = self._seal(entry, name, personal)
            ats[name] = at
            rows.append(row)
        return SealedEvent(entry.stream, entry.version, entry.event.TOPIC, encode(entry, ats), tuple(rows))

    def _seal(self, entry: Entry, name: str, personal: Personal) -> tuple[SealedAt, SealedField]:
        from infra.keys.sealing import Slot, seal

        if personal.text is None:
            raise ValueError(f"{entry.event.TOPIC}.{name} has no text to seal")
        key = self.keys.to_write([(entry.stream, personal.subject)])[entry.stream, personal.subject]
        slot = Slot(self.store_id, entry.stream, entry.version, entry.event.TOPIC, name, personal.subject, key.key_id)
        sealed = seal(key.key, slot, personal.text)
        at = SealedAt(personal.subject, key.key_id, sealed.commitment.hex(), sealed.digest.hex())
        return at, SealedField(entry.stream, entry.version, name, key.key_id, sealed.data)

    def to_domain_event(self, stored_event: StoredEvent) -> Entry:
        e = stored_event
        r = decode(str(e.originator_id), e.originator_version, e.state, "0001-01-01T00:00:00Z", "")
        return Entry(r.stream, r.version, r.event, r.occurred_at, r.header)


def subjects_of(entries: Iterable[Recorded]) -> set[tuple[str, str]]:
    """Whose keys are needed to store these: stream and subject."""
    return {
        (entry.stream, personal.subject)
        for entry in entries
        for name in entry.event.personal_fields()
        if (personal := getattr(entry.event, name)) is not None
    }
