"""While others write and read: a rebuild beside the tables in use, one at a time, with the rights of the old."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from domain.refusal import Conflict
from infra.readmodels import ReadModels, rebuilding
from infra.readmodels.locks import one_at_a_time, one_moment
from infra.readmodels.tables import Table
from infra.store import StoreConfig, open_store
from infra.store.store import Store
from projections.registry import projection
from tests.integration.projections.contents import append, contents, differing, folded, places
from tests.support.stores import noted, told


class Others:
    """Work of others, each with a store of its own, until they are stopped. What goes wrong there is raised here."""

    def __init__(self, config: StoreConfig) -> None:
        self.config = config
        self.stop = threading.Event()
        self.wrong: list[BaseException] = []
        self.turns: dict[str, int] = {}
        self.threads: list[threading.Thread] = []

    def at_work(self, work: Any) -> None:
        def run() -> None:
            try:
                with open_store(self.config) as store:
                    while not self.stop.is_set():
                        work(store, self.turns.setdefault(work.__name__, 0))
                        self.turns[work.__name__] += 1
            except BaseException as error:  # noqa: BLE001 - it is raised again where the test sees it
                self.wrong.append(error)

        self.threads.append(threading.Thread(target=run, daemon=True))
        self.threads[-1].start()

    def turned(self, times: int = 3) -> None:
        """Wait until each did some of its work."""
        until = time.monotonic() + 30
        while not self.wrong and (len(self.turns) < len(self.threads) or min(self.turns.values()) < times):
            assert time.monotonic() < until, self.turns
            time.sleep(0.005)

    def done(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(30)
        if self.wrong:
            raise self.wrong[0]


def test_a_rebuild_while_others_append_catch_up_and_read(config: StoreConfig, store: Store, models: ReadModels):
    for n in range(1, 41):
        append(store, *[noted(f"LEL-2026-{n:04d}", subject=f"s{s}") for s in range(2, 12)], command=f"first-{n}")
    models.catch_up()
    least = len(contents(store)["trail"])

    def appending(other: Store, turn: int) -> None:
        append(other, noted(f"GRN-2026-{turn % 7:04d}", subject=f"s{turn}"), command=f"more-{turn}")
        time.sleep(0.002)

    def catching_up(other: Store, turn: int) -> None:
        ReadModels(other).catch_up()
        time.sleep(0.005)

    def reading(other: Store, turn: int) -> None:
        rows = Table(projection("trail"), other.connection()).read({})
        assert len(rows) >= least, "a reader saw a gap"

    def reading_several(other: Store, turn: int) -> None:
        asked = ReadModels(other)
        found = asked._all([projection("trail"), projection("cases"), projection("texts")], {})
        assert len(found[0]) >= least, "a reader of several tables saw a gap"

    others = Others(config)
    for work in (appending, catching_up, reading, reading_several):
        others.at_work(work)
    others.turned()
    for _ in range(3):
        models.rebuild()
    others.turned(5)
    others.done()
    models.catch_up()
    assert places(store) == {store.head()}
    assert differing(contents(store), folded(models)) == []
    assert not _left_beside(store)


def test_a_rebuild_takes_in_what_was_appended_and_caught_up_meanwhile(config, store, models, monkeypatch):
    append(store, told("LEL-2026-0001", "a"), command="1")
    models.catch_up()
    real = rebuilding._fill

    def filled(*args: Any) -> int:
        place = real(*args)
        with open_store(config) as other:
            append(other, told("LEL-2026-0002", "a"), command="2")
            ReadModels(other).catch_up()
            append(other, told("LEL-2026-0003", "a"), command="3")
        return place

    monkeypatch.setattr(rebuilding, "_fill", filled)
    assert models.rebuild() >= 2
    assert min(places(store)) >= 2
    assert {r.number for r in contents(store)["trail"]} >= {"LEL-2026-0001", "LEL-2026-0002"}
    models.catch_up()
    assert differing(contents(store), folded(models)) == []


def test_a_reader_of_several_tables_is_not_overtaken_by_a_rebuild(config: StoreConfig, store: Store, models: ReadModels):
    append(store, told("LEL-2026-0001", "a"), command="1")
    models.catch_up()
    names = ["cases_v1", "trail_v1"]

    def rebuilding_elsewhere() -> None:
        with open_store(config) as other:
            ReadModels(other).rebuild()

    thread = threading.Thread(target=rebuilding_elsewhere)
    with one_moment(store.connection(), names):
        thread.start()
        thread.join(1.5)  # on PostgreSQL it waits for us
        assert len(Table(projection("trail"), store.connection()).read({})) == 1
    thread.join(30)
    assert not thread.is_alive()
    assert len(models.rows(projection("trail"))) == 1


def test_one_rebuild_at_a_time(config: StoreConfig, store: Store, models: ReadModels):
    with open_store(config) as other, one_at_a_time(other.connection()):
        with pytest.raises(Conflict) as refused:
            models.rebuild()
        assert refused.value.code == "rebuild-running"
    models.rebuild()


def test_a_rebuild_that_was_cut_off_leaves_the_tables_in_use_and_the_next_clears_up(store, models, monkeypatch):
    append(store, told("LEL-2026-0001", "a"), command="1")
    models.catch_up()
    before = contents(store)
    with monkeypatch.context() as patch:
        patch.setattr(rebuilding, "swap", _cut_off)
        with pytest.raises(KeyboardInterrupt):
            models.rebuild()
    assert contents(store) == before
    assert _left_beside(store)
    models.rebuild()
    assert contents(store) == before
    assert not _left_beside(store)


def _cut_off(*_: Any) -> None:
    raise KeyboardInterrupt


def _left_beside(store: Store) -> list[str]:
    db = store.connection()
    sql = "SELECT tablename FROM pg_tables" if db.kind == "postgresql" else "SELECT name FROM sqlite_master"
    return [name for (name,) in db.query(sql) if "_beside_" in name]


def test_who_may_read_a_table_may_read_the_one_that_takes_its_place(on_server: Store):
    db = on_server.connection()
    db.script(
        """
        DROP ROLE IF EXISTS casus_test_reader;
        CREATE ROLE casus_test_reader;
        GRANT SELECT ON casus_read.cases_v1 TO casus_test_reader WITH GRANT OPTION;
        GRANT SELECT (number, status) ON casus_read.plan_v1 TO casus_test_reader;
        GRANT SELECT ON casus_read.trail_v1 TO PUBLIC;
        ALTER TABLE casus_read.trail_v1 ENABLE ROW LEVEL SECURITY;
        ALTER TABLE casus_read.trail_v1 FORCE ROW LEVEL SECURITY;
        CREATE POLICY all_of_it ON casus_read.trail_v1 FOR SELECT TO casus_test_reader USING (number > 'A');
        """
    )
    from infra.readmodels.swapping import _rights

    before = [_rights(db, t) for t in ("cases_v1", "trail_v1", "plan_v1")]
    assert before[0][0]
    assert before[1][3]
    assert len(before[2][1]) == 2
    ReadModels(on_server).rebuild()
    assert [_rights(db, t) for t in ("cases_v1", "trail_v1", "plan_v1")] == before
    db.script("DROP OWNED BY casus_test_reader; DROP ROLE casus_test_reader;")
