"""The library's own ways: its default application with a pydantic event, its projection runner."""

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent
from eventsourcing.utils import get_topic, resolve_topic
from pydantic import BaseModel, ConfigDict


class CheckNoted(BaseModel):
    """What the library stores: a monitoring moment, with the same text and the same things beside it, unsealed."""

    model_config = ConfigDict(frozen=True)

    originator_id: UUID
    originator_version: int
    timestamp: datetime
    observed: str
    progress: bool
    next_check: date
    actor: str
    team: str
    organisation: str
    role: str
    purpose: str
    command: str


class Noting:
    """An aggregate with one event to save at a time."""

    def __init__(self) -> None:
        self.id = uuid4()
        self.version = 0
        self.pending: list[CheckNoted] = []

    def note(self, text: str) -> "Noting":
        """One more moment, to be saved."""
        self.version += 1
        self.pending.append(
            CheckNoted(
                originator_id=self.id, originator_version=self.version, timestamp=datetime.now(UTC), observed=text,
                progress=True, next_check=date(2026, 12, 24), actor="gemeente-lelystad-1", team="lelystad-sit",
                organisation="gemeente-lelystad", role="chair", purpose="case-direction", command=uuid4().hex,
            )
        )  # fmt: skip
        return self

    def collect_events(self) -> Sequence[CheckNoted]:
        collected, self.pending = self.pending, []
        return collected


class PydanticMapper(Mapper[UUID]):
    """As the library's documentation does it, by the fastest way that pydantic has."""

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        assert isinstance(domain_event, BaseModel)
        state = domain_event.model_dump_json().encode()
        return StoredEvent(domain_event.originator_id, domain_event.originator_version, get_topic(type(domain_event)), state)

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        cls: Any = resolve_topic(stored_event.topic)
        made: DomainEventProtocol[UUID] = cls.model_validate_json(stored_event.state)
        return made


class Library(Application[UUID]):
    """The library's application as it comes, but for the mapper."""

    def construct_mapper(self) -> Mapper[UUID]:
        return PydanticMapper(self.construct_transcoder())


def postgres_env(dsn: str) -> dict[str, str]:
    """The library's settings for the database at a DSN."""
    parts = urlsplit(dsn)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path.lstrip("/"),
        "POSTGRES_HOST": parts.hostname or "",
        "POSTGRES_PORT": str(parts.port or 5432),
        "POSTGRES_USER": parts.username or "",
        "POSTGRES_PASSWORD": parts.password or os.environ.get("PGPASSWORD") or "none",
    }


def sqlite_env(path: str) -> dict[str, str]:
    """The library's settings for a file."""
    return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": path}
