"""To refuse, narrow, take back or let consent end opens nothing: over whatever was said before, in whatever order."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import sharing
from domain.case import Case
from domain.event import Event
from domain.events import consent as consents
from domain.ids import Code, PartnerId, SubjectId
from domain.sharing import Basis, may_share
from tests.examples import ACTIVE, GROUND, text
from tests.scenario import TODAY, case

ORGANISATIONS = ("pilots", "tugs", "seamens-home")
SUBJECTS = ("s1", "s2")
PURPOSES = ("case-direction", "care", "evaluation")
ASKED = tuple(product(SUBJECTS, ORGANISATIONS, ORGANISATIONS, PURPOSES))
OPENING = (consents.ConsentGiven, consents.GroundRecorded)


class Said(NamedTuple):
    """One step as it is drawn: what, about whom, for what, for whom, until when, and which earlier consent."""

    what: str
    subject: SubjectId
    purpose: Code
    recipients: frozenset[PartnerId]
    days: int | None
    which: int


SAID = st.builds(
    Said, st.sampled_from(("give", "give", "limit", "refuse", "withdraw", "expire", "ground", "wait")), st.sampled_from(SUBJECTS),
    st.sampled_from(PURPOSES), st.frozensets(st.sampled_from(ORGANISATIONS)), st.none() | st.integers(0, 5), st.integers(0, 9),
)  # fmt: skip


def event(said: Said, now: Case, on: date) -> Event | None:
    """The event of a step on that day; None where the command would refuse it, as there is nothing to narrow or take back."""
    until = None if said.days is None else on + timedelta(said.days)
    new = f"C{len(now.consents) + 1}"
    if said.what == "give":
        return consents.ConsentGiven(
            consent=new, subject=said.subject, purpose=said.purpose, recipients=said.recipients, until=until
        )
    if said.what == "refuse":
        return consents.ConsentRefused(consent=new, subject=said.subject, purpose=said.purpose, recipients=said.recipients)
    if said.what == "ground":
        partner = ORGANISATIONS[said.which % len(ORGANISATIONS)]
        grounded = {"ground": f"J{len(now.grounds) + 1}", "partner": partner, "motivation": text("Why", said.subject)}
        return GROUND.model_copy(update=grounded)
    old = list(now.consents.values())[said.which % len(now.consents)] if now.consents else None
    if old is None or old.state != "given":
        return None
    if said.what == "withdraw":
        return consents.ConsentWithdrawn(consent=old.id)
    if old.state_on(on) == "expired":
        return consents.ConsentExpired(consent=old.id) if said.what == "expire" else None
    if said.what == "limit" and not (old.until and until and until > old.until):
        fewer = said.recipients & old.recipients if old.recipients else said.recipients
        return consents.ConsentLimited(consent=old.id, recipients=fewer or old.recipients, until=until or old.until)
    return None


def answers(now: Case, on: date, required: bool) -> dict[tuple[str, ...], Basis]:
    """For every person, contributor, recipient and purpose: may it be shared."""
    return {asked: may_share(now, *asked, on, required=required) for asked in ASKED}


def never_opened(steps: list[Said], required: bool) -> None:
    """Fails when a step that is no consent and no ground turns a no into a yes, for anybody."""
    day, told = TODAY, list[Event]()
    now = case(*ACTIVE)
    before = answers(now, day, required)
    for said in steps:
        happened = event(said, now, day)
        if said.what == "wait":
            day += timedelta(said.days or 1)
        elif happened is None:
            continue
        else:
            told.append(happened)
            now = case(*ACTIVE, *told)
        after = answers(now, day, required)
        opened = [(asked, before[asked], after[asked]) for asked in ASKED if after[asked].allowed and not before[asked].allowed]
        assert isinstance(happened, OPENING) or not opened, (said, opened)
        before = after


@settings(max_examples=150, deadline=None)
@given(st.lists(SAID, max_size=9), st.booleans())
def test_only_consent_or_a_ground_opens_anything(steps: list[Said], required: bool):
    never_opened(steps, required)


def test_it_would_show_that_taking_consent_back_opens_texts_to_another(monkeypatch: pytest.MonkeyPatch):
    said = sharing._said

    def while_it_runs(now: Case, subject: SubjectId, recipient: PartnerId, purpose: Code, on: date) -> Basis | None:
        found = said(now, subject, recipient, purpose, on)
        if found is None or found.entry is None or found.code != "other-recipients":
            return found
        return found if now.consents[found.entry].state_on(on) == "given" else None

    monkeypatch.setattr(sharing, "_said", while_it_runs)
    steps = [Said(what, "s1", "case-direction", frozenset({"tugs"}), None, 0) for what in ("give", "withdraw")]
    with pytest.raises(AssertionError, match="seamens-home"):
        never_opened(steps, required=False)
