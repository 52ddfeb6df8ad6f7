"""The library's application, put together from our mapper, our recorders and our event store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from eventsourcing.application import Application
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    EventStore,
    InfrastructureFactory,
    Mapper,
    ProcessRecorder,
    StoredEvent,
)
from eventsourcing.utils import Environment, EnvType

from domain.event import Recorded
from infra.store.act import Act, Answer
from infra.store.database import Database
from infra.store.mapper import Entry, EnvelopeMapper, subjects_of

if TYPE_CHECKING:
    from eventsourcing.persistence import TrackingRecorder


class LogRecorder(Protocol):
    """What our recorders have in common, beside the library's own recorder."""

    database: Database

    def record(self, stored_events: Sequence[StoredEvent], act: Act) -> Answer: ...

    def find_receipt(self, command_id: str) -> tuple[bytes, str, Any, str] | None: ...


class CaseEvents(EventStore[str]):
    """Puts events in the log on conditions, with a receipt."""

    mapper: EnvelopeMapper
    log: LogRecorder

    def record(self, entries: Sequence[Recorded], act: Act) -> Answer:
        """Store all of these or nothing. Keys are there before the events are: an orphan key does no harm."""
        wanted = subjects_of(entries)
        if wanted:
            self.mapper.keys.to_write(wanted)
        made = [self.mapper.to_stored_event(_entry(record)) for record in entries]
        return self.log.record(made, act)


def _entry(r: Recorded) -> Entry:
    return Entry(r.stream, r.version, r.event, r.occurred_at, r.header)


class Parts(InfrastructureFactory[Any]):
    """Hands the library's application the recorder that is there, and nothing else: no tables are made at start."""

    def __init__(self, env: Environment, recorder: ApplicationRecorder) -> None:
        super().__init__(env)
        self._recorder = recorder

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        return self._recorder

    def application_recorder(self) -> ApplicationRecorder:
        return self._recorder

    def tracking_recorder(self, tracking_recorder_class: Any = None) -> TrackingRecorder:
        raise NotImplementedError("read models keep their position with their rows: infra.store.tracking")

    def process_recorder(self) -> ProcessRecorder:
        raise NotImplementedError("read models keep their position with their rows: infra.store.tracking")


class CaseLog(Application[str]):
    """One log of cases and teams."""

    name = "casus"

    def __init__(self, recorder: ApplicationRecorder, make_mapper: Callable[[], EnvelopeMapper]) -> None:
        self._given_recorder = recorder
        self._make_mapper = make_mapper
        super().__init__()

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Nothing of the library's is set from outside: its defaults would make tables and locks."""
        return Environment(name, {"CREATE_TABLE": "no", "IS_SNAPSHOTTING_ENABLED": "no"})

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        return Parts(env, self._given_recorder)

    def construct_mapper(self) -> Mapper[str]:
        return self._make_mapper()

    def construct_recorder(self) -> ApplicationRecorder:
        return self._given_recorder

    def construct_event_store(self) -> CaseEvents:
        self.case_events = CaseEvents(self.mapper, self.recorder)
        self.case_events.log = self._given_recorder  # type: ignore[assignment]
        return self.case_events
