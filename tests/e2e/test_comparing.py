"""What changed in a case between two points: by what happened, by what was known, and by days that went by."""

import pytest

from infra.texts import Language
from tests.e2e.conftest import Casus, set_up
from tests.e2e.test_replaying import NUMBER, accepted, known

PLAN = ("plan", "agree", NUMBER, "--domain", "berth", "--recovery", "afloat", "--partner", "pilots", "--what")


@pytest.fixture
def planned(anywhere: Casus) -> Casus:
    """A case with an agreement that was kept, one that was put off, and one that came to nothing and is new."""
    casus = accepted(set_up(anywhere))
    casus.done(*PLAN, "A new rope", "--due", "2026-12-01")  # 6
    casus.done(*PLAN, "A new anchor", "--due", "2026-12-01")  # 7
    casus.done("plan", "accept", NUMBER, "A1")  # 8
    casus.done("plan", "accept", NUMBER, "A2")  # 9
    casus.done(*PLAN, "A new sail", "--due", "2026-12-03")  # 10
    casus.done("plan", "fulfil", NUMBER, "A1")  # 11
    casus.done("plan", "amend", NUMBER, "A2", "--due", "2026-12-15")  # 12
    return casus


def test_agreements_are_new_changed_or_ended(planned: Casus):
    [found] = planned.json("diff", NUMBER, "--from", "9", "--to", "12")
    assert list(found) == [
        "number", "by", "from", "to", "from_place", "to_place", "before", "after", "agreements", "passed", "entries",
    ]  # fmt: skip
    assert (found["number"], found["by"], found["from"], found["to"]) == (NUMBER, "recorded", 9, 12)
    assert found["agreements"] == {"added": ["A3"], "changed": ["A2"], "ended": ["A1"], "gone": []}
    assert found["before"]["agreements"] == {"A1": {"state": "accepted"}, "A2": {"due": "2026-12-01"}}
    after = found["after"]["agreements"]
    assert (after["A1"], after["A2"]) == ({"state": "fulfilled"}, {"due": "2026-12-15"})
    assert (after["A3"]["state"], after["A3"]["due"], after["A3"]["what"]) == ("proposed", "2026-12-03", "text")
    assert [e["version"] for e in found["entries"]] == [10, 11, 12]
    places = {r["version"]: r["place"] for r in planned.json("trail", NUMBER)}
    assert (found["from_place"], found["to_place"]) == (places[9], places[12])
    assert planned.json("diff", NUMBER, "--from", "12")[0]["entries"] == []


def test_two_places_of_the_log_as_checkpoints_state_them_are_points_too(planned: Casus):
    places = {r["version"]: r["place"] for r in planned.json("trail", NUMBER)}
    [by_entry] = planned.json("diff", NUMBER, "--from", "9", "--to", "11")
    [by_place] = planned.json("diff", NUMBER, "--from", f"@{places[9]}", "--to", f"@{places[11]}")
    assert (by_place["from"], by_place["to"]) == (f"@{places[9]}", f"@{places[11]}")
    assert {**by_place, "from": 9, "to": 11} == by_entry
    assert planned.json("replay", NUMBER, "--until", f"@{places[9]}") == planned.json("replay", NUMBER, "--until", "9")
    assert f"place {places[9]} in the log" in planned.done("diff", NUMBER, "--from", f"@{places[9]}").out


def test_what_is_said_to_people(planned: Casus):
    told = planned.done("diff", NUMBER, "--from", "9", "--texts").out
    assert "what was recorded between entry 9 and now" in told
    assert "A3 new: partner Loodswezen; what A new sail; due 2026-12-03" in told
    assert "A2 changed: Loodswezen; " in told
    assert "2026-12-01 → 2026-12-15" in told
    assert "A1 ended: Loodswezen; A new rope; state: accepted → fulfilled" in told
    [opened] = planned.json("diff", NUMBER, "--from", "9", "--texts")
    assert opened["agreements"]["about"] == {"A1": "A new rope", "A2": "A new anchor", "A3": "A new sail"}
    assert opened["entries"][0]["texts"] == {"what": "A new sail"}
    assert "A new sail" not in planned.done("diff", NUMBER, "--from", "9").out


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_both_languages_tell_the_same_entries(planned: Casus, lang: Language):
    told = planned.done("diff", NUMBER, "--from", "9", lang=lang).out.splitlines()
    assert [line.split()[0] for line in told[-3:]] == ["10", "11", "12"]
    assert {"nl": "A1 beëindigd", "en": "A1 ended"}[lang] in "\n".join(told)


