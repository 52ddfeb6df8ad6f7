"""The one order: dense, never behind itself, nothing missed and nothing twice."""

import threading
from contextlib import closing, suppress
from datetime import timedelta

import psycopg
import pytest

from infra.store import StoreConfig, create_store, open_store, upgrade_store
from infra.store.store import Store
from tests.support.stores import noted, receipt
from tests.support.together import run_together

CASE = "LEL-2026-0001"


def fill(store: Store, stream: str, events: int) -> None:
    for n in range(events):
        store.append([noted(stream)] * 2, expected={stream: 2 * n}, receipt=receipt(f"{stream}-{n}"))


def test_places_are_dense_and_follow_the_log(store: Store):
    assert store.head() == 0
    fill(store, CASE, 3)
    fill(store, "ALM-2026-0001", 2)
    assert store.head() == 10
    records = store.after(0)
    assert [r.place for r in records] == list(range(1, 11))
    assert [r.place for r in store.after(7, 2)] == [8, 9]
    assert store.after(10) == []
    assert [row.place for row in store.raw_after(4)] == [5, 6, 7, 8, 9, 10]
    assert store.place_of(CASE, 6) == 6
    assert store.place_of(CASE, 7) is None


def test_a_stream_is_loaded_with_its_places_and_up_to_one(store: Store):
    fill(store, CASE, 2)
    store.head()
    assert [r.place for r in store.load(CASE, places=True)] == [1, 2, 3, 4]
    assert [r.version for r in store.load_many([CASE], upto_place=3)[CASE]] == [1, 2, 3]
    assert [(row.stream, row.version) for row in store.raw_by_stream(3)] == [(CASE, 1), (CASE, 2), (CASE, 3)]


def test_what_was_known_at_a_moment_does_not_change_afterwards(store: Store):
    fill(store, CASE, 1)
    first = store.place_at(store.now() + timedelta(seconds=1))
    assert first == 2
    between = store.now()
    fill(store, "ALM-2026-0001", 1)
    assert store.head() == 4
    assert store.place_at(between - timedelta(days=1)) == 0
    placed = store.connection().query("SELECT place, placed_at FROM places ORDER BY place")
    assert [at for _, at in placed] == sorted(at for _, at in placed)


def test_a_command_that_failed_leaves_no_gap(store: Store):
    fill(store, CASE, 1)
    with pytest.raises(Exception, match="stream-moved"):
        store.append([noted(CASE)], expected={CASE: 0}, receipt=receipt("wrong"))
    fill(store, "ALM-2026-0001", 1)
    assert store.head() == 4
    assert [r.place for r in store.after(0)] == [1, 2, 3, 4]


def test_readers_beside_writers_miss_nothing_and_see_nothing_twice(config: StoreConfig):
    """Some transactions are rolled back, some stay open long; readers ask all the time, until nothing waits for its place."""
    create_store(config).close()
    names = iter(["w1", "w2", "w3", "reader", "reader"])
    finished = threading.Event()
    writing = threading.Semaphore(0)
    seen: list[list[int | None]] = []

    def act() -> None:
        name = next(names)
        with open_store(config) as store:
            if name == "reader":
                mine: list[tuple[str, int]] = []
                places: list[int | None] = []
                last = 0
                while True:
                    over = finished.is_set()
                    records = store.after(last, 7)
                    places += [r.place for r in records]
                    mine += [(r.stream, r.version) for r in records]
                    last = records[-1].place or last if records else last
                    if over and not records and not store.lag().waiting:
                        break
                assert len(set(mine)) == len(mine)
                seen.append(places)
                return
            for n in range(25):
                stream = f"{name}-{n}"
                store.append([noted(stream)] * 3, expected={stream: 0}, receipt=receipt(stream))
                if not config.embedded and n % 5 == 0:
                    abandon(config, stream)
            writing.release()
            if name == "w1":
                for _ in range(3):
                    writing.acquire()
                finished.set()

    run_together(act, 5)
    assert len(seen) == 2
    for places in seen:
        assert places == list(range(1, 3 * 25 * 3 + 1))


