"""The read models of a store: made, brought up to date, rebuilt, and asked."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from domain.case import OPEN
from domain.days import day_of
from domain.ids import CaseNumber, Login, ProfessionalId, TeamId
from domain.refusal import Refused
from infra.readmodels.asking import Rows
from infra.readmodels.catching_up import Told, catch_up
from infra.readmodels.folding import only_access
from infra.readmodels.locks import one_moment
from infra.readmodels.paging import PAGE, pages
from infra.readmodels.positions import READS, positions, superseded, tracked
from infra.readmodels.tables import Table
from projections.base import Projection, Row
from projections.registry import all_projections, projection, reads_access

if TYPE_CHECKING:
    from infra.readmodels.looking_back import AsOf
    from infra.store.store import Store


R = TypeVar("R", bound=Row)
UNREAD = 500
"""How many disclosures may wait for a query that asks for them; more are taken in by the next query, whatever it asks."""


class Standing(NamedTuple):
    """How far one read model is: the last place it took in, of the last there is. None: its table was never made."""

    name: str
    version: int
    place: int | None
    head: int

    @property
    def behind(self) -> int:
        """How many events it has yet to take in."""
        return self.head - (self.place or 0)


class ReadModels(Rows):
    """What can be read of one store. For one thread, as its store is.

    Every question first brings the tables up to the end of the log. Where this login may not write them, it waits for
    whoever does (`patience`, in seconds), and is refused as `read-models-behind` when that takes too long.
    """

    def __init__(self, store: Store, patience: float = 10.0) -> None:
        self.store = store
        self.patience = patience

    @property
    def on(self) -> date:  # type: ignore[override]
        """Today, by the store's clock."""
        return day_of(self.store.now())

    # --- kept up

    def prepare(self) -> list[str]:
        """Make the tables that are not there yet and drop those of past versions. Out: the names of the new ones.

        Part of making and upgrading a store; never done at start.
        """
        db = self.store.connection()
        made = []
        with db.transaction():
            known = positions(db, lock=True)
            for t in self._tables:
                if tracked(t.projection) not in known:
                    t.drop()
                    t.create()
                    t.index(secrets.token_hex(4))
                    db.execute("INSERT INTO tracking VALUES (?, 0)", (tracked(t.projection),))
                    made.append(t.name)
            for name in superseded(db):
                db.execute(f"DROP TABLE IF EXISTS {name.removeprefix(READS)}")
                db.execute("DELETE FROM tracking WHERE application_name = ?", (name,))
            if made and db.kind == "postgresql":
                from infra.store.roles.installing import secure_read_models

                secure_read_models(db)
        return made

    def catch_up(self, tell: Told | None = None) -> int:
        """Take in everything up to the end of the log. Out: that place. `ProjectionStopped` when one can't."""
        return catch_up(self.store, self._tables, tell)

    def follow(
        self,
        stop: Callable[[], bool],
        tell: Told | None = None,
        every: float = 0.5,
        lost: Callable[[Refused], None] | None = None,
        also: Callable[[], object] | None = None,
    ) -> None:
        """Keep catching up, looking every so many seconds, until `stop` says so. A store that can't be reached for a
        while is tried again; `lost` hears of it. `also` is done each time: what else waits for somebody who is always there.
        """
        while not stop():
            try:
                if also is not None:
                    also()
                self.catch_up(tell)
            except Refused as refused:
                if refused.code not in ("store-unreachable", "store-busy"):
                    raise
                if lost is not None:
                    lost(refused)
            time.sleep(every)

    def rebuild(self, names: Iterable[str] | None = None, tell: Told | None = None) -> int:
        """Build all read models, or these, anew beside those in use, and swap them in. Out: the place they are at."""
        from infra.readmodels.rebuilding import rebuild

        self.prepare()
        tables = self._tables if names is None else [self._table(projection(n)) for n in names]
        return rebuild(self.store, tables, tell)

    def status(self) -> list[Standing]:
        """How far each read model is."""
        head, known = self.store.head(), positions(self.store.connection())
        return [Standing(p.name, p.version, known.get(tracked(p)), head) for p in all_projections()]

    # --- asked

    def as_of(self, at: date | None = None, known_at: datetime | None = None, streams: Iterable[str] | None = None) -> AsOf:
        """The same questions to the past: see `AsOf`."""
        from infra.readmodels.looking_back import AsOf

        return AsOf(self.store, at, known_at, streams)

    def up_to(self, place: int, streams: Iterable[str]) -> AsOf:
        """The same questions about some streams, as far as a place in the log."""
        from infra.readmodels.looking_back import AsOf

        return AsOf(self.store, streams=streams, upto=place)

    def _all(self, projections: Sequence[Projection[Any]], where: Mapping[str, Any]) -> list[list[Any]]:
        self.fresh(projections)
        tables = [self._table(p) for p in projections]
        if len(tables) == 1:
            return [tables[0].read(where)]
        with one_moment(self.store.connection(), [t.name for t in tables]):
            return [t.read(where) for t in tables]

    def pages(
        self, projection: Projection[R], by: str, *, since: Any = None, before: Any = None, upto: int | None = None,
        size: int = PAGE, **where: Any,
    ) -> Iterator[list[R]]:  # fmt: skip
        """The rows of a projection, page by page, in the order of a column: from a value on, and before another. `where` as
        for `rows`. The tables are brought up once, before the first page: to a place in the log, or to its end.
        """
        self.fresh([projection], upto)
        yield from pages(self._table(projection), by, since, before, where, size)

    def kept(self, projection: Projection[R], **where: Any) -> list[R]:
        """The rows of a projection as its table has them, without bringing it up first: after a page that was."""
        return self._table(projection).read(where)

    def fresh(self, asked: Sequence[Projection[Any]] = (), upto: int | None = None) -> None:
        """Bring the tables up to the end of the log, or wait until those that are asked are; a place is enough where one is
        given. Refused when one of them was never made.
        """
        head, known = self.store.head(), positions(self.store.connection())
        head = head if upto is None else min(head, upto)
        missing = tuple(p.table for p in asked if tracked(p) not in known)
        if missing or not known:
            raise Refused("read-models-missing", tables=missing)
        names = [tracked(p) for p in asked] or list(known)
        at = min(known[name] for name in names)
        if at < head and not self._same_for(asked, at, head):
            if not self._keeps:
                self._wait(head, names)
                return
            try:
                self.catch_up()
            except Refused as refused:
                if refused.code not in ("store-forbidden", "store-read-only"):
                    raise
                self._wait(head, names)

    @cached_property
    def _keeps(self) -> bool:
        """Whether this login may write the tables. One who may not must not even try: they do not see every stream."""
        db = self.store.connection()
        return db.kind == "sqlite" or bool(db.query("SELECT has_table_privilege('casus.tracking', 'UPDATE')")[0][0])

    def _same_for(self, asked: Sequence[Projection[Any]], at: int, head: int) -> bool:
        """Whether nothing came that those who are asked read. Every query leaves a disclosure behind: were the tables
        brought up for each, every next query would pay for writing.
        """
        return bool(asked) and not reads_access(asked) and head - at <= UNREAD and only_access(self.store, at, head)

    def _wait(self, head: int, names: Sequence[str]) -> None:
        until = time.monotonic() + self.patience
        while (behind := head - min(place for n, place in positions(self.store.connection()).items() if n in names)) > 0:
            if time.monotonic() > until:
                raise Refused("read-models-behind", events=behind)
            time.sleep(0.05)

    # --- what the engine asks

    def open_cases(self, team: TeamId) -> list[CaseNumber]:
        """Every case of a team that is not final, and those of others that it directs; none is missed that was
        committed but has no place yet.
        """
        from projections.cases import CASES

        head = self.store.head()
        self.fresh([CASES])
        table = self._table(CASES)
        found = {
            row.number for column in ("team", "direction_team") for row in table.read({column: team, "status": sorted(OPEN)})
        }
        late = {*self._unplaced(), *self._placed_after(head)}  # in this order: what gets its place meanwhile is among the latter
        return sorted(found | {n for n in late - found if self._open(n, team)})

    def teams_of(self, login: Login, acting_as: ProfessionalId | None) -> list[TeamId]:
        """The teams on whose roster somebody is now, by id when one is given, else by login."""
        from projections.teams import LOGINS, ROSTER

        if acting_as is not None:
            return [row.team for row in self.rows(ROSTER, professional=acting_as, left=None)]
        if not self._keeps:  # who was let in is asked of the log's own roster, which does not lag
            return [row[0] for row in self.store.connection().query("SELECT casus.homes()")]
        return [row.team for row in self.rows(LOGINS, login=login)]

    def _unplaced(self) -> Iterator[str]:
        """Streams with events that have no place yet: an older transaction is still open on the server."""
        if self.store.connection().kind == "postgresql" and self.store.lag().waiting:
            rows = self.store.connection().query(
                "SELECT DISTINCT e.originator_id FROM stored_events e, place_head h "
                "WHERE (e.xid, e.id) > (h.xid, h.id) AND e.id > h.base"
            )
            yield from (row[0] for row in rows)

    def _placed_after(self, head: int) -> Iterator[str]:
        """Streams with events that got a place after this one."""
        rows = self.store.connection().query("SELECT DISTINCT originator_id FROM places WHERE place > ?", (head,))
        yield from (row[0] for row in rows)

    def _open(self, stream: str, team: TeamId) -> bool:
        from projections.history import history_of

        history = history_of(self.store.load(stream))
        if history is None or history.kind != "case":
            return False
        return history.state.is_open() and team in (history.state.team, history.state.direction.team)

    # --- tables

    @cached_property
    def _tables(self) -> tuple[Table[Any], ...]:
        return tuple(self._table(p) for p in all_projections())

    def _table(self, p: Projection[Any]) -> Table[Any]:
        return Table(p, self.store.connection())