def test_by_what_happened_and_by_what_was_known_are_two_things(anywhere: Casus):
    casus = accepted(set_up(anywhere))
    before = known(casus)
    first = casus.json("trail", NUMBER)[-1]["occurred_at"]
    casus.done(*PLAN, "A new rope", "--due", "2026-12-01")
    happened = casus.json("trail", NUMBER)[-1]["occurred_at"]
    between = known(casus)
    casus.done("correcting", "correct", NUMBER, "6", "--field", "due", "--value", "2026-12-20")
    casus.done("plan", "draft", NUMBER, "--occurred-at", first)
    later = known(casus)
    casus.later(days=2)

    def entries(*words: str) -> list[tuple[int, str]]:
        return [(e["version"], e["state"]) for e in casus.json("diff", NUMBER, *words)[0]["entries"]]

    by_happening = ("--from", first, "--to", happened)
    assert entries(*by_happening) == [(6, "corrected")], "the draft is of before, and the correction of later"
    [found] = casus.json("diff", NUMBER, *by_happening)
    assert found["by"] == "happened"
    assert found["after"]["agreements"]["A1"]["due"] == "2026-12-20"
    assert "drafted" not in found["after"]

    assert entries("--from", "2026-01-01", "--to", happened)[:3] == [(1, "effective"), (2, "effective"), (3, "effective")]
    assert [v for v, _ in entries("--from", "2026-01-01")] == [1, 2, 3, 4, 5, 8, 6, 7], "as it happened"
    assert [v for v, _ in entries("--from", "1")] == [2, 3, 4, 5, 6, 7, 8], "as it was recorded"

    by_knowing = ("--known", "--from", before, "--to", between)
    [found] = casus.json("diff", NUMBER, *by_knowing)
    assert (found["by"], entries(*by_knowing)) == ("recorded", [(6, "effective")])
    assert found["after"]["agreements"]["A1"]["due"] == "2026-12-01"

    [found] = casus.json("diff", NUMBER, "--known", "--from", between, "--to", later)
    assert entries("--known", "--from", between, "--to", later) == [(7, "effective"), (8, "effective")]
    assert found["before"]["agreements"] == {"A1": {"due": "2026-12-01"}}
    assert found["after"]["agreements"] == {"A1": {"due": "2026-12-20"}}

    [then] = casus.json("diff", NUMBER, *by_happening, "--known-at", between)
    assert then["after"]["agreements"]["A1"]["due"] == "2026-12-01", "what was known then of what happened"


def test_a_withdrawn_entry_takes_its_agreement_with_it(planned: Casus):
    planned.done("correcting", "withdraw", NUMBER, "10", "--why", "the wrong case", "--yes")
    [found] = planned.json("diff", NUMBER, "--from", "12", "--to", "13")
    assert found["agreements"]["gone"] == ["A3"]
    assert [e["version"] for e in found["entries"]] == [13]
    assert "A3 no longer there" in planned.done("diff", NUMBER, "--from", "12").out
    rows = planned.json("diff", NUMBER, "--from", "9")[0]["entries"]
    assert {e["version"]: e["state"] for e in rows}[10] == "withdrawn"


def test_a_case_is_compared_with_before_it_began(planned: Casus):
    [found] = planned.json("diff", NUMBER, "--from", "2026-01-01")
    assert (found["before"]["status"], found["after"]["status"], found["from_place"]) == ("none", "active", None)
    assert len(found["entries"]) == 12
    assert planned("diff", NUMBER, "--from", "2026-01-01", "--to", "2026-02-01").code == 3


def test_what_days_alone_changed_is_told(casus: Casus):
    accepted(casus)
    casus.done(*PLAN, "A new rope", "--due", "2026-12-01")
    casus.done("plan", "accept", NUMBER, "A1")
    casus.done("consent", "give", NUMBER, "--purpose", "care", "--until", "2026-12-10")
    casus.later(days=30)
    [found] = casus.json("diff", NUMBER, "--from", "2026-11-23")
    assert (found["entries"], found["agreements"]["changed"]) == ([], [])
    assert found["passed"]["before"]["late"] == []
    assert found["passed"]["after"]["late"] == ["A1"]
    assert (found["passed"]["before"]["consents"]["C2"], found["passed"]["after"]["consents"]["C2"]) == ("given", "expired")
    told = casus.done("diff", NUMBER, "--from", "2026-11-23")
    assert "late: - → A1" in told.out
    assert casus.json("diff", NUMBER, "--from", "2026-11-23", "--to", "2026-11-24")[0]["passed"] == {"before": {}, "after": {}}


def test_the_same_two_points_give_the_same_bytes(planned: Casus):
    for words in (("--from", "2", "--to", "9"), ("--from", "2026-01-01", "--to", "2026-11-30", "--texts")):
        for how in ((), ("--json",)):
            first = planned.done(*how, "diff", NUMBER, *words).out
            assert planned.done(*how, "diff", NUMBER, *words).out == first
    before = planned.done("--json", "diff", NUMBER, "--from", "2", "--to", "9").out
    planned.done("monitoring", "check", NUMBER, "--observed", "Fine", "--progress")
    assert planned.done("--json", "diff", NUMBER, "--from", "2", "--to", "9").out == before


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "--from"),
        (("--from", "soon"), 2, "--from"),
        (("--from", "4", "--to", "3"), 2, "--to"),
        (("--from", "2026-11-30", "--to", "2026-11-01"), 2, "--to"),
        (("--from", "99"), 4, "no entry 99"),
        (("--from", "2", "--to", "99"), 4, "no entry 99"),
        (("--from", "@2", "--to", "@99999"), 3, "place 99999"),
        (("--from", "@0"), 2, "--from"),
        (("--from", "@5", "--to", "@4"), 2, "--to"),
        (("--from", "2", "--to", "2030-01-01"), 3, "--to"),
        (("--known", "--from", "2030-01-01"), 3, "--from"),
    ],
)
def test_points_that_cannot_be_are_refused_by_name(casus: Casus, words: tuple[str, ...], code: int, said: str):
    accepted(casus)
    result = casus("diff", NUMBER, *words)
    assert (result.code, result.out) == (code, "")
    assert said in result.err
