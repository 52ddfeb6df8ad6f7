"""Back up, erase, rotate, restore: whoever was erased stays erased, and what stands in the way says so and how to mend it."""

import base64
import gzip
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import sql

from domain.refusal import Refused
from infra.keys.keyfile import read_key_file
from infra.keys.sealing import SealBrokenError, Sealed, Slot, unseal
from infra.keys.wrapping import unwrap
from infra.store.envelope import sealed_of
from tests.e2e.conftest import Casus, set_up
from tests.support.postgres import Server
from tests.support.stores import DATABASES

TEAM, ERASED, KEPT = "harbour-table", "HBR-{year}-0001", "HBR-{year}-0002"
GONE, QUESTION, STAYS = "Wilma Waterman", "The mooring is loose", "Kees Kade"


@dataclass
class Office:
    """A table on one store, its coordinator and its privacy officer, and where the backups and the ledger are kept."""

    coordinator: Casus
    officer: Casus
    as_officer: tuple[str, ...]
    kept: Path
    server: Server | None = None

    @property
    def ledger(self) -> str:
        return str(self.kept / "ledger.jsonl")

    def done(self, *line: str) -> list[dict[str, Any]]:
        return self.coordinator.json(*line, CASUS_LEDGER=self.ledger)

    def decided(self, *line: str) -> list[dict[str, Any]]:
        self.coordinator.later(minutes=1)
        return self.officer.json(*line, *self.as_officer, CASUS_LEDGER=self.ledger)

    @property
    def erased(self) -> str:
        return self._number(ERASED)

    @property
    def other(self) -> str:
        return self._number(KEPT)

    def _number(self, form: str) -> str:
        return form.format(year=self.coordinator.clock.at.year)

    def back_up(self, name: str) -> tuple[Path, Path]:
        events, keys = self.kept / f"{name}-events", self.kept / f"{name}-keys"
        self.done("store", "backup", "--events", str(events), "--keys", str(keys))
        return events, keys

    def erase(self) -> None:
        self.done("triage", "decline", self.erased, "--reason", "It is calm")
        [made] = self.decided("rights", "request", self.erased, "--kind", "erasure", "--wish", "Forget me")
        right = made["events"][0]["facts"]["right"]
        self.decided("rights", "decide", self.erased, right, "--outcome", "granted", "--reason", "Nothing is owed")
        self.done("rights", "confirm", self.erased, right)
        self.decided("rights", "erase", self.erased, right, "--yes")

    def rotate(self) -> None:
        self.decided("custody", "request", TEAM, "--act", "rotate-keys", "--reason", "Somebody was erased")
        self.done("custody", "confirm", TEAM, "K1")
        self.decided("keys", "rotate", "--team", TEAM, "--yes")

    def elsewhere(self, tmp_path: Path, name: str, *, key_file: Path | None = None, ledger: bool = True) -> Casus:
        """Another place for a store, with the key file of today; beside it a ledger in which nobody stands."""
        home = tmp_path / name
        home.mkdir()
        shutil.copy(key_file or self.coordinator.home / "master.key", home / "master.key")
        if ledger:
            beside = tmp_path / f"{name}-ledger"
            beside.mkdir(mode=0o700)
            (beside / "erasures.jsonl").touch(mode=0o600)
        dsn = self.server.fresh_database() if self.server else None
        return Casus(home, dsn, self.coordinator.clock)


