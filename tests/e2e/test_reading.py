"""What somebody reads on screen: people by their own table, codes as words, what a command still needs, an entry's number."""

from pathlib import Path

import pytest

from infra.texts import Language
from tests.e2e.conftest import Casus, set_up
from tests.e2e.test_asking import at_terminal
from tests.support.invented import INVENTED

SUBMIT = ("intake", "submit", "--question", "x", "--reason", "adrift", "--name", "Wilma Planted")
LOCK = INVENTED.replace('"harbour-table"', '"lock-table"').replace('"HBR"', '"LCK"').replace('id = "adrift"', 'id = "stranded"')
TO_LOCK = '{ id = "lock-table", label = { nl = "Sluistafel", en = "Lock table" }, source = "chosen", kind = "team" },'
HARBOUR = INVENTED.replace("recipients = [", f"recipients = [{TO_LOCK}")
CONSENT = '[submission]\nconsent_required = { value = true, source = "chosen" }\n'
HERE = ("--team", "harbour-table")


@pytest.fixture
def tables(empty: Casus) -> Casus:
    """Two tables with the same people's ids, of which the first can hand a case over to the second."""
    set_up(empty, HARBOUR)
    return set_up(empty, LOCK, "lock-table")


@pytest.fixture
def moved(tables: Casus) -> Casus:
    """A case that was handed over."""
    tables.done(*HERE, *SUBMIT)
    tables.done("triage", "assess", "HBR-2026-0001", "storm", "--met", "--motivation", "wind")
    tables.done("triage", "accept", "HBR-2026-0001")
    tables.done("escalation", "offer-transfer", "HBR-2026-0001", "--to", "lock-table", "--why", "too heavy")
    tables.done("--team", "lock-table", "escalation", "receive", "HBR-2026-0001")
    return tables


def test_a_case_that_was_handed_over_shows_who_it_is_about_and_what_was_asked(moved: Casus):
    shown = moved.done("show", "LCK-2026-0001").out
    assert "Wilma Planted" in shown
    assert "Adrift" in shown, "a reason in the words of the table it came from"
    [case] = moved.json("show", "LCK-2026-0001")
    assert (case["subjects"]["s1"]["name"], case["questions"]) == ("Wilma Planted", ["x"])
    assert "Op drift" in moved.done("replay", "LCK-2026-0001", lang="nl").out


@pytest.mark.parametrize("reading", ["trail", "replay"])
def test_who_acted_for_another_table_is_shown_with_that_table(moved: Casus, reading: str):
    lines = moved.done(reading, "HBR-2026-0001").out.splitlines()
    assert [line for line in lines if "lock-table/pilots-1" in line]
    assert any("pilots-1" in line and "lock-table/" not in line for line in lines)


def test_what_is_asked_of_another_table_names_its_holder_with_his_own(tables: Casus):
    tables.done(*HERE, *SUBMIT)
    tables.done("triage", "redirect", "HBR-2026-0001", "--to", "lock-table", "--why", "theirs")
    assert "harbour-table/pilots-1" in tables.done("signals", "--team", "lock-table").out
    assert "harbour-table/pilots-1" in tables.done("agenda", "lock-table").out
    [row] = tables.json("signals", "--team", "lock-table")
    assert (row["holder"], row["holder_team"]) == ("pilots-1", "harbour-table")


def test_a_role_and_a_gaps_domain_read_as_words(casus: Casus):
    casus.done(*SUBMIT)
    casus.done("learning", "record-gap", "HBR-2026-0001", "--domain", "berth", "--text", "no berth")
    assert "Havenmeester" in casus.done("trail", "HBR-2026-0001", lang="nl").out
    assert "Ligplaats" in casus.done("learning", lang="nl").out


def test_a_team_that_was_asked_for_is_no_column(casus: Casus):
    casus.done(*SUBMIT)
    assert "harbour-table" in casus.done("cases").out
    assert "harbour-table" not in casus.done("cases", "--team", "harbour-table", "--status", "submitted").out
    assert casus("cases", "--team", "harbor-table").code == 4


@pytest.mark.parametrize(("lang", "heading"), [("nl", "onderdeel"), ("en", "entry")])
def test_the_day_of_a_meeting_is_part_of_its_agenda(casus: Casus, lang: Language, heading: str):
    casus.done(*SUBMIT)
    casus.done("team", "schedule", "harbour-table", "--on", "2026-11-30")
    shown = casus.done("agenda", "harbour-table", lang=lang).out
    assert "2026-11-30" in shown.splitlines()[0]
    assert heading in shown
    assert {row["meeting"] for row in casus.json("agenda", "harbour-table")} == {"2026-11-30"}


def test_what_is_proposed_says_what_it_still_needs(casus: Casus):
    casus.done(*SUBMIT)
    shown = casus.done("next", "HBR-2026-0001", lang="nl").out
    assert "casus triage assess HBR-2026-0001 storm --met|--not-met --motivation TEKST" in shown
    row = next(r for r in casus.json("next", "HBR-2026-0001") if r["entry"] == "storm")
    assert (row["type"], row["needs"]) == ("casus triage assess HBR-2026-0001 storm", ["--met", "--motivation"])


