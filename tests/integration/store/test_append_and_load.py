"""What is appended is what is loaded, on both databases."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from domain.refusal import Conflict
from infra.readmodels.folding import everything
from infra.store import StoreConfig, create_store, open_store
from infra.store.envelope import Damaged, Missing
from infra.store.store import Store
from tests.support.seeing import seen
from tests.support.stores import header, noted, receipt, told

CASE, OTHER = "LEL-2026-0001", "LEL-2026-0002"


def test_what_is_loaded_is_what_was_appended(store: Store):
    appended = store.append([noted(CASE), told(CASE, "hulp")], expected={CASE: 0}, receipt=receipt("c1"))
    loaded = store.load(CASE)
    assert [r.version for r in loaded] == [1, 2]
    assert [r.recorded_at for r in loaded] == [r.recorded_at for r in appended]
    assert loaded[0] == appended[0]
    assert loaded[1].header == header()
    assert loaded[0].event == appended[0].event


def test_a_text_is_loaded_as_its_subject_alone(store: Store):
    store.append([told(CASE, "hulp")], expected={CASE: 0}, receipt=receipt("c1"))
    event = store.load(CASE)[0].event
    assert event.text.subject == "s1"  # type: ignore[attr-defined]
    assert event.text.text is None  # type: ignore[attr-defined]


def test_a_moment_left_out_is_the_stores_clock_at_recording(store: Store):
    before = datetime.now(UTC) - timedelta(seconds=5)
    (record,) = store.append([noted(CASE)], expected={CASE: 0}, receipt=receipt("c1"))
    assert record.recorded_at is not None
    assert before < record.occurred_at <= record.recorded_at


def test_a_moment_given_stays_and_is_stored_in_utc(store: Store):
    given = datetime.fromisoformat("2026-03-01T09:30:00.123456+01:00")
    draft = noted(CASE)
    store.append([type(draft)(CASE, draft.event, draft.header, given)], expected={CASE: 0}, receipt=receipt("c1"))
    (loaded,) = store.load(CASE)
    assert loaded.occurred_at == given
    assert loaded.occurred_at.tzinfo is UTC


def test_what_follows_what_was_read_never_comes_before_it(config: StoreConfig):
    with create_store(config) as one, open_store(config) as two:
        for n in range(20):
            writer = (one, two)[n % 2]
            writer.load(CASE)
            writer.append([noted(CASE)], expected={CASE: n}, receipt=receipt(f"c{n}"))
        loaded = one.load(CASE)
    assert [r.occurred_at for r in loaded] == sorted(r.occurred_at for r in loaded)


def test_a_stream_that_moved_is_a_conflict_and_stores_nothing(store: Store):
    store.append([noted(CASE)], expected={CASE: 0}, receipt=receipt("c1"))
    for wrong in (0, 2):
        with pytest.raises(Conflict) as refused:
            store.append([noted(CASE)], expected={CASE: wrong}, receipt=receipt(f"wrong-{wrong}"))
        assert (refused.value.code, refused.value.facts) == ("stream-moved", {"stream": CASE})
        assert store.receipt(f"wrong-{wrong}") is None
    assert store.version(CASE) == 1


def test_all_streams_or_none(store: Store):
    store.append([noted(OTHER)], expected={OTHER: 0}, receipt=receipt("c1"))
    with pytest.raises(Conflict):
        store.append([noted(CASE), noted(OTHER)], expected={CASE: 0, OTHER: 0}, receipt=receipt("c2"))
    assert store.load(CASE) == []
    assert store.version(OTHER) == 1
    store.append([noted(CASE), noted(OTHER)], expected={CASE: 0, OTHER: 1}, receipt=receipt("c3"))
    assert (store.version(CASE), store.version(OTHER)) == (1, 2)


def test_a_stream_that_was_only_read_must_not_have_moved(store: Store):
    team = "lelystad-sit"
    store.append([noted(team)], expected={team: 0}, receipt=receipt("c1"))
    store.append([noted(CASE)], expected={CASE: 0}, reads={team: 1}, receipt=receipt("c2"))
    store.append([noted(team)], expected={team: 1}, receipt=receipt("c3"))
    with pytest.raises(Conflict) as refused:
        store.append([noted(CASE)], expected={CASE: 1}, reads={team: 1}, receipt=receipt("c4"))
    assert refused.value.facts == {"stream": team}
    assert store.version(CASE) == 1


def test_an_expected_version_must_be_named(store: Store):
    with pytest.raises(ValueError, match=CASE):
        store.append([noted(CASE)], expected={}, receipt=receipt("c1"))


def test_up_to_a_version(store: Store):
    store.append([noted(CASE)] * 5, expected={CASE: 0}, receipt=receipt("c1"))
    assert [r.version for r in store.load(CASE, 3)] == [1, 2, 3]


def test_many_streams_at_once(store: Store):
    names = [f"source:{n}" for n in range(450)]
    store.append_bulk([noted(name) for name in names], receipt("c1"))
    loaded = store.load_many([*names, "nowhere"])
    assert len(loaded) == 451
    assert loaded["nowhere"] == []
    assert all(len(loaded[name]) == 1 for name in names)


def test_streams_by_prefix_and_the_last_number(store: Store):
    assert store.last_number("LEL-2026-") is None
    for number in ("LEL-2026-0001", "LEL-2026-0012", "LEL-2025-0099", "ALM-2026-0300", "lelystad-sit"):
        store.append([noted(number)], expected={number: 0}, receipt=receipt(number))
    assert store.last_number("LEL-2026-") == "LEL-2026-0012"
    assert store.streams("LEL-2026-") == ["LEL-2026-0001", "LEL-2026-0012"]
    assert len(store.streams()) == 5


def test_the_last_number_after_ten_thousand(store: Store):
    numbers = ["LEL-2026-9998", "LEL-2026-9999", "LEL-2026-10000", "LEL-2026-10001"]
    store.append_bulk([noted(number) for number in numbers], receipt("c1"))
    assert store.last_number("LEL-2026-") == "LEL-2026-10001"


def test_a_bulk_is_a_conflict_when_one_of_its_streams_moved(store: Store):
    store.append([noted(OTHER)], expected={OTHER: 0}, receipt=receipt("c1"))
    with pytest.raises(Conflict):
        store.append_bulk([noted(CASE), noted(OTHER)], receipt("c2"))
    assert store.load(CASE) == []
    store.append_bulk([noted(CASE), noted(OTHER)], receipt("c3"), expected={OTHER: 1})
    assert store.version(OTHER) == 2


def test_the_stored_bytes_are_four_lines_of_one_json_object(store: Store):
    store.append([told(CASE, "geheim", subject="s1")], expected={CASE: 0}, receipt=receipt("c1"))
    (row,) = store.raw_after(0)
    envelope = json.loads(row.state)
    assert list(envelope) == ["stream", "version", "topic", "v", "occurred_at", "command", "by", "sealed", "facts"]
    assert (envelope["stream"], envelope["version"], envelope["v"]) == (CASE, 1, 1)
    assert envelope["sealed"]["text"].keys() == {"subject", "key", "commitment", "digest"}
    assert envelope["facts"]["text"] == {"subject": "s1"}
    assert b"geheim" not in row.state
    assert row.state.count(b"\n") == 3


@pytest.mark.parametrize("name", ['quote " and \\ back', "a{b},c", "hé ✓ ₤", "line\u2028separator", "NULL"])
def test_any_text_survives(store: Store, name: str):
    stream = f"source:{name.replace(' ', '_')}"
    store.append([noted(stream, name=name)], expected={stream: 0}, receipt=receipt("c1", {"n": name}, {"r": name}))
    (record,) = store.load(stream)
    stored = store.receipt("c1")
    assert record.stream == stream
    assert stored is not None
    assert json.loads(stored.result) == {"r": name}
    from domain.personal import Ref

    ref = Ref(stream, 1, "name")
    assert seen(store, [ref]) == {ref: name}


def test_bytes_that_belong_to_another_version_are_refused(store: Store):
    store.append([noted(CASE), noted(CASE)], expected={CASE: 0}, receipt=receipt("c1"))
    database = store.connection()
    if database.kind == "sqlite":
        database.execute("DROP TRIGGER stored_events_stay")
    else:
        database.execute("DROP TRIGGER stored_events_stay ON stored_events")
    database.execute(
        "UPDATE stored_events SET state = (SELECT state FROM stored_events WHERE originator_version = 1) "
        "WHERE originator_version = 2"
    )
    with pytest.raises(Damaged) as refused:
        store.load(CASE)
    assert refused.value.facts == {"stream": CASE, "version": 2}


def test_who_recorded_it_is_the_databases_word(store: Store):
    (record,) = store.append([noted(CASE)], expected={CASE: 0}, receipt=receipt("c1"))
    assert record.recorded_by is not None
    assert record.recorded_by.startswith("os-") or record.recorded_by == "postgres"
    assert store.load(CASE)[0].recorded_by == record.recorded_by


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_a_stream_that_lost_an_event_is_refused_wherever_it_is_loaded(store: Store, gone: int):
    for n in range(4):
        store.append([noted(CASE)], expected={CASE: n}, receipt=receipt(f"c{n}"))
    store.append([noted(OTHER)], expected={OTHER: 0}, receipt=receipt("other"))
    head = store.head()
    database = store.connection()
    trigger = "{0}_remain" if database.kind == "sqlite" else "{0}_stay ON {0}"
    for table in ("places", "stored_events"):
        database.execute(f"DROP TRIGGER {trigger.format(table)}")
        database.execute(f"DELETE FROM {table} WHERE originator_id = ? AND originator_version = ?", (CASE, gone))
    for load in (
        lambda: store.load(CASE),
        lambda: store.load(CASE, places=True),
        lambda: store.load_many([OTHER, CASE]),
        lambda: store.load_many([OTHER, CASE], head),
        lambda: list(everything(store, head)),
    ):
        with pytest.raises(Missing) as refused:
            load()
        assert refused.value.facts == {"stream": CASE, "version": gone}
    assert [r.version for r in store.load(OTHER)] == [1]
    if gone > 1:
        assert len(store.load(CASE, gone - 1)) == gone - 1, "up to there nothing is missing"
