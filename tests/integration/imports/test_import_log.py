"""A log goes in once: the same again adds nothing, a longer one the rest; one that tells it otherwise is refused."""

import json
from pathlib import Path

import pytest

from domain.event import replay
from domain.events.imported import ActivityImported, ResourceNoted
from domain.refusal import Refused
from domain.source import Source
from infra.imports import importing
from infra.logs.mapping import ActivityMap
from infra.store.store import Store
from tests.integration.imports.conftest import Import
from tests.support.counting import recorded
from tests.support.logs import PEOPLE, step, steps, stored, written
from tests.support.seeing import seen


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 20)


def test_every_step_comes_in_with_what_the_log_says_of_it(store: Store, take: Import, tmp_path: Path):
    done = take(written(tmp_path / "log.jsonl", steps(30)), table=ActivityMap({"act 1": "intake"}))
    assert (done.cases, done.events, done.added, done.resources) == (30, 150, 150, len(PEOPLE))
    assert stored(store) == {f"harbour:ship-{n:04}": [0, 1, 2, 3, 4] for n in range(30)}
    record = store.load("harbour:ship-0003")[1]
    told = step(3, 1)
    assert isinstance(record.event, ActivityImported)
    assert record.occurred_at.isoformat() == told["timestamp"]
    assert (record.event.activity, record.event.kind, record.event.lifecycle, record.event.group) == (
        "act 1", "intake", "complete", "quay 0",
    )  # fmt: skip


def test_an_event_names_the_command_whose_receipt_it_has(store: Store, take: Import, tmp_path: Path):
    take(written(tmp_path / "log.jsonl", steps(30)))
    commands = {r.header.command for stream in stored(store) for r in store.load(stream)}
    assert len(commands) == 8
    found = [store.receipt(command) for command in commands]
    assert sum(json.loads(receipt.result)["events"] for receipt in found if receipt) == 150


def test_a_name_is_sealed_once_and_stands_nowhere_in_the_clear(store: Store, take: Import, tmp_path: Path):
    take(written(tmp_path / "log.jsonl", steps(30)))
    source = replay(Source(), store.load("source:harbour"))
    assert sorted(source.resources) == ["r1", "r2", "r3", "r4"]
    assert set(seen(store, source.resources.values()).values()) == set(PEOPLE)
    take(written(tmp_path / "more.jsonl", steps(60)))
    noted = [r for r in store.load("source:harbour") if isinstance(r.event, ResourceNoted)]
    assert len(noted) == len(PEOPLE)
    tables = ("stored_events", "receipts", "sealed_fields", "places")
    told = "".join(str(row) for table in tables for row in store.connection().query(f"SELECT * FROM {table}"))
    told += "".join(bytes(row[0]).decode() for row in store.connection().query("SELECT state FROM stored_events"))
    assert "act 1" in told
    assert not any(part in told for name in PEOPLE for part in name.split() if len(part) > 4)


def test_the_same_file_again_adds_nothing(store: Store, take: Import, tmp_path: Path):
    log = written(tmp_path / "log.jsonl", steps(30))
    take(log)
    head = recorded(store)
    done = take(log)
    assert (done.events, done.added, done.resources) == (150, 0, 0)
    assert recorded(store) == head


def test_a_longer_file_adds_the_rest(store: Store, take: Import, tmp_path: Path):
    take(written(tmp_path / "log.jsonl", steps(30)))
    longer = [*steps(30), step(3, 5), step(31, 0, resource="Somebody New"), *steps(4, first=40)]
    done = take(written(tmp_path / "longer.jsonl", longer))
    assert (done.events, done.added, done.resources) == (172, 22, 1)
    assert stored(store)["harbour:ship-0003"] == [0, 1, 2, 3, 4, 5]
    assert take(written(tmp_path / "log.jsonl", steps(30))).added == 0


def test_two_events_that_look_the_same_are_two(store: Store, take: Import, tmp_path: Path):
    log = written(tmp_path / "log.jsonl", [step(1, 0), step(1, 0), step(1, 0)])
    assert take(log).added == 3
    assert take(log).added == 0
    assert stored(store) == {"harbour:ship-0001": [0, 1, 2]}


@pytest.mark.parametrize(
    "change",
    [
        {"activity": "another"}, {"timestamp": "2025-01-01T00:00:00Z"}, {"resource": "Somebody Else"}, {"group": None},
        {"lifecycle": "start"}, {"resource": None}, {"resource": PEOPLE[1]},
    ],
)  # fmt: skip
def test_a_file_that_tells_it_otherwise_is_refused_and_adds_nothing(
    store: Store, take: Import, tmp_path: Path, change: dict[str, object]
):
    take(written(tmp_path / "log.jsonl", steps(30)))
    head = recorded(store)
    lines = [*steps(29, first=100), *steps(28), step(28, 0), step(28, 1), step(28, 2), step(28, 3), step(28, 4, **change)]
    with pytest.raises(Refused) as refused:
        take(written(tmp_path / "changed.jsonl", lines))
    assert refused.value.code == "import-differs"
    assert refused.value.facts == {"case": "ship-0028", "position": 4}
    assert recorded(store) == head


def test_a_table_of_kinds_may_grow(take: Import, tmp_path: Path):
    log = written(tmp_path / "log.jsonl", steps(3))
    take(log)
    assert take(log, table=ActivityMap({"act 1": "intake"})).added == 0


def test_the_same_cases_of_another_source_are_others(store: Store, take: Import, tmp_path: Path):
    log = written(tmp_path / "log.jsonl", steps(3))
    assert take(log, "harbour").added == take(log, "lock").added == 15
    assert set(stored(store, "lock")) == {f"lock:ship-{n:04}" for n in range(3)}


@pytest.mark.parametrize("name", ["", "source", "access", "Harbour", "har bour", "harbour:1", "-x", "a" * 41, "haven\n", "é"])
def test_a_source_needs_a_name_that_can_begin_a_number(store: Store, take: Import, tmp_path: Path, name: str):
    with pytest.raises(Refused) as refused:
        take(written(tmp_path / "log.jsonl", steps(1)), name)
    assert refused.value.code == "source-unusable"
    assert recorded(store) == 0