def test_where_accepting_takes_consent_that_is_proposed_first(empty: Casus):
    casus = set_up(empty, INVENTED.replace("[submission]\n", CONSENT))
    casus.done(*SUBMIT)
    casus.done("triage", "assess", "HBR-2026-0001", "storm", "--met", "--motivation", "wind")
    first = [row["command"] for row in casus.json("next", "HBR-2026-0001")]
    assert first[:2] == ["consent.give", "consent.record-ground"]
    assert "triage.accept" not in first
    casus.done("consent", "give", "HBR-2026-0001")
    assert casus.json("next", "HBR-2026-0001")[0]["command"] == "triage.accept"


def test_the_number_of_an_entry_is_said_and_corrects_it(casus: Casus):
    casus.done(*SUBMIT)
    told = casus.done("triage", "assess", "HBR-2026-0001", "storm", "--met", "--motivation", "wind").out
    number = told.strip().removesuffix("]").split()[-1]
    casus.done("correcting", "correct", "HBR-2026-0001", number, "--field", "motivation", "--value", "gale")
    assert "gale" in casus.done("show", "HBR-2026-0001").out


def test_what_was_passed_over_is_named_when_a_case_is_accepted(casus: Casus):
    casus.done(*SUBMIT)
    for criterion in ("storm", "leak", "fog"):
        casus.done("triage", "assess", "HBR-2026-0001", criterion, "--not-met", "--motivation", "calm")
    told = casus.done("triage", "accept", "HBR-2026-0001", "--motivation", "still", lang="nl").out
    assert "niet voldaan en toch aangenomen: " in told
    assert "Storm" in told


def test_the_note_on_names_is_for_somebody_at_a_terminal(casus: Casus):
    anonymous = ("intake", "submit", "--question", "x", "--reason", "adrift", "--anonymous")
    assert "no name may stand" not in casus.done(*anonymous).err
    assert "no name may stand" in at_terminal(casus, *anonymous, typed="").err


def test_an_invitation_that_was_declined_and_a_call_that_waits_read_as_such(casus: Casus):
    casus.done(*SUBMIT)
    casus.done("triage", "assess", "HBR-2026-0001", "storm", "--met", "--motivation", "wind")
    casus.done("triage", "accept", "HBR-2026-0001")
    casus.done("parties", "invite", "HBR-2026-0001", "--partner", "seamens-home")
    casus.done("team", "add-professional", "harbour-table", "--partner", "seamens-home", "--role", "deckhand", "--name", "Sam")
    casus.done("--as", "seamens-home-1", "parties", "decline", "HBR-2026-0001", "--partner", "seamens-home", "--reason", "full")
    casus.done("escalation", "raise", "HBR-2026-0001", "--to", "coastguard", "--why", "storm")
    shown = casus.done("show", "HBR-2026-0001", lang="nl").out
    assert "Zeemanshuis: doet niet mee" in shown
    assert "Kustwacht: wacht op antwoord" in shown


def test_a_choice_that_is_not_one_is_answered_with_what_can_be_typed(casus: Casus):
    assert "resting (rust)" in casus("cases", "--status", "foo", lang="nl").err


def test_a_table_without_an_agreement_on_sharing_says_so(empty: Casus):
    casus = set_up(empty, signed=False)
    assert "not signed" in casus.done("team", "show", "harbour-table").out


def test_a_quiet_demo_tells_nothing_beside_its_screens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked: list[bool] = []
    monkeypatch.setattr("infra.demo.playing.demo", lambda session, _keep: asked.append(session.out.quiet))
    Casus(tmp_path).done("demo", "--quiet")
    assert asked == [True]


def test_without_a_terminal_nothing_is_made_before_all_that_is_asked_is_there(empty: Casus):
    refused = empty("init", "--team", "lelystad-sit", lang="nl")
    assert refused.code == 2
    assert "gemeente-lelystad" in refused.err
    assert empty("init", "--team", "lelystad-sit", "--partner", "kwintes").code == 2
    assert empty("team", "show", "lelystad-sit").code == 4
    made = empty.done("init", "--team", "lelystad-sit", "--partner", "gemeente-lelystad", "--name", "R. Planted", lang="nl")
    assert "met de rol Voorzitter" in made.out


def test_the_trail_says_who_entered_something_for_whom(casus: Casus):
    role = casus.json("team", "roster", "harbour-table")[0]["roles"][0]
    casus.done("team", "add-professional", "harbour-table", "--partner", "pilots", "--role", role, "--name", "Wout Planted")
    casus.done("--as", "pilots-2", *SUBMIT)
    assert "pilots-2, entered by pilots-1" in casus.done("trail", "HBR-2026-0001").out
    assert [row["place"] for row in casus.json("trail", "HBR-2026-0001")] != [None, None]


def test_a_store_that_is_there_says_which_teams_are(empty: Casus):
    assert "No team yet" in empty.done("init").err
    set_up(empty)
    assert "harbour-table" in empty.done("init").err
