"""Whatever way they came about, the rows are the same: caught up step by step, rebuilt, or folded afresh."""

from __future__ import annotations

from itertools import islice
from random import Random

import pytest

from domain.events import discover
from infra.readmodels import ReadModels
from infra.readmodels.catching_up import Progress, catch_up
from infra.store import create_store
from infra.store.store import Store
from projections.registry import all_projections
from tests.integration.projections.contents import append, contents, differing, folded, places, topics
from tests.support.lived import acts
from tests.support.lived import store as store_acts
from tests.support.seen import many, store_all
from tests.support.stores import DATABASES, config_of, noted, told

COMMANDS = 2000


def test_rebuilt_from_nothing_equals_live_after_thousands_of_commands(request, tmp_path):
    lived = acts(COMMANDS)
    assert len(topics(lived)) > len(discover()) * 0.7, "too little happened for the comparison to say much"
    found = {}
    for kind in DATABASES:
        dsn = request.getfixturevalue("postgres_database") if kind == "postgresql" else None
        with create_store(config_of(kind, tmp_path / kind, dsn)) as store:
            models = ReadModels(store)
            models.prepare()
            _live(store, models, lived)
            live = contents(store)
            assert differing(live, folded(models)) == []
            models.rebuild()
            assert differing(contents(store), live) == []
            assert places(store) == {store.head()}
            assert {name for name, rows in live.items() if not rows} <= {"logins"}
            found[kind] = live
    sqlite, server = (_told_by_the_log(found[kind]) for kind in DATABASES)
    assert differing(sqlite, server) == []


def _live(store: Store, models: ReadModels, lived):
    """Store all of it, and acts of seeing between, catching up now and then: after one act, after many, in small batches and
    large.
    """
    chance, at = Random(7), 0
    looks = many(len(lived), [f"LEL-2026-{n:04d}" for n in range(1, 30)])
    while at < len(lived):
        more = chance.choice((1, 1, 1, 2, 10, 60))
        store_acts(store, lived[at : at + more])
        store_all(store, islice(looks, more // 2))
        at += more
        if chance.random() < 0.15:
            catch_up(store, models._tables, batch=chance.choice((5, 40, 10_000)))
    models.catch_up()


def _told_by_the_log(found):
    """Without what each store stamps for itself."""
    stamps = {"recorded_at": None, "recorded_by": None, "command": None, "at": None}
    return {
        name: [r._replace(**{k: v for k, v in stamps.items() if k in r._fields}) for r in rows] for name, rows in found.items()
    }


def test_catching_up_again_takes_in_nothing(store: Store, models: ReadModels):
    append(store, told("LEL-2026-0001", "a"), command="1")
    place = models.catch_up()
    before = contents(store)
    seen: list[Progress] = []
    assert models.catch_up(seen.append) == place
    assert contents(store) == before
    assert seen == [(0, 0)]


def test_one_stream_of_more_events_than_a_page_is_rebuilt_whole(store: Store, models: ReadModels, monkeypatch):
    monkeypatch.setattr("infra.readmodels.folding.PAGE", 5)
    for number, length in ((1, 3), (2, 12), (3, 1), (4, 4), (5, 5)):
        append(store, *[noted(f"LEL-2026-000{number}", subject=f"s{n}") for n in range(2, 2 + length)], command=f"{number}")
    models.catch_up()
    live = contents(store)
    assert len(live["trail"]) == 25
    models.rebuild()
    assert differing(contents(store), live) == []


def test_a_rebuild_of_one_read_model_leaves_the_others_alone(store: Store, models: ReadModels):
    append(store, told("LEL-2026-0001", "a"), command="1")
    models.catch_up()
    live = contents(store)
    store.connection().execute("DELETE FROM trail_v1")
    store.connection().execute("DELETE FROM texts_v1")
    models.rebuild(["trail"])
    assert len(contents(store)["trail"]) == 1
    assert contents(store)["texts"] == []
    models.rebuild()
    assert contents(store) == live


def test_a_rebuild_needs_no_key(config):
    with create_store(config) as store:
        ReadModels(store).prepare()
        append(store, told("LEL-2026-0001", "a"), command="1")
    config.keys_in.unlink()
    if config.embedded:
        config.keys_db.unlink()
    from infra.store import open_store

    with open_store(config) as store:
        ReadModels(store).rebuild()
        assert len(contents(store)["trail"]) == 1


def test_values_come_back_as_they_were_given(store: Store, models: ReadModels):
    store_acts(store, acts(300))
    for p in all_projections():
        assert models.rows(p) == models.as_of().rows(p), p.name


@pytest.mark.parametrize("awkward", ["tab\there", "back\\slash", "line\nbreak", "return\rhere", "\\N", "''\"", "\x01", "é€😀"])
def test_any_text_survives_copying(store: Store, models: ReadModels, awkward: str):
    from infra.readmodels.tables import Table
    from projections.texts import TEXTS, TextRow

    table = Table(TEXTS, store.connection())
    rows = [TextRow("s", awkward, f"{n}", "", n, awkward) for n in range(600)]
    table.add(list(table.encoded(rows)))
    assert sorted(table.read({}), key=lambda r: r.nth) == rows
