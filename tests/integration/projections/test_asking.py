"""Following what comes, questions that wait for it, and what the engine asks."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import make_conninfo

from domain.refusal import Refused
from infra.readmodels import ReadModels
from infra.store import StoreConfig, open_store
from infra.store.store import Store
from projections.registry import projection, view
from tests.integration.projections.contents import append, contents
from tests.support.lived import acts
from tests.support.lived import store as store_acts
from tests.support.stores import config_of, told


def test_who_may_only_read_asks_while_events_wait_for_a_place(on_server: Store, server_config: StoreConfig, tmp_path: Path):
    db = on_server.connection()
    db.script(
        """
        DROP ROLE IF EXISTS casus_test_asker;
        CREATE ROLE casus_test_asker LOGIN;
        GRANT USAGE ON SCHEMA casus, casus_keys, casus_read TO casus_test_asker;
        GRANT SELECT ON ALL TABLES IN SCHEMA casus, casus_read TO casus_test_asker;
        GRANT SELECT ON casus_keys.casus_schema TO casus_test_asker;
        GRANT EXECUTE ON FUNCTION casus.place_new TO casus_test_asker;
        """
    )
    append(on_server, told("LEL-2026-0001", "a"), command="1")
    asker = make_conninfo(server_config.dsn or "", user="casus_test_asker")
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