def abandon(config: StoreConfig, stream: str) -> None:
    """Write in a transaction that is rolled back, so that ids and transaction ids have gaps."""
    assert config.dsn is not None
    with closing(psycopg.connect(config.dsn)) as connection:
        connection.execute(
            "INSERT INTO casus.stored_events (originator_id, originator_version, topic, state, recorded_at, recorded_by)"
            " VALUES (%s, 1, 't', '', now(), 'x')",
            (f"gone-{stream}",),
        )
        connection.rollback()


def test_an_open_transaction_holds_the_order_back_and_the_lag_says_so(on_server: StoreConfig):
    assert on_server.dsn is not None
    with open_store(on_server) as store, psycopg.connect(on_server.dsn) as other:
        fill(store, CASE, 1)
        assert store.head() == 2
        pid = other.info.backend_pid
        other.execute("SELECT pg_current_xact_id()")
        fill(store, "ALM-2026-0001", 1)
        lag = store.lag()
        assert (lag.head, lag.waiting, lag.held_by) == (2, 2, pid)
        assert lag.since is not None
        other.rollback()
        assert store.head() == 4
        assert store.lag().waiting == 0


def test_one_sequencer_at_a_time_and_the_others_do_not_wait(on_server: StoreConfig):
    assert on_server.dsn is not None
    with open_store(on_server) as store, psycopg.connect(on_server.dsn) as other:
        fill(store, CASE, 1)
        other.execute("SELECT * FROM casus.place_head FOR UPDATE")
        assert store.head() == 0
        other.rollback()
        assert store.head() == 2


def test_a_log_restored_into_another_cluster_goes_on_with_its_own_ids(on_server: StoreConfig):
    """Transaction ids start anew there: what is in the log has higher ones than what comes."""
    assert on_server.dsn is not None
    with open_store(on_server) as store, psycopg.connect(on_server.dsn, autocommit=True) as owner:
        fill(store, CASE, 2)
        store.head()
        fill(store, "ALM-2026-0001", 1)
        owner.execute("ALTER TABLE casus.stored_events DISABLE TRIGGER ALL")
        owner.execute("UPDATE casus.stored_events SET xid = ((xid::text)::bigint + 1000000)::text::xid8")
        owner.execute("UPDATE casus.place_head SET xid = ((xid::text)::bigint + 1000000)::text::xid8")
        fill(store, "ZST-2026-0001", 1)
        upgrade_store(on_server)
        fill(store, "GRN-2026-0001", 1)
        assert store.head() == 10
        assert [(r.stream, r.place) for r in store.after(0)] == [
            *[(CASE, 1), (CASE, 2), (CASE, 3), (CASE, 4)],
            *[("ALM-2026-0001", 5), ("ALM-2026-0001", 6)],
            *[("ZST-2026-0001", 7), ("ZST-2026-0001", 8)],
            *[("GRN-2026-0001", 9), ("GRN-2026-0001", 10)],
        ]  # fmt: skip


def test_a_reader_keeps_its_position_and_moves_it_once(store: Store):
    from eventsourcing.persistence import Tracking

    assert store.positions.at("plan") == 0
    assert store.positions.move(Tracking("plan", 5))
    assert not store.positions.move(Tracking("plan", 5))
    assert store.positions.at("plan") == 5
    with suppress(ZeroDivisionError), store.connection().transaction():
        store.positions.move(Tracking("plan", 9))
        raise ZeroDivisionError
    assert store.positions.at("plan") == 5
    store.positions.put(Tracking("plan", 2))
    assert store.positions.at("plan") == 2
    store.positions.forget("plan")
    assert store.positions.at("plan") == 0


def test_the_librarys_own_ways_in_and_out_work_too(store: Store):
    from eventsourcing.application import Application
    from eventsourcing.persistence import IntegrityError

    from infra.store.mapper import Entry

    (record,) = store.append([noted(CASE)], expected={CASE: 0}, receipt=receipt("c1"))
    log = store._backend.log
    assert isinstance(log, Application)
    entry = Entry(CASE, 2, record.event, record.occurred_at, record.header)
    log.save(entry)
    with pytest.raises(IntegrityError):
        log.save(entry)
    assert [e.originator_version for e in log.events.get(CASE)] == [1, 2]
    assert [n.id for n in log.recorder.select_notifications(1, 10)] == [1, 2]
    assert log.recorder.max_notification_id() == 2
    assert [s.id for s in log.notification_log["1,10"].items] == [1, 2]
