"""A JSON Lines log is read, or refused with the line at which it goes wrong."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.refusal import Refused
from infra.logs import Columns, LogOptions, LogStep
from infra.logs.fields import Times
from infra.logs.jsonl import read as read_jsonl
from tests.unit.logs.samples import DAWN, NOON, read


def line(**fields: object) -> str:
    return json.dumps({"case": "17", "activity": "weigh", "when": DAWN, **fields}) + "\n"


def test_an_object_is_a_step(tmp_path: Path):
    log = line(resource="NA", group="Oost", lifecycle="complete", colour="unread")
    assert read(tmp_path, log, "log.jsonl") == [
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


def test_what_is_null_or_not_there_is_absent(tmp_path: Path):
    (step,) = read(tmp_path, line(resource=None), "log.ndjson")
    assert (step.resource, step.group) == (None, None)


def test_an_id_that_looks_like_a_number_is_an_id(tmp_path: Path):
    (step,) = read(tmp_path, line(case=17, resource=560872), "log.jsonl")
    assert (step.case, step.resource) == ("17", "560872")


def test_blank_lines_are_passed_over_and_the_content_tells_the_format(tmp_path: Path):
    log = "\n" + line(activity="b", when=NOON) + "  \n" + line(activity="a")
    assert [step.activity for step in read(tmp_path, log, "export")] == ["a", "b"]


def test_other_names_can_be_given(tmp_path: Path):
    (step,) = read(tmp_path, line(zaak="18"), "log.jsonl", LogOptions(columns=Columns(case="zaak")))
    assert step.case == "18"


@pytest.mark.parametrize(
    ("log", "code", "facts"),
    [
        (line() + '{"case": "17"', "log-not-json", {"line": 2, "column": 14}),
        (line() + "[1]", "log-not-an-object", {"line": 2}),
        ('{"a": ' + "[" * 100_000, "log-not-json", {"line": 1, "column": 1}),
        ('{"case": ' + "1" * 5_000 + "}", "log-not-json", {"line": 1, "column": 1}),
        ('{"case": "17", "case": "18"}', "log-key-twice", {"line": 1}),
        (line(case=True), "log-value-not-text", {"line": 1, "field": "case"}),
        (line(when=1.5), "log-value-not-text", {"line": 1, "field": "when"}),
        (line(resource={"name": "x"}), "log-value-not-text", {"line": 1, "field": "resource"}),
        (line(case=None), "log-field-missing", {"line": 1, "field": "case"}),
        ('{"case": "17", "activity": "weigh"}', "log-field-missing", {"line": 1, "field": "when"}),
        (line(activity="a\u202eb"), "log-text-control", {"line": 1, "field": "activity", "character": "U+202E"}),
        (line(activity="a\ud800b"), "log-text-control", {"line": 1, "field": "activity", "character": "U+D800"}),
        (line(when="24-03-01 06:00"), "log-time-unreadable", {"line": 1, "field": "when"}),
        (line().encode() + b'{"case": "\xff"}', "log-encoding-wrong", {"line": 2, "column": 11, "byte": "0xFF"}),
        (b'{"case": "' + b"x" * 1_100_000, "log-line-too-long", {"line": 1, "limit": 1024 * 1024}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_its_line(tmp_path: Path, log: str | bytes, code: str, facts: dict[str, object]):
    with pytest.raises(Refused) as refusal:
        read(tmp_path, log, "log.jsonl")
    assert (refusal.value.code, refusal.value.facts) == (code, facts)


SAMPLE = (line(resource="x") + line(case=18, when=NOON)).encode()


@given(st.integers(0, len(SAMPLE)), st.integers(0, 12), st.binary(max_size=12))
def test_a_damaged_log_is_read_or_refused_and_never_a_crash(at: int, lost: int, slipped_in: bytes):
    damaged = SAMPLE[:at] + slipped_in + SAMPLE[at + lost :]
    try:
        for step in read_jsonl(io.BytesIO(damaged), LogOptions(), Times()):
            assert step.case.isprintable()
    except Refused as refusal:
        assert refusal.code.startswith("log-")  # noqa: PT017 - a refusal is as good as an answer here
