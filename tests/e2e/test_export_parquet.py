"""The log as segments of Parquet: written once, more as it grows, told in the log, and small counts kept back."""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from domain.disclosure import PREFIX
from domain.events.access import Disclosed
from infra.store import StoreConfig, open_store
from tests.e2e.conftest import DATABASES, Casus, set_up

TEAM, SIZE = "harbour-table", "30"


@pytest.fixture(autouse=True)
def _small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.cli.parquet_export.LEAST", 10)


@pytest.fixture(params=DATABASES)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Casus:
    """A table with a dozen cases: more than a segment's worth of events, and less than two."""
    dsn = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    casus = set_up(Casus(tmp_path / "home", dsn))
    submit(casus, 12)
    return casus


def submit(casus: Casus, count: int) -> None:
    for n in range(count):
        casus.later(minutes=5)
        casus.done("intake", "submit", "--question", f"x{n}", "--reason", "adrift", "--name", f"Planted {n}")


def export(casus: Casus, folder: Path, *more: str, recipient: str = "warehouse") -> dict[str, Any]:
    line = ("export", "parquet", "--recipient", recipient, "--segment", SIZE, "-o", str(folder), *more)
    [told] = casus.json(*line)
    return told


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.parquet"))}


def test_whole_segments_are_written_once_and_the_last_one_anew(house: Casus, tmp_path: Path):
    folder = tmp_path / "segments"
    first = export(house, folder)
    assert (first["segments"], first["written"]) == (2, 2)
    before = held(folder)
    assert list(before) == ["events-000000001-000000030.parquet", "events-000000031-000000060.parquet"]
    submit(house, 3)
    again = export(house, folder)
    assert (again["segments"], again["written"]) == (2, 1)
    after = held(folder)
    assert after["events-000000001-000000030.parquet"] == before["events-000000001-000000030.parquet"]
    assert after["events-000000031-000000060.parquet"] != before["events-000000031-000000060.parquet"]
    tables = pq.read_table(folder, columns=["case_id"])
    assert len(set(tables["case_id"].to_pylist())) == 15


def test_what_is_missing_or_damaged_is_written_again_the_same(house: Casus, tmp_path: Path):
    folder = tmp_path / "segments"
    place = str(export(house, folder)["place"])
    before = held(folder)
    first, last = sorted(before)
    (folder / first).unlink()
    (folder / last).write_bytes(b"PAR1")
    again = export(house, folder, "--place", place)
    assert again["written"] == 2
    assert held(folder) == before
    assert export(house, folder, "--place", place)["written"] == 0


def test_the_manifest_names_each_segment_and_the_checkpoint(house: Casus, tmp_path: Path):
    told = export(house, tmp_path / "segments")
    manifest = json.loads((tmp_path / "segments" / "_manifest.json").read_text(encoding="utf-8"))
    assert (manifest["place"], manifest["whole"]) == (told["place"], True)
    assert [each["file"] for each in manifest["segments"]] == list(held(tmp_path / "segments"))
    for each in manifest["segments"]:
        assert each["sha256"] == sha256((tmp_path / "segments" / each["file"]).read_bytes()).hexdigest()
    assert manifest["checkpoint"].splitlines()[1] == str(told["place"])
    again = export(house, tmp_path / "again", "--place", str(told["place"]))
    assert again["digest"] == told["digest"], "the same place gives the same files"
    assert held(tmp_path / "again") == held(tmp_path / "segments")


def test_each_segment_is_told_in_the_log_with_the_cases_in_it(house: Casus, tmp_path: Path):
    export(house, tmp_path / "segments")
    with open_store(StoreConfig(house.home, dsn=house.dsn)) as store:
        store.head()  # gives places
        records = sorted((store.load(s, places=True)[0] for s in store.streams(PREFIX)), key=lambda r: r.place or 0)
    told = [r.event for r in records if isinstance(r.event, Disclosed) and r.event.what == "export-parquet"]
    left = [event for event in told if event.outcome == "exported"]
    assert [event.digest for event in left] == [sha256(each).hexdigest() for each in held(tmp_path / "segments").values()]
    assert {event.recipient for event in left} == {"warehouse"}
    assert len({number for event in left for number in event.seen}) == 12


