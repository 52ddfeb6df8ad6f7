"""The standalone verifier, of what it says: each event and text, what was known when, what is to be minded, and to whom."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from infra.evidence.pack import verify
from tests.support.packed import FORGE, GOOD, told
from tests.support.packs import CASE, MEDDLING, Forge, Text, meddled, stored


def test_it_tells_each_event_with_its_texts_and_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = told(tmp_path, capsys)
    for part in (
        "Er is hulp nodig",
        "Ada Verzonnen",
        "overlast",
        "kwintes-2 (os-1000)",
        "withheld: erased at place 8",
        "times in UTC",
        "happened 2026-01-02 09:00:00Z  recorded 2026-01-02 09:00:00Z  placed 2026-01-02 09:00:00Z",
        "HOLDS",
    ):
        assert part in out
    dutch = told(tmp_path, capsys, "--lang", "nl")
    assert "KLOPT" in dutch
    assert "niet getoond: gewist op plaats 8" in dutch


@pytest.mark.parametrize("code", verify.SAYS)
def test_each_sentence_says_the_same_in_both_languages(code: str):
    nl, en = ({name for _, name, _, _ in Formatter().parse(said) if name} for said in verify.SAYS[code])
    assert nl == en


def test_what_was_recorded_afterwards_shows_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    late = Forge([stored(1, CASE, 1, says={"occurred_at": "2025-11-03T08:00:00.000000Z"})]).pack()
    assert "happened 2025-11-03 08:00:00Z  recorded 2026-01-02 09:00:00Z" in told(tmp_path, capsys, pack=late)
    odd = Forge([stored(1, CASE, 1, says={"occurred_at": "soon\x1b[2J"})]).pack()
    assert r"happened soon\u001b[2J  recorded" in told(tmp_path, capsys, pack=odd)


def test_each_reason_is_said_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for why in verify.WHY.keys() - {"erased", verify.OTHERS}:
        pack = meddled(GOOD, lambda p, why=why: p["events"][0]["texts"].update(name={"withheld": why}))  # type: ignore[misc]
        for lang, at in (("nl", 0), ("en", 1)):
            assert f": {verify.WHY[why][at]}\n" in told(tmp_path, capsys, "--lang", lang, pack=pack)


def test_it_tells_what_was_known_at_a_moment(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    def places(*words: str) -> list[int]:
        rows = [json.loads(line) for line in told(tmp_path, capsys, "--json", *words).splitlines()]
        assert rows[-1]["verdict"] == "holds"
        return [row["place"] for row in rows[:-1]]

    assert places() == [1, 3, 4, 5, 7, 8]
    assert places("--known-at", "2026-01-04") == [1, 3]
    assert places("--known-at", "2026-01-04T10:00:00+01:00") == [1, 3]
    assert places("--known-at", "2026-01-04T09:59:59.999999+01:00") == [1]
    assert places("--known-at", "2025-12-31") == []


@pytest.mark.parametrize(("moment", "more"), [("2026-01-08", False), ("2026-01-09", True), ("2027-01-01", True)])
def test_a_moment_after_all_that_is_shown_is_minded(moment: str, more: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """The last event of the case was placed on the 9th; what came after it in the log was of another case."""
    out = told(tmp_path, capsys, "--json", "--known-at", moment)
    assert ("known-ends" in json.loads(out.splitlines()[-1])["mind"]) is more
    told(tmp_path, capsys)
    (tmp_path / "pack.json").write_text(json.dumps(GOOD), encoding="utf-8")
    verify.main([str(tmp_path / "pack.json"), "--known-at", moment])
    assert ("ends at place 9" in capsys.readouterr().err) is more


def test_a_day_ends_as_it_does_in_amsterdam_without_a_table_of_zones(monkeypatch: pytest.MonkeyPatch):
    zone = ZoneInfo("Europe/Amsterdam")
    days = [datetime(year, 1, 1, 23, 59, 59, 999999, zone) + timedelta(days=n) for year in (2000, 2026, 2028) for n in range(366)]
    monkeypatch.setitem(sys.modules, "zoneinfo", None)
    assert [verify.moment(f"{day:%Y-%m-%d}") for day in days] == [day.astimezone(UTC) for day in days]
    assert verify.moment("2026-03-28").utcoffset() != verify.moment("2026-03-29").utcoffset(), "the control: it does change"


@pytest.mark.parametrize(
    "moment", ["", "yesterday", "2026-02-30", "2026-03-01T09:00:00", "2026-03", "20260301", "2026-W09-7", "9" * 5000]
)
def test_a_moment_that_is_none_is_a_wrong_question(moment: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "pack.json").write_text(json.dumps(GOOD), encoding="utf-8")
    assert verify.main([str(tmp_path / "pack.json"), "--known-at", moment]) == 2
    assert "2026-03-01" in capsys.readouterr().err


def test_it_minds_a_key_and_a_checkpoint_that_nobody_gave(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "pack.json").write_text(json.dumps(GOOD), encoding="utf-8")
    (tmp_path / "mine").write_text(FORGE.note(4), encoding="utf-8")
    (tmp_path / "key").write_text(f"{FORGE.signer.key}\n", encoding="utf-8")
    verify.main([str(tmp_path / "pack.json")])
    assert capsys.readouterr().err.count("MIND") == 2
    verify.main([str(tmp_path / "pack.json"), "--key", str(tmp_path / "key"), "--checkpoint", str(tmp_path / "mine")])
    assert capsys.readouterr().err == ""


def test_nothing_is_shown_of_what_does_not_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    bad = meddled(GOOD, MEDDLING["one taken from the middle"].how)
    (tmp_path / "pack.json").write_text(json.dumps(bad), encoding="utf-8")
    assert verify.main([str(tmp_path / "pack.json")]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert f"place 4, {CASE} version 3" in err


def test_what_a_terminal_would_carry_out_is_shown_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    shown = Text("s1", "a\x1b[2Jb\u202ec\nd")
    pack = Forge([stored(1, CASE, 1, texts={"t": shown})], {(1, "t"): shown}).pack()
    assert r"a\u001b[2Jb\u202ec\u000ad" in told(tmp_path, capsys, pack=pack)


@pytest.mark.parametrize("file", ["pack", "held", "key"])
def test_a_file_that_is_not_there_is_said(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "pack.json").write_text(json.dumps(GOOD), encoding="utf-8")
    there, gone = str(tmp_path / "pack.json"), str(tmp_path / "gone")
    words = {"pack": [gone], "held": [there, "--checkpoint", gone], "key": [there, "--key", gone]}[file]
    assert verify.main(words) == 2
    assert "gone" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["key", "a+b.key", "a+b+c", "two words"])
def test_a_key_is_itself_or_else_a_file_whatever_that_is_called(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "pack.json").write_text(json.dumps(GOOD), encoding="utf-8")
    (tmp_path / name).write_text(f"{FORGE.signer.key}\n", encoding="utf-8")
    for given in (str(tmp_path / name), str(FORGE.signer.key)):
        assert verify.main([str(tmp_path / "pack.json"), "--key", given]) == 0
        assert "the key is the pack's own" not in capsys.readouterr().err


def test_what_is_neither_a_key_nor_a_file_is_said_to_be_no_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "pack.json").write_text(json.dumps(GOOD), encoding="utf-8")
    text = str(FORGE.signer.key)
    given = text.replace("+", "+0", 1)
    assert verify.main(["--json", str(tmp_path / "pack.json"), "--key", given]) == 2
    assert json.loads(capsys.readouterr().out)["fault"] == "bad-key"
