"""Checkpoints as they are made by whoever works, handed out, and refused where the log does not follow on them."""

import shutil
import sqlite3
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest

from domain.disclosure import PREFIX
from domain.events.access import Disclosed
from domain.refusal import Refused
from infra.cli.session import Session
from infra.evidence.due import Due
from infra.evidence.evidence import Evidence
from infra.evidence.note import opened, verifier_key
from infra.store import StoreConfig, open_store
from infra.texts import Language, Words
from tests.e2e.conftest import Casus, set_up
from tests.e2e.test_rights import CASE, OFFICER, ready

SUBMIT = ("intake", "submit", "--question", "x", "--reason", "adrift", "--anonymous")


def status(casus: Casus) -> dict[str, Any]:
    return casus.done("--json", "evidence", "status").row


def test_a_store_begins_with_a_key_and_a_checkpoint_of_all_there_is(empty: Casus):
    told = set_up(empty, signed=False)("init")
    assert told.code == 0
    known = status(empty)
    assert known["size"] == known["leaves"] == known["outside"] > 0
    assert (known["problem"], known["signs"]) == (None, True)
    assert (empty.home / "signer.key").stat().st_mode & 0o777 == 0o600


def test_where_the_key_is_is_said_when_it_is_made(tmp_path: Path):
    casus = Casus(tmp_path / "home")
    said = casus.done("init", CASUS_SIGNER_FILE=str(tmp_path / "safe" / "signer.key"))
    assert str(tmp_path / "safe" / "signer.key") in said.err
    assert "casus evidence hand-out" in said.err
    assert (tmp_path / "safe" / "signer.key").exists()
    assert not (casus.home / "signer.key").exists()


def test_a_checkpoint_can_be_asked_for_and_is_what_a_key_opens(anywhere: Casus):
    casus = set_up(anywhere)
    note = casus.done("evidence", "checkpoint").out
    key = casus.done("evidence", "key").out.strip()
    made = opened(note, verifier_key(key))
    listed = casus.json("evidence", "list")
    assert listed[-1]["note"] == note
    assert listed[-1]["size"] == made.size
    file = casus.home / "now.checkpoint"
    row = casus.done("--json", "evidence", "checkpoint", "-o", str(file)).row
    assert file.read_text() == row["note"]
    assert row["waiting"] == 0
    assert row["size"] > made.size, "asking was itself stored"


def test_the_command_that_makes_one_due_signs_it_and_no_other(casus: Casus):
    often = {"CASUS_CHECKPOINT_EVENTS": "5"}
    casus.done("evidence", "checkpoint")
    casus.done("team", "show", "harbour-table")
    before = status(casus)["size"]
    for _ in range(5):
        casus.done("team", "show", "harbour-table", **often)
        if status(casus)["size"] != before:
            break
    known = status(casus)
    assert known["size"] == known["head"]
    casus.done("team", "show", "harbour-table", **often)
    assert status(casus)["after"] == 1
    casus.later(minutes=16)
    casus.done("team", "show", "harbour-table", **often)
    assert status(casus)["after"] == 0, "long enough ago"


@pytest.mark.parametrize("often", ["0", "-1", "x", "1.5", "1000001"])
def test_how_often_is_a_whole_number_from_one_up(casus: Casus, often: str):
    said = casus("cases", CASUS_CHECKPOINT_MINUTES=often)
    assert (said.code, "checkpoint_minutes" in said.err, "1000000" in said.err) == (3, True, True)


def test_how_often_can_stand_in_the_file_of_settings(casus: Casus):
    (casus.home / "config.toml").write_text('checkpoint_events = 1\ncheckpoint_minutes = "5"\n')
    casus.done("team", "show", "harbour-table")
    assert status(casus)["after"] == 0
    (casus.home / "config.toml").write_text("checkpoint_events = true\n")
    assert casus("cases").code == 3


def test_a_look_that_was_refused_makes_one_due_too(casus: Casus):
    casus.later(minutes=16)
    assert casus("show", "HBR-2026-0404", "--as", "navy-1").code != 0
    casus("team", "roster", "harbour-table", "--as", "navy-1")
    assert status(casus)["after"] == 0


def test_who_was_given_one_is_recorded_and_shown(anywhere: Casus):
    casus = set_up(anywhere)
    casus.done("team", "add-professional", "harbour-table", "--name", "Z", "--partner", "pilots", "--role", "auditor")
    file = casus.home / "january.checkpoint"
    given = casus.done("--json", "evidence", "hand-out", "--to", "pilots-2", "-o", str(file)).row
    note = file.read_bytes()
    assert given["digest"] == sha256(note).hexdigest()
    assert opened(note.decode(), verifier_key(given["key"])).size == given["size"]
    if casus.dsn:
        casus.done("projections", "catch-up")
    [handed] = status(casus)["handed_out"]
    assert (handed["recipient"], handed["size"], handed["digest"]) == ("pilots-2", given["size"], given["digest"])
    assert [row["recipients"] for row in casus.json("evidence", "list") if row["size"] == given["size"]] == [["pilots-2"]]


