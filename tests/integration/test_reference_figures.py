"""Published municipal logs, read by us, give the figures that other tools computed from them.

The folder comes from CASUS_TEST_DATA; nothing in it is part of the project.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from lxml import etree

from domain.refusal import Refused
from infra.exports.xes import export_xes
from infra.logs import LogOptions, open_log
from infra.logs.mapping import load_map
from projections.stats import (
    StepRow,
    gaps,
    group_handovers,
    handovers,
    holders,
    open_cases,
    silent,
    throughput,
    totals,
    touched,
)

LOGS = {
    # The reference names the cases of this log by their municipality.
    "bpic15_1": ("BPIC15_1.xes.gz", "M1:"),
    "receipt": ("receipt_coselog.xes.gz", ""),
}


class Reference(NamedTuple):
    rows: list[StepRow]
    figures: dict[str, Any]


def steps(path: Path, prefix: str = "") -> list[StepRow]:
    with open_log(path, LogOptions(case_prefix=prefix)) as log:
        return [StepRow("s", s.case, s.position, s.activity, s.when, s.resource, s.group, s.lifecycle) for s in log]


def digest(rows: Iterable[StepRow]) -> str:
    """As the reference defines it: one line a step, cases by id, '' for what is absent."""
    found = hashlib.sha256()
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    for row in sorted(rows, key=lambda row: (row.case, row.position)):
        when = (row.occurred_at - epoch) // timedelta(milliseconds=1)
        parts = (row.case, row.position, row.activity, when, row.resource or "", row.lifecycle or "")
        found.update(("|".join(map(str, parts)) + "\n").encode())
    return found.hexdigest()


@pytest.fixture(scope="module", params=LOGS)
def reference(request: pytest.FixtureRequest, municipal_logs: Path) -> Reference:
    file, prefix = LOGS[request.param]
    figures = json.loads((municipal_logs / "ref" / f"{request.param}.json").read_text())
    return Reference(steps(municipal_logs / "logs" / file, prefix), figures)


def midnight(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def all_of(expected: dict[str, Any], computed: dict[str, Any]) -> None:
    """Every figure that we computed is the reference's."""
    assert computed == {key: expected[key] for key in computed}


def test_what_was_read_has_the_reference_s_digest(reference: Reference):
    assert digest(reference.rows) == reference.figures["digest"]


def test_totals(reference: Reference):
    all_of(reference.figures, totals(reference.rows))


def test_throughput(reference: Reference):
    assert throughput(reference.rows) == reference.figures["throughput_days"]


def test_handovers(reference: Reference):
    all_of(reference.figures, handovers(reference.rows))


def test_group_handovers(reference: Reference):
    computed = group_handovers(reference.rows)
    if "group_handovers" in reference.figures:
        all_of(reference.figures, computed)
    else:
        assert computed["group_handovers"] == 0


def test_gaps(reference: Reference):
    for key, count in reference.figures["gap"].items():
        days = int(re.findall(r"\d+", key)[0])
        computed = gaps(reference.rows, days)
        assert computed[key] == count
        assert computed["gap_top10_days"] == reference.figures["gap_top10_days"]


def test_figures_at_a_moment(reference: Reference):
    for day, expected in reference.figures["at"].items():
        at = midnight(day)
        all_of(expected, open_cases(reference.rows, at))
        all_of(expected, holders(reference.rows, at))
        all_of(expected, touched(reference.rows, at))
        for key, count in expected["silent"].items():
            computed = silent(reference.rows, at, int(re.findall(r"\d+", key)[0]))
            assert computed == {key: count, "longest_silent": expected["longest_silent"]}


def test_open_at_the_start_of_each_month(reference: Reference):
    months = reference.figures["open_at_month_start"]
    assert months == {month: open_cases(reference.rows, midnight(f"{month}-01"))["open"] for month in months}


def test_the_export_has_the_reference_s_digest_and_satisfies_the_schema(
    reference: Reference, municipal_logs: Path, tmp_path: Path
):
    ordered = sorted(reference.rows, key=lambda row: (row.case, row.position))
    assert export_xes(ordered, tmp_path / "export.xes") == reference.figures["events"]
    schema = etree.XMLSchema(etree.parse(municipal_logs / "schemas" / "xes-ieee-1849-2016.xsd"))
    exported = etree.parse(tmp_path / "export.xes")
    schema.assertValid(exported)
    assert digest(parsed(exported)) == reference.figures["digest"]
    assert steps(tmp_path / "export.xes") == ordered


def parsed(document: "etree._ElementTree") -> list[StepRow]:
    """The steps of an export by another reader than ours."""
    rows = []
    for case in document.getroot().iterfind("trace"):
        name = str(case.find("string[@key='concept:name']").get("value"))  # type: ignore[union-attr]
        for position, event in enumerate(case.iterfind("event")):
            has = {str(child.get("key")): str(child.get("value")) for child in event}
            when = datetime.fromisoformat(has["time:timestamp"])
            who, group, lifecycle = (has.get(key) for key in ("org:resource", "org:group", "lifecycle:transition"))
            rows.append(StepRow("s", name, position, has["concept:name"], when, who, group, lifecycle))
    return rows


def test_events_of_one_time_and_events_that_are_there_twice_are_all_kept(reference: Reference):
    moments = Counter((row.case, row.occurred_at) for row in reference.rows)
    shared = sum(count for count in moments.values() if count > 1)
    assert shared == reference.figures["events_sharing_a_timestamp_in_case"]
    alike = Counter((row.case, row.activity, row.occurred_at, row.resource, row.lifecycle) for row in reference.rows)
    assert alike.total() - len(alike) == reference.figures["exact_duplicate_events"]


def test_the_activity_table_maps_the_whole_log(municipal_logs: Path):
    table = load_map(municipal_logs / "receipt-map.toml")
    rows = steps(municipal_logs / "logs" / LOGS["receipt"][0])
    assert {table.kind(row.activity) for row in rows} == set(table.kinds.values())


def test_each_small_odd_file_is_read_or_refused(municipal_logs: Path):
    files = sorted((municipal_logs / "logs" / "xes_importer_negative").glob("*.xes"))
    outcomes = Counter(_outcome(file) for file in files)
    assert outcomes.total() == len(files) == 71
    assert outcomes.keys() == {"read", "log-empty", "log-event-outside-case", "log-field-missing"}


def _outcome(file: Path) -> str:
    try:
        steps(file)
    except Refused as refusal:
        return refusal.code
    return "read"
