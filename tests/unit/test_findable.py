"""By what a person is found: tokens of whoever is named in a case, each with a secret of its own, and nothing else."""

from __future__ import annotations

import pytest

from domain.events import discover
from domain.events.correcting import EntryCorrected
from domain.personal import Personal
from infra.engine.matching import FINDING, PURPOSE, findable, letters
from infra.store.draft import Token
from tests.examples import EVENTS, IDENTIFIED, NAMED, RELATIVE, example, text
from tests.scenario import CASE
from tests.support.tables import HARBOUR

OF_WILMA = [
    Token(CASE, "s1", "find-name", "wilmawaterman"), Token(CASE, "s1", "find-birth-date", "1961-02-03"),
    Token(CASE, "s1", "find-number", "111222333"),
]  # fmt: skip


@pytest.mark.parametrize("event", [IDENTIFIED, NAMED], ids=lambda e: e.TOPIC)
def test_whoever_is_identified_can_be_found(event: object):
    assert list(findable([(CASE, event)])) == OF_WILMA  # type: ignore[list-item]


def test_others_than_the_resident_can_be_found():
    child = example("case.intake.subject-noted")
    assert list(findable([(CASE, child), (CASE, RELATIVE)])) == [
        Token(CASE, "s3", "find-name", "kim"), Token(CASE, "s3", "find-name", "ina"),
    ]  # fmt: skip


def test_what_was_corrected_can_be_found():
    for field, value, purpose in (("name", "Wilma W.", "find-name"), ("birth_date", "1961-03-02", "find-birth-date")):
        corrected = EntryCorrected(entry=2, field=field, text=text(value))
        [token] = findable([(CASE, corrected)])
        assert (token.subject, token.purpose) == ("s1", purpose)


def test_nothing_else_is_kept_of_any_text():
    """A question, a motivation, a contact, a name on a roster: none of them is a way to find a case."""
    sources = {e.TOPIC for e in EVENTS if list(findable([(HARBOUR if e.TOPIC.startswith("team.") else CASE, e)]))}
    assert sources == {
        "case.intake.subject-noted", "case.intake.subject-identified", "case.consent.named", "case.parties.circle-member-added",
    }  # fmt: skip
    kept = {t.value for e in EVENTS for t in findable([(CASE, e)])}
    assert not kept & {"061", "06-1", "themooringisloose"}


def test_a_text_that_is_not_there_is_not_kept():
    bare = IDENTIFIED.model_copy(update={"name": Personal(subject="s1"), "number": None})
    assert list(findable([(CASE, bare)])) == OF_WILMA[1:2]


def test_every_field_that_identifies_is_found_by_but_how_to_reach_somebody():
    fields = {name for kind in discover().values() for name in kind.personal_fields()}
    assert fields & {"name", "birth_date", "number", "contact"} - set(FINDING) == {"contact"}


def test_each_purpose_has_a_secret_of_its_own():
    assert len({PURPOSE, *FINDING.values()}) == 4


@pytest.mark.parametrize("written", ["Wilma Waterman", "wilma  WATERMAN", "Wílma Waterman", "Wilma-Waterman"])
def test_a_name_is_compared_by_its_letters(written: str):
    assert letters(written) == "wilmawaterman"
