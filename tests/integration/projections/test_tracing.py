"""Finding disclosures: all that are meant, each once, in order, by an index; and nobody else pays for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import pytest

from infra.readmodels import ReadModels, catching_up, paging
from infra.readmodels import models as keeping
from infra.readmodels.folding import everything, portions
from infra.readmodels.positions import positions, tracked
from infra.readmodels.tables import Table, quoted
from infra.readmodels.tracing import Wanted, traced
from infra.store.store import Store
from projections.disclosures import DISCLOSED, DISCLOSURES, DisclosureRow
from projections.registry import projection, reads_access
from tests.integration.projections.contents import append, contents, differing, folded
from tests.support.seen import by, disclosed, looked, many, store_all
from tests.support.stores import told

CASES = [f"LEL-2026-{n:04d}" for n in range(1, 11)]


@pytest.fixture
def looked_into(store: Store, models: ReadModels) -> ReadModels:
    """A store in which 400 acts of seeing were stored, in three goes."""
    drafts = list(many(400, CASES))
    for start, end in ((0, 90), (90, 91), (91, 400)):
        store_all(store, iter(drafts[start:end]))
    return models


def meant(row: DisclosureRow, wanted: Wanted) -> bool:
    """Whether a disclosure is one of these, in the plainest way."""
    if wanted.case is not None:
        at_all = wanted.case == row.of or wanted.case in json.loads(row.seen)
        opened = set(row.subjects) if row.of == wanted.case else set()
        if not at_all or (wanted.subject not in (None, *opened) and not (wanted.subject == "s1" and not opened)):
            return False
    if (wanted.since and row.at < wanted.since) or (wanted.before and row.at >= wanted.before):
        return False
    return all(value in (None, getattr(row, name)) for name, value in (
        ("actor", wanted.actor), ("team", wanted.team), ("outcome", wanted.outcome)
    ))  # fmt: skip


def every(models: ReadModels) -> list[DisclosureRow]:
    return sorted(models.rows(DISCLOSURES), key=lambda row: (row.at, row.disclosure))


def wishes(rows: list[DisclosureRow]) -> Iterator[Wanted]:
    moments = sorted({row.at for row in rows})
    assert len(moments) > 2
    for case, subject in ((None, None), (CASES[0], None), (CASES[0], "s1"), (CASES[0], "s2"), ("LEL-2026-9999", None)):
        for actor in (None, rows[0].actor, "nobody-1"):
            for outcome in (None, "denied"):
                yield Wanted(case, subject, actor, None, None, None, outcome)
                yield Wanted(case, subject, actor, "lelystad-sit", moments[1], None, outcome)
                yield Wanted(case, subject, actor, None, moments[0], moments[-1], outcome)


@pytest.mark.parametrize("size", [1, 7, 500])
def test_what_is_found_is_what_is_meant_each_once_and_in_order(looked_into: ReadModels, size: int):
    rows = every(looked_into)
    assert len(rows) == 400
    for wanted in wishes(rows):
        found = list(chain(*traced(looked_into, wanted, size)))
        assert found == [row for row in rows if meant(row, wanted)], wanted


def test_pages_are_no_larger_than_asked(looked_into: ReadModels):
    assert [len(page) for page in looked_into.pages(DISCLOSURES, "at", size=150)] == [150, 150, 100]
    assert [len(page) for page in looked_into.pages(DISCLOSURES, "at", size=200)] == [200, 200]


def test_a_page_that_does_not_begin_behind_the_last_is_caught(looked_into: ReadModels, monkeypatch: pytest.MonkeyPatch):
    """The control: without the key, rows of one moment are lost or come twice."""
    whole = every(looked_into)
    sorted_by_moment_alone = lambda table, by, since, before, where, size: iter(  # noqa: E731 - said in one line
        [table.decoded(table.db.query(f"{table.select()} ORDER BY {quoted(by)} LIMIT ?", [size]))]
    )
    monkeypatch.setattr(keeping, "pages", sorted_by_moment_alone)
    assert list(chain(*traced(looked_into, Wanted(), 7))) != whole


def test_reading_the_log_ends_though_each_page_adds_to_it(looked_into: ReadModels, store: Store):
    found = 0
    for number, page in enumerate(traced(looked_into, Wanted(), 50)):
        found += len(page)
        store_all(store, iter([looked(disclosed(None, trace=9000 + number), by(), number)]))
        looked_into.catch_up()
    assert found == 400


def test_the_same_place_gives_the_same_though_more_came(looked_into: ReadModels, store: Store):
    place = store.head() - 100
    before = list(chain(*traced(looked_into, Wanted(upto=place))))
    store_all(store, iter([looked(disclosed(CASES[0], trace=9000), by())]))
    assert list(chain(*traced(looked_into, Wanted(upto=place)))) == before
    assert len(before) == 300


# --- nobody else pays


def standing(store: Store, *names: str) -> set[int]:
    known = positions(store.connection())
    return {known[tracked(projection(name))] for name in names}


def test_a_query_after_a_disclosure_writes_nothing(looked_into: ReadModels, store: Store, monkeypatch: pytest.MonkeyPatch):
    looked_into.catch_up()
    at = store.head()
    store_all(store, iter([looked(disclosed(trace=9000), by())]))
    assert looked_into.rows(projection("cases")) == []
    assert standing(store, "cases", "disclosures") == {at}
    monkeypatch.setattr(keeping, "UNREAD", 0)  # the control
    looked_into.rows(projection("cases"))
    assert standing(store, "cases", "disclosures") == {at + 1}


def test_many_are_taken_in_by_whoever_comes_next(looked_into: ReadModels, store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(keeping, "UNREAD", 399)
    looked_into.rows(projection("cases"))
    assert standing(store, "cases", "disclosures") == {store.head()}


def test_what_happened_to_a_case_is_never_left_waiting(looked_into: ReadModels, store: Store):
    looked_into.catch_up()
    append(store, told(CASES[0], "a"), command="1")
    store_all(store, iter([looked(disclosed(trace=9000), by())]))
    assert len(looked_into.rows(projection("trail"))) == 1
    assert standing(store, "trail", "disclosures") == {store.head()}


def test_who_asks_for_disclosures_gets_the_last_one(looked_into: ReadModels, store: Store):
    looked_into.catch_up()
    store_all(store, iter([looked(disclosed(trace=9000), by("kwintes-9"))]))
    assert [row.actor for row in looked_into.rows(DISCLOSURES, actor="kwintes-9")] == ["kwintes-9"]


def test_looking_back_at_cases_folds_no_disclosure(looked_into: ReadModels, store: Store):
    append(store, told(CASES[0], "a"), command="1")
    append(store, told("zwolle:1", "a"), command="2")
    kinds = [history.kind for of in everything(store, store.head(), access=False) for history in of]
    assert kinds == ["case", "case"]
    assert len(looked_into.as_of().rows(projection("trail"))) == 2
    assert len(looked_into.as_of().rows(DISCLOSURES)) == len(looked_into.rows(DISCLOSURES)) >= 400


def test_tables_that_read_no_disclosure_fold_none(looked_into: ReadModels, store: Store, monkeypatch: pytest.MonkeyPatch):
    looked_into.rebuild(["disclosures", "disclosed"])
    append(store, told(CASES[0], "a"), command="1")
    folding: list[str] = []
    real = portions

    def noting(store: Store, tables: Any, streams: Any, *more: Any) -> Any:
        folding.extend(streams)
        return real(store, tables, streams, *more)

    monkeypatch.setattr(catching_up, "portions", noting)
    catching_up.catch_up(store, [t for t in looked_into._tables if not reads_access([t.projection])])
    assert folding == [CASES[0]]
    looked_into.catch_up()
    assert standing(store, "trail", "disclosures") == {store.head()}


def test_rebuilt_is_as_live(looked_into: ReadModels, store: Store):
    append(store, told(CASES[0], "a"), command="1")
    looked_into.catch_up()
    live = contents(store)
    assert differing(live, folded(looked_into)) == []
    looked_into.rebuild()
    assert differing(contents(store), live) == []
    looked_into.rebuild(["cases"])
    assert differing(contents(store), live) == []


# --- by an index

QUERIES: list[tuple[Any, dict[str, Any]]] = [
    (DISCLOSED, {"number": CASES[0]}), (DISCLOSED, {"number": CASES[0], "subject": "s1"}),
    (DISCLOSED, {"number": CASES[0], "subject": ("s1", "")}),
    (DISCLOSURES, {}), (DISCLOSURES, {"actor": "kwintes-3"}), (DISCLOSURES, {"team": "nowhere"}),
    (DISCLOSURES, {"outcome": "denied"}),
]  # fmt: skip


@pytest.mark.parametrize("again", [False, True])
def test_every_question_has_an_index_also_for_its_second_page(
    store: Store, models: ReadModels, monkeypatch: pytest.MonkeyPatch, again: bool
):
    cases = [f"LEL-2026-{n:04d}" for n in range(1, 401)]
    store_all(store, many(4000, cases))
    models.rebuild()
    db = store.connection()
    plans: list[str] = []
    ask = db.query

    def explained(sql: str, params: Any = ()) -> Any:
        told = ask(f"EXPLAIN {'QUERY PLAN ' if db.kind == 'sqlite' else ''}{sql}", params)
        plans.append("\n".join(str(line) for line in told))
        return ask(sql, params)

    for of, where in QUERIES:
        plans.clear()
        with monkeypatch.context() as patch:
            patch.setattr(db, "query", explained)
            pages = paging.pages(Table(of, db), "at", None, None, where, 3)
            found = list(islice(pages, 2 if again else 1))
        if "team" not in where:
            assert [len(page) for page in found] == [3] * len(found)
            assert len(plans) == len(found) == (2 if again else 1), where
        plan = plans[-1]
        assert "INDEX" in plan.upper(), (where, plan)
        assert "SEQ SCAN" not in plan.upper(), (where, plan)
        assert "TEMP B-TREE" not in plan.upper(), (where, plan)


@pytest.mark.parametrize("cases", [1, 80])
def test_what_is_read_for_a_case_does_not_grow_with_the_store(
    store: Store, models: ReadModels, monkeypatch: pytest.MonkeyPatch, cases: int
):
    store_all(store, many(50 * cases, [f"LEL-2026-{n:04d}" for n in range(1, cases + 1)], lists=False))
    models.catch_up()
    db = store.connection()
    read: list[int] = []
    ask = db.query

    def counted(*asked: Any) -> Any:
        found = ask(*asked)
        read.append(len(found))
        return found

    monkeypatch.setattr(db, "query", counted)
    assert sum(map(len, traced(models, Wanted(CASES[0], "s1")))) == 50
    standing = 3 * len(positions(db))
    assert sum(read) <= 50 + 50 + standing + 10
