"""The demo: every play through the command line, and what is on screen in the end."""

from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from infra.demo.playing import Stage, WentOtherwise, folder
from infra.demo.script import FOLDER, LAST, NotAPlay, read, timeline
from infra.profiles import shipped
from infra.texts import LANGUAGES, Words
from tests.e2e.conftest import Casus, Result, TestClock

COORDINATORS = {
    "LEL": "gemeente-lelystad-1", "DRO": "gemeente-1", "ALM": "wijkteam-1", "ZVZ": "sociaal-team-1", "ZEI": "sociaal-team-1",
    "GRN": "veiligheidshuis-groningen-1",
}  # fmt: skip
"""Who coordinates each table in the end, by how its numbers begin: nobody sees the cases of all."""
TODAY = datetime(2026, 11, 20, 18, tzinfo=UTC)


@dataclass(frozen=True)
class Played:
    """The demo once played, and its store to look around in, on the day it ended."""

    result: Result
    store: Casus


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("demo")
    mine = Casus(folder / "mine")
    result = mine("demo", "--keep", str(folder / "kept"), lang="nl", CASUS_STORE="postgresql://nobody@nowhere.invalid/none")
    return Played(result, Casus(folder / "kept", clock=TestClock(TODAY)))


def test_it_goes_as_the_plays_say(played: Played):
    assert played.result.code == 0, played.result.err[-2000:]


def test_every_way_of_working_has_a_play():
    assert {path.stem for path in FOLDER.glob("*.play")} == {LAST, *shipped()}


def test_every_scene_is_told_in_both_languages():
    scenes, screens = timeline()
    for scene in (*scenes, *screens):
        assert set(scene.told) == set(LANGUAGES), (scene.play, scene.at)


def test_the_users_own_store_is_left_alone_and_that_is_said(played: Played):
    assert "eigen opslag" in played.result.err
    assert not (played.store.home.parent / "mine").exists()


def test_the_screens_are_the_result_and_the_telling_is_not(played: Played):
    screens = [scene.told["nl"] for scene in read(FOLDER / f"{LAST}.play")]
    assert len(screens) == 9
    for screen in screens:
        assert f"══ {screen} ══" in played.result.out
        assert screen not in played.result.err
    assert "Elke professional kan een beroep doen op het team" in played.result.err
    assert "intake submit" not in played.result.out


@pytest.mark.parametrize(
    "seen",
    [
        "Ik wil mijn eigen voordeur, en dat mijn hond mee mag.",  # a plan in a resident's words
        "losgelaten: behandeling-op-locatie",  # a rule let go of
        "€ 189,50 uitgegeven",  # of the small budget
        "hij gaat daar verder als ZEI-2026-0002",  # the trail ends with the hand-over
        "Leger des Heils     leger-des-heils-1",  # workload
        "opgeschaald",  # agenda
        "Een avondtelefoon voorkomt opnames.",  # learning
        "samengevoegd",  # the region's counts
        "loopt af",  # signals
    ],
)
def test_on_screen_stands(played: Played, seen: str):
    assert seen in played.result.out


def test_where_the_cases_are_in_the_end(played: Played):
    cases = {row["number"]: row["status"] for row in together(played, "cases")}
    assert cases == {
        "LEL-2026-0001": "aftercare", "LEL-2026-0002": "merged", "LEL-2026-0003": "declined", "LEL-2026-0004": "active",
        "LEL-2026-0005": "submitted", "DRO-2026-0001": "active", "ALM-2026-0001": "active", "ZVZ-2026-0001": "transferred",
        "ZEI-2026-0001": "active", "ZEI-2026-0002": "active", "GRN-2026-0001": "active",
    }  # fmt: skip


def test_nobody_is_forgotten_and_what_waits_is_seen(played: Played):
    signals = {(s["number"], s["kind"], s["what"]) for s in together(played, "signals")}
    assert {
        ("LEL-2026-0004", "overdue", "agreement"), ("LEL-2026-0004", "unanswered", "escalation"),
        ("ALM-2026-0001", "asked", "probe"), ("ALM-2026-0001", "stagnating", "unflagged"),
        ("ZEI-2026-0001", "expiring", "deviation"), ("GRN-2026-0001", "expiring", "deviation"),
    } <= signals  # fmt: skip
    assert not [s for s in signals if s[1] in ("unheld", "forgotten", "expired")]


