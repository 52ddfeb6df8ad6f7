"""Verifying from the command line: what is said, in both languages and as JSON, what it exits with, and what is stored of it."""

import json
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from domain.disclosure import PREFIX
from domain.events.access import Disclosed
from infra.cli.evidence_verify import told_apart
from infra.cli.exits import Exit
from infra.cli.failures import report
from infra.cli.session import Session
from infra.evidence.checks.report import Withheld
from infra.evidence.signer import Signer, new_seed
from infra.store import StoreConfig, open_store
from infra.texts import Words
from tests.e2e.conftest import Casus, set_up

CASE = "HBR-2026-0001"
ASKED = ("evidence", "verify")


@pytest.fixture
def table(anywhere: Casus) -> Casus:
    """A table with a case, and a checkpoint that an auditor was given."""
    casus = set_up(anywhere)
    casus.done("intake", "submit", "--question", "The boat drifts", "--reason", "adrift", "--name", "Wilma Waterman")
    casus.done("evidence", "checkpoint", "-o", str(given(casus)))
    return casus


def given(casus: Casus) -> Path:
    return casus.home.parent / "given.checkpoint"


def tamper(casus: Casus) -> None:
    """Another name of who recorded the first entry of the case."""
    sql = f"UPDATE stored_events SET recorded_by = 'somebody' WHERE originator_id = '{CASE}' AND originator_version = 1"
    if casus.dsn:
        with psycopg.connect(casus.dsn, autocommit=True, options="-c search_path=casus") as server:
            server.execute("DROP TRIGGER stored_events_stay ON stored_events")
            server.execute(sql.encode())
        return
    file = sqlite3.connect(casus.home / "casus.db", isolation_level=None)
    file.execute("DROP TRIGGER stored_events_stay")
    file.execute(sql)
    file.close()


def test_an_intact_history_is_said_to_be_intact_each_time(table: Casus):
    """That it was looked at is stored, and is no fault the next time."""
    for lang, word in (("en", "INTACT: nothing"), ("nl", "ONVERANDERD: niets")):
        said = table.done(*ASKED, "--held", str(given(table)), lang=lang)
        assert word in said.out
        assert said.err == ""
    assert table.done("--json", *ASKED).row["intact"]


def test_what_was_changed_is_named_and_told_by_the_exit_code(table: Casus):
    tamper(table)
    said = table(*ASKED, "--held", str(given(table)))
    assert said.code == Exit.CHANGED
    assert f"{CASE}, version 1" in said.out
    assert "[leaf-differs]" in said.out
    assert "NOT INTACT: 1 fault(s)." in said.out
    found = table("--json", *ASKED).row
    assert not found["intact"]
    assert [(f["check"], f["fault"], f["stream"], f["version"]) for f in found["faults"]] == [("leaves", "leaf-differs", CASE, 1)]


def test_without_a_checkpoint_of_ones_own_it_says_what_that_leaves_open(table: Casus):
    assert "--held" in table.done(*ASKED).err
    assert table.done("--quiet", *ASKED).err == ""


def test_from_a_checkpoint_on_the_rest_is_read(table: Casus):
    table.done("intake", "supplement", CASE, "--text", "More")
    found = table.done("--json", *ASKED, "--since", str(given(table))).row
    assert found["since"] > 0
    assert found["events"] == found["size"] - found["since"]
    assert (found["verdict"], found["not_read"]) == ("intact-after", found["since"])


def test_what_is_not_read_again_is_said_and_a_change_there_is_found_by_reading_it(table: Casus):
    tamper(table)
    for lang, words in (("en", ("NOT READ AGAIN", "INTACT AFTER")), ("nl", ("NIET OPNIEUW GELEZEN", "ONVERANDERD NA"))):
        said = table.done(*ASKED, "--since", str(given(table)), lang=lang).out
        assert all(word in said for word in words)
    assert table(*ASKED, "--held", str(given(table))).code == Exit.CHANGED


def test_another_key_than_the_one_given_is_a_fault(table: Casus):
    key = table.done("evidence", "key").out.strip()
    file = table.home.parent / "house.key"
    file.write_text(f"{key}\n", encoding="utf-8")
    assert table.done(*ASKED, "--key", key).code == table.done(*ASKED, "--key", str(file)).code == 0
    other = Signer(key.split("+")[0], new_seed()).key
    assert [f["fault"] for f in table("--json", *ASKED, "--key", str(other)).row["faults"]] == ["key-differs"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (("--key", "no-key"), "evidence-key-malformed"),
        (("--held", "{none}"), ""),
        (("--since", "{text}"), "checkpoint-malformed"),
        (("--since", "{empty}"), "checkpoint-malformed"),
    ],
)
def test_what_is_given_must_be_what_it_is_said_to_be(table: Casus, asked: tuple[str, str], code: str):
    text = table.home.parent / "text"
    text.write_bytes(b"\xff\xfe no note")
    empty = table.home.parent / "empty"
    empty.touch()
    said = table("--json", *ASKED, asked[0], asked[1].format(none=table.home / "not-there", text=text, empty=empty))
    assert said.code in {Exit.REFUSED, Exit.NOT_FOUND, Exit.USAGE}
    assert code in said.err
    assert said.out == ""


