"""A log that leaves as it came: without the cases that may only be kept, and who asked in vain stands in the log."""

from __future__ import annotations

from pathlib import Path

from domain.disclosure import PREFIX
from domain.events.access import Disclosed
from domain.events.rights import SubjectRestricted
from domain.personal import Personal
from infra.store import StoreConfig, open_store
from infra.store.draft import Draft
from tests.e2e.conftest import Casus
from tests.support.logs import steps, written
from tests.support.stores import header, receipt

KEPT = "harbour:ship-0001"


def disclosures(casus: Casus) -> list[Disclosed]:
    """What was stored of exports, in the one order."""
    with open_store(StoreConfig(casus.home, dsn=casus.dsn)) as store:
        store.head()  # gives places
        records = sorted((store.load(s, places=True)[0] for s in store.streams(PREFIX)), key=lambda r: r.place or 0)
        return [r.event for r in records if isinstance(r.event, Disclosed) and r.event.what == "export-xes"]


def freeze(casus: Casus) -> None:
    frozen = SubjectRestricted(subject="s1", reason=Personal(subject="s1", text="It is contested"))
    with open_store(StoreConfig(casus.home, dsn=casus.dsn)) as store:
        store.append([Draft(KEPT, frozen, header("freeze"))], expected={KEPT: store.version(KEPT)}, receipt=receipt("freeze"))


def test_a_frozen_case_stays_here_whatever_the_place(taken_in: Casus, tmp_path: Path):
    line = ("export", "xes", "--source", "harbour", "--recipient", "university", "--yes", "-o", str(tmp_path / "log.xes"))
    before = taken_in.json(*line)[0]
    freeze(taken_in)
    for more in ((), ("--place", str(before["place"]))):
        told = taken_in.json(*line, *more)[0]
        assert (told["cases"], told["events"]) == (4, before["events"] - 5)
        assert "ship-0001" not in (tmp_path / "log.xes").read_text()
        left = [event for event in disclosures(taken_in) if event.outcome == "exported"][-1]
        assert left.seen == tuple(f"harbour:ship-{n:04}" for n in (0, 2, 3, 4))


def test_that_it_was_asked_by_who_gets_none_is_stored(casus: Casus, tmp_path: Path):
    add = ("team", "add-professional", "harbour-table", "--name", "Somebody", "--partner", "pilots", "--role", "reporting")
    casus.done(*add)
    casus.done("import", str(written(tmp_path / "log.jsonl", steps(3))), "--source", "harbour")
    line = ("--json", "export", "xes", "--source", "harbour", "--recipient", "university", "-o", str(tmp_path / "log.xes"))
    told = casus("--as", "pilots-2", *line)
    assert (told.code, '"export-not-as-it-came"' in told.err) == (3, True), told
    assert [event.outcome for event in disclosures(casus)] == ["shown"]
