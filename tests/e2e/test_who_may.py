"""Every query of the command line, by somebody of every function, as the page says: who may not hears why, and sees nothing."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from commands import discover
from domain.disclosure import PREFIX
from domain.events.access import Disclosed
from infra.store import StoreConfig, open_store
from tests.e2e.conftest import Casus, set_up
from tests.support.leaves import leaves
from tests.support.who_may import page

CASE = "HBR-2026-0001"
ASKERS = {
    "pilots-1": ("coordinator", "own"), "seamens-home-1": ("professional", "own"), "pilots-2": ("professional", "former"),
    "pilots-3": ("privacy", "former"), "pilots-4": ("auditor", "former"), "pilots-5": ("reporting", "former"),
    "pilots-6": ("administrator", "former"),
}  # fmt: skip
"""Who sits at the table, as what, and how they stand to its case: the pilots submitted it, and were in it until triage."""
QUERIES = {
    "show": (CASE,), "trail": (CASE,), "replay": (CASE,), "diff": (CASE, "--from", "1"), "next": (CASE,), "cases": (),
    "agenda": ("harbour-table",), "signals": (), "workload": (), "learning-list": (), "team-show": ("harbour-table",),
    "team-roster": ("harbour-table",), "report": ("cases",), "find": ("--name", "Wilma Waterman", "--birth-date", "1961-02-03"),
    "access-log": ("--case", CASE), "access-overview": (CASE,), "access-review": (), "custody-list": ("harbour-table",),
    "keys-status": (), "retention-due": (), "rights-status": (), "rights-list": (CASE,), "rights-copy": (CASE,),
    "rights-recipients": (CASE,),
    "consent-shared": (CASE,), "evidence-checkpoint": (),
    "evidence-verify": (),
    "stats-gaps": ("--source", "none"), "stats-group-handovers": ("--source", "none"), "stats-handovers": ("--source", "none"),
    "stats-holders": ("--source", "none"), "stats-open": ("--source", "none", "--at", "2026-01-01"),
    "stats-silent": ("--source", "none", "--days", "3"), "stats-throughput": ("--source", "none"),
    "stats-totals": ("--source", "none"), "stats-touched": ("--source", "none"),
}  # fmt: skip
"""What is asked of each query."""
ELSEWHERE = {
    "evidence-hand-out", "evidence-begin-anew", "evidence-pack",
    "export-fhir-audit", "export-logboek", "export-ocel", "export-parquet", "export-xes", "export-jsonl",
    "import", "keys-rotate", "rights-replay-ledger", "store-backup", "region",
}  # fmt: skip
"""Queries that need a file or a place of their own, or show what is shipped alone: tried where they are."""


@pytest.fixture
def table(empty: Casus) -> Casus:
    """A table with somebody of every function, and a case that two of them are in."""
    casus = set_up(empty)
    add = ("team", "add-professional", "harbour-table", "--name", "Somebody", "--partner")
    casus.done(*add, "pilots", "--role", "deckhand")
    for role in ("privacy-officer", "auditor", "reporting", "administrator"):
        casus.done(*add, "pilots", "--role", role)
    casus.done(*add, "seamens-home", "--role", "deckhand")
    casus.done("intake", "submit", "--question", "The boat drifts", "--reason", "adrift", "--name", "Wilma Waterman")
    casus.done("triage", "assess", CASE, "storm", "--met", "--motivation", "Seen")
    casus.done("consent", "record-ground", CASE, "--kind", "public-task", "--motivation", "The law")
    casus.done("triage", "accept", CASE)
    casus.done("parties", "assign-contact-point", CASE, "--professional", "seamens-home-1")
    return casus


def denials(casus: Casus) -> list[Disclosed]:
    with open_store(StoreConfig(casus.home, casus.dsn)) as store:
        events = [store.load(stream)[0].event for stream in store.streams(PREFIX)]
    return [e for e in events if isinstance(e, Disclosed) and e.outcome == "denied"]


def test_every_query_is_tried_here_or_elsewhere():
    commands = {n.replace(".", "-") for n in discover()}
    open_to_all = {what for what, name in page().classes.items() if name == "open"}
    assert set(leaves()) - commands - open_to_all == QUERIES.keys() | ELSEWHERE


def test_every_query_by_everybody_goes_as_the_page_says(table: Casus):
    said, wrong = page(), list[str]()
    tally: Counter[str] = Counter()
    for what, words in QUERIES.items():
        row = said.rows[said.classes[what]]
        for who, (function, relation) in ASKERS.items():
            result = table("--json", "--as", who, *what.split("-", 1), *words)
            denied = result.code == 3 and '"not-allowed"' in result.err
            tally["denied" if denied else "allowed"] += 1
            if denied == (function in row.may[relation]):
                wrong.append(f"{what} by {function}, {relation}: {result}")
            if denied and result.out:
                wrong.append(f"{what} by {function} is denied and shows {result.out}")
    print(f"\n{tally.total()} queries on the command line: {dict(tally)}")
    print("\n".join(wrong))
    assert wrong == []
    assert len(denials(table)) == tally["denied"]
    assert min(tally.values()) > 60


def test_who_is_denied_hears_what_mends_it_in_both_languages(table: Casus):
    for lang in ("nl", "en"):
        result = table("show", CASE, "--as", "pilots-2", lang=lang)
        assert result.code == 3
        assert "casus access break-glass" in result.err
        assert CASE in result.err
    assert [d.code for d in denials(table)] == ["former-member", "former-member"]


def test_a_command_that_is_denied_leaves_the_case_as_it_was(table: Casus):
    before = table.json("trail", CASE)
    result = table("monitoring", "check", CASE, "--observed", "Nothing new", "--progress", "--as", "pilots-2")
    assert result.code == 3
    assert table.json("trail", CASE) == before
    assert [(d.what, d.code, d.fields) for d in denials(table)] == [("monitoring-check", "former-member", ())]


def test_a_batch_is_no_way_round_it(table: Casus):
    line = {"command": "monitoring.check", "as": "pilots-2", "case": CASE, "observed": "Nothing new", "progress": True}
    before = table.json("trail", CASE)
    assert table("apply", "-", "--yes", stdin=json.dumps(line)).code == 3
    assert table.json("trail", CASE) == before
    assert [(d.what, d.code) for d in denials(table)] == [("monitoring-check", "former-member")]


def test_who_is_on_no_roster_sees_nothing_and_that_is_stored(table: Casus):
    result = table("show", CASE, "--as", "navy-1")
    assert (result.code, result.out) == (3, "")
    assert [d.code for d in denials(table)] == ["not-on-roster"]


def test_nothing_is_seen_of_a_table_that_signed_no_agreement(empty: Casus):
    told = set_up(empty, signed=False).done(
        "init", "--team", "harbour-table", "--profile", str(empty.home / "harbour-table.toml")
    )
    assert "casus team sign-sharing harbour-table" in told.err
    empty.done("intake", "submit", "--question", "The boat drifts", "--reason", "adrift", "--name", "Wilma Waterman")
    result = empty("show", CASE)
    assert (result.code, "team sign-sharing" in result.err) == (3, True)
    empty.done("team", "sign-sharing", "harbour-table")
    assert "The boat drifts" in empty.done("show", CASE).out


def test_putting_back_asks_no_decision_and_what_was_put_back_asks_it_of_everybody(table: Casus, tmp_path: Path):
    files = ("--events", str(tmp_path / "events"), "--keys", str(tmp_path / "keys"))
    assert table("--as", "navy-1", "store", "backup", *files).code == 3
    assert not (tmp_path / "events").exists()
    table.done("store", "backup", *files)
    (tmp_path / "there").mkdir()
    (tmp_path / "there-ledger").mkdir(mode=0o700)
    (tmp_path / "there-ledger" / "erasures.jsonl").touch(mode=0o600)
    shutil.copy(table.home / "master.key", tmp_path / "there")
    there = Casus(tmp_path / "there", clock=table.clock)
    before = len(denials(table))
    there.done("--as", "navy-1", "store", "restore", *files, "--yes")
    assert page().classes["store-restore"] == "open"
    assert (there("--as", "navy-1", "show", CASE).code, len(denials(there))) == (3, before + 1)
