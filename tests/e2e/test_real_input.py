"""Published municipal logs through the command line, on both databases: in once, the reference figures out, and exported.

The folder comes from CASUS_TEST_DATA; nothing in it is part of the project.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from lxml import etree

from infra.exports.ocel_checks import faults, items_of
from infra.store import StoreConfig, open_store
from tests.e2e.conftest import Casus
from tests.support.postgres import Server
from tests.support.stores import DATABASES

LOGS = {
    "bpic15-1": ("BPIC15_1.xes.gz", ("--case-prefix", "M1:")),  # the reference names its cases by their municipality
    "receipt": ("receipt_coselog.xes.gz", ()),
}


class Imported(NamedTuple):
    casus: Casus
    log: str
    figures: dict[str, Any]
    file: Path
    options: tuple[str, ...]
    said: dict[str, Any]

    def stats(self, *words: str) -> dict[str, Any]:
        (found,) = self.casus.json("stats", *words, "--source", self.log)
        return found


@pytest.fixture(scope="module", params=DATABASES)
def casus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Casus]:
    """A store of its own for the tests of this module, with both logs in it."""
    server: Server | None = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    dsn = server.fresh_database() if server else None
    casus = Casus(tmp_path_factory.mktemp("home"), dsn)
    casus.done("init")
    yield casus
    if server and dsn:
        server.drop(dsn)


@pytest.fixture(scope="module", params=LOGS)
def log(request: pytest.FixtureRequest, casus: Casus, municipal_logs: Path) -> Imported:
    file, prefix = LOGS[request.param]
    figures = json.loads((municipal_logs / "ref" / f"{request.param.replace('-', '_')}.json").read_text())
    options: tuple[str, ...] = prefix
    if request.param == "receipt":
        options = (*prefix, "--map", str(municipal_logs / "receipt-map.toml"))
    path = municipal_logs / "logs" / file
    (said,) = casus.json("import", str(path), "--source", request.param, *options)
    return Imported(casus, request.param, figures, path, options, said)


def all_of(expected: dict[str, Any], computed: dict[str, Any]) -> None:
    """Every figure that was computed is the reference's."""
    assert computed == {key: expected[key] for key in computed}


def test_everything_came_in(log: Imported):
    figures = log.figures
    assert (log.said["cases"], log.said["events"], log.said["added"]) == (figures["cases"], figures["events"], figures["events"])
    assert log.said["resources"] == figures["resources"]


def test_the_same_again_adds_nothing(log: Imported):
    (again,) = log.casus.json("import", str(log.file), "--source", log.log, *log.options)
    assert (again["events"], again["added"], again["resources"]) == (log.figures["events"], 0, 0)


def test_figures_of_whole_histories(log: Imported):
    totals = log.stats("totals")
    assert set(totals) == {"cases", "events", "activities", "resources", "variants"}
    all_of(log.figures, totals)
    assert log.stats("throughput") == log.figures["throughput_days"]
    handovers = log.stats("handovers")
    assert {"handovers", "self_pairs", "handover_top10"} <= set(handovers)
    all_of(log.figures, handovers)
    groups = log.stats("group-handovers")
    if "group_handovers" in log.figures:
        all_of(log.figures, groups)
    else:
        assert groups["group_handovers"] == 0


def test_gaps(log: Imported):
    for key, count in list(log.figures["gap"].items())[1::2]:
        days = re.findall(r"\d+", key)[0]
        assert log.stats("gaps", "--days", days) == {key: count, "gap_top10_days": log.figures["gap_top10_days"]}


def test_figures_at_a_moment(log: Imported):
    assert log.figures["at"]
    for number, (day, expected) in enumerate(log.figures["at"].items()):
        at = ("--at", f"{day}T00:00:00Z")
        all_of(expected, log.stats("open", *at))
        all_of(expected, log.stats("holders", *at))
        all_of(expected, log.stats("touched", *at))
        # Each threshold on one of the days; all of them on all days are compared where nothing has to be imported.
        for key, count in list(expected["silent"].items())[number :: len(log.figures["at"])]:
            days = re.findall(r"\d+", key)[0]
            assert log.stats("silent", *at, "--days", days) == {key: count, "longest_silent": expected["longest_silent"]}


def test_open_at_the_start_of_each_month(log: Imported):
    months = log.figures["open_at_month_start"]
    some = dict(list(months.items())[:: max(1, len(months) // 3)])
    assert some == {month: log.stats("open", "--at", f"{month}-01T00:00:00Z")["open"] for month in some}


def test_the_export_has_the_reference_digest_and_satisfies_the_schema(log: Imported, municipal_logs: Path, tmp_path: Path):
    (said,) = log.casus.json("export", "xes", "--source", log.log, "--recipient", "x", "-o", str(tmp_path / "out.xes"))
    assert (said["cases"], said["events"]) == (log.figures["cases"], log.figures["events"])
    exported = etree.parse(tmp_path / "out.xes")
    etree.XMLSchema(etree.parse(municipal_logs / "schemas" / "xes-ieee-1849-2016.xsd")).assertValid(exported)
    assert digest(exported) == log.figures["digest"]


@pytest.mark.parametrize("casus", ["sqlite"], indirect=True)  # the database has no say in the form
def test_under_pseudonyms_all_of_it_leaves_as_ocel_and_nothing_by_its_name(log: Imported, tmp_path: Path):
    (said,) = log.casus.json("export", "ocel", "--source", log.log, "--recipient", "x", "-o", str(tmp_path / "out.json"))
    assert (said["cases"], said["events"]) == (log.figures["cases"], log.figures["events"])
    document = json.loads((tmp_path / "out.json").read_text())
    assert list(faults(lambda: items_of(document))) == []
    types = Counter(each["type"] for each in document["objects"])
    assert types == {"case": log.figures["cases"], "professional": log.figures["resources"]}
    activities = Counter(a["value"] for e in document["events"] for a in e["attributes"] if a["name"] == "activity")
    assert len(activities) == log.figures["activities"]
    with open_store(StoreConfig(log.casus.home, log.casus.dsn)) as store:
        cases = {stream.partition(":")[2] for stream in store.streams(f"{log.log}:")}
    assert len(cases) == log.figures["cases"]
    values = {
        a["value"] for each in (*document["events"], *document["objects"]) for a in each["attributes"] if a["name"] != "order"
    }
    assert values & cases == set()


def digest(document: "etree._ElementTree") -> str:
    """As the reference defines it, by another reader than ours: the order of the file is that of the definition."""
    found = hashlib.sha256()
    name = etree.XPath("string(string[@key='concept:name']/@value)")
    for case, trace in sorted(((str(name(trace)), trace) for trace in document.iterfind("trace")), key=itemgetter(0)):
        for position, event in enumerate(trace.iterfind("event")):
            has = {str(child.get("key")): str(child.get("value")) for child in event}
            when = round(datetime.fromisoformat(has["time:timestamp"]).timestamp() * 1000)
            who, lifecycle = has.get("org:resource", ""), has.get("lifecycle:transition", "")
            found.update(f"{case}|{position}|{has['concept:name']}|{when}|{who}|{lifecycle}\n".encode())
    return found.hexdigest()