def test_who_verifies_is_stored_with_the_cases_that_were_named(table: Casus):
    tamper(table)
    table(*ASKED)
    with open_store(StoreConfig(table.home, table.dsn)) as store:
        events = [store.load(stream)[0].event for stream in store.streams(PREFIX)]
    found = [e for e in events if isinstance(e, Disclosed) and e.what == "evidence-verify"]
    assert sorted(e.seen for e in found) == [(), (CASE,)]


def test_a_damaged_event_that_no_read_model_can_take_up_does_not_keep_anybody_from_verifying(table: Casus):
    table.done("intake", "supplement", CASE, "--text", "More")
    of = f"originator_id = '{CASE}'"
    last = f"{of} AND originator_version = (SELECT max(originator_version) FROM stored_events WHERE {of})"
    if table.dsn:
        with psycopg.connect(table.dsn, autocommit=True, options="-c search_path=casus") as server:
            server.execute("DROP TRIGGER stored_events_stay ON stored_events")
            server.execute(f"UPDATE stored_events SET state = '{{}}' WHERE {last}".encode())
    else:
        file = sqlite3.connect(table.home / "casus.db", isolation_level=None)
        file.execute("DROP TRIGGER stored_events_stay")
        file.execute(f"UPDATE stored_events SET state = CAST('{{}}' AS BLOB) WHERE {last}")
        file.close()
        assert table("cases").code == Exit.CHANGED  # a list is made of the read models
    said = table("--json", *ASKED)
    assert said.code == Exit.CHANGED
    assert "envelope-differs" in {f["fault"] for f in said.row["faults"]}


def test_a_history_that_lost_an_event_is_shown_to_nobody_as_if_it_were_whole(table: Casus, tmp_path: Path):
    for n in range(3):
        table.done("intake", "supplement", CASE, "--text", f"More {n}")
    table.done("evidence", "checkpoint")
    wanted: tuple[tuple[str, ...], ...] = (
        ("show", CASE), ("trail", CASE), ("replay", CASE),
        ("evidence", "pack", CASE, "--recipient", "municipal-audit", "-o", str(tmp_path / "pack.zip")),
        ("intake", "supplement", CASE, "--text", "No more"),
    )  # fmt: skip
    for asked in wanted[:-1]:
        table.done(*asked, *(() if asked[0] != "evidence" else ("--yes",)))
    assert (tmp_path / "pack.zip").is_file()
    take_out(table, 2)
    for asked in wanted:
        said = table("--json", *asked, "--yes") if asked[0] == "evidence" else table("--json", *asked)
        told = json.loads(said.err.splitlines()[-1])
        assert (said.code, said.out, told["error"]) == (Exit.CHANGED, "", "event-missing"), asked
        assert told["facts"] == {"stream": CASE, "version": 2}
    assert "keep a copy" in table("show", CASE).err
    said = table("--json", *ASKED)
    assert said.code == Exit.CHANGED, "whoever verifies reads by itself"
    assert "version-gap" in {f["fault"] for f in said.row["faults"]}


def take_out(casus: Casus, version: int) -> None:
    """An entry of the case is gone, and its place with it."""
    gone = f"WHERE originator_id = '{CASE}' AND originator_version = {version}"
    if casus.dsn:
        with psycopg.connect(casus.dsn, autocommit=True, options="-c search_path=casus") as server:
            for name in ("places", "stored_events"):
                server.execute(f"DROP TRIGGER {name}_stay ON {name}".encode())
                server.execute(f"DELETE FROM {name} {gone}".encode())
        return
    file = sqlite3.connect(casus.home / "casus.db", isolation_level=None)
    for name in ("places", "stored_events"):
        file.execute(f"DROP TRIGGER {name}_remain")
        file.execute(f"DELETE FROM {name} {gone}")
    file.close()


@pytest.mark.parametrize("code", [Exit.DONE, Exit.CHANGED])
def test_what_was_found_is_told_by_the_exit_code_though_nobody_reads_on(code: Exit):
    session = Session(Words("en"), {})
    session.code = code
    assert report(BrokenPipeError(), session) == code


def test_of_who_was_erased_in_cases_that_one_may_not_see_counts_alone_are_told(casus: Casus):
    casus.done("intake", "submit", "--question", "The boat drifts", "--reason", "adrift", "--name", "Wilma Waterman")
    casus.done("team", "add-professional", "harbour-table", "--partner", "pilots", "--role", "administrator", "--name", "Ad Min")
    erased: Any = SimpleNamespace(withheld=(Withheld(CASE, "s1", 3, None, 2, 1, (1,)), Withheld("GONE-2026-0001", "s1", 2, 4)))
    counts = {"erased": 1, "fields": 0, "removed": 0, "events": 0}
    assert apart(casus, "pilots-1", erased) == ([CASE], counts)
    assert apart(casus, "pilots-2", erased) == ([], {"erased": 2, "fields": 2, "removed": 1, "events": 1})


def apart(casus: Casus, who: str, report: Any) -> tuple[list[str], dict[str, int | None]]:
    session = Session(Words("en"), {"CASUS_HOME": str(casus.home)}, clock=casus.clock)
    session.told(actor=who)
    named, others = told_apart(session, report)
    session.close()
    return [one.stream for one in named], others
