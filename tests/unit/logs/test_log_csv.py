"""A CSV log is read with the names and delimiter that it has, or refused with the line at which it goes wrong."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.refusal import Refused
from infra.logs import Columns, LogOptions, LogStep
from infra.logs.csv import read as read_csv
from infra.logs.fields import Times
from tests.unit.logs.samples import DAWN, NOON, read

HEADING = "case,activity,when,resource,group,lifecycle"


def rows(*lines: str) -> str:
    return "\n".join((HEADING, *lines)) + "\n"


def test_a_row_is_a_step(tmp_path: Path):
    assert read(tmp_path, rows(f"17,weigh,{DAWN},NA,Oost,complete"), "log.csv") == [
        LogStep(
            case="17",
            position=0,
            activity="weigh",
            lifecycle="complete",
            when=datetime(2024, 3, 1, 5, tzinfo=UTC),
            resource="NA",
            group="Oost",
        )
    ]


def test_rows_of_a_case_may_stand_anywhere(tmp_path: Path):
    log = rows(f"17,b,{NOON},,,", f"18,x,{NOON},,,", f"17,a,{DAWN},,,", f"17,c,{NOON},,,")
    told = [(step.case, step.position, step.activity) for step in read(tmp_path, log, "log.csv")]
    assert told == [("17", 0, "a"), ("17", 1, "b"), ("17", 2, "c"), ("18", 0, "x")]


def test_a_position_orders_what_has_the_same_time(tmp_path: Path):
    log = f"case,activity,when,position\n17,b,{NOON},10\n17,a,{NOON},9\n17,first,{DAWN},11\n"
    assert [step.activity for step in read(tmp_path, log, "log.csv")] == ["first", "a", "b"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_heading_shows_the_delimiter(tmp_path: Path, delimiter: str, ending: str):
    log = rows(f"17,weigh,{DAWN},x,,").replace(",", delimiter).replace("\n", ending)
    assert [step.resource for step in read(tmp_path, log, "log.csv")] == ["x"]


def test_a_spreadsheet_may_state_the_delimiter_above_the_heading(tmp_path: Path):
    log = f"sep=;\r\n\r\ncase;activity;when\r\n17;weigh;{DAWN}\r\n"
    assert len(read(tmp_path, log, "log.csv")) == 1


def test_an_unusual_delimiter_can_be_given(tmp_path: Path):
    log = rows(f"17,weigh,{DAWN},x,,").replace(",", "~")
    assert len(read(tmp_path, log, "log.csv", LogOptions(delimiter="~"))) == 1


def test_names_of_process_mining_tools_are_known(tmp_path: Path):
    log = f"case:concept:name,concept:name,time:timestamp,org:resource,lifecycle:transition\n17,weigh,{DAWN},x,start\n"
    assert [(step.resource, step.lifecycle) for step in read(tmp_path, log, "log.csv")] == [("x", "start")]


def test_any_other_names_can_be_given(tmp_path: Path):
    log = f"zaak,handeling,moment,case\n17,weigh,{DAWN},other\n"
    columns = Columns(case="zaak", activity="handeling", when="moment")
    assert [step.case for step in read(tmp_path, log, "log.csv", LogOptions(columns=columns))] == ["17"]


def test_times_can_have_a_format_of_their_own(tmp_path: Path):
    log = rows("17,weigh,01-07-2024 12:30,,,")
    options = LogOptions(time_format="%d-%m-%Y %H:%M", zone="Europe/Amsterdam")
    assert read(tmp_path, log, "log.csv", options)[0].when == datetime(2024, 7, 1, 10, 30, tzinfo=UTC)


def test_quotes_hold_delimiters_and_a_mark_at_the_start_is_no_part_of_a_name(tmp_path: Path):
    log = "\ufeff" + rows(f'17,"weigh, ""again""",{DAWN},x,,')
    assert [step.activity for step in read(tmp_path, log, "log.csv")] == ['weigh, "again"']


def test_columns_without_a_name_are_passed_over(tmp_path: Path):
    assert len(read(tmp_path, f"case,,activity,,when\n17,x,weigh,y,{DAWN}\n", "log.csv")) == 1


def test_another_encoding_can_be_given(tmp_path: Path):
    log = rows(f"17,weigh,{DAWN},Zoë,,")
    for encoding in ("cp1252", "utf-16"):
        steps = read(tmp_path, log.encode(encoding), "log.csv", LogOptions(encoding=encoding))
        assert [step.resource for step in steps] == ["Zoë"]


def test_a_heading_alone_is_a_log_without_steps(tmp_path: Path):
    assert read(tmp_path, HEADING, "log.csv") == []


