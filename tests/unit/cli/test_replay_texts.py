"""What replay and diff say has words for everything that can be: each basis of sharing, each thing that passes with the days."""

import dataclasses
import inspect
from datetime import date

import pytest

from commands.consent import RecordGround
from domain import case_parts
from domain.case import Case
from domain.sharing import Basis
from infra.cli.changed import SILENT, Opened, told
from infra.cli.kinds import params
from infra.texts import LANGUAGES, Language, Words, texts
from projections.between import passed
from projections.changes import LEFT_OUT

CODES = (
    "not-asked", "consent", "unsettled", "refused", "withdrawn", "expired", "limited", "other-recipients", "no-consent",
)  # fmt: skip
languages = pytest.mark.parametrize("language", LANGUAGES)


@languages
def test_every_basis_of_sharing_has_words(language: Language):
    for code in CODES:
        assert Words(language).find("replay", "sharing", code), code
        assert code in (Basis.__doc__ or "")


@languages
def test_every_other_ground_has_a_word(language: Language):
    [kind] = [p for p in params(RecordGround) if p.name == "kind"]
    for choice in kind.choices:
        assert Words(language).code(choice, "kind") != choice, choice


@languages
def test_all_that_passes_has_a_name(language: Language):
    day = date(2026, 3, 1)
    for name in passed(Case(holder="a-1", team="a"), day, day)[1] or ("holder", "director", "late", "consents"):
        assert Words(language).find("replay", "passed", name), name


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "-"), ([], "-"), ({}, "-"), (True, "yes"), ("text", "(text)"), (Opened("text"), "text"),
        (Opened("given"), "given"), ("given", "given"), (3, "3"), ({"A1": {"due": "2026-12-01"}}, "A1 due 2026-12-01"),
        ({"R1": {"id": "R1", "reserved": 1250, "agreement": None}}, "R1 reserved € 12.50"),
        ({"A1": {"contributors": []}}, "A1 -"), ({"x": {"partner": "x", "state": "given"}}, "x state given"),
    ],
)  # fmt: skip
def test_a_value_reads_as_words_and_an_opened_text_as_it_is(value: object, shown: str):
    words = Words("en")
    assert told(value, words, lambda field, code: words.code(code, field), "x") == shown


@languages
def test_every_part_of_a_case_has_a_name(language: Language):
    words = Words(language)
    parts = [c for _, c in inspect.getmembers(case_parts, dataclasses.is_dataclass) if c.__module__ == case_parts.__name__]
    named = {f.name for part in parts for f in dataclasses.fields(part)} - SILENT
    shown = named | {f.name for f in dataclasses.fields(Case)} - LEFT_OUT
    assert len(named) > 50
    assert [n for n in sorted(shown) if not (words.find("replay", "parts", n) or words.find("columns", n))] == []
    assert set(texts(language, "replay")["parts"]) <= named
