"""An XES log is read, or refused with the line at which it goes wrong."""

import io
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.refusal import Refused
from infra.logs import LogOptions, LogStep, open_log
from infra.logs.fields import Times
from infra.logs.xes import read as read_xes
from tests.unit.logs.samples import DAWN, DUSK, NOON, by, event, read, trace, xes

LIFECYCLE = '<string key="lifecycle:transition" value="complete"/>'
GROUP = '<string key="org:group" value="Oost"/>'


def test_a_step_has_all_that_the_event_says(tmp_path: Path):
    assert read(tmp_path, xes(trace("17", event("weigh", DAWN, by("NA"), LIFECYCLE, GROUP)))) == [
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


def test_what_an_event_does_not_say_is_absent_and_empty_is_absent_too(tmp_path: Path):
    (step,) = read(tmp_path, xes(trace("17", event("weigh", DAWN, by("")))))
    assert (step.lifecycle, step.resource, step.group) == (None, None, None)


def test_steps_go_by_time_and_those_of_one_time_as_the_file_has_them(tmp_path: Path):
    log = xes(trace("17", event("d", DUSK), event("b", NOON), event("c", "2024-03-01T11:00:00Z"), event("a", DAWN)))
    assert [(step.position, step.activity) for step in read(tmp_path, log)] == [(0, "a"), (1, "b"), (2, "c"), (3, "d")]


def test_an_event_that_is_there_twice_happened_twice(tmp_path: Path):
    assert [step.position for step in read(tmp_path, xes(trace("17", event(), event())))] == [0, 1]


def test_a_case_in_two_traces_is_one_history(tmp_path: Path):
    log = xes(trace("17", event("b", NOON)), trace("18", event()), trace("17", event("a", DAWN), event("c", DUSK)))
    told = [(step.case, step.position, step.activity) for step in read(tmp_path, log)]
    assert told == [("17", 0, "a"), ("17", 1, "b"), ("17", 2, "c"), ("18", 0, "weigh")]


def test_a_date_that_stands_for_unknown_is_kept_as_it_is(tmp_path: Path):
    (step,) = read(tmp_path, xes(trace("17", event("weigh", "1970-01-01T00:00:00+01:00"))))
    assert step.when == datetime(1969, 12, 31, 23, tzinfo=UTC)


def test_a_time_without_a_zone_is_utc_and_is_counted(tmp_path: Path):
    path = tmp_path / "log.xes"
    path.write_text(xes(trace("17", event("a", "2024-07-01T12:00:00"), event("b", "2024-07-01T12:00:00+02:00"))))
    with open_log(path) as log:
        assert [step.when.hour for step in log] == [10, 12]
        assert log.zoneless == 1


def test_a_time_without_a_zone_is_of_the_zone_that_was_given(tmp_path: Path):
    log = xes(trace("17", event("a", "2024-07-01T12:00:00")))
    (step,) = read(tmp_path, log, options=LogOptions(zone="Europe/Amsterdam"))
    assert step.when == datetime(2024, 7, 1, 10, tzinfo=UTC)


def test_a_prefix_tells_cases_of_municipalities_apart(tmp_path: Path):
    (step,) = read(tmp_path, xes(trace("17", event())), options=LogOptions(case_prefix="M1:"))
    assert step.case == "M1:17"


@pytest.mark.parametrize("prefix", ["x" * 41, "\u202e", " "])
def test_an_unusable_prefix_is_refused(tmp_path: Path, prefix: str):
    with pytest.raises(Refused) as refusal:
        read(tmp_path, xes(trace("17", event())), options=LogOptions(case_prefix=prefix))
    assert refusal.value.code == "log-prefix-unusable"


def test_a_prefix_that_makes_a_case_too_long_is_refused(tmp_path: Path):
    with pytest.raises(Refused) as refusal:
        read(tmp_path, xes(trace("9" * 120, event())), options=LogOptions(case_prefix="M1:"))
    assert (refusal.value.code, refusal.value.facts) == ("log-prefix-too-long", {"step": 1, "limit": 120})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("packed.xes.gz", xes(trace("17", event())).encode()),
        ("marked.xes", b"\xef\xbb\xbf" + xes(trace("17", event())).encode()),
        ("marked-and-no-suffix", b"\xef\xbb\xbf" + xes(trace("17", event())).encode()),
        ("sixteen.xes", xes(trace("17", event())).encode("utf-16")),
        ("default-namespace.xes", xes(trace("17", event())).replace("<log", '<log xmlns="urn:x"').encode()),
        (
            "prefixed.xml",
            xes(trace("17", event()))
            .replace("</", "</x:")
            .replace("<", "<x:")
            .replace("<x:/x:", "</x:")
            .replace("<x:?", "<?")
            .replace("<x:log", '<x:log xmlns:x="urn:x"')
            .encode(),
        ),
        ("latin.xes", xes(trace("17", event())).replace('"1.0"?', '"1.0" encoding="iso-8859-1"?').encode("latin-1")),
    ],
)
def test_packed_marked_namespaced_and_encoded_logs_are_read(tmp_path: Path, name: str, content: bytes):
    assert [step.activity for step in read(tmp_path, content, name)] == ["weigh"]


