"""Sentences: facts as people read them, and parts that are left out."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from domain.events.correcting import EntryCorrected
from domain.events.plan import AgreementRefused, BudgetReserved
from domain.events.triage import CriterionAssessed
from domain.personal import Personal
from infra.cli.telling import sentence
from infra.texts import Words, language_of
from infra.texts.sentences import fill

EN, NL = Words("en"), Words("nl")
SEALED = Personal(subject="s1")


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "nl_NL.UTF-8"}, "nl"),
        ({"LANG": "nl_NL.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "CASUS_LANG": "nl"}, "nl"),
        ({"CASUS_LANG": "de", "LANG": "nl_BE"}, "nl"),
    ],
)
def test_the_language_is_the_one_asked_for_else_the_locale_s(environ: dict[str, str], language: str):
    assert language_of(environ) == language


def test_a_part_without_its_fact_is_left_out():
    text = "Met[ with {who}][ ({late:?}late)]"
    assert fill(text, {"who": None, "late": False}, EN) == "Met"
    assert fill(text, {"who": ("a", "b"), "late": True}, EN) == "Met with a, b (late)"


def test_days_times_and_amounts_read_as_people_write_them():
    facts = {"day": date(2026, 3, 1), "at": datetime(2026, 3, 1, 13, 30, tzinfo=UTC), "cents": 123456, "number": Decimal("7.50")}
    assert fill("{day} {at} {cents:euro} {number}", facts, EN) == "2026-03-01 2026-03-01 14:30 € 1234.56 7.5"
    assert fill("{cents:euro} {number}", facts, NL) == "€ 1234,56 7,5"


def test_a_code_reads_as_the_team_calls_it_else_as_the_engine_does():
    assert fill("{state}", {"state": "lapsed"}, NL) == "niets van gekomen"
    assert fill("{state}", {"state": "unheard-of"}, NL) == "unheard-of"
    assert fill("{reason}", {"reason": "adrift"}, EN, lambda _field, _code: "Adrift") == "Adrift"


def test_an_event_is_told_without_its_texts_and_with_them_once_opened():
    event = CriterionAssessed(criterion="storm", met=False, motivation=SEALED)
    assert sentence(EN, event) == "Criterion weighed: storm, not met"
    assert sentence(EN, event, texts={"motivation": "calm seas"}) == "Criterion weighed: storm, not met: calm seas"
    assert sentence(NL, AgreementRefused(agreement="A1", why=SEALED)) == "Afspraak A1 geweigerd"


def test_a_text_is_never_taken_for_a_template():
    event = BudgetReserved(reservation="B1", cents=100, purpose=SEALED, mandate="pilots-1")
    told = sentence(EN, event, texts={"purpose": "{mandate} [x]"})
    assert told.endswith("{mandate} [x]")


def test_a_correction_is_a_whole_sentence_also_where_its_text_is_not_shown():
    text = EntryCorrected(entry=3, field="motivation", text=SEALED)
    assert sentence(EN, text) == "Entry 3 corrected: motivation has another text"
    assert sentence(NL, text) == "Vastlegging 3 verbeterd: motivation heeft een andere tekst"
    assert sentence(EN, text, texts={"text": "calm seas"}) == "Entry 3 corrected: motivation should be calm seas"
    fact = EntryCorrected(entry=3, field="holder", value="pilots-2")
    assert sentence(EN, fact) == "Entry 3 corrected: holder should be pilots-2"


@pytest.mark.parametrize(("value", "told"), [(True, "yes"), (False, "no"), (None, "-"), ((), "-")])
def test_a_fact_that_is_corrected_to_no_or_to_nothing_is_told(value: bool | tuple[str, ...] | None, told: str):
    corrected = EntryCorrected(entry=3, field="anonymous", value=value)
    assert sentence(EN, corrected) == f"Entry 3 corrected: anonymous should be {told}"


def test_who_is_of_no_organisation_reads_a_whole_sentence_too():
    refused = "a citizen service number may not be held or looked for here. Leave it out."
    text = EN.get("refusals", "number-not-yours")
    assert fill(text, {"field": "number", "partner": ""}, EN) == f"--number: {refused}"
    assert fill(text, {"field": "number", "partner": "tugs"}, EN) == f"--number: tugs: {refused}"