@pytest.mark.parametrize("whom", [(), ("--to", "pilots-1", "--recipient", "police")], ids=["nobody", "two"])
def test_it_is_given_to_one(casus: Casus, whom: tuple[str, ...]):
    result = casus("evidence", "hand-out", *whom, "-o", str(casus.home / "x"))
    assert (result.code, "--recipient" in result.err) == (2, True)


def test_it_is_not_given_to_who_does_the_work_that_it_vouches_for(casus: Casus):
    result = casus("evidence", "hand-out", "--to", "pilots-1", "-o", str(casus.home / "x"))
    assert (result.code, "--recipient" in result.err, (casus.home / "x").exists()) == (3, True, False)


def test_a_note_outside_that_is_gone_is_said(casus: Casus):
    assert status(casus)["outside_gone"] is False
    [file] = casus.home.with_name("home-ledger").glob("*.checkpoint")
    file.unlink()
    known = status(casus)
    assert (known["outside_gone"], known["outside"], known["problem"]) == (True, None, None)
    assert str(file) in casus.done("evidence", "status").out


def test_a_folder_outside_that_can_not_be_written_is_said_before_anything_is_signed(
    casus: Casus, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("infra.evidence.kept.os.access", lambda *_: False)  # whoever is root may write anywhere
    known = status(casus)
    assert (known["problem"], known["signs"]) == ("checkpoint-file-unwritable", False)


def test_it_is_not_given_to_who_is_not_there(casus: Casus):
    assert casus("evidence", "hand-out", "--to", "pilots-9", "-o", str(casus.home / "x")).code == 4
    assert not (casus.home / "x").exists()


def test_what_goes_before_a_file_that_could_not_be_written_is_stored_all_the_same(casus: Casus):
    result = casus("evidence", "hand-out", "--recipient", "police", "-o", str(casus.home / "nowhere" / "x"))
    assert result.code == 3
    assert status(casus)["handed_out"] == []


def test_at_an_export_and_after_it_there_is_a_checkpoint(casus: Casus):
    casus.done("evidence", "checkpoint")
    file = str(casus.home / "seen.ndjson")
    casus.done("team", "add-professional", "harbour-table", "--name", "Z", "--partner", "pilots", "--role", "auditor")
    before = status(casus)
    casus.done("export", "fhir-audit", "-o", file, "--recipient", "police", "--as", "pilots-2")
    after = status(casus)
    assert after["size"] == after["head"] != before["size"], "who was given what is covered at once"


def test_after_an_erasure_there_is_a_checkpoint(casus: Casus):
    casus.done("team", "add-professional", "harbour-table", "--partner", "pilots", "--role", "privacy-officer", "--name", "Otto")
    casus.done("intake", "submit", "--question", "x", "--reason", "adrift", "--name", "Wilma Waterman")
    right = ready(casus)
    casus.done("evidence", "checkpoint")
    casus.done("next", CASE)
    assert status(casus)["due"] is False
    casus.done("rights", "erase", CASE, right, "--yes", "--as", OFFICER)
    assert status(casus)["after"] == 0


def test_an_erasure_that_no_checkpoint_covers_yet_makes_one_due(casus: Casus, monkeypatch: pytest.MonkeyPatch):
    """As where the run was killed before it signed, and as the follower sees it."""
    casus.done("team", "add-professional", "harbour-table", "--partner", "pilots", "--role", "privacy-officer", "--name", "Otto")
    casus.done("intake", "submit", "--question", "x", "--reason", "adrift", "--name", "Wilma Waterman")
    right = ready(casus)
    casus.done("evidence", "checkpoint")
    with monkeypatch.context() as broken:
        broken.setattr(Session, "cover", lambda _self: None)
        casus.done("rights", "erase", CASE, right, "--yes", "--as", OFFICER)
    assert status(casus)["due"] is True
    casus.done("projections", "follow", "--once", "--every", "0")
    assert status(casus)["after"] == 0


# --- whoever follows


def test_whoever_follows_makes_the_key_says_so_and_signs(anywhere: Casus):
    casus = set_up(anywhere)
    if casus.dsn:
        assert status(casus)["key"] is None, "the owner's own command makes none"
    said = casus.done("projections", "follow", "--once", "--every", "0")
    known = status(casus)
    assert (known["size"], known["problem"]) == (known["head"] if casus.dsn else known["size"], None)
    assert (str(known["key"]) in said.err) is bool(casus.dsn)
    assert "casusregie/" not in casus.done("projections", "follow", "--once", "--every", "0").err


def test_whoever_follows_signs_right_after_a_file_left(anywhere: Casus):
    casus = set_up(anywhere)
    casus.done("projections", "follow", "--once", "--every", "0")
    casus.done("team", "show", "harbour-table")
    casus.done("projections", "follow", "--once", "--every", "0")
    assert status(casus)["after"] >= 1, "nothing that can't wait"
    casus.done("evidence", "hand-out", "--recipient", "police", "-o", str(casus.home / "x"))
    casus.done("projections", "follow", "--once", "--every", "0")
    assert status(casus)["after"] == 0


def test_whoever_follows_without_the_key_says_why_and_follows_on(anywhere: Casus):
    casus = set_up(anywhere)
    casus.done("projections", "follow", "--once", "--every", "0")
    (casus.home / "signer.key").unlink()
    said = casus.done("projections", "follow", "--once", "--every", "0")
    assert "CASUS_SIGNER_FILE" in said.err
    assert {r["behind"] for r in casus.json("projections", "status")} == {0}


def test_what_holds_the_order_back_is_named_and_the_checkpoint_says_what_waits(postgres_database: str, tmp_path: Path):
    casus = set_up(Casus(tmp_path / "home", postgres_database))
    casus.done("projections", "follow", "--once", "--every", "0")
    with psycopg.connect(postgres_database) as other:
        other.execute("SELECT pg_current_xact_id()")
        casus.done("team", "show", "harbour-table")
        known = status(casus)
        assert (known["waiting"], known["held_by"]) == (1, other.info.backend_pid)
        assert str(other.info.backend_pid) in casus.done("evidence", "status").out
        asked = casus.done("--json", "evidence", "checkpoint").row
        assert (asked["size"], asked["waiting"]) == (known["head"], 2)
        other.rollback()
    assert status(casus)["waiting"] == 0


# --- what stands in the way undoes nothing


def _without_key(casus: Casus) -> str:
    (casus.home / "signer.key").unlink()
    return "signer-missing"


def _open_to_others(casus: Casus) -> str:
    (casus.home / "signer.key").chmod(0o644)
    return "signer-file-open-to-others"


def _no_place_outside(casus: Casus) -> str:
    shutil.rmtree(casus.home.with_name("home-ledger"))
    casus.home.with_name("home-ledger").touch()
    return "outside-not-a-folder"


def _damaged(casus: Casus) -> str:
    file = casus.home / "signer.key"
    file.write_text(file.read_text()[:60])
    return "signer-file-malformed"


def _forged(casus: Casus) -> str:
    [file] = casus.home.with_name("home-ledger").glob("*.checkpoint")
    lines = file.read_text().split("\n")
    lines[1] = str(int(lines[1]) + 1)
    file.write_text("\n".join(lines))
    return "outside-forged"


def _of_another_store(casus: Casus) -> str:
    other = Casus(casus.home.with_name("other"))
    set_up(other)
    shutil.copy(other.home / "signer.key", casus.home / "signer.key")
    return "signer-other-keys"


HARMS = [_without_key, _open_to_others, _no_place_outside, _damaged, _forged, _of_another_store]


@pytest.mark.parametrize(("harm", "lang"), list(zip(HARMS, ["nl", "en"] * 3, strict=True)))
def test_what_stands_in_the_way_is_said_with_its_mend_and_fails_nothing(
    casus: Casus, harm: Callable[[Casus], str], lang: Language
):
    code = harm(casus)
    casus.later(minutes=16)
    said = casus.done("--quiet", *SUBMIT, lang=lang)
    begins = Words(lang).get("output", "evidence", "not-signed-now").partition("{")[0]
    assert begins in said.err
    assert "HBR-2026-0001" in casus.done("cases").out
    known = status(casus)
    assert (known["problem"], known["signs"], known["due"]) == (code, False, True)
    asked = casus("evidence", "checkpoint", lang=lang)
    assert asked.code == 3
    assert begins not in asked.err, "why is said once"


@pytest.mark.parametrize(
    ("where", "error", "said"),
    [
        (Due, Refused("store-busy", path="x"), "No checkpoint was signed, and what was recorded stands."),
        (Evidence, KeyboardInterrupt(), "No checkpoint was signed: interrupted."),
        (Evidence, sqlite3.IntegrityError("x"), "what was recorded stands. The database failed (IntegrityError);"),
        (Evidence, OSError(28, "x"), "what was recorded stands. The system refused: No space left"),
    ],
    ids=["busy", "interrupted", "database", "system"],
)
def test_what_comes_in_between_while_it_is_signed_fails_nothing_either(
    casus: Casus, monkeypatch: pytest.MonkeyPatch, where: type, error: BaseException, said: str
):
    def fails(*_a: object, **_k: object) -> None:
        raise error

    casus.later(minutes=16)
    with monkeypatch.context() as broken:
        broken.setattr(where, "now" if where is Due else "checkpoint", fails)
        result = casus.done(*SUBMIT)
    assert said in result.err
    assert status(casus)["due"] is True
    casus.done("cases")
    assert status(casus)["after"] == 0


def test_a_folder_that_can_be_written_again_goes_on_as_before(casus: Casus):
    outside = casus.home.with_name("home-ledger")
    kept = {file.name: file.read_bytes() for file in outside.iterdir()}
    _no_place_outside(casus)
    casus.later(minutes=16)
    before = status(casus)["size"]
    casus.done("team", "show", "harbour-table")
    assert status(casus)["size"] == before, "one that is not kept outside is not signed"
    outside.unlink()
    outside.mkdir(mode=0o700)
    for name, content in kept.items():
        (outside / name).write_bytes(content)
    casus.done("team", "show", "harbour-table")
    known = status(casus)
    assert known["size"] == known["outside"] == known["head"]


# --- an older backup put back


def put_back_an_older_one(casus: Casus) -> Casus:
    """A store put back from a backup of before its last checkpoint, with the same key and the same folder outside."""
    files = ("--events", str(casus.home / "events"), "--keys", str(casus.home / "keys"))
    casus.done("store", "backup", *files)
    for _ in range(8):
        casus.done(*SUBMIT)
    casus.done("evidence", "checkpoint")
    there = Casus(casus.home.with_name("there"), clock=casus.clock)
    there.home.mkdir(mode=0o700)
    for name in ("master.key", "signer.key"):
        shutil.copy(casus.home / name, there.home)
    outside = casus.home.with_name("there-ledger")
    shutil.copytree(casus.home.with_name("home-ledger"), outside)
    there.done("store", "restore", *files, "--yes")
    there.done("rights", "replay-ledger", "--no-ledger", "--yes")
    return there


def test_an_older_backup_put_back_is_noticed_and_nothing_is_signed(casus: Casus):
    there = put_back_an_older_one(casus)
    there.later(minutes=16)
    said = there.done("cases")
    assert "begin-anew" in said.err
    assert status(there)["problem"] == "evidence-cut-off"
    assert there("evidence", "checkpoint").code == 3
    for _ in range(30):  # more than was lost: the log is as long again, and another one
        there.done("team", "show", "harbour-table")
    assert status(there)["problem"] in ("evidence-inconsistent", "evidence-gap")
    assert there("evidence", "checkpoint").code == 3


def test_a_log_can_be_begun_anew_openly(casus: Casus):
    casus.done("evidence", "hand-out", "--recipient", "police", "-o", str(casus.home / "old.checkpoint"))
    there = put_back_an_older_one(casus)
    old = there.done("evidence", "key").out.strip()
    refused = there("evidence", "begin-anew", "--reason", "backup-put-back")
    assert (refused.code, "--yes" in refused.err) == (3, True)
    assert there.done("evidence", "key").out.strip() == old
    begun = there.done("--json", "evidence", "begin-anew", "--reason", "backup-put-back", "--yes").row
    assert begun["key"] != old
    known = status(there)
    assert (known["problem"], known["origin"]) == (None, begun["origin"])
    assert [row["key"] for row in there.json("evidence", "key")] == [old, begun["key"]]
    assert old.startswith(known["anew"]["former"] + "+")
    assert known["anew"]["reason"] == "backup-put-back"
    assert 0 < known["anew"]["fits"] < known["outside"]
    said = there.done("evidence", "status").out + there.done("evidence", "list").out
    assert said.count(f"fit up to place {known['anew']['fits']};") == 2
    assert [(row["recipient"], row["former"]) for row in known["handed_out"]] == [("police", True)]
    there.done("evidence", "hand-out", "--recipient", "police", "-o", str(there.home / "new.checkpoint"))
    listed = there.json("evidence", "list", "--handed-out")
    assert [(row["recipient"], row["former"]) for row in listed] == [("police", True), ("police", False)]
    aside = [f.name for f in casus.home.with_name("there-ledger").glob("*.before-*.checkpoint")]
    assert len(aside) == 1, "what shows that something was lost stays"
    with open_store(StoreConfig(there.home)) as store:
        events = [store.load(stream)[0].event for stream in store.streams(PREFIX)]
    asked = [e for e in events if isinstance(e, Disclosed) and e.what == "evidence-begin-anew"]
    assert len(asked) == 1, "what was not confirmed was not done"


def test_beginning_anew_is_not_for_who_follows_what_happened(casus: Casus):
    casus.done("team", "add-professional", "harbour-table", "--name", "Z", "--partner", "pilots", "--role", "auditor")
    before = casus.done("evidence", "key").out
    assert casus("evidence", "begin-anew", "--reason", "backup-put-back", "--yes", "--as", "pilots-2").code == 3
    assert casus.done("evidence", "key").out == before
