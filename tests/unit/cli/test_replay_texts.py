"""What replay and diff say has words for everything that can be: each basis of sharing, each thing that passes with the days."""

from datetime import date

import pytest

from commands.consent import RecordGround
from domain.case import Case
from domain.sharing import Basis
from infra.cli.changed import Opened, told
from infra.cli.kinds import params
from infra.texts import LANGUAGES, Language, Words
from projections.between import passed

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
    [(None, "-"), ([], "-"), ({}, "-"), (True, "yes"), ("text", "(text)"), (Opened("text"), "text"), (Opened("given"), "given"),
     ("given", "given"), (3, "3"), ({"A1": {"due": "2026-12-01"}}, "A1 due 2026-12-01")],
)  # fmt: skip
def test_a_value_reads_as_words_and_an_opened_text_as_it_is(value: object, shown: str):
    words = Words("en")
    assert told(value, words, lambda field, code: words.code(code, field), "x") == shown
