"""An export holds what was put in, is the same each time, and stands whole at its place or not at all."""

import gzip
import hashlib
import resource
import signal
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.refusal import Refused
from infra.exports.xes import export_xes
from infra.logs import open_log
from infra.logs.fields import unwanted
from projections.stats import StepRow

NOON = datetime(2024, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC)
ROWS = [
    StepRow("oost", "17", 0, 'weigh & "measure" <it>', NOON, "NA", None, "start"),
    StepRow("oost", "17", 1, "weigh", NOON.replace(microsecond=123_456), None, "Oost", None),
    StepRow("oost", "9", 0, "weigh", NOON, "x", "Oost", "complete"),
]


def read_back(path: Path) -> list[StepRow]:
    with open_log(path) as log:
        return [StepRow("oost", s.case, s.position, s.activity, s.when, s.resource, s.group, s.lifecycle) for s in log]


@pytest.mark.parametrize("name", ["log.xes", "log.xes.gz"])
def test_what_is_written_is_read_back(tmp_path: Path, name: str):
    assert export_xes(ROWS, tmp_path / name) == 3
    assert read_back(tmp_path / name) == ROWS


def test_the_same_steps_give_the_same_bytes(tmp_path: Path):
    for name in ("one.xes", "two.xes", "one.xes.gz", "two.xes.gz"):
        export_xes(ROWS, tmp_path / name)
    assert (tmp_path / "one.xes").read_bytes() == (tmp_path / "two.xes").read_bytes()
    assert (tmp_path / "one.xes.gz").read_bytes() == (tmp_path / "two.xes.gz").read_bytes()
    assert gzip.decompress((tmp_path / "one.xes.gz").read_bytes()) == (tmp_path / "one.xes").read_bytes()


@pytest.mark.parametrize("name", ["log.xes", "log.xes.gz"])
def test_what_leaves_is_told_by_its_digest_before_it_is_in_its_place(tmp_path: Path, name: str):
    there: list[bool] = []
    told: list[str] = []

    def leaving(digest: str) -> None:
        told.append(digest)
        there.append((tmp_path / name).exists())

    export_xes(ROWS, tmp_path / name, leaving)
    assert (there, told) == ([False], [hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()])

    def broken(_: str) -> None:
        raise Refused("store-full", path="x")

    with pytest.raises(Refused):
        export_xes(ROWS, tmp_path / f"other-{name}", broken)
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_a_time_is_written_in_utc_to_the_millisecond(tmp_path: Path):
    export_xes([ROWS[0]._replace(occurred_at=datetime.fromisoformat("2024-03-01T13:00:00+01:00"))], tmp_path / "log.xes")
    assert 'value="2024-03-01T12:00:00.000+00:00"' in (tmp_path / "log.xes").read_text()


TEXT = st.text(min_size=1, max_size=5).filter(lambda text: not unwanted(text) and not text.isspace())


@given(case=TEXT, activity=TEXT, name=st.none() | TEXT)
def test_any_text_that_can_be_read_survives(tmp_path_factory: pytest.TempPathFactory, case: str, activity: str, name: str | None):
    path = tmp_path_factory.mktemp("xes") / "log.xes"
    rows = [StepRow("oost", case, 0, activity, NOON, name, None, None)]
    export_xes(rows, path)
    assert read_back(path) == rows


@pytest.mark.parametrize("wrong", [ROWS[::-1], [ROWS[0], ROWS[0]], [ROWS[0], ROWS[2]._replace(source="west")]])
def test_rows_in_another_order_are_a_mistake_and_leave_no_file(tmp_path: Path, wrong: list[StepRow]):
    with pytest.raises(ValueError, match="each once"):
        export_xes(wrong, tmp_path / "log.xes")
    assert list(tmp_path.iterdir()) == []


def test_a_text_that_could_not_be_read_back_is_a_mistake(tmp_path: Path):
    with pytest.raises(ValueError, match=r"U\+202E"):
        export_xes([ROWS[0]._replace(case="a\u202eb")], tmp_path / "log.xes")


def test_an_older_file_stays_as_it_was_when_writing_fails(tmp_path: Path):
    def broken() -> Iterator[StepRow]:
        yield ROWS[0]
        raise KeyboardInterrupt

    (tmp_path / "log.xes").write_text("older")
    with pytest.raises(KeyboardInterrupt):
        export_xes(broken(), tmp_path / "log.xes")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["older"]


def test_an_export_is_for_its_owner_to_read(tmp_path: Path):
    export_xes(ROWS, tmp_path / "log.xes")
    assert stat.S_IMODE((tmp_path / "log.xes").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("place", "code"),
    [(".", "file-is-folder"), ("no/log.xes", "export-folder-missing"), ("file/log.xes", "export-folder-missing")],
)
def test_a_place_that_can_not_be_written_is_refused(tmp_path: Path, place: str, code: str):
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match=code):
        export_xes(ROWS, tmp_path / place)


def test_a_folder_without_permission_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def denied(*_: object, **__: object) -> tuple[int, str]:
        raise PermissionError

    monkeypatch.setattr("tempfile.mkstemp", denied)
    with pytest.raises(Refused, match="export-forbidden"):
        export_xes(ROWS, tmp_path / "log.xes")


def test_a_disk_that_fills_up_is_refused_and_nothing_stays(tmp_path: Path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, before[1]))
    try:
        rows = (row._replace(case=f"{number:06}") for number, row in enumerate(repeat(ROWS[0], 2_000)))
        with pytest.raises(Refused, match="export-no-space"):
            export_xes(rows, tmp_path / "log.xes")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert list(tmp_path.iterdir()) == []
