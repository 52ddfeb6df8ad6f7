"""What differs between a store on a laptop and one on a server, as the store sees it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from infra.store.clock import Clock
from infra.store.database import Database
from infra.store.disclosing import Bare
from infra.store.lag import Lag

if TYPE_CHECKING:
    from infra.keys.keystore import KeyStore
    from infra.store.log import CaseLog
    from infra.store.migrate import Schema


class Stamped(NamedTuple):
    """When and by whom something was recorded; its place, where it has one already."""

    recorded_at: datetime
    recorded_by: str
    place: int | None = None


class Backend(Protocol):
    """One opened database with its log and its keys."""

    database: Database
    store_id: str
    clock: Clock

    @property
    def log(self) -> CaseLog:
        """The log, to be appended to."""
        ...

    def open(self) -> Backend:
        """Check the schema, and put the log together."""
        ...

    def keys(self) -> KeyStore:
        """The key store, opened when first asked for."""
        ...

    def keys_database(self) -> Database:
        """The database in which the keys stand."""
        ...

    def schemas(self) -> list[Schema]:
        """The schemas that make up a store: of the events and of the keys."""
        ...

    def upgrade(self) -> list[str]:
        """Bring the schemas up to date. Out: the migrations that ran."""
        ...

    def disclose(self, bare: Bare) -> Stamped:
        """Store an act of seeing, as the first event of its stream `access:<id>`, and commit before this returns.

        Out: the store's stamps. Refused when a transaction is open (it could take the disclosure back), and on a server
        where the bytes say something else than the rest, or the login may not see this.
        """
        ...

    def hidden(self, stream: str) -> bool:
        """Whether there is such a stream that whoever is logged in may not read. Embedded nothing is."""
        ...

    def in_owners_hands(self, logins: Collection[str]) -> bool:
        """Whether whoever is logged in owns the store on a server, and none of these logins can log in there."""
        ...

    def knock(self, number: str) -> None:
        """Say that glass is about to be broken in a case: on a server its facts can be read from then on, for ten minutes."""
        ...

    def seen(self, stamp: datetime) -> None:
        """A stamp of the store was read."""
        ...

    def head(self, *, wait: bool) -> int:
        """The last place, after places were given; `wait` for whoever is giving them now."""
        ...

    def lag(self) -> Lag: ...

    def hold(self, streams: Sequence[str]) -> int | None:
        """Keep these streams to ourselves. Out: the place the log must still end at, where that is how it is done."""
        ...

    def let_go(self, streams: Sequence[str]) -> None: ...

    def close(self) -> None: ...
