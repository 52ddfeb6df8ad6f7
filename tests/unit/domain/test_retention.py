from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.events import closing as closed
from domain.events import retention as kept
from domain.events import triage as weighed
from domain.retention import Term, assigned, ended, why_kept, why_not
from tests.examples import ACTIVE, AFTERCARE, CLOSED, text
from tests.scenario import Step, case, on

CLOSED_ON = date(2026, 12, 1)
TWENTY = Term(
    "file", "keep", 20, "ended", "Harbour act", "7", "harbour.example", {"nl": "Dossier", "en": "File"}, date(2026, 1, 1),
    "H. Arbour", date(2026, 2, 1),
)  # fmt: skip
FIVE_AT_MOST = replace(TWENTY, id="five", duty="destroy", years=5, counted_from="opened")
NO_NUMBER = replace(TWENTY, id="needed", duty="destroy", years=None)
UNVERIFIED = replace(TWENTY, verified_by="", verified_on=None)
OVER, RUNNING = date(2046, 12, 2), date(2046, 12, 1)
ENDED: tuple[Step, ...] = (*ACTIVE, on(CLOSED_ON, CLOSED))


def held(subject: str | None = None, until: date | None = None) -> Step:
    return kept.HoldPlaced(hold="H1", subject=subject, until=until, why=text("A complaint"))


@pytest.mark.parametrize(
    ("steps", "day", "terms", "why"),
    [
        (ENDED, OVER, (TWENTY,), None),
        (ENDED, RUNNING, (TWENTY,), "retention-runs"),
        (ENDED, OVER, (UNVERIFIED,), "term-unverified"),
        (ENDED, OVER, (), "no-term"),
        (ENDED, OVER, (NO_NUMBER,), "retention-runs"),
        (ENDED, OVER, (TWENTY, NO_NUMBER), None),
        (ENDED, RUNNING, (TWENTY, FIVE_AT_MOST), "retention-runs"),
        (ENDED, date(2031, 9, 2), (FIVE_AT_MOST,), None),
        (ENDED, date(2031, 9, 1), (FIVE_AT_MOST,), "retention-runs"),
        (ENDED, OVER, (TWENTY, replace(UNVERIFIED, id="other")), "term-unverified"),
        (ACTIVE, OVER, (TWENTY,), "case-open"),
        ((*ENDED, held()), OVER, (TWENTY,), "on-hold"),
        ((*ENDED, held("s1")), OVER, (TWENTY,), "on-hold"),
        ((*ENDED, held("s2")), OVER, (TWENTY,), None),
        ((*ENDED, held(until=RUNNING)), OVER, (TWENTY,), None),
        ((*ENDED, held(), kept.HoldLifted(hold="H1", why=text("Settled"))), OVER, (TWENTY,), None),
    ],
)
def test_nothing_is_destroyed_before_its_term_is_over_verified_and_not_on_hold(steps, day, terms, why):
    assert why_kept(case(*steps), "s1", day, terms) == why


def test_a_name_without_a_day_verifies_nothing():
    assert not replace(TWENTY, verified_on=None).verified
    assert not replace(TWENTY, verified_by="").verified


@pytest.mark.parametrize(
    ("steps", "day", "terms", "why"),
    [
        (ACTIVE, RUNNING, (), None),
        (ACTIVE, RUNNING, (TWENTY,), "retention-runs"),
        (ACTIVE, RUNNING, (UNVERIFIED,), "retention-runs"),
        (ACTIVE, RUNNING, (FIVE_AT_MOST, NO_NUMBER), None),
        (ENDED, OVER, (UNVERIFIED,), None),
        ((*ENDED, held()), OVER, (), "on-hold"),
    ],
)
def test_a_request_to_erase_waits_for_a_hold_and_for_a_duty_to_keep(steps, day, terms, why):
    assert why_not(case(*steps), "s1", day, terms) == why


def test_a_term_counts_from_the_day_on_which_the_case_last_became_final():
    assert ended(case(*ACTIVE)) is None
    assert ended(case(*ENDED)) == CLOSED_ON
    assert ended(case(*ENDED, held())) == CLOSED_ON, "a hold is no change of the file"
    checked = on(date(2027, 3, 1), closed.AftercareChecked(observed=text("Moored")))
    assert ended(case(*ACTIVE, on(CLOSED_ON, AFTERCARE))) is None
    assert ended(case(*ACTIVE, on(CLOSED_ON, AFTERCARE), checked)) == date(2027, 3, 1)
    declined = on(date(2026, 9, 9), weighed.CaseDeclined(met=(), not_met=("storm",), reason=text(), told_by="pilots-1"))
    assert ended(case(*ACTIVE[:2], declined)) == date(2026, 9, 9)


def test_a_term_is_assigned_to_the_case_or_to_one_subject_and_lifted_from_just_that():
    both = (kept.TermAssigned(term="file"), kept.TermAssigned(term="five", subject="s2"))
    there = case(*ENDED, *both)
    assert (list(assigned(there, "s1")), list(assigned(there, "s2"))) == (["file"], ["file", "five"])
    gone = case(*ENDED, *both, kept.TermLifted(term="file", why=text("No file of that law")))
    assert (list(assigned(gone, "s1")), list(assigned(gone, "s2"))) == ([], ["five"])
