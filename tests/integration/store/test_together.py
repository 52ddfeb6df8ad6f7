"""Several writers at once: one wins, no update is lost, and who needs a team for itself gets it."""

import threading
import time

import psycopg
import pytest

from domain.refusal import Conflict, Refused
from infra.store import StoreConfig, create_store, open_store
from tests.support.stores import noted, receipt
from tests.support.together import run_together, wait_for

CASE, TEAM = "LEL-2026-0001", "lelystad-sit"
WAITING = "SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


def test_no_update_is_lost_between_writers_who_try_again(config: StoreConfig):
    create_store(config).close()
    writers, each = 4, 15
    names = iter("abcd")

    def write() -> None:
        name = next(names)
        with open_store(config) as store:
            done = 0
            while done < each:
                version = store.version(CASE)
                try:
                    store.append([noted(CASE)], expected={CASE: version}, receipt=receipt(f"{name}-{done}"))
                except Conflict:
                    continue
                done += 1

    run_together(write, writers)
    with open_store(config) as store:
        assert [r.version for r in store.load(CASE)] == list(range(1, writers * each + 1))
        assert store.head() == writers * each


def test_two_writers_over_two_streams_never_wait_for_each_other(config: StoreConfig):
    create_store(config).close()
    orders = iter([("A-2026-0001", "B-2026-0001"), ("B-2026-0001", "A-2026-0001")])

    def write() -> None:
        streams = next(orders)
        with open_store(config) as store:
            for n in range(20):
                while True:
                    expected = {stream: store.version(stream) for stream in streams}
                    try:
                        store.append(
                            [noted(stream) for stream in streams],
                            expected=expected,
                            receipt=receipt(f"{streams[0]}-{n}"),
                        )
                    except Conflict:
                        continue
                    break

    run_together(write, 2)
    with open_store(config) as store:
        assert store.version("A-2026-0001") == store.version("B-2026-0001") == 40


def test_a_case_command_that_read_the_team_is_refused_when_the_team_changed_meanwhile(config: StoreConfig):
    """Either the case command is stored before the team's, or it is refused: never on a team that was no longer so."""
    with create_store(config) as store:
        store.append([noted(TEAM)], expected={TEAM: 0}, receipt=receipt("t0"))
    stored: list[str] = []
    barrier = threading.Barrier(2)
    acts = iter(["case", "team"])

    def act() -> None:
        which = next(acts)
        with open_store(config) as store:
            barrier.wait()
            for n in range(15):
                team = store.version(TEAM)
                if which == "team":
                    store.append([noted(TEAM)], expected={TEAM: team}, receipt=receipt(f"t{n + 1}"))
                    continue
                version = store.version(CASE)
                try:
                    done = store.append([noted(CASE)], expected={CASE: version}, reads={TEAM: team}, receipt=receipt(f"k{n}"))
                except Conflict:
                    continue
                stored.append(f"{done[0].version}@{team}")

    run_together(act, 2)
    with open_store(config) as store:
        order = [(r.stream, r.version) for r in store.after(0)]
    for line in stored:
        version, team = map(int, line.split("@"))
        before = [v for s, v in order[: order.index((CASE, version))] if s == TEAM]
        # The sequencer orders by transaction id: a team event that began first but waited may stand before it.
        assert before[-1] - team <= 1
        assert team in before


def test_while_a_team_is_held_nobody_who_read_it_can_append(config: StoreConfig):
    with create_store(config) as store:
        store.append([noted(TEAM)], expected={TEAM: 0}, receipt=receipt("t0"))
    done = threading.Event()

    def case_command() -> None:
        with open_store(config) as other:
            other.append([noted(CASE)], expected={CASE: 0}, reads={TEAM: 1}, receipt=receipt("k1"))
        done.set()

    with open_store(config) as store:
        writer = threading.Thread(target=case_command)
        if config.embedded:
            with store.exclusive([TEAM]):
                writer.start()
                writer.join(10)
                with pytest.raises(Conflict) as refused:
                    store.append([noted(TEAM)], expected={TEAM: 1}, receipt=receipt("t1"))
            assert refused.value.facts == {"stream": TEAM}
            with store.exclusive([TEAM]):
                store.append([noted(TEAM)], expected={TEAM: 1}, receipt=receipt("t1"))
                store.append([noted(TEAM)], expected={TEAM: 2}, receipt=receipt("t2"))
            assert store.version(TEAM) == 3
        else:
            assert config.dsn is not None
            with store.exclusive([TEAM]):
                writer.start()
                wait_for(config.dsn, WAITING, 1)
                store.append([noted("ALM-2026-0001")], expected={"ALM-2026-0001": 0}, receipt=receipt("t1"))
                assert not done.is_set()
            writer.join(10)
            assert done.is_set()
            assert store.version(CASE) == 1


def test_holding_ends_also_when_the_act_fails(config: StoreConfig):
    with create_store(config) as store:
        with pytest.raises(ZeroDivisionError), store.exclusive([TEAM]):
            raise ZeroDivisionError
        with open_store(config) as other:
            other.append([noted(TEAM)], expected={TEAM: 0}, receipt=receipt("t1"))
        with store.exclusive([TEAM]):
            store.append([noted(TEAM)], expected={TEAM: 1}, receipt=receipt("t2"))


def test_streams_that_are_held_are_lost_with_the_connection(on_server: StoreConfig):
    assert on_server.dsn is not None
    with open_store(on_server) as store:
        with store.exclusive([TEAM]):
            with psycopg.connect(on_server.dsn, autocommit=True) as killer:
                killer.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
            time.sleep(0.2)
            with pytest.raises(Refused) as refused:
                store.append([noted(TEAM)], expected={TEAM: 0}, receipt=receipt("t1"))
        assert refused.value.code in {"store-lost", "outcome-unknown", "store-unreachable"}
        assert store.version(TEAM) == 0


def test_what_was_stored_is_told_though_the_connection_is_lost_right_after(on_server: StoreConfig):
    assert on_server.dsn is not None
    with open_store(on_server) as store:
        with store.exclusive([TEAM]):
            store.append([noted(TEAM)], expected={TEAM: 0}, receipt=receipt("t1"))
            with psycopg.connect(on_server.dsn, autocommit=True) as killer:
                killer.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
            time.sleep(0.2)
        assert store.version(TEAM) == 1


def test_a_busy_file_is_waited_for_and_then_said_to_be_busy(embedded: StoreConfig):
    import sqlite3
    from dataclasses import replace

    blocker = sqlite3.connect(embedded.events_file, isolation_level=None)
    with open_store(replace(embedded, patience=1.0)) as store:
        blocker.execute("BEGIN IMMEDIATE")
        with pytest.raises(Refused) as refused:
            store.append([noted(CASE)], expected={CASE: 0}, receipt=receipt("c1"))
        assert refused.value.code == "store-busy"
        blocker.execute("ROLLBACK")
        store.append([noted(CASE)], expected={CASE: 0}, receipt=receipt("c1"))
    blocker.close()
