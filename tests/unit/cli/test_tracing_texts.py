"""How disclosures read: every code, ground, outcome and sealed field has words in both languages, and none is left over."""

from __future__ import annotations

from typing import get_args

import pytest

from commands.consent import GroundKind
from domain.deciding import CODES
from domain.events import discover
from domain.functions import OFFICES
from infra.cli.access import OUTCOMES
from infra.policy import register
from infra.policy.reviewing import OUTCOMES as WEIGHED
from infra.policy.reviewing import rules
from infra.store.disclosing import Permit
from infra.texts import LANGUAGES, Language, Words, texts
from infra.texts.sentences import placeholders
from projections.reviewing import RULES
from projections.standing import PARTS

languages = pytest.mark.parametrize("language", LANGUAGES)
SEALED = {name for event in discover().values() for name in event.personal_fields()}


@languages
def test_every_sealed_field_has_a_word_and_no_word_is_left_over(language: Language):
    assert set(texts(language, "tracing")["fields"]) == SEALED


@languages
def test_every_code_of_a_decision_is_a_sentence(language: Language):
    assert set(texts(language, "tracing")["why"]) == {*CODES, Permit().code}


@languages
def test_every_part_in_a_case_has_words(language: Language):
    assert set(texts(language, "tracing")["part"]) == set(PARTS)


@languages
def test_every_office_and_every_rule_has_a_name(language: Language):
    assert set(texts(language, "tracing")["offices"]) == set(OFFICES)
    assert set(texts(language, "tracing")["rules"]) == set(RULES)


@languages
def test_every_ground_has_a_word(language: Language):
    grounds = {*get_args(GroundKind), *(p.ground for p in register().values()), Permit().basis, "break-glass", "not-registered"}
    assert grounds <= set(texts(language, "tracing")["basis"])


@languages
def test_every_outcome_is_told_in_the_log_and_each_use_in_the_overview(language: Language):
    words = Words(language)
    assert set(OUTCOMES) == WEIGHED
    assert all(words.find("tracing", "log", outcome) for outcome in OUTCOMES)
    assert all(words.find("tracing", "overview", outcome) for outcome in OUTCOMES if outcome != "denied")


def test_a_rule_of_the_review_tells_its_own_settings_in_both_languages():
    for rule in rules():
        told = {language: placeholders(sentence) for language, sentence in rule.told.items()}
        assert told["nl"] == told["en"]
        assert told["en"] <= {"found", "weighed", *rule.settings}, rule.id