@pytest.mark.parametrize(
    ("log", "code", "facts"),
    [
        (rows(f"17,weigh,{DAWN},Zoë,,").encode("cp1252"), "log-encoding-wrong", {"line": 2, "column": 38, "byte": "0xEB"}),
        (rows(f"17,weigh,{DAWN},x,,").encode("utf-16"), "log-encoding-wrong", {"line": 1, "column": 1, "byte": "0xFF"}),
        ("case,activity\n17,weigh\n", "log-column-missing", {"field": "when", "column": "when"}),
        (f"case,activity,when,case\n17,weigh,{DAWN},18\n", "log-column-twice", {"column": "case"}),
        (rows(f"17,weigh,{DAWN},,,", "", "17,weigh"), "log-row-length", {"line": 4, "expected": 6, "found": 2}),
        (rows(f"17,weigh,{DAWN},,,,"), "log-row-length", {"line": 2, "expected": 6, "found": 7}),
        (rows(f",weigh,{DAWN},,,"), "log-field-missing", {"line": 2, "field": "case"}),
        (rows(f"17,,{DAWN},,,"), "log-field-missing", {"line": 2, "field": "activity"}),
        (rows("17,weigh,,,,"), "log-field-missing", {"line": 2, "field": "when"}),
        (rows("17,weigh,gisteren,,,"), "log-time-unreadable", {"line": 2, "field": "when"}),
        (rows(f'17,"weigh\nagain",{DAWN},,,'), "log-text-control", {"line": 3, "field": "activity", "character": "U+000A"}),
        (rows(f"17,weigh,{DAWN},x\u2066y,,"), "log-text-control", {"line": 2, "field": "resource", "character": "U+2066"}),
        (rows(f"17,weigh,{DAWN},x\0y,,"), "log-text-control", {"line": 2, "field": "resource", "character": "U+0000"}),
        (rows(f'17,"weigh" again,{DAWN},,,'), "log-csv-broken", {"line": 2}),
        (rows(f'17,"weigh,{DAWN},,,'), "log-csv-broken", {"line": 2}),
        (rows(f'17,"{"x" * 140_000}",{DAWN},,,'), "log-csv-broken", {"line": 2}),
        (rows("x" * 1_100_000), "log-line-too-long", {"line": 2, "limit": 1024 * 1024}),
        ("case,activity,when,position\n17,weigh,2024-03-01,-1\n", "log-position-unreadable", {"line": 2, "field": "position"}),
        ("case,activity,when,position\n17,weigh,2024-03-01,1e3\n", "log-position-unreadable", {"line": 2, "field": "position"}),
        ("\n\n", "log-empty", {}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_its_line(tmp_path: Path, log: str | bytes, code: str, facts: dict[str, object]):
    with pytest.raises(Refused) as refusal:
        read(tmp_path, log, "log.csv")
    assert (refusal.value.code, refusal.value.facts) == (code, facts)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (LogOptions(encoding="klingon"), "log-encoding-unknown"),
        (LogOptions(encoding="hex"), "log-encoding-unknown"),
        (LogOptions(encoding="utf-16"), "log-encoding-wrong"),
        (LogOptions(delimiter="::"), "log-delimiter-unusable"),
        (LogOptions(zone="Mars/Olympus"), "log-zone-unknown"),
        (LogOptions(zone="../../etc/passwd"), "log-zone-unknown"),
        (LogOptions(columns=Columns(resource="wie")), "log-column-missing"),
    ],
)
def test_options_that_can_not_be_are_refused(tmp_path: Path, options: LogOptions, code: str):
    with pytest.raises(Refused) as refusal:
        read(tmp_path, rows(f"17,weigh,{DAWN},x,,") + "x", "log.csv", options)
    assert refusal.value.code == code


SAMPLE = rows(f"17,weigh,{DAWN},x,Oost,complete", f'18,"a, b",{NOON},,,').encode()


@given(st.integers(0, len(SAMPLE)), st.integers(0, 12), st.binary(max_size=12), st.sampled_from(["utf-8", "utf-16"]))
def test_a_damaged_log_is_read_or_refused_and_never_a_crash(at: int, lost: int, slipped_in: bytes, encoding: str):
    damaged = SAMPLE[:at] + slipped_in + SAMPLE[at + lost :]
    try:
        for step in read_csv(io.BytesIO(damaged), LogOptions(encoding=encoding), Times()):
            assert step.case.isprintable()
    except Refused as refusal:
        assert refusal.code.startswith("log-")  # noqa: PT017 - a refusal is as good as an answer here
