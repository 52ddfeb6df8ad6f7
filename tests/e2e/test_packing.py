"""A case as a pack, from the keyboard: for whom, what is stored of it, and what somebody with nothing of ours finds in it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import cryptography
import pytest

from domain.disclosure import PREFIX
from domain.events.access import Disclosed
from infra.evidence.pack import packing, verify
from infra.store import StoreConfig, open_store
from infra.texts import Language
from tests.e2e.conftest import Casus, set_up

CASE, QUESTION, NAME = "HBR-2026-0001", "The mooring is loose", "Wilma Waterman"
COORDINATOR, DECKHAND, OFFICER, AUDITOR = "pilots-1", "seamens-home-1", "pilots-2", "pilots-3"
GUARD = """
import importlib.abc, runpy, sys

class Guard(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        theirs = top in ("cryptography", "_cffi_backend", "cffi") or top.startswith("_sysconfigdata")
        if top not in sys.stdlib_module_names and not theirs:
            raise ImportError("only the standard library and cryptography: " + name)

sys.meta_path.insert(0, Guard())
sys.path.append(sys.argv.pop(1))
sys.argv.pop(0)
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs a program that may import the standard library and `cryptography`, and nothing else."""


@pytest.fixture
def table(empty: Casus) -> Casus:
    """A table with somebody of each function that packs or may not, and a case. For logins on a server see the house's tests."""
    casus = set_up(empty)
    add = ("team", "add-professional", "harbour-table", "--name", "Somebody", "--partner")
    casus.done(*add, "seamens-home", "--role", "deckhand")
    for role in ("privacy-officer", "auditor"):
        casus.done(*add, "pilots", "--role", role)
    casus.done("intake", "submit", "--question", QUESTION, "--reason", "adrift", "--name", NAME)
    return casus


def file_of(casus: Casus, name: str) -> Path:
    return casus.home.parent / name


def packed(casus: Casus, *words: str, who: str = COORDINATOR, name: str = "pack.zip", **how: Any) -> dict[str, Any]:
    return casus.done(
        "--json", "evidence", "pack", CASE, "-o", str(file_of(casus, name)), "--yes", "--as", who, *words, **how
    ).row


def guarded(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    site = str(Path(cryptography.__file__).parents[1])
    line = [sys.executable, "-I", "-S", "-c", GUARD, site, *words]
    return subprocess.run(line, cwd=folder, env={}, capture_output=True, text=True, check=False)


def proved(casus: Casus, *words: str, name: str = "pack.zip") -> list[dict[str, Any]]:
    """What somebody with nothing of ours finds in a file: each event, and the verdict last."""
    with zipfile.ZipFile(file_of(casus, name)) as file:
        folder = file_of(casus, f"{name}.open")
        file.extractall(folder)
    run = guarded(folder, "verify.py", "pack.json", "--json", *words)
    assert run.returncode == 0, (run.stdout[-2000:], run.stderr[-2000:])
    return [json.loads(line) for line in run.stdout.splitlines()]


def texts(rows: list[dict[str, Any]]) -> set[str]:
    return {text.get("text") or text["withheld"] for row in rows[:-1] for text in row["texts"].values()}


def disclosures(casus: Casus) -> list[Disclosed]:
    """All acts of seeing, in their order."""
    with open_store(StoreConfig(casus.home, casus.dsn)) as store:
        records = [r for r in store.after(0, 100_000) if r.stream.startswith(PREFIX)]
    return [r.event for r in records if isinstance(r.event, Disclosed)]


def last_exported(casus: Casus) -> Disclosed:
    return [d for d in disclosures(casus) if d.outcome == "exported"][-1]


def test_an_auditor_checks_a_case_against_the_checkpoint_they_were_given(table: Casus):
    held = file_of(table, "january.txt")
    table.done("evidence", "hand-out", "--to", AUDITOR, "-o", str(held))
    table.later(days=30)
    table.done("triage", "assess", CASE, "storm", "--met", "--motivation", "Seen")
    told = packed(table, "--since", str(held), who=AUDITOR)
    assert (told["opened"], told["withheld"], told["not_asked"]) == (0, 0, 3)
    key = table.done("evidence", "key").out.strip()
    rows = proved(table, "--checkpoint", str(held), "--key", key)
    assert (rows[-1]["verdict"], rows[-1]["mind"], rows[-1]["last"]) == ("holds", [], 3)
    assert 0 < rows[-1]["since"] < rows[-1]["size"] == told["size"]
    assert texts(rows) == {"not-asked"}
    assert proved(table, "--known-at", "2026-12-01")[-1]["shown"] == 2


def test_each_sees_of_the_texts_what_they_may(table: Casus):
    packed(table, "--texts")
    assert texts(proved(table)) == {QUESTION, NAME}
    packed(table, "--texts", who=AUDITOR)
    assert texts(proved(table)) == {"role"}
    packed(table, "--texts", who=OFFICER)
    assert texts(proved(table)) == {"role"}
    for who in (COORDINATOR, AUDITOR):
        data = (packed(table, who=who), file_of(table, "pack.zip").read_bytes())[1]
        assert QUESTION.encode() not in data
        assert NAME.encode() not in data


def test_who_may_not_gets_no_file_and_that_is_stored(table: Casus):
    for who in (DECKHAND, "navy-1"):
        result = table("evidence", "pack", CASE, "-o", str(file_of(table, "pack.zip")), "--as", who)
        assert (result.code, result.out) == (3, "")
    assert not file_of(table, "pack.zip").exists()
    assert [d.outcome for d in disclosures(table)][-2:] == ["denied", "denied"]
    assert table("evidence", "pack", "HBR-2026-0009", "-o", str(file_of(table, "pack.zip"))).code == 4


def test_what_leaves_is_stored_with_whom_it_is_for_and_its_digest(table: Casus):
    told = packed(table, "--texts", "--recipient", "municipal-audit")
    assert (told["opened"], told["withheld"], told["not_asked"]) == (2, 0, 0)
    data = file_of(table, "pack.zip").read_bytes()
    stored = last_exported(table)
    assert stored.digest == told["digest"] == hashlib.sha256(data).hexdigest()
    assert (stored.recipient, stored.of, stored.what, stored.seen_version) == ("municipal-audit", CASE, "export-case", 2)
    assert set(stored.fields) == {"1.question", "2.name"}
    packed(table, who=AUDITOR)
    stored = last_exported(table)
    assert (stored.recipient, stored.what, stored.fields) == (AUDITOR, "evidence-pack", ())


def test_nothing_leaves_when_that_can_not_be_stored(table: Casus, monkeypatch: pytest.MonkeyPatch):
    from domain.refusal import Refused
    from infra.store.store import Store

    whole = Store.disclose

    def refusing(self: Store, event: Any, header: Any) -> str:
        if event.outcome == "exported":
            raise Refused("store-full")
        return whole(self, event, header)

    monkeypatch.setattr(Store, "disclose", refusing)
    assert table("evidence", "pack", CASE, "-o", str(file_of(table, "pack.zip"))).code == 3
    assert list(file_of(table, "").glob("*.zip")) == []


@pytest.mark.parametrize("how", [(), ("--texts",), ("--with-access",)])
def test_the_same_place_gives_the_same_file(table: Casus, how: tuple[str, ...]):
    told = packed(table, *how, who=OFFICER)
    first = file_of(table, "pack.zip").read_bytes()
    table.done("triage", "assess", CASE, "storm", "--met", "--motivation", "Seen")
    again = packed(table, "--place", str(told["place"]), *how, who=OFFICER, name="again.zip")
    assert file_of(table, "again.zip").read_bytes() == first
    assert again["digest"] == told["digest"]
    assert packed(table, *how, who=OFFICER, name="later.zip")["digest"] != told["digest"]


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_file_that_its_own_verifier_does_not_read_is_told_of(table: Casus, monkeypatch: pytest.MonkeyPatch, lang: Language):
    place = str(packed(table, who=OFFICER, lang=lang)["place"])
    path = file_of(table, "pack.zip")
    line = ("evidence", "pack", CASE, "-o", str(path), "--yes", "--as", OFFICER, "--place", place)
    size = path.stat().st_size
    assert verify.LIMIT == 64 * 1024 * 1024, "docs/reference/pack.md says so"
    for limit, told, code in ((size, False, 0), (size - 1, True, 2)):
        monkeypatch.setattr(verify, "LIMIT", limit)
        err = table.done(*line, lang=lang).err
        assert ("0 MB" in err, "`--place`" in err, "--with-access" in err) == (told, told, False)
        assert verify.main([str(path), "--json"]) == code, "the warning is of what the verifier refuses"
    err = table.done("--json", *line, "--texts", "--with-access", lang=lang).err
    assert ("without" if lang == "en" else "zonder") + " `--with-access`, `--texts`" in err
    assert ("can't check it" if lang == "en" else "niet nagaan") in err


def test_who_saw_it_goes_along_for_who_may_know(table: Casus):
    table.done("show", CASE)
    table.done("cases")
    table.done("intake", "submit", "--question", "Another", "--reason", "adrift", "--name", "Nobody Else")
    table.done("cases")
    packed(table, "--with-access", who=AUDITOR)
    rows = proved(table)
    seen = [row for row in rows[:-1] if row["topic"] == verify.DISCLOSED]
    assert {row["facts"]["what"] for row in seen if "facts" in row} >= {"show", "cases", "evidence-pack"}
    assert [row["withheld"] for row in seen if "facts" not in row] == [{"withheld": "other-cases"}]
    unread = [row["place"] for row in seen if "facts" not in row]
    assert (rows[-1]["verdict"], rows[-1]["withheld"]) == ("holds-but-withheld", unread)
    assert b"HBR-2026-0002" not in file_of(table, "pack.zip").read_bytes()
    assert table("evidence", "pack", CASE, "--with-access", "-o", str(file_of(table, "no.zip"))).code == 3


def test_of_who_was_erased_the_pack_says_where(table: Casus):
    table.done("triage", "decline", CASE, "--reason", "It is calm")
    said = table.done("evidence", "pack", CASE, "-o", str(file_of(table, "pack.zip")), "--yes").out
    assert ("3 text(s) not asked for (`--texts`)" in said, "0 withheld" in said) == (True, False)
    before = packed(table, "--texts")
    asked = ("--as", OFFICER)
    right = table.json("rights", "request", CASE, "--kind", "erasure", "--wish", "Forget me", *asked)[0]["events"][0]["facts"][
        "right"
    ]
    table.done("rights", "decide", CASE, right, "--outcome", "granted", "--reason", "Nothing is owed", *asked)
    table.done("rights", "confirm", CASE, right, *asked)
    table.done("rights", "erase", CASE, right, *asked, "--yes")
    packed(table, name="facts.zip")
    assert texts(proved(table, name="facts.zip")) == {"erased"}
    packed(table, "--texts", name="after.zip")
    rows = proved(table, name="after.zip")
    where = {t["by"] for row in rows[:-1] for t in row["texts"].values() if t.get("withheld") == "erased"}
    assert where == {row["place"] for row in rows[:-1] if row["topic"] == "case.rights.subject-erased"}
    assert NAME.encode() not in file_of(table, "after.zip").read_bytes()
    assert NAME in texts(proved(table)), "what left before still shows what it showed, and still holds"
    packed(table, "--texts", "--place", str(before["place"]), name="then.zip")
    assert texts(proved(table, name="then.zip")) == {"erased-since"}


def test_what_was_known_at_a_moment(table: Casus):
    known = table.moment()
    table.later(days=1)
    table.done("triage", "assess", CASE, "storm", "--met", "--motivation", "Seen")
    told = packed(table, "--known-at", known)
    assert told["later"] == packed(table, "--place", str(told["place"]))["later"] == [], "what was not asked for does not wait"
    last = proved(table, "--known-at", known)[-1]
    assert (last["last"], last["mind"]) == (2, ["own-key", "no-since", "known-ends"])
    packed(table)
    assert proved(table)[-1]["last"] == 3
    last = proved(table, "--known-at", known)[-1]
    assert (last["shown"], last["mind"]) == (2, ["own-key", "no-since"])


def test_it_refuses_what_can_not_be(table: Casus):
    to = ("-o", str(file_of(table, "pack.zip")))
    ask = ("evidence", "pack", CASE, *to)
    assert table(*ask, "--place", "1", "--known-at", "2026-01-01").code == 2
    assert "--known-at" in table(*ask, "--place", "1", "--known-at", "2026-01-01").err
    for words, said in (
        (("--place", "99999"), "99999"), (("--place", "1"), "no event up to place 1"), (("--place", "0"), "from 1"),
        (("--since", str(file_of(table, "none"))), "no such file"), (("--known-at", "2020-01-01"), "no event up to place 0"),
    ):  # fmt: skip
        result = table(*ask, *words)
        assert (result.code, said in result.err) == (3, True), (words, result)
    before = len(disclosures(table))
    malformed = table(*ask, "--recipient", "The Auditor of 2026")
    assert (malformed.code, "--recipient: this does not look like a code: small letters" in malformed.err) == (2, True)
    assert len(disclosures(table)) == before, "nothing was read for it"
    (nonsense := file_of(table, "nonsense")).write_bytes(b"\xff\n")
    assert table(*ask, "--since", str(nonsense)).code == 3
    assert not file_of(table, "pack.zip").exists()


@pytest.mark.parametrize(("lang", "word"), [("en", "## Check it"), ("nl", "## Controleer het")])
def test_the_page_that_goes_along_is_in_the_language_that_was_chosen(table: Casus, lang: Any, word: str):
    told = packed(table, lang=lang)
    with zipfile.ZipFile(file_of(table, "pack.zip")) as file:
        page = file.read("README.md").decode()
    assert word in page
    assert CASE in page
    assert str(told["size"]) in page
    assert hashlib.sha256(packing.verifier()).hexdigest() in page
    assert "<" not in page.replace("<case>", "!")


def test_the_verifier_is_to_be_had_by_itself(table: Casus):
    table.done("evidence", "verifier", "-o", str(file_of(table, "verify.py")))
    assert file_of(table, "verify.py").read_bytes() == packing.verifier() == table.done("evidence", "verifier").out.encode()
    [row] = table.json("evidence", "verifier")
    assert hashlib.sha256(row["verifier"].encode()).hexdigest() == row["digest"]


def test_the_guard_lets_nothing_else_in(tmp_path: Path):
    """The control: a verifier that needs something of ours does not run under it."""
    (tmp_path / "needs.py").write_text("import click\n", encoding="utf-8")
    run = guarded(tmp_path, "needs.py")
    assert run.returncode == 1
    assert "only the standard library and cryptography: click" in run.stderr
