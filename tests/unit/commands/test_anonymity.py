"""Rule 6: anonymous means anonymous. What a machine can recognise is refused in every text, until the case is named."""

from dataclasses import replace
from datetime import date

import pytest

from commands import closing, correcting, escalation, intake, plan
from commands.anonymity import identifier_in, passes_eleven_test
from commands.base import CaseCommand, Command, _clean
from domain.events.intake import CaseTakenUp, SubjectNoted
from domain.refusal import Refused
from tests.command_examples import COMMANDS
from tests.examples import (
    ACCEPTED,
    ACTIVE,
    ANONYMOUS,
    GROUND,
    IDENTIFIED,
    IMPORTED,
    MET,
    NAMED,
    SUBMITTED,
    TRANSFER,
    example,
    text,
)
from tests.scenario import CASE, LOCK_NEW, TODAY, TWIN, Situation, given
from tests.support.tables import HARBOUR, LOCK, LOCK_MASTER, MASTER

IDENTIFIERS = {
    "citizen-number": ["111222333", "BSN 111222333.", "1112.22.333", "111 222 333", "111-222-333", "1112\u200b22333"],
    "birth-date": [
        "17-05-1980", "geb. 17-5-1980", "17/05/1980", "17.05.1980", "17 05 1980", "1980-05-17", "17-5-80", "17/5/'80", "17051980",
        "19800517", "17 mei 1980", "17 MEI 1980", "1e maart 1980", "3 mrt. 1980", "17 okt 1980", "17 mei '80", "17-mei-1980",
        "May 17, 1980", "17 May 1980", "17th of May 1980", "March 3rd, 1980", "9 september 1955", "17\u201305\u20131980",
    ],
    "postcode": [
        "1234 AB 12", "1234AB 12", "1234ab 12", "1234 AB, 12a", "1234 AB nr. 12", "1234AB-12", "3701 kl huisnummer 7",
        "Dorpsstraat 12, 1234 AB Zeist", "Dorpsstraat 12a 1234AB",
    ],
    "e-mail": ["w.waterman@example.nl", "mail naar <a.b+c@sub.example.org>!"],
    "phone": [
        "06-12345678", "0612345678", "06 12 34 56 78", "06.12.34.56.78", "(06) 12345678", "+31612345678", "+31 6 12345678",
        "+31 (0)6 12 34 56 78", "0031 6 1234 5678", "030-1234567", "(030) 123 45 67", "0512 - 12 34 56", "+32 470 12 34 56",
        "06\u201312345678",
    ],
}  # fmt: skip

HARMLESS = [
    "kamer 12", "2026-2027", "Sinds 2019 al 3 keer verhuisd", "In 2026 de 12 bewoners", "Vanaf 2024 is 1 gesprek gepland",
    "om 10.30 uur", "van 08:30-10:15", "mei 2026", "drie kinderen van 4, 7 en 12", "schuld van 12.345,67 euro", "EUR 1500",
    "begin december", "3 tot 4 keer per week", "artikel 2.3.10 van de wet", "24/7 bereikbaar", "112 gebeld", "0900-8844",
    "een postcode als 1234 AB zegt niets", "de jaren 80", "twee keer 250 euro en 1 keer 75", "op 10 december 2026 overleg",
    "10-12-2026 om 14.00 uur", "dossier 123456789", "huisnummer 12", "1 op 1", "tussen 2020 en 2025", "12, 2026 is ver weg",
    "week 48-49", "1-2 dagen", "Wmo 2015 en 3 wetten", "BMI 31.5", "stap 1 2 3 4 5",
]  # fmt: skip

UNNAMED = (ANONYMOUS, GROUND)
GOING = (*UNNAMED, MET, ACCEPTED)
BSN = "Neighbour of 111222333"
NO_TEXT_HERE = ("consent.name", "intake.take-up", "correcting.correct")
"""Naming is what lets identifiers in; the others take none here: the corrected entry holds a day."""


@pytest.mark.parametrize(("kind", "text"), [(k, t) for k, texts in IDENTIFIERS.items() for t in texts])
def test_an_identifier_is_recognised_however_it_is_written(kind: str, text: str):
    assert identifier_in(text, TODAY) == kind
    assert identifier_in(f"Zij zegt: {text}, en dat klopt", TODAY) == kind


@pytest.mark.parametrize("text", HARMLESS)
def test_a_text_that_names_nobody_is_let_through(text: str):
    assert identifier_in(text, TODAY) is None


def test_a_day_to_come_is_no_birth_date():
    assert identifier_in("1 februari 2027", date(2026, 12, 1)) is None
    assert identifier_in("1 februari 2027", date(2027, 3, 1)) == "birth-date"


@pytest.mark.parametrize("number", ["111222333", "123456782"])
def test_a_citizen_number_passes_the_eleven_test(number: str):
    assert passes_eleven_test(number)


