"""The same command twice stores once; the same id with other content is a conflict; a lost answer is found out."""

import json
import threading
from dataclasses import replace

import psycopg
import pytest

from domain.refusal import Conflict, Refused
from infra.store import StoreConfig, create_store, open_store
from infra.store.store import Store
from tests.support.cut import cut_off
from tests.support.stores import noted, receipt
from tests.support.together import run_together, wait_for

CASE = "LEL-2026-0001"


def test_the_same_command_again_gives_the_same_result_and_stores_nothing(store: Store):
    first = receipt("c1", {"a": 1}, {"number": CASE})
    store.append([noted(CASE)], expected={CASE: 0}, receipt=first)
    again = store.append([noted(CASE)], expected={CASE: 0}, receipt=first)
    assert again.again
    assert list(again) == []
    assert json.loads(again.receipt.result) == {"number": CASE}
    assert store.version(CASE) == 1


def test_the_same_command_on_fresh_state_stores_nothing_either(store: Store):
    store.append([noted(CASE)], expected={CASE: 0}, receipt=receipt("c1"))
    assert store.append([noted(CASE)], expected={CASE: 1}, receipt=receipt("c1")).again
    assert store.version(CASE) == 1


def test_the_result_of_then_counts_not_that_of_now(store: Store):
    store.append([], expected={}, receipt=receipt("c1", {"a": 1}, {"n": 1}))
    again = store.append([], expected={}, receipt=receipt("c1", {"a": 1}, {"n": 2}))
    assert json.loads(again.receipt.result) == {"n": 1}


@pytest.mark.parametrize("version", [0, 1])
def test_the_same_id_with_other_content_is_a_conflict(store: Store, version: int):
    store.append([noted(CASE)], expected={CASE: 0}, receipt=receipt("c1", {"a": 1}))
    with pytest.raises(Conflict) as refused:
        store.append([noted(CASE)], expected={CASE: version}, receipt=receipt("c1", {"a": 2}))
    assert refused.value.code == "command-id-reused"
    assert store.version(CASE) == 1


def test_a_command_that_yields_nothing_leaves_its_receipt(store: Store):
    done = store.append([], expected={CASE: 0}, receipt=receipt("c1", None, {"changed": False}))
    assert not done.again
    stored = store.receipt("c1")
    assert stored == done.receipt
    assert store.head() == 0


def test_nothing_is_known_of_a_command_that_never_came(store: Store):
    assert store.receipt("c1") is None


def test_two_at_once_with_the_same_id_store_once(config: StoreConfig):
    create_store(config).close()
    outcomes: list[bool] = []
    barrier = threading.Barrier(4)

    def submit() -> None:
        with open_store(config) as store:
            barrier.wait()
            outcomes.append(store.append([noted(CASE)], expected={CASE: 0}, receipt=receipt("c1")).again)

    run_together(submit, 4)
    assert sorted(outcomes) == [False, True, True, True]
    with open_store(config) as store:
        assert store.version(CASE) == 1


def test_an_answer_that_was_lost_after_the_commit_is_found_out(on_server: StoreConfig):
    with cut_off(on_server) as (cut, through), open_store(through) as store:
        cut.armed = b"stored"
        done = store.append([noted(CASE)], expected={CASE: 0}, receipt=receipt("c1", None, {"n": 1}))
        assert cut.cuts == 1
        assert json.loads(done.receipt.result) == {"n": 1}
        assert store.version(CASE) == 1
        assert [r.version for r in done] == [1]
        assert done[0].recorded_at == store.load(CASE)[0].recorded_at


def test_a_backend_that_is_killed_before_its_commit_has_stored_nothing_and_is_asked_again(on_server: StoreConfig):
    assert on_server.dsn is not None
    with open_store(on_server) as store, psycopg.connect(on_server.dsn) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4071))", (CASE,))
        done: list[int] = []
        writer = threading.Thread(
            target=lambda: done.append(len(store.append([noted(CASE)], expected={CASE: 0}, receipt=receipt("c1"))))
        )
        writer.start()
        wait_for(on_server.dsn, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted", 1)
        with psycopg.connect(on_server.dsn, autocommit=True) as killer:
            killer.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        other.rollback()
        writer.join(30)
        assert done == [1]
        assert store.version(CASE) == 1


def test_a_commit_that_ends_with_a_warning_is_made_sure_of(on_server: StoreConfig):
    """As a server does whose commit was cancelled while it waited for its standby."""
    assert on_server.dsn is not None
    with psycopg.connect(on_server.dsn, autocommit=True) as owner:
        owner.execute(
            "CREATE FUNCTION casus.warn() RETURNS trigger LANGUAGE plpgsql AS $$"
            "BEGIN RAISE WARNING 'not replicated' USING ERRCODE = '01000'; RETURN NEW; END $$"
        )
        owner.execute("CREATE TRIGGER warn BEFORE INSERT ON casus.receipts FOR EACH ROW EXECUTE FUNCTION casus.warn()")
    with open_store(on_server) as store:
        done = store.append([noted(CASE)], expected={CASE: 0}, receipt=receipt("c1"))
        assert not done.again
        store.load(CASE)
        assert store.version(CASE) == 1


def test_a_server_that_stays_away_is_said_so_without_its_password(on_server: StoreConfig):
    gone = replace(on_server, dsn="postgresql://ann:hunter2@127.0.0.1:1/casus", patience=0.2)
    with pytest.raises(Refused) as refused:
        open_store(gone)
    assert refused.value.code == "store-unreachable"
    assert "hunter2" not in f"{refused.value.facts}{gone!r}"
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_what_could_not_be_found_out_is_said_so(on_server: StoreConfig):
    with cut_off(on_server) as (cut, through):
        impatient = replace(through, patience=0.3)
        with open_store(impatient) as store:
            cut.armed = b"stored"
            cut.closed = True
            with pytest.raises(Refused) as refused:
                store.append([noted(CASE)], expected={CASE: 0}, receipt=receipt("c1"))
    assert refused.value.code == "outcome-unknown"
    assert refused.value.facts == {"command": "c1"}


def test_an_address_that_is_none_is_refused_without_repeating_it(tmp_path):
    with pytest.raises(Refused) as refused:
        open_store(StoreConfig(tmp_path, dsn="postgresql://ann:hunter2@[bad"))
    assert refused.value.code == "store-address"
    assert "hunter2" not in str(refused.value.facts)
