"""Rights and keys from the keyboard: a copy, an erasure to the end, keys changed by two persons' act, a backup put back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from infra.erasing.carrying_out import Erasing
from tests.e2e.conftest import Casus

CASE, TEAM, OFFICER = "HBR-2026-0001", "harbour-table", "pilots-2"
NAME, QUESTION, WISH, WHY = "Wilma Waterman", "The mooring is loose", "Forget my boat", "Nothing is owed"
PLANTED = (NAME, QUESTION, WISH, WHY)
LANGUAGES = ("en", "nl")


@pytest.fixture
def officer(casus: Casus) -> Casus:
    """A case, and a privacy officer for whom things are entered."""
    casus.done("team", "add-professional", TEAM, "--partner", "pilots", "--role", "privacy-officer", "--name", "Otto Officer")
    casus.done("intake", "submit", "--question", QUESTION, "--reason", "adrift", "--name", NAME)
    return casus


def as_officer(casus: Casus, *args: str) -> list[dict[str, object]]:
    return casus.json(*args, "--as", OFFICER)


def asked(casus: Casus, kind: str, *, outcome: str = "granted") -> str:
    [made] = as_officer(casus, "rights", "request", CASE, "--kind", kind, "--wish", WISH)
    right = str(made["events"][0]["facts"]["right"])  # type: ignore[index]
    as_officer(casus, "rights", "decide", CASE, right, "--outcome", outcome, "--reason", WHY)
    return right


def ready(casus: Casus) -> str:
    """An erasure that may begin."""
    casus.done("triage", "decline", CASE, "--reason", "It is calm")
    right = asked(casus, "erasure")
    as_officer(casus, "rights", "confirm", CASE, right)
    return right


# --- a copy


def test_a_subject_gets_all_that_is_held_of_them_once_it_was_granted(officer: Casus):
    refused = officer("rights", "copy", CASE, "--as", OFFICER)
    assert refused.code == 3
    assert "casus rights request" in refused.err
    asked(officer, "access")
    result = officer.done("rights", "copy", CASE, "--as", OFFICER)
    texts = {(row["topic"], row["field"]): row["text"] for row in result.rows}
    assert texts["case.intake.submitted", "question"] == QUESTION
    assert texts["case.intake.subject-identified", "name"] == NAME
    assert texts["case.rights.requested", "wish"] == WISH
    assert all(row["withheld"] is None for row in result.rows)
    assert "15" in result.err, "what is about somebody else is to be looked for"


def test_the_copy_names_no_staff_until_two_persons_decided_so(officer: Casus):
    asked(officer, "access")

    def facts() -> dict[str, object]:
        rows = officer.done("rights", "copy", CASE, "--as", OFFICER).rows
        assert {row["organisation"] for row in rows} == {"pilots"}, "organisations stay"
        assert "login" not in {name for row in rows for name in row["facts"]}, "a login is told to nobody"
        return next(row["facts"] for row in rows if row["topic"] == "case.intake.submitted")

    assert "holder" not in facts()
    unmask = ("--act", "unmask", "--case", CASE, "--professional", "pilots-1", "--reason", "Her rights can't do without")
    as_officer(officer, "custody", "request", TEAM, *unmask)
    assert "holder" not in facts(), "asked is not decided"
    officer.done("custody", "confirm", TEAM, "K1")
    assert facts()["holder"] == "pilots-1"
    assert "access-staff" in {r["what"] for r in as_officer(officer, "access", "log", "--case", CASE)}


def test_the_copy_is_an_export_that_is_stored(officer: Casus):
    asked(officer, "access")
    officer.done("rights", "copy", CASE, "--as", OFFICER)
    exported = [r for r in as_officer(officer, "access", "log", "--case", CASE) if r["outcome"] == "exported"]
    assert [(r["what"], r["recipient"]) for r in exported] == [("rights-copy", "s1")]


def test_who_is_no_privacy_officer_gets_no_copy_and_decides_nothing(officer: Casus):
    asked(officer, "access")
    for args in (("copy", CASE), ("decide", CASE, "Q1", "--outcome", "refused", "--reason", "No")):
        result = officer("rights", *args)
        assert (result.code, result.out) == (3, ""), args


def test_a_copy_is_of_one_subject_alone(officer: Casus):
    officer.done("intake", "note-subject", CASE, "--kind", "child", "--name", "Kim Waterman")
    asked(officer, "access")
    out = officer.done("rights", "copy", CASE, "--subject", "s1", "--as", OFFICER).out
    assert "Kim" not in out
    assert officer("rights", "copy", CASE, "--subject", "s2", "--as", OFFICER).code == 3
    assert officer("rights", "copy", CASE, "--subject", "s7", "--as", OFFICER).code == 4


def test_the_words_of_a_request_are_for_who_decides_it(officer: Casus):
    asked(officer, "access", outcome="partly")
    [row] = as_officer(officer, "rights", "list", CASE)
    assert (row["right"], row["state"], row["said"]) == ("Q1", "partly", [WISH, WHY])
    officer.done("team", "add-professional", TEAM, "--partner", "pilots", "--role", "auditor", "--name", "Ada Auditor")
    told = officer("rights", "list", CASE, "--as", "pilots-3")
    assert not [p for p in PLANTED if p in told.out]


# --- frozen


def test_frozen_is_neither_read_nor_added_to_until_that_is_lifted(officer: Casus):
    right = asked(officer, "restriction")
    assert QUESTION in officer.done("show", CASE).out
    as_officer(officer, "rights", "restrict", CASE, "--right", right, "--reason", WHY)
    assert "Frozen:" in officer.done("show", CASE).out
    for args in (("show", CASE), ("trail", CASE, "--texts"), ("replay", CASE, "--all", "--texts"), ("next", CASE)):
        result = officer(*args)
        assert not [p for p in PLANTED if p in result.out + result.err], args
    refused = officer("intake", "supplement", CASE, "--text", "More about it")
    assert (refused.code, refused.out) == (3, "")
    officer.done("correcting", "state", CASE, "--statement", "It was never loose", "--as", OFFICER)
    as_officer(officer, "rights", "lift-restriction", CASE, "--told", "2026-11-22", "--reason", WHY)
    assert QUESTION in officer.done("show", CASE).out
    officer.done("intake", "supplement", CASE, "--text", "More about it")


def test_frozen_for_a_child_the_rest_goes_on(officer: Casus):
    officer.done("intake", "note-subject", CASE, "--kind", "child", "--name", "Kim Waterman")
    as_officer(officer, "rights", "restrict", CASE, "--subject", "s2", "--reason", WHY)
    shown = officer.done("show", CASE).out
    assert QUESTION in shown
    assert "Kim" not in shown
    assert officer("intake", "supplement", CASE, "--text", "About the child", "--about", "s2").code == 3
    officer.done("intake", "supplement", CASE, "--text", "About the resident")


# --- an erasure


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_erasure_is_done_to_the_end_and_says_so(officer: Casus, lang: str):
    right = ready(officer)
    unsure = officer("rights", "erase", CASE, right, "--as", OFFICER)
    assert (unsure.code, unsure.err.startswith("rights erase ")) == (3, True), "it asks before it begins, as it is typed"
    done = officer.done("rights", "erase", CASE, right, "--yes", "--as", OFFICER, lang=lang)
    assert CASE in done.out
    assert "casus keys rotate" in done.err
    [row] = as_officer(officer, "rights", "status")
    assert (row["number"], row["subject"], row["state"], row["missing"], row["rotated"]) == (CASE, "s1", "done", None, False)
    for command in ("show", "trail"):
        shown = officer.done(command, CASE, *(["--texts"] if command == "trail" else []), lang=lang)
        assert not [p for p in PLANTED if p in shown.out]
        assert ("[erased]" if lang == "en" else "[gewist]") in shown.out


def test_replayed_a_text_that_is_gone_names_the_entry_by_which_it_went(officer: Casus):
    officer.done("intake", "note-subject", CASE, "--kind", "child", "--name", "Kim Waterman")
    right = ready(officer)
    assert "question: - → (text)" in officer.done("replay", CASE, "--all").out.replace("questions", "question")
    as_json = officer.done("--json", "replay", CASE, "--until", "2").out
    officer.done("rights", "erase", CASE, right, "--yes", "--as", OFFICER)
    [entry] = [r["version"] for r in officer.json("trail", CASE) if r["topic"] == "case.rights.subject-erased"]
    told = [officer.done("replay", CASE, "--all", *until).out for until in (("--until", "2"), ("--until", "3"), ())]
    assert all(f"(text, erased by entry {entry})" in each for each in told)
    assert "name (text)" in told[-1], "the child's is there"
    assert f"gewist met vastlegging {entry})" in officer.done("replay", CASE, "--all", lang="nl").out
    assert officer.done("--json", "replay", CASE, "--until", "2").out == as_json


def test_one_login_for_two_persons_is_said_and_kept(officer: Casus):
    officer.done("triage", "decline", CASE, "--reason", "It is calm")
    right = asked(officer, "erasure")
    result = officer.done("rights", "confirm", CASE, right, "--as", OFFICER)
    assert "one person's act" in result.err
    [confirmed] = [r for r in officer.json("trail", CASE) if r["topic"] == "case.rights.confirmed"]
    assert confirmed["facts"]["alone"] is True


def test_nothing_of_who_was_erased_is_said_or_left_in_the_clear(officer: Casus, tmp_path: Path):
    right = ready(officer)
    done = officer("--verbose", "rights", "erase", CASE, right, "--yes", "--as", OFFICER)
    ledger = officer.home.with_name(f"{officer.home.name}-ledger") / "erasures.jsonl"
    written = [done.out, done.err, ledger.read_text()]
    written += [path.read_bytes().decode("latin-1") for path in officer.home.iterdir() if path.suffix != ".toml"]
    assert not [p for p in PLANTED for text in written if p in text]


def test_broken_off_the_same_command_goes_on_and_status_says_how_far(officer: Casus, monkeypatch: pytest.MonkeyPatch):
    right = ready(officer)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Erasing, "_tokens", killed)
    assert officer("rights", "erase", CASE, right, "--yes", "--as", OFFICER).code == 130
    monkeypatch.undo()
    [row] = as_officer(officer, "rights", "status")
    assert (row["state"], row["missing"]) == ("incomplete", "tokens")
    assert [s["what"] for s in officer.json("signals", "--kind", "overdue") if s["number"] == CASE] == ["erasure"]
    [next_] = [n for n in officer.json("next", CASE) if n["command"] == "rights.erase"]
    assert next_["why"] == "erasure-unfinished"
    as_officer(officer, "rights", "erase", CASE, right, "--yes")
    [row] = as_officer(officer, "rights", "status")
    assert row["state"] == "done"
    assert not [s for s in officer.json("signals") if s["what"] == "erasure"]


def test_from_its_beginning_on_nothing_is_shown_though_the_key_is_still_there(officer: Casus, monkeypatch: pytest.MonkeyPatch):
    as_officer(officer, "rights", "carry-out", CASE, asked(officer, "access"))
    right = ready(officer)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    officer.done("access", "break-glass", CASE, "--reason", "It sinks", "--as", outsider(officer))
    assert "review-glass" in officer("rights", "erase", CASE, right, "--yes", "--as", OFFICER).err
    as_officer(officer, "access", "review-glass", CASE, "BG1", "--justified", "--why", "It sank")
    monkeypatch.setattr(Erasing, "_keys", killed)
    assert officer("rights", "erase", CASE, right, "--yes", "--as", OFFICER).code == 130
    looks = [("show", CASE), ("trail", CASE, "--texts")]
    for args in (*looks, ("rights", "list", CASE, "--as", OFFICER), ("rights", "copy", CASE, "--as", OFFICER)):
        assert not [p for p in PLANTED if p in officer.done(*args).out], args
    for args in looks:
        assert not [p for p in PLANTED if p in officer.done(*args, "--as", "tugs-1").out], args


def outsider(casus: Casus) -> str:
    """Somebody of the table who is not in the case."""
    casus.done("team", "admit-partner", TEAM, "tugs", "--column", "care")
    casus.done("team", "add-professional", TEAM, "--partner", "tugs", "--role", "deckhand", "--name", "Tom Touw")
    casus.done("team", "sign-sharing", TEAM)
    return "tugs-1"


def test_broken_glass_does_not_erase(officer: Casus):
    right = ready(officer)
    officer.done("access", "break-glass", CASE, "--reason", "It sinks", "--as", outsider(officer))
    assert officer("rights", "erase", CASE, right, "--yes", "--as", "tugs-1").code == 3
    assert as_officer(officer, "rights", "status") == []


# --- keys


def test_keys_are_changed_once_it_was_asked_for_and_confirmed(officer: Casus):
    right = ready(officer)
    as_officer(officer, "rights", "erase", CASE, right, "--yes")
    rotate = ("keys", "rotate", "--team", TEAM, "--yes", "--as", OFFICER)
    assert "casus custody request" in officer(*rotate).err
    as_officer(officer, "custody", "request", TEAM, "--act", "rotate-keys", "--reason", "Somebody was erased")
    assert "casus custody confirm" in officer(*rotate).err
    [before] = as_officer(officer, "keys", "status")
    officer.done("custody", "confirm", TEAM, "K1")
    officer.later(minutes=1)
    [done] = as_officer(officer, *rotate[:-2])
    assert (done["custody"], done["version"]) == ("K1", 2)
    [after] = as_officer(officer, "keys", "status")
    assert (before["version"], after["version"], after["current"], after["in_file"]) == (1, 2, True, True)
    [act] = as_officer(officer, "custody", "list", TEAM)
    assert (act["state"], act["alone"]) == ("done", True)
    [row] = as_officer(officer, "rights", "status")
    assert row["rotated"] is True
    assert officer(*rotate).code == 3, "an act is carried out once"


# --- a backup put back


def test_a_store_put_back_is_not_served_until_the_ledger_was_replayed(officer: Casus, tmp_path: Path):
    right = ready(officer)
    for name in ("casus.db", "keys.db"):
        shutil.copy(officer.home / name, tmp_path / name)
    as_officer(officer, "rights", "erase", CASE, right, "--yes")
    for name in ("casus.db", "keys.db"):
        shutil.copy(tmp_path / name, officer.home / name)
    for args in (("show", CASE), ("cases",), ("intake", "submit", "--question", "x", "--reason", "adrift", "--name", "y")):
        refused = officer(*args)
        assert (refused.code, refused.out) == (3, ""), args
        assert "casus rights replay-ledger" in refused.err
    [row] = as_officer(officer, "rights", "status")
    assert row["state"] == "incomplete"
    asked = officer("rights", "replay-ledger")
    assert (asked.code, CASE in asked.err) == (3, True), "it asks first, and names the case that the ledger alone speaks of"
    [again] = officer.json("rights", "replay-ledger", "--yes")
    assert (again["number"], again["subject"], again["state"]) == (CASE, "s1", "done")
    assert NAME not in officer.done("show", CASE).out
    [row] = as_officer(officer, "rights", "status")
    assert row["state"] == "done"
    assert officer.json("rights", "replay-ledger", "--yes") == []


def test_where_the_ledger_stands_can_be_said(officer: Casus, tmp_path: Path):
    right = ready(officer)
    elsewhere = tmp_path / "elsewhere" / "ledger.jsonl"
    officer.done("rights", "erase", CASE, right, "--yes", "--as", OFFICER, CASUS_LEDGER=str(elsewhere))
    assert json.loads(elsewhere.read_text())["stream"] == CASE
    (officer.home / "config.toml").write_text(f'ledger = "{elsewhere}"\n')
    [row] = as_officer(officer, "rights", "status")
    assert row["state"] == "done"