@pytest.mark.parametrize("number", ["000000000", "123456789", "11122233", "1112223330"])
def test_another_number_does_not(number: str):
    assert not passes_eleven_test(number)


def test_every_text_of_an_anonymous_case_is_searched():
    """In each command, each field of free text in turn."""
    searched = 0
    for given_, command in COMMANDS:
        if not isinstance(command, CaseCommand) or command.command_name() in NO_TEXT_HERE:
            continue
        for name in type(command).model_fields:
            if not _free(command, name):
                continue
            refused = _refusal(_anonymous(given_), command.model_copy(update={name: BSN}))
            assert refused.startswith("identifier-in") or refused == "still-anonymous", (command.command_name(), name, refused)
            searched += 1
    assert searched > 30


def _free(command: Command, name: str) -> bool:
    field = type(command).model_fields[name]
    found = [*field.metadata, *(m for a in getattr(field.annotation, "__args__", ()) for m in getattr(a, "__metadata__", ()))]
    return any(getattr(m, "func", None) is _clean for m in found)


def _anonymous(situation: Situation) -> Situation:
    """The same situation, of a case that was submitted without a name."""
    own = tuple(r for r in situation.own if r.event is not IDENTIFIED)
    first = replace(own[0], event=ANONYMOUS) if own and own[0].event is SUBMITTED else None
    return replace(situation, own=(first, *own[1:]) if first else own)


def _refusal(situation: Situation, command: Command) -> str:
    with pytest.raises(Refused) as refusal:
        situation.decide(command)
    return refusal.value.code


def test_an_anonymous_submission_names_nobody():
    given().when(intake.Submit(question=BSN, reasons=frozenset({"adrift"}), anonymous=True)).then_refused(
        "identifier-in-anonymous-case", kind="citizen-number"
    )


def test_a_named_submission_may_name_its_resident():
    given().when(intake.Submit(question=BSN, reasons=frozenset({"adrift"}), name="Wilma")).then_it()


def test_once_named_identifiers_are_accepted():
    given(*GOING, NAMED).when(plan.SetGoal(case=CASE, goal=BSN)).then_it("plan.goal-set")


def test_an_anonymous_case_that_another_table_received_is_anonymous_there():
    after = given(*GOING, TRANSFER).by(LOCK_MASTER, LOCK).when(escalation.Receive(case=CASE)).then_it()
    there = replace(after, own=after.cases[LOCK_NEW])
    there.when(plan.SetGoal(case=LOCK_NEW, goal=BSN)).then_refused("identifier-in-anonymous-case")


def test_a_case_taken_up_from_elsewhere_is_anonymous_until_it_is_named():
    taken = CaseTakenUp(team=HARBOUR, holder=MASTER, next_check=TODAY)
    given(IMPORTED, taken, number="logbook:7").when(plan.SetGoal(case="logbook:7", goal=BSN)).then_refused(
        "identifier-in-anonymous-case"
    )


def test_a_correction_brings_no_identifier_into_an_anonymous_case():
    given(*GOING).when(correcting.Correct(case=CASE, entry=3, field="motivation", value=BSN)).then_refused(
        "identifier-in-anonymous-case"
    )


def test_a_named_case_is_not_merged_into_an_anonymous_one():
    merge = closing.Merge(case=CASE, into=TWIN, why="The same boat")
    given(*ACTIVE).beside(TWIN, *GOING).when(merge).then_refused("still-anonymous", case=TWIN)


def test_nor_an_anonymous_one_into_a_named_one_for_that_would_name_it():
    merge = closing.Merge(case=CASE, into=TWIN, why="The same boat")
    given(*GOING).beside(TWIN, *ACTIVE).when(merge).then_refused("still-anonymous", case=CASE)
    given(*GOING).beside(TWIN, *GOING).when(merge).then_it()


def test_naming_is_not_withdrawn_from_under_what_says_who_it_is():
    later = (*UNNAMED, NAMED, example("case.intake.subject-identified"))
    withdraw = correcting.Withdraw(case=CASE, entry=3, why="Not necessary after all")
    given(*later).when(withdraw).then_refused("still-named", subjects=("s1",))
    given(*UNNAMED, NAMED).when(withdraw).then_it()


def test_who_is_named_in_an_anonymous_case_does_not_become_family_by_a_correction():
    neighbour = SubjectNoted(subject="s2", kind="neighbour", name=text("Bo", "s2"))
    there = given(*UNNAMED, neighbour)
    there.when(correcting.Correct(case=CASE, entry=3, field="kind", value="relative")).then_refused("still-named")
    there.when(correcting.Correct(case=CASE, entry=3, field="kind", value="other")).then_it()


@pytest.mark.parametrize("rule", ["111222333", "0612345678", "17-05-1980"])
def test_a_code_that_is_kept_in_the_clear_holds_no_identifier_in_any_case(rule: str):
    given(*ACTIVE).when(plan.Deviate(case=CASE, rule=rule, why="It blocks")).then_refused("identifier-in-code", field="rule")