def test_attributes_inside_attributes_are_not_the_event_s_own(tmp_path: Path):
    nested = '<list key="seen by"><values><string key="org:resource" value="somebody"/></values></list>'
    assert [step.resource for step in read(tmp_path, xes(trace("17", event("a", DAWN, nested))))] == [None]


def test_a_heading_s_defaults_are_no_events(tmp_path: Path):
    heading = '<global scope="event"><string key="concept:name" value="UNKNOWN"/></global>'
    assert read(tmp_path, xes(heading, '<string key="concept:name" value="the log"/>')) == []


def test_a_trace_without_events_needs_no_name(tmp_path: Path):
    assert read(tmp_path, xes(trace(None), trace("17", event()))) != []


@pytest.mark.parametrize(
    ("log", "code", "facts"),
    [
        (xes(trace(None, event())), "log-field-missing", {"line": 4, "field": "trace concept:name"}),
        (xes(trace("  ", event())), "log-field-missing", {"line": 4, "field": "trace concept:name"}),
        (xes(trace("17", event(None))), "log-field-missing", {"line": 5, "field": "concept:name"}),
        (xes(trace("17", event(""))), "log-field-missing", {"line": 6, "field": "concept:name"}),
        (xes(trace("17", event("a", None))), "log-field-missing", {"line": 5, "field": "time:timestamp"}),
        (xes(trace("17", event("a", "1 maart"))), "log-time-unreadable", {"line": 7, "field": "time:timestamp"}),
        (
            xes(trace("17", event("a", "0001-01-01T00:00:00+05:00"))),
            "log-time-unreadable",
            {"line": 7, "field": "time:timestamp"},
        ),
        (
            xes(trace("17", event("a", NOON, by("x" * 201)))),
            "log-text-too-long",
            {"line": 8, "field": "org:resource", "limit": 200},
        ),
        (xes(trace("1" * 121, event())), "log-text-too-long", {"line": 4, "field": "trace concept:name", "limit": 120}),
        (xes(trace("17", event("a&#x202E;b"))), "log-text-control", {"line": 6, "field": "concept:name", "character": "U+202E"}),
        (xes(trace("17", event("a&#9;b"))), "log-text-control", {"line": 6, "field": "concept:name", "character": "U+0009"}),
        (xes(trace("17", event("a", NOON, by("x"), by("y")))), "log-field-twice", {"line": 9, "field": "org:resource"}),
        (
            xes('<trace><string key="concept:name" value="1"/>', '<string key="concept:name" value="2"/></trace>'),
            "log-field-twice",
            {"line": 4, "field": "trace concept:name"},
        ),
        (xes(event()), "log-event-outside-case", {"line": 3}),
        (xes("<trace>", trace("17"), "</trace>"), "log-misplaced", {"line": 4, "element": "trace"}),
        (xes(trace("17", "<event><event/></event>")), "log-misplaced", {"line": 5, "element": "event"}),
        (xes("<global><event/></global>"), "log-misplaced", {"line": 3, "element": "event"}),
        (xes("<log/>"), "log-misplaced", {"line": 3, "element": "log"}),
        ("<html>\n</html>", "log-not-xes", {"line": 1}),
        (xes(trace("17"))[:-9], "log-not-xml", {"line": 6, "column": 1}),
        (xes("<a>" * 70 + "</a>" * 70), "log-too-deep", {"line": 3, "limit": 64}),
        ('<?xml version="1.0" encoding="klingon"?><log/>', "log-encoding-unknown", {}),
        ("", "log-empty", {}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_its_line(tmp_path: Path, log: str, code: str, facts: dict[str, object]):
    with pytest.raises(Refused) as refusal:
        read(tmp_path, log)
    assert (refusal.value.code, refusal.value.facts) == (code, facts)


def test_the_same_field_twice_with_the_same_value_says_nothing_new(tmp_path: Path):
    assert [step.resource for step in read(tmp_path, xes(trace("17", event("a", NOON, by("x"), by("x")))))] == ["x"]


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE log [<!ENTITY secret SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE log SYSTEM "http://example.invalid/log.dtd">',
        "<!DOCTYPE log>",
    ],
)
def test_a_document_type_is_refused_before_anything_in_it_is_expanded(tmp_path: Path, declared: str):
    with pytest.raises(Refused) as refusal:
        read(tmp_path, xes(trace("17", event())).replace("<log", f"{declared}\n<log", 1))
    assert (refusal.value.code, refusal.value.facts) == ("log-doctype", {"line": 2})


def test_a_tag_without_an_end_is_refused_before_it_fills_the_memory(tmp_path: Path):
    with pytest.raises(Refused) as refusal:
        read(tmp_path, b'<log><string key="' + b"x" * 4_000_000)
    assert refusal.value.code == "log-line-too-long"


def test_a_log_that_is_broken_at_its_end_gives_no_step_at_all(tmp_path: Path):
    path = tmp_path / "log.xes"
    path.write_text(xes(*(trace(str(case), event()) for case in range(50)), trace("50", event("a", "soon"))))
    with pytest.raises(Refused):
        open_log(path)


def test_a_packed_log_that_was_cut_off_is_refused(tmp_path: Path):
    read(tmp_path, xes(trace("17", event())), "whole.xes.gz")
    (tmp_path / "cut.xes.gz").write_bytes((tmp_path / "whole.xes.gz").read_bytes()[:-20])
    with pytest.raises(Refused) as refusal:
        open_log(tmp_path / "cut.xes.gz")
    assert refusal.value.code == "log-gzip-broken"


def test_memory_stays_the_same_however_long_the_log():
    def peak(traces: int) -> int:
        log = xes(*(trace(str(case), *[event()] * 20) for case in range(traces))).encode()
        tracemalloc.start()
        for _ in read_xes(io.BytesIO(log), Times()):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(1_600) < 1.5 * peak(100)


SAMPLE = xes(trace("17", event("a", DAWN, by("x"), LIFECYCLE)), trace("18", event("b", NOON))).encode()


@given(st.integers(0, len(SAMPLE)), st.integers(0, 12), st.binary(max_size=12))
def test_a_damaged_log_is_read_or_refused_and_never_a_crash(at: int, lost: int, slipped_in: bytes):
    damaged = SAMPLE[:at] + slipped_in + SAMPLE[at + lost :]
    try:
        for step in read_xes(io.BytesIO(damaged), Times()):
            assert step.case.isprintable()
    except Refused as refusal:
        assert refusal.code.startswith("log-")  # noqa: PT017 - a refusal is as good as an answer here
