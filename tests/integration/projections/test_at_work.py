"""While others write and read: a rebuild beside the tables in use, following, and questions that wait."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import make_conninfo

from domain.refusal import Conflict, Refused
from infra.readmodels import ReadModels, rebuilding
from infra.readmodels.locks import one_at_a_time, one_moment
from infra.readmodels.tables import Table
from infra.store import StoreConfig, open_store
from infra.store.store import Store
from projections.registry import projection, view
from tests.integration.projections.contents import append, contents, differing, folded, places
from tests.support.lived import acts
from tests.support.lived import store as store_acts
from tests.support.stores import config_of, noted, told


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


# --- following, and questions that wait


def test_who_may_only_read_asks_while_events_wait_for_a_place(on_server: Store, postgres_database: str, tmp_path: Path):
    db = on_server.connection()
    db.script(
        """
        DROP ROLE IF EXISTS casus_test_asker;
        CREATE ROLE casus_test_asker LOGIN;
        GRANT USAGE ON SCHEMA casus, casus_read TO casus_test_asker;
        GRANT SELECT ON ALL TABLES IN SCHEMA casus, casus_read TO casus_test_asker;
        """
    )
    append(on_server, told("LEL-2026-0001", "a"), command="1")
    asker = make_conninfo(postgres_database, user="casus_test_asker")
    with open_store(config_of("postgresql", tmp_path, asker)) as theirs:
        models = ReadModels(theirs, patience=0.1)
        assert len(models.as_of().rows(projection("trail"))) == 1
        assert theirs.place_at(theirs.now() + timedelta(minutes=1)) == 1
        with pytest.raises(Refused) as refused:
            models.rows(projection("trail"))
        assert (refused.value.code, refused.value.facts) == ("read-models-behind", {"events": 1})
        ReadModels(on_server).catch_up()
        assert len(models.rows(projection("trail"))) == 1
    db.script("DROP OWNED BY casus_test_asker; DROP ROLE casus_test_asker;")


def test_following_takes_in_what_comes_and_ends_when_told(config: StoreConfig, store: Store, models: ReadModels):
    seen: list[int] = []

    def stop() -> bool:
        if len(seen) < 5:
            seen.append(len(contents(store)["trail"]))
            append(store, told(f"LEL-2026-000{len(seen)}", "a"), command=f"{len(seen)}")
            return False
        return True

    models.follow(stop, every=0)
    assert seen == [0, 1, 2, 3, 4]
    assert len(contents(store)["trail"]) == 5


def test_following_goes_on_when_the_store_was_away_for_a_while(store: Store, models: ReadModels, monkeypatch):
    append(store, told("LEL-2026-0001", "a"), command="1")
    real, away, heard = models.catch_up, iter([True, True]), []

    def catch_up(*args: Any) -> int:
        if next(away, False):
            raise Refused("store-unreachable")
        return real(*args)

    monkeypatch.setattr(models, "catch_up", catch_up)
    turns = iter([False] * 4)
    models.follow(lambda: next(turns, True), every=0, lost=lambda refused: heard.append(refused.code))
    assert heard == ["store-unreachable"] * 2
    assert len(contents(store)["trail"]) == 1


def test_following_does_not_go_on_over_anything_else(store: Store, models: ReadModels, monkeypatch):
    def catch_up(*_: Any) -> int:
        raise Refused("store-too-new")

    monkeypatch.setattr(models, "catch_up", catch_up)
    with pytest.raises(Refused, match="store-too-new"):
        models.follow(lambda: False, every=0)


def test_a_question_first_catches_up(store: Store, models: ReadModels):
    append(store, told("LEL-2026-0001", "a"), command="1")
    assert len(models.rows(projection("trail"))) == 1


def test_who_may_not_write_the_tables_waits_for_whoever_does(config: StoreConfig, store: Store, models: ReadModels, monkeypatch):
    append(store, told("LEL-2026-0001", "a"), command="1")

    def forbidden(*_: Any) -> int:
        raise Refused("store-forbidden")

    monkeypatch.setattr(models, "catch_up", forbidden)
    models.patience = 0.1
    with pytest.raises(Refused) as refused:
        models.rows(projection("trail"))
    assert (refused.value.code, refused.value.facts) == ("read-models-behind", {"events": 1})

    def follower() -> None:
        with open_store(config) as other:
            ReadModels(other).catch_up()

    models.patience = 20
    thread = threading.Timer(0.1, follower)
    thread.start()
    assert len(models.rows(projection("trail"))) == 1
    thread.join()


# --- what the engine asks


def test_the_engine_finds_what_reading_every_stream_finds(store: Store, models: ReadModels):
    from infra.engine.finding import Scan

    store_acts(store, acts(500))
    scan = Scan(store)
    teams = [t.team for t in models.rows(projection("teams"))]
    assert [models.open_cases(t) for t in teams] == [scan.open_cases(t) for t in teams]
    assert any(models.open_cases(t) for t in teams)
    for row in models.rows(projection("roster")):
        assert models.teams_of("os-1", row.professional) == scan.teams_of("os-1", row.professional)
    assert models.teams_of("os-1", None) == []


def test_a_case_that_has_no_place_yet_is_found_open_all_the_same(on_server: Store, tmp_path, postgres_database: str):
    import psycopg

    store_acts(on_server, acts(500)[:60])
    models = ReadModels(on_server)
    before = {r.number for r in models.rows(projection("cases"))}
    with psycopg.connect(postgres_database) as older:
        older.execute("CREATE TABLE public.held_open (a int)")  # an older transaction that has written, and stays open
        store_acts(on_server, acts(500)[60:140])
        unplaced = {d.stream for a in acts(500)[60:140] for d in a.drafts if d.event.TOPIC == "case.intake.submitted"}
        assert unplaced
        found = {n for t in models.rows(projection("teams")) for n in models.open_cases(t.team)}
        assert {r.number for r in models.rows(projection("cases"))} == before
        older.rollback()
    placed = {n for t in models.rows(projection("teams")) for n in models.open_cases(t.team)}
    assert found >= unplaced & placed
    assert found == placed


def test_views_are_read_as_of_one_moment(store: Store, models: ReadModels):
    store_acts(store, acts(500))
    for name in ("signals", "agenda", "workload", "region", "next_meetings"):
        model = view(name)
        assert models.view(model) == models.as_of().view(model)
