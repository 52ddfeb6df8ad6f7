"""A case step by step: who, when, on what ground, by which rules; as far as was asked; the same bytes each time."""

import pytest

from domain.disclosure import PREFIX
from domain.events.access import Disclosed
from infra.cli.rested import Grounds
from infra.seeing.gate import Gate
from infra.store import StoreConfig, open_store
from tests.e2e.conftest import Casus, set_up
from tests.integration.projections.test_looking_back import all_placed
from tests.support.invented import INVENTED

NUMBER = "HBR-2026-0001"
SECRET = "The hull leaks below the waterline"
ADD = ("team", "add-professional", "harbour-table", "--name", "Somebody", "--partner")
SUBMIT = ("intake", "submit", "--question", SECRET, "--reason", "adrift", "--name", "Wilma Waterman")
CONSENT = INVENTED.replace("[submission]\n", '[submission]\nconsent_required = { value = true, source = "chosen" }\n')


def accepted(casus: Casus) -> Casus:
    """A case that was accepted, with consent."""
    casus.done(*SUBMIT)
    casus.done("triage", "assess", NUMBER, "storm", "--met", "--motivation", "Force ten")
    casus.done("consent", "give", NUMBER)
    casus.done("triage", "accept", NUMBER)
    return casus


def bases(casus: Casus, *words: str) -> list[tuple[str, str | None] | None]:
    return [s["basis"] and (s["basis"]["code"], s["basis"]["entry"]) for s in casus.json("replay", NUMBER, *words)]


def disclosures(casus: Casus) -> list[Disclosed]:
    with open_store(StoreConfig(casus.home, casus.dsn)) as store:
        events = [store.load(stream)[0].event for stream in store.streams(PREFIX)]
    return [e for e in events if isinstance(e, Disclosed) and e.what in ("replay", "diff")]


def test_a_step_says_who_when_why_on_what_ground_and_by_which_rules(anywhere: Casus):
    casus = accepted(set_up(anywhere))
    step = casus.json("replay", NUMBER)[-1]
    assert list(step) == [
        "number", "step", "version", "place", "topic", "state", "occurred_at", "recorded_at", "recorded_by", "actor", "team",
        "organisation", "role", "assurance", "purpose", "basis", "profile", "profile_digest", "command", "facts", "before",
        "after",
    ]  # fmt: skip
    [row] = [r for r in casus.json("trail", NUMBER) if r["version"] == step["version"]]
    same = ("place", "topic", "occurred_at", "recorded_at", "recorded_by", "actor", "team", "organisation", "role", "assurance")
    for name in (*same, "purpose", "profile", "profile_digest", "command", "state", "facts"):
        assert step[name] == row[name], name
    assert step["basis"] == {"allowed": True, "code": "consent", "entry": "C1"}
    told = casus.done("replay", NUMBER).out
    for part in ("as Master of Loodswezen", "purpose: case direction", "consent (C1)", step["profile_digest"][:8], "entry 5"):
        assert part in told, part
    assert f"place {step['place']}" in told


def test_who_entered_it_for_somebody_else_is_told(casus: Casus):
    casus.done(*ADD, "seamens-home", "--role", "deckhand")
    casus.done("--as", "seamens-home-1", *SUBMIT)
    assert "seamens-home-1, entered by pilots-1" in casus.done("replay", NUMBER).out
    assert casus.json("replay", NUMBER)[0]["assurance"] == "os-user+entered-for"


def test_who_entered_it_then_is_told_after_they_left_too(casus: Casus):
    casus.done(*ADD, "seamens-home", "--role", "deckhand")
    casus.done("--as", "seamens-home-1", *SUBMIT)
    told = casus.done("replay", NUMBER).out
    assert "seamens-home-1, entered by pilots-1" in told
    casus.done(*ADD, "pilots", "--role", "harbour-master")
    casus.done("team", "appoint-chair", "harbour-table", "--professional", "pilots-2")
    leaves = ("team", "professional-leaves", "harbour-table", "pilots-1", "--successor", "pilots-2", "--yes")
    casus.done("--as", "pilots-2", *leaves)
    assert casus.done("--as", "pilots-2", "replay", NUMBER, "--until", "2").out == told
    assert "seamens-home-1, entered by pilots-1" in casus.done("--as", "pilots-2", "trail", NUMBER).out


