"""Whatever the format: what is wrong with the file itself, the order of steps, and progress."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.refusal import Refused
from infra.logs import LogOptions, open_log, ordering
from infra.logs.model import RawStep
from infra.logs.ordering import OrderedLog
from tests.unit.logs.samples import DAWN, event, read, trace, xes


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(Refused, match="file-missing"):
        open_log(tmp_path / "nowhere.xes")
    with pytest.raises(Refused, match="file-missing"):
        open_log(Path("a\0b"))


def test_a_folder_is_refused(tmp_path: Path):
    with pytest.raises(Refused, match="file-is-folder"):
        open_log(tmp_path)


def test_a_packed_file_that_is_not_one_is_refused(tmp_path: Path):
    (tmp_path / "log.xes.gz").write_bytes(b"\x1f\x8b\x00\x01rubbish")
    with pytest.raises(Refused, match="log-gzip-broken"):
        open_log(tmp_path / "log.xes.gz")


def test_a_temporary_folder_without_space_is_a_refusal(monkeypatch: pytest.MonkeyPatch):
    many = (RawStep(f"{n}", n, None, "x" * 200, None, None, None) for n in range(2_000))
    monkeypatch.setattr(ordering, "_PRAGMAS", (*ordering._PRAGMAS, "max_page_count = 20"))
    with pytest.raises(Refused, match="log-no-space"):
        OrderedLog(many)


def test_the_format_can_be_given_where_the_suffix_lies(tmp_path: Path):
    assert len(read(tmp_path, xes(trace("17", event())), "log.csv", LogOptions(format="xes"))) == 1


def test_progress_ends_at_the_size_of_the_file(tmp_path: Path):
    path = tmp_path / "log.csv"
    path.write_text("case,activity,when\n" + f"17,weigh,{DAWN}\n" * 12_000)
    told: list[tuple[int, int]] = []
    open_log(path, progress=lambda done, size: told.append((done, size)))
    size = path.stat().st_size
    assert told == sorted(told)
    assert len(told) == 3
    assert told[-1] == (size, size)


RAW = st.builds(
    RawStep,
    case=st.sampled_from("abc"),
    micros=st.integers(-3, 3),
    tie=st.none() | st.integers(0, 2),
    activity=st.text("xyz", min_size=1, max_size=2),
    lifecycle=st.none(),
    resource=st.none() | st.just("r"),
    group=st.none(),
)


@given(st.lists(RAW, max_size=30))
def test_the_order_is_a_stable_sort_by_time_within_cases_as_they_first_appear(raw: list[RawStep]):
    first = {step.case: number for number, step in reversed(list(enumerate(raw)))}
    # Without a position of its own, a step comes before those of the same time that have one.
    expected = sorted(raw, key=lambda step: (first[step.case], step.micros, -1 if step.tie is None else step.tie))
    with OrderedLog(raw) as log:
        steps = list(log)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    told = [(step.case, step.when, step.activity, step.resource) for step in steps]
    assert told == [(s.case, epoch + timedelta(microseconds=s.micros), s.activity, s.resource) for s in expected]
    for case in first:
        positions = [step.position for step in steps if step.case == case]
        assert positions == list(range(len(positions)))
