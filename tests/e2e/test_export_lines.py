"""The whole store as JSON Lines: written by who keeps the store, told in the log, and put back with who was erased erased."""

from __future__ import annotations

import gzip
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Casus
from tests.e2e.test_back_up_and_restore import (
    GONE,
    QUESTION,
    STAYS,
    Office,
    office,  # noqa: F401 - a fixture
    shown,
)


def written(of: Office, path: Path, *more: str) -> dict[str, Any]:
    [told] = of.done("export", "jsonl", "--recipient", "archive", "-o", str(path), *more)
    return told


def test_it_is_said_who_took_it_for_whom_and_with_which_digest(office: Office, tmp_path: Path):  # noqa: F811
    told = written(office, tmp_path / "all.jsonl.gz")
    assert told["digest"] == sha256((tmp_path / "all.jsonl.gz").read_bytes()).hexdigest()
    last = json.loads(gzip.decompress((tmp_path / "all.jsonl.gz").read_bytes()).splitlines()[-1])
    assert (last["checkpoint"]["size"], last["checkpoint"]["root"]) == (told["place"], told["root"])
    row = [r for r in office.decided("access", "log") if r["what"] == "export-jsonl" and r["outcome"] == "exported"][-1]
    assert (row["recipient"], row["digest"]) == ("archive", told["digest"])
    assert f"{(tmp_path / 'all.jsonl.gz').stat().st_mode & 0o777:o}" == "600"


def test_the_same_place_gives_the_same_file(office: Office, tmp_path: Path):  # noqa: F811
    first = written(office, tmp_path / "first.jsonl")
    office.done("show", office.other)
    assert written(office, tmp_path / "second.jsonl")["place"] > first["place"]
    again = written(office, tmp_path / "again.jsonl", "--place", str(first["place"]))
    assert (again["place"], again["digest"]) == (first["place"], first["digest"])


def test_no_text_and_no_name_is_in_it(office: Office, tmp_path: Path):  # noqa: F811
    written(office, tmp_path / "all.jsonl")
    held = (tmp_path / "all.jsonl").read_text(encoding="utf-8")
    for secret in (GONE, QUESTION, STAYS, "No berth", "Otto Officer", "Wanda Planted"):
        assert secret not in held


def test_it_comes_back_with_who_was_erased_erased_and_who_saw_what(office: Office, tmp_path: Path):  # noqa: F811
    office.done("show", office.other)
    office.erase()
    _, keys = office.back_up("new")
    told = written(office, tmp_path / "all.jsonl.gz")
    there = office.elsewhere(tmp_path, "there")
    result = there(
        "--json", "store", "restore", "--events", str(tmp_path / "all.jsonl.gz"), "--keys", str(keys), "--yes",
        CASUS_LEDGER=office.ledger,
    )  # fmt: skip
    assert result.code == 0, result
    assert result.row["checkpoint"]["root"] == told["root"]
    assert str(told["root"]) in result.err, "to be held against one that was handed out"
    text = shown(there, office.erased, CASUS_LEDGER=office.ledger)
    assert "[erased]" in text
    assert QUESTION not in text
    assert STAYS in shown(there, office.other, CASUS_LEDGER=office.ledger)
    as_officer = () if office.server else ("--as", "pilots-2")
    before = [r for r in office.decided("access", "log") if r["place"] <= told["place"]]
    after = [r for r in log_of(there, office, as_officer) if r["place"] <= told["place"]]
    assert after == before
    assert {"show", "store-backup"} <= {r["what"] for r in after}


def log_of(there: Casus, office: Office, as_officer: tuple[str, ...]) -> list[dict[str, Any]]:  # noqa: F811
    from dataclasses import replace
    from urllib.parse import urlsplit

    if office.server and there.dsn:
        name = urlsplit(str(office.officer.dsn)).username
        there = replace(there, dsn=office.server.dsn_of(urlsplit(there.dsn).path.lstrip("/"), str(name)))
    return there.json("access", "log", *as_officer, CASUS_LEDGER=office.ledger)


def test_without_the_keys_texts_stay_closed_and_it_says_so(office: Office, tmp_path: Path):  # noqa: F811
    written(office, tmp_path / "all.jsonl")
    there = office.elsewhere(tmp_path, "there")
    said = there.done("store", "restore", "--events", str(tmp_path / "all.jsonl"), "--yes").err
    assert "have no key here" in said
    assert STAYS not in there("trail", office.other, "--texts").out


def test_who_signed_its_checkpoint_is_not_in_it_and_nobody_is_said_to_have(office: Office, tmp_path: Path):  # noqa: F811
    told = written(office, tmp_path / "all.jsonl")
    there = office.elsewhere(tmp_path, "there")
    there.done("store", "restore", "--events", str(tmp_path / "all.jsonl"), "--yes")
    for lang, begins, word in (("en", "The last checkpoint is of", " by "), ("nl", "Het laatste controlepunt is van", " door ")):
        said = there.done("evidence", "status", lang=lang).out
        assert f"{begins} {told['place']} " in said
        assert word not in said.split(begins)[1].split(";")[0]
    assert there.json("evidence", "status")[0]["made_by"] is None
    assert [(row["size"], row["made_by"]) for row in there.json("evidence", "list")] == [(told["place"], None)]


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_a_damaged_one_is_refused_with_its_line(office: Office, tmp_path: Path, lang: str):  # noqa: F811
    written(office, tmp_path / "all.jsonl")
    held = (tmp_path / "all.jsonl").read_bytes().splitlines(keepends=True)
    held[6] = held[6].replace(b"pilots", b"pirats", 1)
    (tmp_path / "all.jsonl").write_bytes(b"".join(held))
    there = office.elsewhere(tmp_path, f"there-{lang}")
    refused = there("store", "restore", "--events", str(tmp_path / "all.jsonl"), "--yes", lang=lang)  # type: ignore[arg-type]
    assert (refused.code, refused.out) == (3, "")
    assert ("line 7" if lang == "en" else "regel 7") in refused.err
    assert "--events" in refused.err
    assert there("cases").code == 3, "nothing was put back"


def test_only_who_keeps_the_store_takes_it_and_nothing_beyond_its_end(office: Office, tmp_path: Path):  # noqa: F811
    path = str(tmp_path / "all.jsonl")
    refused = office.officer("export", "jsonl", "--recipient", "x", "-o", path, *office.as_officer, CASUS_LEDGER=office.ledger)
    assert refused.code == 3
    denied = [row for row in office.decided("access", "log") if row["outcome"] == "denied"]
    assert denied[-1]["what"] == "export-jsonl"
    beyond = office.coordinator("export", "jsonl", "--recipient", "x", "-o", path, "--place", "99999", CASUS_LEDGER=office.ledger)
    assert (beyond.code, "99999" in beyond.err) == (3, True)
    assert not Path(path).exists()