def test_what_sharing_rested_on_is_what_was_said_by_then(casus: Casus):
    accepted(casus)
    casus.done("consent", "withdraw", NUMBER, "C1")
    casus.done("plan", "draft", NUMBER)
    casus.done("consent", "record-ground", NUMBER, "--kind", "public-task", "--motivation", "the harbour act")
    casus.done("plan", "set-goal", NUMBER, "--goal", "Moored")
    found = {s["topic"].partition(".")[2]: s["basis"] for s in casus.json("replay", NUMBER)}
    assert {topic: (b["allowed"], b["code"], b["entry"]) for topic, b in found.items()} == {
        "intake.submitted": (True, "unsettled", None), "intake.subject-identified": (True, "unsettled", None),
        "triage.criterion-assessed": (True, "unsettled", None), "consent.given": (True, "unsettled", None),
        "triage.accepted": (True, "consent", "C1"), "consent.withdrawn": (True, "consent", "C1"),
        "consent.recipient-told": (False, "withdrawn", "C1"), "plan.drafted": (False, "withdrawn", "C1"),
        "consent.ground-recorded": (False, "withdrawn", "C1"), "plan.goal-set": (True, "public-task", "J1"),
    }  # fmt: skip
    told = casus.done("replay", NUMBER).out
    assert "sharing rested on nothing: consent was taken back (C1)" in told
    assert "sharing rested on a public task" in told


def two_ways_of_working(casus: Casus) -> Casus:
    """Something done for care, of which nobody spoke, under a way of working that requires consent and then under one that
    does not.
    """
    accepted(set_up(casus, CONSENT))
    casus.done("plan", "draft", NUMBER, "--purpose", "care")
    loose = casus.home / "loose.toml"
    loose.write_text(INVENTED, encoding="utf-8")
    casus.done("team", "adopt", "harbour-table", "--profile", str(loose))
    casus.done("plan", "set-goal", NUMBER, "--goal", "Moored", "--purpose", "care")
    return casus


def test_whether_consent_was_required_goes_by_the_way_of_working_of_that_moment(empty: Casus):
    casus = two_ways_of_working(empty)
    assert bases(casus)[-2:] == [("no-consent", None), ("unsettled", None)]
    told = casus.done("replay", NUMBER).out
    assert "consent was required, and there was none" in told
    digests = [s["profile_digest"] for s in casus.json("replay", NUMBER)]
    assert len(set(digests[:-1])) == 1
    assert digests[-1] != digests[0]


def test_by_todays_way_of_working_it_would_be_told_wrongly(empty: Casus, monkeypatch: pytest.MonkeyPatch):
    casus = two_ways_of_working(empty)
    monkeypatch.setattr(Grounds, "_required", lambda *_: False)
    assert bases(casus)[-2:] == [("unsettled", None), ("unsettled", None)]


def test_until_a_moment_goes_by_what_happened_and_until_an_entry_by_what_was_recorded(anywhere: Casus):
    casus = accepted(set_up(anywhere))
    live = casus.done("--json", "replay", NUMBER).out
    first = begun(casus)
    casus.done("correcting", "correct", NUMBER, "3", "--field", "motivation", "--value", "Force eleven")
    casus.done("plan", "draft", NUMBER, "--occurred-at", first)
    assert casus.done("--json", "replay", NUMBER, "--until", "5").out == live
    assert [s["version"] for s in casus.json("replay", NUMBER, "--until", first)] == [1, 2, 7], "the plan was entered late"
    assert [s["version"] for s in casus.json("replay", NUMBER, "--until", "6")] == [1, 2, 3, 4, 5, 6]
    assert casus("replay", NUMBER, "--until", "2026-01-01").code == 3


def begun(casus: Casus) -> str:
    """When the first thing in the case happened."""
    return str(casus.json("trail", NUMBER)[0]["occurred_at"])


def known(casus: Casus) -> str:
    """The moment now, once all that was stored has its place: another transaction on the server may hold that back a while."""
    with open_store(StoreConfig(casus.home, casus.dsn), casus.clock) as store:
        all_placed(store)
    return casus.moment()


