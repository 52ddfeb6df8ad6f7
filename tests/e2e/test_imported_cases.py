"""A case of an imported history stands among the others, marked with its source; from its first own command every rule holds."""

import hashlib
from pathlib import Path

import pytest

from domain.disclosure import PREFIX
from domain.events.access import Disclosed
from infra.store import StoreConfig, open_store
from tests.e2e.conftest import Casus
from tests.support.logs import PEOPLE, step, steps, written

CASE = "harbour:ship-0001"


def test_it_stands_among_the_others(taken_in: Casus):
    cases = taken_in.json("cases", "--source", "harbour")
    assert [(c["number"], c["status"], c["source"], c["imported"], c["team"]) for c in cases] == [
        (f"harbour:ship-{n:04}", "imported", "harbour", 5, None) for n in range(5)
    ]
    trail = taken_in.json("trail", CASE)
    assert [(t["topic"], t["actor"], t["purpose"]) for t in trail] == [("case.imported.activity", "pilots-1", "import")] * 5
    assert taken_in.json("show", CASE)[0]["source"] == "harbour"
    signals = taken_in.json("signals", "--source", "harbour")
    assert {(s["kind"], s["number"]) for s in signals} == {("silent", f"harbour:ship-{n:04}") for n in range(5)}
    load = [row for row in taken_in.json("workload") if row["source"] == "harbour"]
    assert sum(row["cases"] for row in load) == 5


def test_no_list_shows_a_name_from_the_log(taken_in: Casus):
    shown = [taken_in.done(*words) for words in (("cases",), ("trail", CASE), ("signals",), ("workload",), ("show", CASE))]
    told = "".join(said.out + said.err for said in shown)
    assert not any(name in told for name in PEOPLE)


def test_figures_open_the_names(taken_in: Casus):
    (found,) = taken_in.json("stats", "holders", "--source", "harbour", "--at", "2024-03-01T11:00:00Z")
    assert set(found["holder_top10"]) <= set(PEOPLE)


def test_figures_as_they_were_known(taken_in: Casus, tmp_path: Path):
    known_at = taken_in.json("trail", CASE)[-1]["recorded_at"]
    taken_in.later(days=1)
    taken_in.done("import", str(written(tmp_path / "longer.jsonl", steps(9))), "--source", "harbour")
    assert taken_in.json("stats", "totals", "--source", "harbour")[0]["cases"] == 9
    assert taken_in.json("stats", "totals", "--source", "harbour", "--at", "2024-03-01T10:00:00Z")[0]["events"] == 6
    if taken_in.dsn is None:  # on a server the moment of knowing is the server's own clock
        assert taken_in.json("stats", "totals", "--source", "harbour", "--known-at", known_at)[0]["cases"] == 5


def test_two_sources_are_told_apart(taken_in: Casus, tmp_path: Path):
    taken_in.done("import", str(written(tmp_path / "lock.jsonl", steps(2))), "--source", "lock")
    assert taken_in.json("stats", "totals")[0] == {"cases": 7, "events": 35, "activities": 5, "resources": 8, "variants": 1}
    (found,) = taken_in.json("stats", "holders", "--at", "2024-03-01T11:00:00Z")
    assert {name.partition(":")[0] for name in found["holder_top10"]} == {"harbour", "lock"}


def test_from_its_first_own_command_every_rule_holds_and_none_for_its_past(taken_in: Casus):
    refused = taken_in("plan", "draft", CASE, "--team", "harbour-table")
    assert refused.code == 3
    taken_in.done("intake", "take-up", CASE, "--team", "harbour-table")
    (case,) = [c for c in taken_in.json("cases") if c["number"] == CASE]
    assert (case["status"], case["team"], case["holder"], case["source"]) == ("active", "harbour-table", "pilots-1", "harbour")
    assert case["next_kind"] == "check"
    assert not [s for s in taken_in.json("signals") if s["number"] == CASE]
    taken_in.done("next", CASE)
    assert taken_in("intake", "identify", CASE, "--name", "Wim").code == 3
    taken_in.later(days=60)
    signals = {s["kind"] for s in taken_in.json("signals") if s["number"] == CASE}
    assert {"overdue", "stagnating"} <= signals
    states = [(t["topic"], t["state"]) for t in taken_in.json("trail", CASE)]
    assert states == [("case.imported.activity", "effective")] * 5 + [("case.intake.taken-up", "effective")]


def test_the_source_goes_on_with_a_case_that_was_taken_up(taken_in: Casus, tmp_path: Path):
    taken_in.done("intake", "take-up", CASE, "--team", "harbour-table")
    longer = written(tmp_path / "longer.jsonl", [*steps(5), step(1, 5), step(1, 6)])
    (said,) = taken_in.json("import", str(longer), "--source", "harbour")
    assert said["added"] == 2
    (case,) = [c for c in taken_in.json("cases") if c["number"] == CASE]
    assert (case["status"], case["holder"], case["imported"], case["events"]) == ("active", "pilots-1", 7, 8)
    assert (case["opened"], case["accepted_on"]) == ("2024-03-01", case["last_progress"])
    taken_in.done("plan", "draft", CASE)
    assert taken_in.json("import", str(longer), "--source", "harbour")[0]["added"] == 0


def test_the_read_models_of_imported_cases_are_the_same_rebuilt(taken_in: Casus):
    taken_in.done("intake", "take-up", CASE, "--team", "harbour-table")
    before = [taken_in.json(*words) for words in (("cases",), ("trail", CASE), ("stats", "totals"), ("workload",))]
    taken_in.done("projections", "rebuild")
    assert before == [taken_in.json(*words) for words in (("cases",), ("trail", CASE), ("stats", "totals"), ("workload",))]


def test_what_leaves_as_a_file_is_stored_first_with_whom_it_is_for_and_its_digest(taken_in: Casus, tmp_path: Path):
    line = ("export", "xes", "--source", "harbour")
    assert taken_in(*line, "-o", str(tmp_path / "none.xes")).code == 2, "for whom has to be said"
    one, other = (tmp_path / name for name in ("one.xes", "other.xes"))
    said = taken_in.done(*line, "--recipient", "university", "-o", str(one), "--json").row
    assert said["digest"] == hashlib.sha256(one.read_bytes()).hexdigest()
    assert "university" in taken_in.done(*line, "--recipient", "university", "-o", str(other)).out
    assert one.read_bytes() == other.read_bytes()
    with open_store(StoreConfig(taken_in.home, taken_in.dsn)) as store:
        looks = [e for stream in store.streams(PREFIX) if isinstance(e := store.load(stream)[0].event, Disclosed)]
    left = [e for e in looks if e.outcome == "exported"]
    assert [(e.what, e.recipient, e.digest) for e in left] == [("export-xes", "university", said["digest"])] * 2
    assert left[0].seen == tuple(f"harbour:ship-{n:04}" for n in range(5))


@pytest.mark.usefixtures("nothing_leaves")
def test_what_can_not_be_stored_does_not_leave(taken_in: Casus, tmp_path: Path):
    none = tmp_path / "none.xes"
    line = ("export", "xes", "--source", "harbour")
    assert taken_in(*line, "--recipient", "university", "-o", str(none)).code == 3
    assert not none.exists()
