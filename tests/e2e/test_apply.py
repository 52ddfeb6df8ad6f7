"""A file of commands: checked whole before anything is stored, carried out in order, taken up again where it stopped."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Casus

SUBMIT = {"command": "intake.submit", "question": "x", "reasons": ["adrift"], "anonymous": True}
ASSESS = {"command": "triage.assess", "case": "@first", "criterion": "storm", "met": True, "motivation": "wind"}
ACCEPT = {"command": "triage.accept", "case": "@first"}


def written(folder: Path, *lines: Mapping[str, Any] | str | bytes) -> str:
    file = folder / "commands.jsonl"
    made = [line if isinstance(line, bytes) else (line if isinstance(line, str) else json.dumps(line)).encode() for line in lines]
    file.write_bytes(b"\n".join(made) + b"\n")
    return str(file)


def stored(casus: Casus) -> int:
    return int(casus.json("projections", "status")[0]["head"])


def test_lines_are_carried_out_in_order_and_may_name_the_case_of_an_earlier_one(casus: Casus, tmp_path: Path):
    file = written(tmp_path, {**SUBMIT, "command_id": "first"}, "", ASSESS, ACCEPT)
    outcomes = casus.json("apply", file)
    assert [o["number"] for o in outcomes] == ["HBR-2026-0001"] * 3
    assert casus.json("show", "HBR-2026-0001")[0]["status"] == "active"


def test_the_same_file_again_adds_nothing_and_a_longer_one_the_rest(casus: Casus, tmp_path: Path):
    casus.done("apply", written(tmp_path, {**SUBMIT, "command_id": "first"}, ASSESS, SUBMIT, SUBMIT))
    before = stored(casus)
    again = casus.json("apply", written(tmp_path, {**SUBMIT, "command_id": "first"}, ASSESS, SUBMIT, SUBMIT, ACCEPT))
    assert [o["repeated"] for o in again] == [True, True, True, True, False]
    assert stored(casus) == before + 1


def test_an_id_that_is_made_of_a_line_says_nothing_of_what_stands_in_it(casus: Casus, tmp_path: Path):
    casus.done("intake", "submit", "--question", "x", "--reason", "adrift", "--name", "Wanda Planted")
    line = json.dumps({"command": "intake.identify", "case": "HBR-2026-0001", "number": "123456782"})
    [outcome] = casus.json("apply", written(tmp_path, line))
    guessed = [hashlib.new(kind, line.encode()).hexdigest()[:32] for kind in ("sha256", "sha512", "sha1", "md5")]
    assert not any(guess in outcome["command_id"] for guess in guessed)
    assert casus.json("apply", written(tmp_path, line))[0]["command_id"] == outcome["command_id"]


def test_a_rule_that_says_no_to_one_line_lets_nothing_be_stored(casus: Casus, tmp_path: Path):
    lines: list[Mapping[str, Any]] = [{**SUBMIT, "command_id": "first"}, ACCEPT, {**SUBMIT, "command_id": "last"}]
    before = stored(casus)
    refused = casus("apply", written(tmp_path, *lines))
    assert refused.code == 3
    assert refused.err.startswith("Line 2: HBR-2026-0001")
    assert stored(casus) == before
    casus.done("apply", written(tmp_path, lines[0], ASSESS, *lines[1:]))
    assert [c["status"] for c in casus.json("cases")] == ["active", "submitted"]


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("{not json", 3, "JSON"),
        ("[1, 2]", 3, "object"),
        ('{"command": "intake.submit", "command": "x"}', 3, "twice"),
        (b'{"question": "\xff"}', 3, "UTF-8"),
        ({"question": "x"}, 3, "command"),
        ({"command": "intake.unheard-of"}, 3, "command"),
        ({"command": "nowhere.at-all"}, 3, "command"),
        ({**SUBMIT, "reasons": "adrift, adrift"}, 2, "--reason"),
        ({**SUBMIT, "reasons": []}, 2, "--reason"),
        ({**SUBMIT, "anonymous": "perhaps"}, 2, "--anonymous"),
        ({**SUBMIT, "nickname": "Jan"}, 2, "nickname"),
        ({**SUBMIT, "question": None}, 2, "--question"),
        ({**SUBMIT, "question": "a\u202eb"}, 2, "--question"),
        ({**SUBMIT, "occurred_at": "soon"}, 2, "--occurred-at"),
        ({**SUBMIT, "occurred_at": 5}, 3, "occurred_at"),
        ({"command": "monitoring.plan-check", "case": "HBR-2026-0001", "on": 1767225600}, 2, "--on"),
        ({"command": "triage.accept", "case": "@nowhere"}, 3, "--case"),
        ({**SUBMIT, "command_id": "one"}, 3, "one"),
    ],
    ids=str,
)
def test_a_line_that_is_wrong_is_named_and_nothing_is_stored(
    casus: Casus, tmp_path: Path, line: Mapping[str, Any] | str | bytes, code: int, told: str
):
    before = stored(casus)
    result = casus("apply", written(tmp_path, {**SUBMIT, "command_id": "one"}, line))
    assert result.code == code, result.err
    assert "Line 2:" in result.err or "Line 1:" in result.err
    assert told in result.err
    assert "Jan" not in result.err
    assert stored(casus) == before


def test_what_cannot_be_taken_back_asks_once_for_the_whole_file(casus: Casus, tmp_path: Path):
    withdraw = {"command": "correcting.withdraw", "case": "@first", "entry": 2, "why": "the wrong case"}
    file = written(tmp_path, {**SUBMIT, "command_id": "first"}, ASSESS, withdraw)
    before = stored(casus)
    assert casus("apply", file).code == 3
    assert stored(casus) == before
    casus.done("apply", file, "--yes")
    assert casus.json("show", "HBR-2026-0001")[0]["assessments"] == {}


def test_lines_may_come_from_input_and_say_who_when_and_why(casus: Casus):
    line = json.dumps({**SUBMIT, "occurred_at": "2026-11-22T09:00:00+01:00", "as": "pilots-1", "purpose": "case-direction"})
    [outcome] = casus.json("apply", "-", stdin=line)
    [row] = casus.json("trail", outcome["number"])
    assert (row["occurred_at"], row["assurance"]) == ("2026-11-22T08:00:00.000000Z", "os-user+entered-for")


def test_a_line_that_happened_today_is_the_same_line_later_today_and_tomorrow(casus: Casus, tmp_path: Path):
    file = written(tmp_path, {**SUBMIT, "command_id": "first", "occurred_at": casus.clock.now().date().isoformat()})
    casus.done("apply", file)
    casus.later(hours=1)
    assert [o["repeated"] for o in casus.json("apply", file)] == [True]
    casus.later(days=1)
    assert [o["repeated"] for o in casus.json("apply", file)] == [True]


@pytest.mark.parametrize("name", ["rights.erase", "retention.carry-out"])
def test_what_goes_on_after_it_was_recorded_is_not_given_from_a_file(casus: Casus, tmp_path: Path, name: str):
    refused = casus("apply", written(tmp_path, {"command": name, "case": "HBR-2026-0001"}), "--yes")
    assert refused.code == 3
    assert name in refused.err
