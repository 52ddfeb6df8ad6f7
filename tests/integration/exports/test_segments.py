"""Segments of the log: whole ones never change, together they tell what holds now, and small counts do not leave."""

from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from itertools import cycle
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from infra.exports.course import Coarsening, CourseEvent, Pseudonyms, Which
from infra.exports.course.flattening import Flattening
from infra.exports.course.histories import frozen_now
from infra.exports.parquet import schema, write
from infra.exports.segments import Segments, Stretch
from infra.readmodels.folding import histories
from infra.store import create_store
from infra.store.store import Store
from tests.support.lived import acts
from tests.support.lived import store as store_acts
from tests.support.stores import DATABASES, config_of

LIVED, SIZE = 400, 50
Known = dict[tuple[str, int], CourseEvent]


@pytest.fixture(scope="module", params=DATABASES)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with cases in all situations, corrected and withdrawn entries among them."""
    dsn = request.getfixturevalue("postgres_server").fresh_database() if request.param == "postgresql" else None
    with create_store(config_of(request.param, tmp_path_factory.mktemp("lived"), dsn)) as made:
        store_acts(made, acts(LIVED))
        yield made
    if dsn:
        request.getfixturevalue("postgres_server").drop(dsn)


def names(store: Store, recipient: str = "warehouse") -> Pseudonyms:
    return Pseudonyms(recipient, store.tokens.digest)


def stretches(store: Store, least: int | None = None, recipient: str = "warehouse", upto: int | None = None) -> list[Stretch]:
    made, head = Segments(store, names(store, recipient), Coarsening(), least), upto or store.head()
    return [made.stretch(first, min(first + SIZE - 1, head)) for first in range(1, head + 1, SIZE)]


def in_bytes(stretch: Stretch) -> bytes:
    made = BytesIO()
    write(made, stretch)
    return made.getvalue()


def latest(told: list[Stretch]) -> Known:
    """What a reader comes to: of each event the last that was told of it, unless that was that it does not count."""
    known: Known = {}
    for stretch in told:
        for row in stretch.rows:
            known[row.event.case, row.event.order] = row.event
            if row.withdrawn:
                del known[row.event.case, row.event.order]
    return known


def current(store: Store, upto: int) -> Known:
    """What holds at a place, read without segments."""
    flattening = Flattening(names(store), Coarsening(), Which())
    closed = frozen_now(store)
    found: Known = {}
    for history in histories(store, [s for s in Which().streams(store.streams()) if s not in closed], upto):
        course = flattening.case(history)
        for step, event in zip(history.steps, course.events, strict=True):
            found[course.case, step.record.version] = event._replace(order=step.record.version)
    return found


def test_together_they_tell_what_holds_now(store: Store):
    told = stretches(store)
    assert latest(told) == current(store, store.head())
    again = [(row.event.case, row.event.order) for stretch in told for row in stretch.rows]
    assert len(again) > len(set(again)), "something was corrected later: it is told again"
    assert any(row.withdrawn for stretch in told for row in stretch.rows)


def test_without_telling_it_again_a_correction_would_be_missed(store: Store, monkeypatch: pytest.MonkeyPatch):
    """The control: with only what is new in each stretch, what comes of it is not what holds."""
    real = Segments._known

    def only_new(self: Segments, streams, place):
        found = real(self, streams, place)
        own = {s: {r.version for r in self._store.load(s, places=True) if (r.place or 0) > place - SIZE} for s in found}
        return {s: (course, {v: e for v, e in events.items() if v in own[s]}) for s, (course, events) in found.items()}

    monkeypatch.setattr(Segments, "_known", only_new)
    assert latest(stretches(store)) != current(store, store.head())


def test_a_whole_segment_is_the_same_when_the_log_has_grown(store: Store):
    then, now = stretches(store, upto=store.head() // 2), stretches(store)
    whole = [n for n, stretch in enumerate(then) if stretch.last == stretch.first + SIZE - 1]
    assert len(whole) > 3
    for n in whole:
        assert in_bytes(then[n]) == in_bytes(now[n]), n


def test_told_as_known_at_the_end_of_the_log_a_whole_segment_would_change(store: Store, monkeypatch: pytest.MonkeyPatch):
    """The control: it is what was known at a segment's own end that keeps it as it is."""
    real, half = Segments._known, store.head() // 2

    def told(head: int) -> list[bytes]:
        before = cycle((True, False))  # what was known before a stretch is asked first, then what is at its end
        monkeypatch.setattr(Segments, "_known", lambda self, streams, at: real(self, streams, at if next(before) else head))
        made = Segments(store, names(store), Coarsening(), None)
        return [in_bytes(made.stretch(first, first + SIZE - 1)) for first in range(1, half - SIZE, SIZE)]

    assert told(half) != told(store.head())


def test_the_same_is_the_same_bytes_and_for_another_recipient_no_pseudonym_is(store: Store):
    ours, theirs = stretches(store), stretches(store, recipient="university")
    assert [in_bytes(s) for s in ours] == [in_bytes(s) for s in stretches(store)]
    cases = [{row.event.case for stretch in told for row in stretch.rows} for told in (ours, theirs)]
    assert cases[0]
    assert not cases[0] & cases[1]
    assert professionals(ours)
    assert not professionals(ours) & professionals(theirs)


def professionals(told: list[Stretch]) -> set[str]:
    links = (link for stretch in told for row in stretch.rows for link in row.event.links)
    return {link.id for link in links if link.kind == "professional"}


def test_no_number_of_a_case_and_no_login_is_in_a_file(store: Store, tmp_path: Path):
    numbers = [s for s in store.streams() if Which().streams([s])]
    assert len(numbers) > 10
    for stretch in stretches(store):
        held = str(pq.read_table(BytesIO(in_bytes(stretch))).to_pylist())
        for number in numbers:
            assert number not in held
        assert "os-" not in held


def test_what_is_read_back_is_what_was_told(store: Store):
    for stretch in stretches(store):
        table = pq.read_table(BytesIO(in_bytes(stretch)))
        assert table.schema.equals(schema())
        rows = table.to_pylist()
        assert len(rows) == len(stretch.rows)
        assert {row["segment"] for row in rows} <= {stretch.first}
        for row, told in zip(rows, stretch.rows, strict=True):
            event = told.event
            assert (row["case_id"], row["version"], row["topic"], row["occurred_at"]) == (
                event.case,
                event.order,
                event.topic,
                event.at,
            )
            assert [tuple(link.values()) for link in row["links"]] == [tuple(link) for link in event.links]
            for attribute in row["attributes"]:
                assert sum(attribute[kind] is not None for kind in ("code", "number", "truth", "day", "moment")) == 1


def test_small_counts_are_weighed_for_each_segment(store: Store):
    least = 5
    by: dict[tuple[int, str, str], set[str]] = defaultdict(set)
    told = stretches(store, least)
    assert any(stretch.rows for stretch in told)
    assert any(stretch.withheld for stretch in stretches(store, 1000))
    for stretch in told:
        for row in stretch.rows:
            by[stretch.first, row.event.topic, ""].add(row.event.case)
            for name, value in row.event.attributes:
                for each in value if isinstance(value, tuple) else (value,):
                    by[stretch.first, f"{row.event.topic}.{name}", str(each)].add(row.event.case)
    assert {where for where, cases in by.items() if len(cases) < least} == set()


def test_of_too_few_cases_nothing_leaves_and_nobody_is_named(store: Store):
    for stretch in stretches(store, 1000):
        assert stretch.rows == ()
        assert stretch.seen == frozenset()