@pytest.fixture(params=DATABASES)
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    kept = tmp_path / "kept"
    kept.mkdir()
    if request.param == "sqlite":
        casus = set_up(Casus(tmp_path / "home"))
        made = Office(casus, casus, ("--as", "pilots-2"), kept)
        login: tuple[str, ...] = ()
        yield started(made, login)
        return
    server: Server = request.getfixturevalue("postgres_server")
    dsn = server.fresh_database()
    name = f"officer_{urlsplit(dsn).path[-8:]}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} SUPERUSER LOGIN").format(sql.Identifier(name)))
    casus = Casus(tmp_path / "home", dsn)
    casus.clock.at = datetime.now(UTC)
    set_up(casus)
    officer = replace(casus, dsn=server.dsn_of(urlsplit(dsn).path.lstrip("/"), name))
    yield started(Office(casus, officer, (), kept, server), ("--login", name))
    server.drop(dsn)
    server.run(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def started(office: Office, login: tuple[str, ...]) -> Office:
    """Two persons in two cases, and an officer who decides about erasing."""
    add = ("team", "add-professional", TEAM, "--partner", "pilots", "--role", "privacy-officer", "--name", "Otto Officer")
    office.done(*add, *login)
    for who, what in ((GONE, QUESTION), (STAYS, "No berth to be had")):
        office.done("intake", "submit", "--question", what, "--reason", "adrift", "--name", who)
    assert office.done("show", office.erased)[0]["number"] == office.erased
    return office


def shown(casus: Casus, number: str, **environ: str) -> str:
    return casus.done("trail", number, "--texts", **environ).out


def restore(casus: Casus, events: Path, keys: Path | None, **environ: str) -> str:
    named = ("--keys", str(keys)) if keys else ()
    return casus.done("store", "restore", "--events", str(events), *named, "--yes", **environ).err


def test_who_was_erased_stays_erased_when_an_old_backup_is_put_back(office: Office, tmp_path: Path):
    old = office.back_up("old")
    office.erase()
    there = office.elsewhere(tmp_path, "there")
    said = restore(there, *old, CASUS_LEDGER=office.ledger)
    assert "casus rights replay-ledger" in said
    for line in (
        ("show", office.erased),
        ("cases",),
        ("store", "backup", "--events", str(tmp_path / "x")),
        ("find", "--name", GONE),
    ):
        for how in ((), ("--json",)):
            refused = there(*how, *line, CASUS_LEDGER=office.ledger)
            assert (refused.code, refused.out) == (3, ""), line
            assert "casus rights replay-ledger" in refused.err
            assert GONE not in refused.err
    there.done("rights", "replay-ledger", "--yes", CASUS_LEDGER=office.ledger)
    told = shown(there, office.erased, CASUS_LEDGER=office.ledger)
    assert QUESTION not in told
    assert "[erased]" in told
    assert STAYS in shown(there, office.other, CASUS_LEDGER=office.ledger)
    assert there.json("find", "--name", GONE, CASUS_LEDGER=office.ledger) == []


def test_after_a_rotation_an_old_backup_of_the_keys_opens_nothing_and_says_so(office: Office, tmp_path: Path):
    old = office.back_up("old")
    office.erase()
    office.rotate()
    there = office.elsewhere(tmp_path, "there")
    said = restore(there, *old, CASUS_LEDGER=office.ledger)
    assert "casus rights replay-ledger" in said
    assert "version 1" in said, "these keys are wrapped with a key that was thrown away"
    refused = there("show", office.erased, CASUS_LEDGER=office.ledger)
    assert (refused.code, refused.out) == (3, "")
    assert "casus rights replay-ledger" in refused.err
    there.done("rights", "replay-ledger", "--yes", CASUS_LEDGER=office.ledger)
    told = shown(there, office.erased, CASUS_LEDGER=office.ledger)
    assert QUESTION not in told
    assert "[erased]" in told
    closed = there("trail", office.other, "--texts", CASUS_LEDGER=office.ledger)
    assert closed.code == 3, "nobody else's is readable either, until newer keys are put back"
    assert "1" in closed.err
    assert STAYS not in closed.out


def test_old_events_with_the_keys_of_today_serve_everybody_else(office: Office, tmp_path: Path):
    events, _ = office.back_up("old")
    office.erase()
    office.rotate()
    _, keys = office.back_up("new")
    there = office.elsewhere(tmp_path, "there")
    restore(there, events, keys, CASUS_LEDGER=office.ledger)
    refused = there("show", office.erased, CASUS_LEDGER=office.ledger)
    if refused.code:
        assert "casus rights replay-ledger" in refused.err
        there.done("rights", "replay-ledger", "--yes", CASUS_LEDGER=office.ledger)
    told = shown(there, office.erased, CASUS_LEDGER=office.ledger)
    assert QUESTION not in told
    assert "[erased]" in told
    assert STAYS in shown(there, office.other, CASUS_LEDGER=office.ledger)


def test_keys_that_open_nothing_give_way_to_those_that_do(office: Office, tmp_path: Path):
    old = office.back_up("old")
    office.rotate()
    _, keys = office.back_up("new")
    there = office.elsewhere(tmp_path, "there")
    assert "version 1" in restore(there, *old)
    assert there("trail", office.other, "--texts").code == 3
    said = there.done("store", "restore", "--keys", str(keys), "--yes").err
    assert "version 1" not in said
    assert STAYS in shown(there, office.other)
    again = there("store", "restore", "--keys", str(old[1]), "--yes")
    assert again.code == 3, "keys that open something are never put aside"


def test_without_a_ledger_it_is_put_back_and_not_shown_until_somebody_says_that_there_is_none(office: Office, tmp_path: Path):
    old = office.back_up("old")
    office.erase()
    there = office.elsewhere(tmp_path, "there", ledger=False)
    said = restore(there, *old)
    assert "CASUS_LEDGER" in said
    for line in (("show", office.erased), ("rights", "replay-ledger", "--yes"), ("rights", "replay-ledger", "--no-ledger")):
        refused = there(*line)
        assert (refused.code, "--yes" in refused.err) == (3, True), refused
    assert "does not name all" in there.done("rights", "replay-ledger", "--no-ledger", "--yes").err
    assert there("show", office.erased).code == 0
    assert there("show", office.erased, CASUS_LEDGER=office.ledger).code == 3, "found again, it counts"


def test_nothing_is_written_over_unasked(office: Office, tmp_path: Path):
    events, keys = office.back_up("old")
    again = office.coordinator("store", "backup", "--events", str(events), "--keys", str(keys), CASUS_LEDGER=office.ledger)
    assert (again.code, "--yes" in again.err) == (3, True)
    assert office.coordinator("store", "backup").code == 2
    assert office.coordinator("store", "backup", "--events", str(events), "--keys", str(events), "--yes").code == 3
    there = office.elsewhere(tmp_path, "there")
    assert there("store", "restore", "--events", str(events), "--keys", str(keys)).code == 3
    assert there("store", "restore", "--events", str(keys), "--yes").code == 3
    restore(there, events, keys)
    assert "put back before" in restore(there, events, keys)
    assert there.json("trail", office.other)
    taken = office.coordinator(
        "store", "restore", "--events", str(events), "--keys", str(keys), "--yes", CASUS_LEDGER=office.ledger
    )
    assert taken.code == 3, "over a store with something in it nothing is put back"


def test_who_copies_a_store_is_stored_first(office: Office):
    office.back_up("old")
    log = office.decided("access", "log")
    assert [(row["what"], row["outcome"]) for row in log if row["what"] == "store-backup"] == [("store-backup", "exported")]


# --- without the program: whoever holds the files


def rows(path: Path, part: str) -> list[dict[str, Any]]:
    """The rows of one part of a backup file."""
    lines = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    at = next(n for n, line in enumerate(lines) if isinstance(line, dict) and line.get("part") == part)
    found = []
    for line in lines[at + 1 :]:
        if isinstance(line, dict):
            break
        found.append(dict(zip(lines[at]["columns"], line, strict=True)))
    return found


def raw(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else base64.b64decode(value["base64"])


def opened_by_hand(events: Path, keys: Path, key_file: Path) -> list[str]:
    """Every text that these three open together: each key tried on everything, as its owner would and in other ways."""
    store = json.loads(gzip.decompress(events.read_bytes()).splitlines()[0])["store"]
    keks = read_key_file(key_file)
    known: dict[str, bytes] = {}
    for row in rows(keys, "data_keys"):
        if row["wrapped"] is None:
            continue
        about = ("data key", store, row["originator_id"], row["subject"], row["key_id"])
        for version in keks._keys:
            for claimed in {version, row["kek_version"]}:
                try:
                    known[row["key_id"]] = unwrap(replace(keks, current=version), claimed, raw(row["wrapped"]), about)
                except Refused:
                    continue
    envelopes = {(r["originator_id"], r["originator_version"]): json.loads(r["state"]) for r in rows(events, "stored_events")}
    texts = []
    for row in rows(events, "sealed_fields"):
        envelope = envelopes[row["originator_id"], row["originator_version"]]
        at = sealed_of(envelope)[row["field"]]
        slot = Slot(store, row["originator_id"], row["originator_version"], envelope["topic"], row["field"], at.subject, at.key)
        sealed = Sealed(raw(row["data"]), bytes.fromhex(at.digest), bytes.fromhex(at.commitment))
        for key in [known[at.key]] if at.key in known else [*known.values(), *keks._keys.values()]:
            try:
                texts.append(unseal(key, slot, sealed).text)
            except SealBrokenError:
                continue
    return texts


def test_a_raw_old_backup_with_the_key_file_of_today_opens_nothing_of_who_was_erased(office: Office):
    events, keys = office.back_up("old")
    key_file = office.coordinator.home / "master.key"
    before = opened_by_hand(events, keys, key_file)
    assert {QUESTION, GONE, STAYS} <= set(before), "by hand everything is opened, while the keys are there"
    office.erase()
    assert {QUESTION, GONE} <= set(opened_by_hand(events, keys, key_file)), "the control: without rotation an old copy opens it"
    office.rotate()
    assert opened_by_hand(events, keys, key_file) == []
    new = office.back_up("new")
    after = set(opened_by_hand(*new, key_file))
    assert STAYS in after
    assert not after & {QUESTION, GONE}
    assert not set(opened_by_hand(events, new[1], key_file)) & {QUESTION, GONE}
    assert set(opened_by_hand(new[0], keys, key_file)) == set()


def test_the_key_of_today_is_not_that_of_then(office: Office, tmp_path: Path):
    """What rotation rests on: nothing wrapped with the one opens with the other."""
    shutil.copy(office.coordinator.home / "master.key", tmp_path / "then")
    office.rotate()
    then, now = read_key_file(tmp_path / "then"), read_key_file(office.coordinator.home / "master.key")
    assert then.current not in now._keys
    sealed = AESGCM(then.key(then.current)).encrypt(b"0" * 12, b"x", b"")
    with pytest.raises(InvalidTag):
        AESGCM(now.key(now.current)).decrypt(b"0" * 12, sealed, b"")


@pytest.mark.parametrize(("mode", "said"), [(0o644, "chmod 600"), (None, "is not there")])
def test_what_is_the_matter_with_the_key_file_is_said_as_elsewhere(tmp_path: Path, mode: int | None, said: str):
    casus = set_up(Casus(tmp_path / "home"))
    casus.done("intake", "submit", "--question", QUESTION, "--reason", "adrift", "--name", GONE)
    files = ("--events", str(tmp_path / "events"), "--keys", str(tmp_path / "keys"))
    casus.done("store", "backup", *files)
    there = Casus(tmp_path / "there")
    there.home.mkdir()
    if mode is not None:
        shutil.copy(casus.home / "master.key", there.home)
        (there.home / "master.key").chmod(mode)
    warned = there.done("store", "restore", *files, "--yes").err
    assert said in warned
    assert ("is not there" in warned) == (mode is None), "what is there is not said to be missing"
