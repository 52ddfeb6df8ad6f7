"""What is cut off in the middle, fails, or is done by two at once: all of a step or none of it, and nothing skipped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from domain.event import Header
from domain.refusal import Refused
from infra.readmodels import ProjectionStopped, ReadModels
from infra.readmodels.folding import portions
from infra.store import StoreConfig, create_store, open_store
from infra.store.store import Store
from projections import registry
from projections.registry import all_projections, projection
from tests.integration.projections.contents import append, contents, differing, folded, places
from tests.support.lived import acts
from tests.support.lived import store as store_acts
from tests.support.stores import told


class CutOff(Exception):
    """The plug was pulled."""


def test_a_run_cut_off_anywhere_leaves_all_or_nothing_and_goes_on_where_it_was(store: Store, models: ReadModels, monkeypatch):
    lived = acts(300)
    store_acts(store, lived[:40])
    models.catch_up()
    before, place = contents(store), places(store)
    store_acts(store, lived[40:60])
    after, head = folded(models), {store.head()}
    db = store.connection()
    cut = 0
    for cut in range(200):
        left = [cut]

        def plugged(name, ask, left=left):
            def one(*args, **more):
                if not left[0]:
                    raise CutOff
                left[0] -= 1
                return ask(*args, **more)

            return one

        with monkeypatch.context() as patch:
            for name in ("execute", "executemany", "query"):
                patch.setattr(db, name, plugged(name, getattr(db, name)))
            try:
                models.catch_up()
            except CutOff:
                pass
            else:
                break
        if places(store) == head:
            break  # it was cut off after the end
        assert (contents(store), places(store)) == (before, place), f"after {cut} statements"
    assert 10 < cut < 199, "nothing was cut off, or the run never came to its end"
    assert differing(contents(store), after) == []
    assert places(store) == head


def test_a_failing_projection_stops_says_where_and_skips_nothing_while_others_go_on(store, models, monkeypatch):
    append(store, told("LEL-2026-0001", "a"), command="1")
    place = models.catch_up()
    append(store, told("LEL-2026-0002", "a"), command="2")
    append(store, told("LEL-2026-0003", "a"), command="3")

    def failing(history):
        if history.stream == "LEL-2026-0002":
            raise ZeroDivisionError
        return real(history)

    learning = projection("learning")
    real = learning.of["case"]
    broken = replace(learning, of={**learning.of, "case": failing})
    with monkeypatch.context() as patch:
        patch.setattr(registry, "projection", lambda name: broken if name == "learning" else projection(name))
        models = ReadModels(store)
        with pytest.raises(ProjectionStopped) as stopped:
            models.catch_up()
        assert stopped.value.facts == {
            "projection": "learning", "place": place, "stream": "LEL-2026-0002", "error": "ZeroDivisionError"
        }  # fmt: skip
        head = store.head()
        standing = {s.name: s.place for s in models.status()}
        assert standing.pop("learning") == place
        assert set(standing.values()) == {head}
        with pytest.raises(ProjectionStopped):
            models.catch_up()
        with pytest.raises(ProjectionStopped):
            models.rebuild()
    models = ReadModels(store)
    models.catch_up()
    assert places(store) == {head}
    assert differing(contents(store), folded(models)) == []


def test_two_who_catch_up_at_once_take_everything_in_once(config, store: Store, models: ReadModels, monkeypatch):
    store_acts(store, acts(300)[:50])
    with open_store(config) as other:
        others = ReadModels(other)
        turns = iter([True])

        def slow(*args):
            made = list(portions(*args))
            if next(turns, False):
                others.catch_up()  # the other comes in between: rows were made here, nothing is written yet
            return iter(made)

        monkeypatch.setattr("infra.readmodels.catching_up.portions", slow)
        models.catch_up()
    assert places(store) == {store.head()}
    assert differing(contents(store), folded(models)) == []


@pytest.fixture
def bare(config: StoreConfig) -> Iterator[Store]:
    """A store of which no read model was made yet."""
    with create_store(config) as made:
        yield made


def test_a_store_whose_tables_were_never_made_says_so_and_makes_none(bare: Store):
    store, models = bare, ReadModels(bare)
    append(store, told("LEL-2026-0001", "a"), command="1")
    for ask in (models.catch_up, lambda: models.rows(projection("cases"))):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.code == "read-models-missing"
    assert not store.connection().has_table("cases_v1")
    assert {s.place for s in models.status()} == {None}


def test_making_tables_twice_makes_them_once(bare: Store):
    store, models = bare, ReadModels(bare)
    assert len(models.prepare()) == len(all_projections())
    append(store, told("LEL-2026-0001", "a"), command="1")
    models.catch_up()
    assert models.prepare() == []
    assert len(contents(store)["trail"]) == 1


def test_another_version_is_another_table_filled_by_itself_and_the_past_one_goes(store, models, monkeypatch):
    append(store, told("LEL-2026-0001", "a"), command="1")
    models.catch_up()
    newer = replace(projection("trail"), version=2)
    monkeypatch.setattr(registry, "projection", lambda name: newer if name == "trail" else projection(name))
    later = ReadModels(store)
    with pytest.raises(Refused, match="read-models-missing"):
        later.rows(newer)
    assert later.prepare() == ["trail_v2"]
    assert len(later.rows(newer)) == 1
    assert not store.connection().has_table("trail_v1")


def test_a_header_never_leaves_an_empty_text(store: Store, models: ReadModels):
    draft = told("LEL-2026-0001", "a")
    blank = Header("", "", "", "", "", "c", "")
    append(store, type(draft)(draft.stream, draft.event, blank), command="1")
    [row] = models.rows(projection("trail"))
    assert (row.actor, row.role, row.purpose) == (None, None, None)
