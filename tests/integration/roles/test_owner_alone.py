"""A laptop's backup put back on a server: nobody of its roster can log in there, and the owner lets the first one in."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from psycopg import sql

from domain.disclosure import PREFIX
from domain.events.access import Disclosed
from infra.cli.exits import Exit
from infra.store import StoreConfig, open_store
from tests.e2e.conftest import Casus, set_up
from tests.e2e.test_rights import CASE, NAME, OFFICER, QUESTION, ready
from tests.support.logs import steps, written
from tests.support.postgres import Server

TEAM, OTHER, STAYS = "harbour-table", "HBR-2026-0002", "No berth to be had"
OWNER = "database-owner"


@pytest.fixture
def login(postgres_server: Server) -> Iterator[str]:
    """The name of a login that is not there yet."""
    name = f"u{os.urandom(4).hex()}"
    yield name
    postgres_server.run(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))


@pytest.fixture(params=["backup"])
def put_back(request: pytest.FixtureRequest, postgres_server: Server, tmp_path: Path) -> Iterator[Casus]:
    """A store of a laptop on a server, from a backup, or from JSON Lines, that was made before somebody was erased."""
    laptop = set_up(Casus(tmp_path / "laptop"))
    laptop.done("team", "add-professional", TEAM, "--partner", "pilots", "--role", "privacy-officer", "--name", "Otto Officer")
    laptop.done("intake", "submit", "--question", QUESTION, "--reason", "adrift", "--name", NAME)
    laptop.done("intake", "submit", "--question", STAYS, "--reason", "adrift", "--name", "Kees Kade")
    right = ready(laptop)
    files = ("--events", str(tmp_path / "events"), "--keys", str(tmp_path / "keys"))
    laptop.done("store", "backup", *files)
    if request.param == "lines":
        laptop.done("export", "jsonl", "--recipient", "archive", "-o", str(tmp_path / "events"), "--yes")
    laptop.done("rights", "erase", CASE, right, "--yes", "--as", OFFICER)
    home = tmp_path / "server"
    home.mkdir()
    shutil.copy(laptop.home / "master.key", home)
    shutil.copytree(tmp_path / "laptop-ledger", tmp_path / "server-ledger")
    dsn = postgres_server.fresh_database()
    there = Casus(home, dsn)
    there.done("store", "restore", *files, "--yes")
    yield there
    postgres_server.drop(dsn)


def work_under(casus: Casus, login: str, server: Server) -> Casus:
    """The program under a login that is made for somebody now."""
    [made] = casus.json("store", "roles", "--login", login, "--yes")
    assert casus.dsn is not None
    dsn = server.dsn_of(casus.dsn.rpartition("/")[2], login).replace("@", f":{quote(made['password'])}@", 1)
    casus.done("projections", "catch-up")
    return Casus(casus.home, dsn)


def test_the_owner_replays_the_ledger_and_seats_a_login_that_then_works(
    put_back: Casus, login: str, postgres_server: Server
) -> None:
    for line in (("show", OTHER), ("cases",), ("team", "change-roles", TEAM, "pilots-1", "--role", "harbour-master")):
        assert "replay-ledger" in put_back(*line).err
    [again] = put_back.json("rights", "replay-ledger", "--yes")
    assert (again["number"], again["state"]) == (CASE, "done")
    roster = put_back.json("team", "roster", TEAM)
    assert {row["professional"] for row in roster} == {"pilots-1", "pilots-2"}
    assert "Wanda" not in str(roster), "no name is opened for the owner"
    seated = ("team", "change-roles", TEAM, "pilots-1", "--role", "harbour-master", "--login", login)
    [made] = put_back.json(*seated)
    assert made["events"][0]["facts"]["login"] == login
    me = work_under(put_back, login, postgres_server)
    assert STAYS in me.done("trail", OTHER, "--texts").out
    gone = me.done("trail", CASE, "--texts").out
    assert QUESTION not in gone
    assert "[erased]" in gone
    with_owner = put_back("team", "change-roles", TEAM, "pilots-2", "--role", "privacy-officer", "--login", "u-other")
    assert with_owner.code == Exit.REFUSED, "once somebody can log in it is theirs to do"


@pytest.mark.parametrize("put_back", ["backup", "lines"], indirect=True)
def test_once_the_ledger_was_replayed_everybody_is_let_in_whose_machine_has_none(
    put_back: Casus, login: str, postgres_server: Server, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(put_back.home / "master.key", elsewhere)
    owner_elsewhere = Casus(elsewhere, put_back.dsn)
    assert "it is not served" in owner_elsewhere("cases").err, "before that nobody is"
    put_back.done("rights", "replay-ledger", "--yes")
    put_back.done("team", "change-roles", TEAM, "pilots-1", "--role", "harbour-master", "--login", login)
    me = Casus(elsewhere, work_under(put_back, login, postgres_server).dsn)
    assert STAYS in me.done("trail", OTHER, "--texts").out
    assert QUESTION not in me.done("trail", CASE, "--texts").out
    assert put_back.json("rights", "replay-ledger", "--yes") == [], "and again is nothing"
    with open_store(StoreConfig(put_back.home, dsn=put_back.dsn)) as store:
        [(checks,)] = store.connection().query("SELECT count(*) FROM casus_keys.ledger_checks")
    assert checks == 2


def test_a_ledger_that_lacks_a_line_serves_nobody(put_back: Casus, tmp_path: Path) -> None:
    put_back.done("rights", "replay-ledger", "--yes")
    ledger = tmp_path / "server-ledger" / "erasures.jsonl"
    ledger.write_text("")
    with open_store(StoreConfig(put_back.home, dsn=put_back.dsn), replaying=True) as store:
        store.connection().execute(
            "INSERT INTO casus_keys.ledger_checks (what, at, recorded_by) VALUES ('restored', clock_timestamp(), 'restore')"
        )
    put_back.done("rights", "replay-ledger", "--yes")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(put_back.home / "master.key", elsewhere)
    assert "it is not served" in Casus(elsewhere, put_back.dsn)("cases").err


def test_the_store_is_kept_by_its_owner_who_is_on_no_roster(
    put_back: Casus, login: str, postgres_server: Server, tmp_path: Path
) -> None:
    put_back.done("rights", "replay-ledger", "--yes")
    put_back.done("team", "change-roles", TEAM, "pilots-1", "--role", "harbour-master", "--login", login)
    me = work_under(put_back, login, postgres_server)
    files = {name: str(tmp_path / f"again-{name}") for name in ("events", "keys", "lines")}
    kept = ("store", "backup", "--events", files["events"], "--keys", files["keys"])
    lines = ("export", "jsonl", "--recipient", "archive", "-o", files["lines"])
    for whole in (kept, lines):
        assert me(*whole).code == Exit.REFUSED, "the database gives nobody else all of it"
        assert not any(Path(file).exists() for file in files.values())
    put_back.done(*kept)
    put_back.done(*lines)
    put_back.done("keys", "status")
    put_back.done("import", str(written(tmp_path / "log.jsonl", steps(1))), "--source", "harbour")
    assert "casus custody request" in put_back("keys", "rotate", "--team", TEAM, "--yes").err, "that is asked of two others"
    with open_store(StoreConfig(put_back.home, dsn=put_back.dsn)) as store:
        records = [store.load(stream)[0] for stream in store.streams(PREFIX)]
        assert store.load("harbour:ship-0000")[0].header.assurance == OWNER
    looks = [(r.event.what, r.event.outcome, r.header.assurance) for r in records if isinstance(r.event, Disclosed)]
    assert {("store-backup", "exported", OWNER), ("export-jsonl", "exported", OWNER), ("keys-status", "shown", OWNER)} <= {*looks}


def test_what_the_owner_does_is_recorded_as_theirs(put_back: Casus) -> None:
    put_back.done("rights", "replay-ledger", "--yes")
    put_back.done("team", "change-roles", TEAM, "pilots-1", "--role", "harbour-master", "--login", "u-nobody-yet")
    with open_store(StoreConfig(put_back.home, dsn=put_back.dsn)) as store:
        said = {r.topic: (r.header.role, r.header.assurance) for s in (TEAM, CASE) for r in store.load(s)}
    assert said["team.team.roles-changed"] == ("set-up", OWNER)
    assert said["case.rights.subject-erased"] == ("set-up", OWNER)


@pytest.mark.parametrize("line", [
    ("show", OTHER), ("cases",), ("trail", OTHER, "--texts"), ("find", "--name", "Kees Kade"), ("team", "show", TEAM),
    ("intake", "submit", "--question", "x", "--reason", "adrift", "--name", "y"),
    ("team", "sign-sharing", TEAM), ("rights", "status"), ("custody", "list", TEAM), ("access", "log", "--case", OTHER),
    ("export", "xes", "--recipient", "x", "-o", "x"),
])  # fmt: skip
def test_nothing_else_is_the_owners(put_back: Casus, line: tuple[str, ...]) -> None:
    put_back.done("rights", "replay-ledger", "--yes")
    refused = put_back(*line)
    assert (refused.code, refused.out) == (Exit.REFUSED, "")


@pytest.mark.parametrize("line", [
    ("store", "backup", "--events", "x"), ("export", "jsonl", "--recipient", "x", "-o", "x"), ("keys", "status"),
    ("import", "x.jsonl", "--source", "harbour"),
])  # fmt: skip
def test_on_a_laptop_nobody_is_the_owner(line: tuple[str, ...], tmp_path: Path) -> None:
    laptop = set_up(Casus(tmp_path / "laptop"))
    laptop.done("team", "change-roles", TEAM, "pilots-1", "--role", "harbour-master", "--login", "os-of-another")
    refused = laptop("--json", *line)
    assert (refused.code, refused.out) == (Exit.REFUSED, "")
    assert '"not-on-roster"' in refused.err