@pytest.mark.parametrize(
    ("until", "code", "said"),
    [("99", 4, "no entry 99"), ("@9999", 3, "place 9999"), ("soon", 2, "--until"), ("2026-13-01", 2, "--until")],
)
def test_until_what_is_not_there_is_said(casus: Casus, until: str, code: int, said: str):
    accepted(casus)
    result = casus("replay", NUMBER, "--until", until)
    assert (result.code, result.out) == (code, "")
    assert said in result.err


def test_replaying_twice_gives_the_same_bytes_and_so_does_what_was_known_long_after(anywhere: Casus):
    casus = accepted(set_up(anywhere))
    then = known(casus)
    ways = [(*how, "replay", NUMBER, *texts) for how in ((), ("--json",)) for texts in ((), ("--texts",))]
    first = [casus.done(*way).out for way in ways]
    assert [casus.done(*way).out for way in ways] == first
    assert len(set(first)) == len(ways)
    casus.later(days=2)
    casus.done("correcting", "correct", NUMBER, "3", "--field", "motivation", "--value", "Force eleven")
    casus.done("plan", "draft", NUMBER, "--occurred-at", begun(casus))
    assert [casus.done(*way).out for way in ways] != first
    assert [casus.done(*way, "--known-at", then).out for way in ways] == first
    assert [casus.done(*way, "--until", "5").out for way in ways] == first


def test_what_was_shown_of_a_case_is_shown_again_of_what_was_known_then(anywhere: Casus):
    """Whatever came after: the plan with its owners, days and states, and everything else there is."""
    casus = accepted(set_up(anywhere))
    plan = ("plan", "agree", NUMBER, "--what", "A new rope", "--domain", "berth", "--recovery", "afloat", "--partner")
    steps = [
        ("plan", "set-goal", NUMBER, "--goal", "Moored"), (*plan, "pilots", "--due", "2026-12-01", "--goal", "G1"),
        ("plan", "accept", NUMBER, "A1"), (*plan, "pilots", "--no-date", "continuous"),
        ("plan", "amend", NUMBER, "A1", "--due", "2026-12-15"), ("plan", "fulfil", NUMBER, "A1"),
        ("correcting", "withdraw", NUMBER, "8", "--why", "the wrong case", "--yes"),
        ("plan", "withdraw", NUMBER, "A1", "--why", "not any more"),
    ]  # fmt: skip
    seen: list[tuple[str, str, str]] = []
    for step in steps:
        result = casus(*step)
        seen.append((known(casus), casus.done("--json", "show", NUMBER).out, casus.done("show", NUMBER).out))
        assert result.code in (0, 3), result
    assert len({told for _, _, told in seen}) > 5
    casus.later(days=2)
    for then, as_json, told in seen:
        assert casus.done("--json", "show", NUMBER, "--known-at", then).out == as_json
        assert casus.done("show", NUMBER, "--known-at", then).out == told


def test_a_day_as_it_was_known_at_a_moment(anywhere: Casus):
    """What happened by a day and was known by a moment: each alone would show more."""
    casus = accepted(set_up(anywhere))
    plan = ("plan", "agree", NUMBER, "--what", "A new rope", "--domain", "berth", "--recovery", "afloat", "--partner", "pilots")
    casus.done(*plan, "--due", "2026-12-01")
    first = known(casus)
    day = casus.json("trail", NUMBER)[-1]["occurred_at"][:10]
    casus.done("correcting", "correct", NUMBER, "6", "--field", "due", "--value", "2026-12-20")
    casus.done(*plan, "--due", "2026-12-05", "--occurred-at", casus.json("trail", NUMBER)[-2]["occurred_at"])
    casus.later(days=3)
    if casus.dsn is None:
        casus.done("plan", "accept", NUMBER, "A1")

    def due(*words: str) -> dict[str, tuple[str, str]]:
        [shown] = casus.json("show", NUMBER, *words)
        return {a["id"]: (a["due"], a["state"]) for a in shown["agreements"].values()}

    late = {"A1": ("2026-12-20", "proposed"), "A2": ("2026-12-05", "proposed")}
    assert due("--at", day) == late
    assert due("--known-at", first) == due("--at", day, "--known-at", first) == {"A1": ("2026-12-01", "proposed")}
    told = casus.done("show", NUMBER, "--at", day, "--known-at", first)
    assert "A1 A new rope — Loodswezen, 2026-12-01, proposed" in told.out
    assert f"As it stood at the end of {day}." in told.err
    assert "As it was known on" in told.err
    late_by_then = casus.done("show", NUMBER, "--at", "2026-12-03", "--known-at", first)
    assert "2026-12-01 (late), proposed" in late_by_then.out