def test_a_folder_of_another_export_is_left_alone(house: Casus, tmp_path: Path):
    folder = tmp_path / "segments"
    place = export(house, folder)["place"]
    before = held(folder)
    line = ["export", "parquet", "-o", str(folder)]
    for more in (
        ["--recipient", "other", "--segment", SIZE],
        ["--recipient", "warehouse", "--segment", "60"],
        ["--recipient", "warehouse", "--segment", SIZE, "--coarsen", "week"],
        ["--recipient", "warehouse", "--segment", SIZE, "--place", str(place - 1)],
    ):
        refused = house(*line, *more)
        assert (refused.code, refused.out) == (3, ""), more
    (folder / "_manifest.json").write_text("{", encoding="utf-8")
    assert "_manifest.json" in house(*line, "--recipient", "warehouse", "--segment", SIZE).err
    assert held(folder) == before
    (tmp_path / "file").touch()
    assert house("export", "parquet", "-o", str(tmp_path / "file"), "--recipient", "x").code == 3
    assert house("export", "parquet", "-o", str(tmp_path / "no" / "where"), "--recipient", "x").code == 3
    assert house("export", "parquet", "-o", str(tmp_path / "new"), "--recipient", "x", "--segment", "9").code == 2
    assert not (tmp_path / "new").exists()


def test_times_are_as_coarse_as_was_asked(house: Casus, tmp_path: Path):
    export(house, tmp_path / "segments", "--coarsen", "month")
    moments = pq.read_table(tmp_path / "segments", columns=["occurred_at"])["occurred_at"].to_pylist()
    assert moments
    assert {(at.day, at.hour, at.minute) for at in moments} == {(1, 0, 0)}


def test_who_reports_gets_no_small_counts_and_is_told_so(tmp_path: Path):
    casus = set_up(Casus(tmp_path / "home"))
    submit(casus, 12)
    add = ("team", "add-professional", TEAM, "--partner", "pilots", "--role", "reporting", "--name", "Rita")
    casus.done(*add)
    result = casus("--json", "export", "parquet", "--recipient", "w", "-o", str(tmp_path / "all"), "--as", "pilots-2")
    assert (result.code, result.row["withheld"]) == (0, 0), result
    assert "10" in result.err
    small = ("export", "parquet", "--recipient", "w", "--segment", "30", "--place", "20", "-o", str(tmp_path / "few"))
    result = casus("--json", *small, "--as", "pilots-2")
    assert (result.row["withheld"], result.row["rows"]) == (1, 0), result
    assert pq.read_table(tmp_path / "few").num_rows == 0
    assert json.loads((tmp_path / "few" / "_manifest.json").read_text(encoding="utf-8"))["segments"][0]["withheld"] is True


def test_for_who_reports_a_coordinator_makes_what_they_would_get(house: Casus, tmp_path: Path):
    house.done("team", "add-professional", TEAM, "--partner", "pilots", "--role", "reporting", "--name", "Rita")
    place = ("--place", str(export(house, tmp_path / "open")["place"]))
    made = export(house, tmp_path / "made", *place, "--withhold-small-counts")
    assert made["withheld"] > 0
    assert held(tmp_path / "made") != held(tmp_path / "open")
    refused = house("export", "parquet", "--recipient", "warehouse", "--segment", SIZE, "-o", str(tmp_path / "made"), *place)
    assert (refused.code, refused.out) == (3, ""), "what small counts are in is another folder"
    if house.dsn is None:  # on a server nobody acts as another, and who reports gets none
        assert export(house, tmp_path / "theirs", *place, "--as", "pilots-2") == made
        assert held(tmp_path / "theirs") == held(tmp_path / "made")


def test_who_may_not_gets_no_folder_and_the_denial_is_stored(tmp_path: Path):
    casus = set_up(Casus(tmp_path / "home"))
    casus.done("team", "add-professional", TEAM, "--partner", "pilots", "--role", "privacy-officer", "--name", "Otto")
    refused = casus("export", "parquet", "--recipient", "w", "-o", str(tmp_path / "out"), "--as", "pilots-2")
    assert (refused.code, (tmp_path / "out").exists()) == (3, False)
    log = casus.json("access", "log", "--as", "pilots-2")
    assert [row["outcome"] for row in log if row["what"] == "export-parquet"] == ["denied"]


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_what_is_not_installed_is_named(tmp_path: Path, lang: Any, monkeypatch: pytest.MonkeyPatch):
    casus = set_up(Casus(tmp_path / "home"))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    refused = casus("export", "parquet", "--recipient", "w", "-o", str(tmp_path / "out"), lang=lang)
    assert (refused.code, (tmp_path / "out").exists()) == (3, False)
    assert "extra `parquet`" in refused.err
