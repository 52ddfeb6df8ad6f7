"""For whom a text is meant: who is within an audience, and what is usual when nobody says so."""

from __future__ import annotations

import pytest

from commands import discover
from domain.audience import AUDIENCES, Usual, of_partners, usual_audience, within
from domain.events import discover as events
from infra.policy.audience import read_usual, usual

COLUMNS = ("care", "safety", "governance", "informal", "")
MINE, OTHER = "tugs", "pilots"


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("audience", [*AUDIENCES, "", "pilots", "pilots seamens-home"])
def test_what_an_organisation_brought_in_itself_it_always_sees(audience: str, column: str):
    assert within(audience, MINE, MINE, column)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("audience", ["", "case"])
def test_what_is_for_the_case_is_for_every_column_in_it(audience: str, column: str):
    assert within(audience, MINE, OTHER, column)


@pytest.mark.parametrize("column", COLUMNS)
def test_treatment_is_for_care_partners_alone(column: str):
    assert within("treatment", MINE, OTHER, column) == (column == "care")


@pytest.mark.parametrize("column", COLUMNS)
def test_what_is_kept_to_the_own_organisation_is_for_nobody_else(column: str):
    assert not within("organisation", MINE, OTHER, column)


@pytest.mark.parametrize("column", COLUMNS)
def test_partners_by_name_are_those_and_no_others(column: str):
    assert within("pilots seamens-home", MINE, "seamens-home", column)
    assert not within("pilots seamens-home", MINE, "seamens", column)
    assert not within("pilots seamens-home", MINE, "customs", column)


@pytest.mark.parametrize("audience", ["treatment", "organisation", "pilots"])
def test_somebody_of_no_organisation_is_within_none(audience: str):
    assert not within(audience, "", "", "")
    assert not within(audience, MINE, "", "")


def test_an_audience_that_there_is_not_keeps_everybody_out():
    assert not within("everybody", MINE, OTHER, "care")


def test_partners_are_named_once_and_in_order():
    assert of_partners(["pilots", "customs", "pilots"]) == "customs pilots"


# --- what is usual


@pytest.mark.parametrize(
    ("field", "column", "audience"),
    [
        ("case.monitoring.check-recorded.observed", "care", "treatment"),
        ("case.monitoring.progress-reported.note", "care", "treatment"),
        ("case.plan.agreement-fulfilled.note", "care", "treatment"),
        ("case.closing.aftercare-checked.observed", "care", "treatment"),
        ("case.monitoring.check-recorded.observed", "governance", ""),
        ("case.monitoring.check-recorded.observed", "safety", ""),
        ("case.monitoring.check-recorded.observed", "informal", ""),
        ("case.plan.intervention-agreed.what", "care", ""),
        ("case.plan.goal-set.text", "care", ""),
        ("case.plan.question-answered.answer", "care", ""),
        ("case.meeting.discussed.conclusions", "care", ""),
        ("case.intake.submitted.question", "care", ""),
        ("case.triage.criterion-assessed.motivation", "care", ""),
    ],
)
def test_what_is_written_while_treating_is_for_care_partners_and_the_plan_is_for_the_case(field: str, column: str, audience: str):
    assert usual_audience([field], column, usual()) == audience


def test_without_the_rule_a_coordinator_would_see_it():
    assert usual_audience(["case.monitoring.check-recorded.observed"], "care", ()) == ""
    assert within("", MINE, OTHER, "governance")


def test_every_field_that_a_rule_names_is_a_sealed_one():
    sealed = {f"{topic}.{name}" for topic, kind in events().items() for name in kind.personal_fields()}
    named = frozenset[str]().union(*(rule.fields for rule in usual()))
    assert named <= sealed
    assert named


@pytest.mark.parametrize(
    "wrong", ['audience = "all"\ncolumns = ["care"]', 'audience = "treatment"\ncolumns = ["cure"]'], ids=["audience", "column"]
)
def test_a_rule_of_unknown_words_is_no_rule(wrong: str):
    with pytest.raises(ValueError, match="says nothing here"):
        read_usual(f"[[usual]]\nfields = []\n{wrong}\n".encode())
    assert read_usual(b'[[usual]]\nfields = ["a.b"]\naudience = "case"\ncolumns = ["care"]\n') == (
        Usual(frozenset({"care"}), frozenset({"a.b"}), "case"),
    )


def test_every_command_with_texts_on_a_case_takes_an_audience_but_those_that_others_watch_by():
    without = {n for n, c in discover().items() if c.has_texts() and c.KIND != "team" and not c.takes_audience()}
    assert {"access.break-glass", "access.review-glass"} <= without
    assert not any(n.partition(".")[0] not in ("access", "rights", "custody", "retention") for n in without)