@pytest.mark.parametrize(
    ("case", "topic"),
    [
        ("LEL-2026-0001", "case.parties.absence-covered"),
        ("LEL-2026-0001", "case.parties.professional-replaced"),
        ("LEL-2026-0001", "case.correcting.entry-corrected"),
        ("LEL-2026-0001", "case.closing.duplicate-taken-in"),
        ("LEL-2026-0001", "case.escalation.declined"),
        ("LEL-2026-0003", "case.consent.overlap-told"),
        ("DRO-2026-0001", "case.learning.wall-met"),
        ("DRO-2026-0001", "case.monitoring.woken"),
        ("ZEI-2026-0001", "case.consent.named"),
        ("ZEI-2026-0001", "case.meeting.proposal-made"),
        ("ZEI-2026-0001", "case.learning.supply-gap-recorded"),
        ("GRN-2026-0001", "case.monitoring.progress-forced"),
        ("GRN-2026-0001", "case.escalation.direction-accepted"),
        ("GRN-2026-0001", "case.plan.budget-released"),
    ],
)
def test_among_what_happens_is(played: Played, case: str, topic: str):
    assert topic in {row["topic"] for row in played.store.json("--as", COORDINATORS[case[:3]], "trail", case)}


def test_the_chair_went_to_the_municipality_and_three_partners_joined(played: Played):
    [before] = together(played, "team", "show", "lelystad-sit", "--at", "2021-01-31", of="LEL")
    [after] = together(played, "team", "show", "lelystad-sit", of="LEL")
    assert before["chair"] == "welzijn-lelystad-1"
    assert after["chair"] == "gemeente-lelystad-1"


def test_who_asks_does_not_see_which_other_table_knows_somebody(played: Played):
    told = played.result.err.partition("LEL-2026-0003  ")[2].partition("──")[0]
    assert told
    assert "DRO-2026-0001" not in told


def test_a_backdated_check_counts_on_its_day(played: Played):
    trail = together(played, "trail", "LEL-2026-0001", of="LEL")
    checks = [row for row in trail if row["topic"] == "case.monitoring.check-recorded"]
    assert [c for c in checks if c["occurred_at"].startswith("2026-06-11") and c["recorded_at"].startswith("2026-06-18")]


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path):
    (tmp_path / "config.toml").write_text('store = "postgresql://nowhere.invalid/none"\n')
    assert Casus(tmp_path / "mine")("demo", "--keep", str(tmp_path)).code == 2
    assert [p.name for p in tmp_path.iterdir()] == ["config.toml"]


def test_without_keep_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("infra.demo.playing.MEMORY", str(tmp_path))
    with folder(None) as home:
        small_stage(tmp_path / "plays", home, "$ casus cases").play()
        assert home.exists()
    assert [p.name for p in tmp_path.iterdir()] == ["plays"]


@pytest.mark.parametrize("step", ["$ casus triage accept LEL-2026-0001", "! casus cases"])
def test_a_step_that_goes_otherwise_stops_the_play_and_says_where(tmp_path: Path, step: str):
    with pytest.raises(WentOtherwise, match=r"harbour\.play:5"):
        small_stage(tmp_path / "plays", tmp_path / "store", step).play()


def test_the_picture_shows_commands_of_the_last_screens():
    picture = Path(__file__).parents[2] / "docs" / "images" / "demo.svg"
    assert picture.stat().st_size < 200_000
    texts = [element.text or "" for element in ET.parse(picture).iter("{http://www.w3.org/2000/svg}text")]
    shown = {text for text in texts if text.startswith("$ ")}
    assert shown
    assert shown <= {f"$ {step.typed}" for scene in read(FOLDER / f"{LAST}.play") for step in scene.steps}


@pytest.mark.parametrize("line", ["nl: zonder scène", "@ 2026-01-01 10:00\n% what is this", "@ 2026-01-01 10:00\n$ ls"])
def test_what_is_not_a_play_is_said_with_its_line(tmp_path: Path, line: str):
    file = tmp_path / "odd.play"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(NotAPlay, match="odd:"):
        read(file)


def together(played: Played, *words: str, of: str = "") -> list[dict[str, Any]]:
    """What those who coordinate see, or one of them, each row once."""
    asked = [COORDINATORS[of]] if of else sorted(set(COORDINATORS.values()))
    rows = [row for who in asked for row in played.store.json("--as", who, *words)]
    return [row for n, row in enumerate(rows) if row not in rows[:n]]


def small_stage(plays: Path, home: Path, step: str) -> Stage:
    """A play of one scene with this step."""
    plays.mkdir()
    begun = "@ {}\nnl: Niets.\nen: Nothing.\n$ casus init\n"
    (plays / "harbour.play").write_text(begun.format("2026-01-01 10:00") + step, encoding="utf-8")
    (plays / f"{LAST}.play").write_text(begun.format("2026-01-02 10:00"), encoding="utf-8")
    return Stage(Words("en"), {"CASUS_HOME": str(home)}, home, StringIO(), StringIO(), plays=plays)