def test_an_auditor_is_given_facts_and_no_texts(casus: Casus):
    casus.done(*ADD, "pilots", "--role", "auditor")
    accepted(casus)
    whole = casus.json("replay", NUMBER, "--texts")
    assert whole[0]["texts"]["question"] == SECRET
    auditor = ("--as", "pilots-2")
    for words in (("replay", NUMBER, "--texts"), ("diff", NUMBER, "--from", "1", "--texts")):
        for how in (("--json",), ()):
            told = casus.done(*how, *words, *auditor).out
            assert not [planted for planted in (SECRET, "Force ten", "Wilma") if planted in told]
    seen = casus.json("replay", NUMBER, "--texts", *auditor)
    assert [s | {"texts": None} for s in seen] == [s | {"texts": None} for s in whole], "the facts are the same"
    closed = {text for s in seen for text in s["texts"].values()}
    assert closed == {"[texts are not for your role]"}
    assert sum(d.fields != () for d in disclosures(casus)) == 1, "what was stored of who may read texts"


def test_without_the_gate_an_auditor_would_be_given_texts(casus: Casus, monkeypatch: pytest.MonkeyPatch):
    casus.done(*ADD, "pilots", "--role", "auditor")
    accepted(casus)
    whole = Gate._on_case

    def open_to_all(gate: Gate, what: str, *rest: object) -> object:
        return whole(gate, "show" if what == "open-texts" else what, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Gate, "_on_case", open_to_all)
    assert SECRET in casus.done("replay", NUMBER, "--texts", "--as", "pilots-2").out


def test_texts_stay_closed_without_a_ground_to_who_works_on_the_case(casus: Casus):
    casus.done(*ADD, "seamens-home", "--role", "deckhand")
    accepted(casus)
    casus.done("parties", "invite", NUMBER, "--partner", "seamens-home")
    casus.done("parties", "join", NUMBER, "--partner", "seamens-home")
    ways = [(*what, "--texts") for what in (("replay", NUMBER), *(("diff", NUMBER, "--from", p) for p in ("1", "2026-01-01")))]
    for way in ways:
        assert "Force ten" in casus.done(*way, "--as", "seamens-home-1").out
    casus.done("consent", "withdraw", NUMBER, "C1")
    for way in ways:
        told = casus.done(*way, "--as", "seamens-home-1").out
        assert "Force ten" not in told
        assert "[not shared: no consent]" in told
        assert "Force ten" in casus.done(*way).out, "who brought it in goes on seeing it"


def test_every_replay_and_every_comparison_is_stored_as_seen(casus: Casus):
    accepted(casus)
    casus.done("replay", NUMBER)
    casus.done("diff", NUMBER, "--from", "2")
    casus.done("diff", NUMBER, "--from", "2", "--texts")
    found = disclosures(casus)
    assert {(d.what, d.outcome, d.of) for d in found} == {("replay", "shown", NUMBER), ("diff", "shown", NUMBER)}
    assert sorted(len(d.fields) > 0 for d in found) == [False, False, True]


@pytest.mark.parametrize("query", ["show", "replay", "trail"])
def test_of_a_case_that_was_entered_later_it_is_said_that_nothing_was_known(casus: Casus, query: str):
    then = casus.moment()
    number = casus.json("intake", "submit", "--reason", "adrift", "--anonymous", "--question", "x")[0]["number"]
    result = casus("--json", query, number, "--known-at", then)
    assert (result.code, '"not-known-then"' in result.err) == (3, True), result
    add = ("team", "add-professional", "harbour-table", "--name", "Somebody", "--partner", "pilots", "--role", "administrator")
    casus.done(*add)
    other = casus("--json", query, number, "--known-at", then, "--as", "pilots-2")
    assert (other.code, '"not-allowed"' in other.err) == (3, True), "only to who may see it"
